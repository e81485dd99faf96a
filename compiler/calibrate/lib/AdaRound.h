//===- AdaRound.h - learn which way to round --------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_ADAROUND_H
#define QCC_CALIBRATION_LIB_ADAROUND_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace qcc::calibration {

/// Rounds the weights of some output channels, one row each, to multiples k of
/// the row's scale, |k| <= `limit`: to the step below or the one above,
/// whatever makes the squared error of what they compute small, d H d for the
/// rounding errors d and the covariance H of the inputs. AdaRound (Nagel et
/// al., Up or Down? Adaptive Rounding for Post-Training Quantization, 2020):
/// the choice is a number between 0 and 1, which gradient descent moves and a
/// growing penalty drives to either end. The same bits on any machine.
void learnRounding(llvm::ArrayRef<float> weights, llvm::ArrayRef<float> scales,
                   int64_t limit, llvm::ArrayRef<float> covariance,
                   llvm::MutableArrayRef<int64_t> rounded);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_ADAROUND_H
