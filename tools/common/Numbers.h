//===- Numbers.h - elements of any type as numbers --------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_NUMBERS_H
#define QCC_TOOLS_COMMON_NUMBERS_H

#include "qcc/runtime.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace qcc::tools {

/// Whether toDoubles() reads this qcc_dtype: integers and floats of 8 to 64
/// bits, those of 16 bits that no processor computes with aside.
bool isNumeric(uint32_t dtype);

/// `count` compact elements of a numeric type.
std::vector<double> toDoubles(uint32_t dtype, const void *data, size_t count);

/// The elements of a strided tensor, compact and row-major.
void gather(const qcc_tensor_info &info, std::vector<uint8_t> &out);

/// What the elements of a tensor stand for: stored integers on their grid. The
/// type must be numeric.
std::vector<double> realNumbers(const qcc_tensor_info &info);

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_NUMBERS_H
