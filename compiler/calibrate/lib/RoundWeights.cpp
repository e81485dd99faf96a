//===- RoundWeights.cpp - rounding that heeds the inputs ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RoundWeights.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVector.h"

#include <cmath>

using namespace qcc::calibration;

/// Passes over all weights: RECIPES.md found nothing beyond three.
static constexpr int kSweeps = 3;

double qcc::calibration::roundWeights(llvm::ArrayRef<float> weights,
                                      float scale, int64_t limit,
                                      llvm::ArrayRef<float> covariance,
                                      llvm::MutableArrayRef<int64_t> rounded) {
  size_t n = weights.size();
  auto round = [&](double steps) {
    return std::clamp<int64_t>(std::llrint(steps), -limit, limit);
  };
  // gradient = H d, kept up to date as weights move.
  std::vector<float> gradient(n, 0.0f);
  auto move = [&](size_t i, float by) {
    const float *row = covariance.data() + i * n;
    for (size_t j = 0; j < n; ++j)
      gradient[j] += by * row[j];
  };
  for (size_t i = 0; i < n; ++i) {
    rounded[i] = round(weights[i] / scale);
    float error = rounded[i] * scale - weights[i];
    if (error != 0)
      move(i, error);
  }
  auto order = llvm::to_vector(llvm::seq<size_t>(0, n));
  // Inputs of great variance first: their errors are what the others can make
  // up for.
  llvm::stable_sort(order, [&](size_t a, size_t b) {
    return covariance[a * n + a] > covariance[b * n + b];
  });
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    bool hasMoved = false;
    for (size_t i : order) {
      float variance = covariance[i * n + i];
      if (!(variance > 0))
        continue; // nothing is seen of this input
      double best = rounded[i] - gradient[i] / (variance * scale);
      int64_t steps = round(best);
      if (steps == rounded[i])
        continue;
      move(i, static_cast<float>(steps - rounded[i]) * scale);
      rounded[i] = steps;
      hasMoved = true;
    }
    if (!hasMoved)
      break;
  }
  double objective = 0;
  for (size_t i = 0; i < n; ++i)
    objective +=
        (static_cast<double>(rounded[i]) * scale - weights[i]) * gradient[i];
  return objective;
}
