//===- Numbers.cpp - elements of any type as numbers ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numbers.h"

#include "qcc/abi/artifact.h"

#include <cstring>

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

void qcc::tools::gather(const qcc_tensor_info &info,
                        std::vector<uint8_t> &out) {
  uint32_t size = qcc_dtype_size(info.dtype), rank = info.rank;
  uint64_t elements = 1;
  for (uint32_t i = 0; i < rank; ++i)
    elements *= info.shape[i];
  out.resize(elements * size);
  std::vector<int64_t> index(rank);
  const auto *from = static_cast<const uint8_t *>(info.data);
  for (uint64_t i = 0; i < elements; ++i) {
    memcpy(&out[i * size], from, size);
    // To the next index, as an odometer counts.
    for (uint32_t d = rank; d-- > 0;) {
      from += info.byte_strides[d];
      if (++index[d] < info.shape[d])
        break;
      from -= info.byte_strides[d] * info.shape[d];
      index[d] = 0;
    }
  }
}

std::vector<double> qcc::tools::realNumbers(const qcc_tensor_info &info) {
  std::vector<uint8_t> compact;
  gather(info, compact);
  std::vector<double> result = toDoubles(
      info.dtype, compact.data(), compact.size() / qcc_dtype_size(info.dtype));
  if (!info.grid_count)
    return result;
  // How many elements lie between two indices of the axis.
  size_t inner = 1;
  for (uint32_t d = info.grid_axis + 1; d < info.rank; ++d)
    inner *= info.shape[d];
  for (size_t i = 0; i < result.size(); ++i) {
    const qcc_grid &grid = info.grids[i / inner % info.grid_count];
    result[i] = (result[i] - grid.zero_point) * grid.scale;
  }
  return result;
}
