//===- Differences.h - sums over exact and rounded numbers ------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vectorised, each in one order on every machine.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_DIFFERENCES_H
#define QCC_CALIBRATION_LIB_DIFFERENCES_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace qcc::calibration {

/// Sums of squares.
struct Energy {
  double signal = 0; ///< Of the exact numbers.
  double noise = 0;  ///< Of the errors of the rounded ones.
};

Energy energyOf(llvm::ArrayRef<float> exact, llvm::ArrayRef<float> rounded);

/// Adds to each channel's sum by how much the exact numbers are greater. There
/// are as many channels as sums; they are the innermost axis.
void addDifferences(llvm::MutableArrayRef<double> sums,
                    llvm::ArrayRef<float> exact, llvm::ArrayRef<float> rounded);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_DIFFERENCES_H
