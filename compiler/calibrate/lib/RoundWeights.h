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
/// objective, by coordinate descent from the nearest multiples. The weights
/// move in the given order, which is the same for all channels that read the
/// same inputs.
void roundWeights(llvm::ArrayRef<float> weights, float scale, int64_t limit,
                  llvm::ArrayRef<float> covariance,
                  llvm::ArrayRef<size_t> order,
                  llvm::MutableArrayRef<int64_t> rounded);

/// Inputs of great variance first: their errors are what the others can make up
/// for.
std::vector<size_t> roundingOrder(llvm::ArrayRef<float> covariance);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_ROUNDWEIGHTS_H
