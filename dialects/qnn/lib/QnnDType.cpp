//===- QnnDType.cpp - element types as the runtime names them -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/DType.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

std::optional<qcc_dtype> qcc::qnn::dtypeOf(Type element) {
  if (element.isF32())
    return QCC_DTYPE_F32;
  if (element.isF64())
    return QCC_DTYPE_F64;
  if (element.isF16())
    return QCC_DTYPE_F16;
  if (element.isBF16())
    return QCC_DTYPE_BF16;
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer)
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return QCC_DTYPE_BOOL;
  case 8:
    return isUnsigned ? QCC_DTYPE_U8 : QCC_DTYPE_I8;
  case 16:
    return isUnsigned ? QCC_DTYPE_U16 : QCC_DTYPE_I16;
  case 32:
    return isUnsigned ? QCC_DTYPE_U32 : QCC_DTYPE_I32;
  case 64:
    return isUnsigned ? QCC_DTYPE_U64 : QCC_DTYPE_I64;
  default:
    return std::nullopt;
  }
}
