//===- Source.h - the kinds of error of a quantized network -----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_SOURCE_H
#define QCC_CALIBRATION_SOURCE_H

#include <cstddef>

namespace qcc::calibration {

/// What makes a quantized network differ from its float original.
enum class Source {
  weightRounding,
  weightClipping,
  activationRounding,
  activationClipping
};
inline constexpr size_t kSources = 4;

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_SOURCE_H
