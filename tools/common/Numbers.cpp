//===- Numbers.cpp - elements of any type as numbers ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numbers.h"

#include "qcc/abi/artifact.h"

using namespace qcc::tools;

/// Calls `take` with a value of the C++ type of `dtype`; false if there is
/// none.
template <typename Fn> static bool withType(uint32_t dtype, Fn take) {
  switch (dtype) {
  case QCC_DTYPE_F32:
    return take(float()), true;
  case QCC_DTYPE_F64:
    return take(double()), true;
  case QCC_DTYPE_I8:
    return take(int8_t()), true;
  case QCC_DTYPE_U8:
  case QCC_DTYPE_BOOL:
    return take(uint8_t()), true;
  case QCC_DTYPE_I16:
    return take(int16_t()), true;
  case QCC_DTYPE_U16:
    return take(uint16_t()), true;
  case QCC_DTYPE_I32:
    return take(int32_t()), true;
  case QCC_DTYPE_U32:
    return take(uint32_t()), true;
  case QCC_DTYPE_I64:
    return take(int64_t()), true;
  case QCC_DTYPE_U64:
    return take(uint64_t()), true;
  default:
    return false;
  }
}

bool qcc::tools::isNumeric(uint32_t dtype) {
  return withType(dtype, [](auto) {});
}

std::vector<double> qcc::tools::toDoubles(uint32_t dtype, const void *data,
                                          size_t count) {
  std::vector<double> result;
  withType(dtype, [&](auto sample) {
    auto *elements = static_cast<const decltype(sample) *>(data);
    result.assign(elements, elements + count);
  });
  return result;
}
