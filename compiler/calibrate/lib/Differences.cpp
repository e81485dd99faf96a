//===- Differences.cpp - sums over exact and rounded numbers --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Differences.h"

#include "qcc/Qnn/VectorClones.h"

#include <numeric>

using namespace qcc;
using namespace qcc::calibration;

/// Lanes make the sums independent of each other; their order is fixed.
static constexpr size_t kLanes = 8;

/// Adds to each lane one square of every `kLanes` numbers.
QCC_VECTOR_CLONES
static void addSquares(double *__restrict signal, double *__restrict noise,
                       const float *exact, const float *rounded, size_t count) {
  double ofExact[kLanes] = {}, ofErrors[kLanes] = {};
  for (size_t i = 0; i + kLanes <= count; i += kLanes)
    for (size_t lane = 0; lane < kLanes; ++lane) {
      double value = exact[i + lane], error = rounded[i + lane] - value;
      ofExact[lane] += value * value;
      ofErrors[lane] += error * error;
    }
  for (size_t lane = 0; lane < kLanes; ++lane) {
    signal[lane] = ofExact[lane];
    noise[lane] = ofErrors[lane];
  }
}

Energy calibration::energyOf(llvm::ArrayRef<float> exact,
                             llvm::ArrayRef<float> rounded) {
  double signal[kLanes], noise[kLanes];
  addSquares(signal, noise, exact.data(), rounded.data(), exact.size());
  for (size_t i = exact.size() / kLanes * kLanes; i < exact.size(); ++i) {
    double value = exact[i], error = rounded[i] - value;
    signal[i % kLanes] += value * value;
    noise[i % kLanes] += error * error;
  }
  return {std::accumulate(signal, signal + kLanes, 0.0),
          std::accumulate(noise, noise + kLanes, 0.0)};
}

QCC_VECTOR_CLONES
static void addRows(double *__restrict sums, const float *exact,
                    const float *rounded, size_t count, size_t channels) {
  for (size_t i = 0; i < count; i += channels)
    for (size_t c = 0; c < channels; ++c)
      sums[c] += static_cast<double>(exact[i + c]) - rounded[i + c];
}

void calibration::addDifferences(llvm::MutableArrayRef<double> sums,
                                 llvm::ArrayRef<float> exact,
                                 llvm::ArrayRef<float> rounded) {
  addRows(sums.data(), exact.data(), rounded.data(), exact.size(), sums.size());
}
