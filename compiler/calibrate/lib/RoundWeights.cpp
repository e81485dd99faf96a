//===- RoundWeights.cpp - rounding that heeds the inputs ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RoundWeights.h"

#include "qcc/Qnn/VectorClones.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <numeric>

using namespace qcc::calibration;

/// Passes over all weights: RECIPES.md found nothing beyond three.
static constexpr int kSweeps = 3;

QCC_VECTOR_CLONES
static void addScaled(float *__restrict sums, const float *__restrict row,
                      float factor, size_t n) {
  for (size_t i = 0; i < n; ++i)
    sums[i] += factor * row[i];
}

std::vector<size_t>
qcc::calibration::roundingOrder(llvm::ArrayRef<float> covariance) {
  auto n = static_cast<size_t>(std::llround(std::sqrt(covariance.size())));
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](size_t a, size_t b) {
    return covariance[a * n + a] > covariance[b * n + b];
  });
  return order;
}

void qcc::calibration::roundWeights(llvm::ArrayRef<float> weights, float scale,
                                    int64_t limit,
                                    llvm::ArrayRef<float> covariance,
                                    llvm::ArrayRef<size_t> order,
                                    llvm::MutableArrayRef<int64_t> rounded) {
  size_t n = weights.size();
  auto round = [&](double steps) {
    return std::clamp<int64_t>(std::llrint(steps), -limit, limit);
  };
  // gradient = H d, kept up to date as weights move.
  std::vector<float> gradient(n, 0.0f);
  auto move = [&](size_t i, float by) {
    addScaled(gradient.data(), covariance.data() + i * n, by, n);
  };
  for (size_t i = 0; i < n; ++i) {
    rounded[i] = round(weights[i] / scale);
    float error = rounded[i] * scale - weights[i];
    if (error != 0)
      move(i, error);
  }
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
}
