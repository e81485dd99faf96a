//===- OnnxTypes.h - types of the onnx dialect ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXTYPES_H
#define QCC_ONNX_ONNXTYPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "qcc/Onnx/OnnxDialect.h"

namespace qcc::onnx {

/// True for the types of values that exist: tensors, sequences, optionals,
/// maps, sparse tensors, opaque ones, and values of unknown type.
bool isPresentValueType(mlir::Type type);

/// True for these and for `!onnx.none`.
bool isValueType(mlir::Type type);

} // namespace qcc::onnx

#define GET_TYPEDEF_CLASSES
#include "qcc/Onnx/OnnxTypes.h.inc"

#endif // QCC_ONNX_ONNXTYPES_H
