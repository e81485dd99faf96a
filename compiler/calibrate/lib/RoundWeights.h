//===- RoundWeights.h - rounding that heeds the inputs ----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_ROUNDWEIGHTS_H
#define QCC_CALIBRATION_LIB_ROUNDWEIGHTS_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace qcc::calibration {

/// Rounds one output channel's weights to multiples k of `scale`, |k| <=
/// `limit`, such that the squared error of what they compute, d H d for the
/// rounding errors d and the covariance H of the inputs, is small: GPTQ's
/// objective, by coordinate descent from the nearest multiples. Returns what is
/// left of it.
double roundWeights(llvm::ArrayRef<float> weights, float scale, int64_t limit,
                    llvm::ArrayRef<float> covariance,
                    llvm::MutableArrayRef<int64_t> rounded);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_ROUNDWEIGHTS_H
