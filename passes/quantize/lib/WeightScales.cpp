//===- WeightScales.cpp - grids of constant weights -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightScales.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace qcc::quantize;

/// Steps of an int8 grid on one side of zero, with the least number left out.
static constexpr float kSteps = 127;
/// Factors of weights that were uint8 with any zero point.
static constexpr int kGreatestFactor = 255;
/// How far from a multiple a weight may lie, in steps.
static constexpr double kTolerance = 0.05;
/// Fewer weights lie on a grid by chance.
static constexpr size_t kLeastEvidence = 16;
/// What a bias may come to on the accumulator's grid; leaves room for the sum.
static constexpr double kGreatestBias = 0x1p30;

static float greatestMagnitude(llvm::ArrayRef<float> values) {
  float greatest = 0;
  for (float value : values)
    greatest = std::max(greatest, std::abs(value));
  return greatest;
}

std::optional<float>
qcc::quantize::findWeightGrid(llvm::ArrayRef<float> weights) {
  float greatest = greatestMagnitude(weights);
  if (!(greatest > 0) || weights.size() < kLeastEvidence)
    return std::nullopt;
  // The coarsest grid that fits is the model's: every finer one that does is a
  // fraction of it. Few steps fit anything that has few different weights.
  for (int factor = 1; factor <= kGreatestFactor; ++factor) {
    double step = static_cast<double>(greatest) / factor;
    // Sums over the weights of k * w and k * k: their quotient is the step that
    // fits all weights best, not only the greatest.
    double products = 0, squares = 0;
    bool fits = llvm::all_of(weights, [&](float weight) {
      double steps = weight / step, k = std::nearbyint(steps);
      products += k * weight;
      squares += k * k;
      return std::abs(steps - k) <= kTolerance;
    });
    if (fits)
      return static_cast<float>(products / squares);
  }
  return std::nullopt;
}

std::vector<float> qcc::quantize::weightScales(llvm::ArrayRef<float> weights,
                                               int64_t channels, bool useGrid) {
  std::optional<float> grid = useGrid ? findWeightGrid(weights) : std::nullopt;
  float layer = greatestMagnitude(weights) / kSteps;
  size_t perChannel = weights.size() / channels;
  std::vector<float> scales;
  for (int64_t c = 0; c < channels; ++c) {
    float greatest =
        greatestMagnitude(weights.slice(c * perChannel, perChannel));
    bool onGrid = grid && greatest <= (kSteps + kTolerance) * *grid;
    float scale = onGrid ? *grid : greatest / kSteps;
    // A channel of zeros takes the layer's scale, for the sake of its bias.
    if (!std::isnormal(scale))
      scale = std::isnormal(layer) ? layer : 1.0f;
    scales.push_back(scale);
  }
  return scales;
}

/// Calls `visit(i, index)` for each element and its index along `axis`.
static void visitAlong(llvm::ArrayRef<int64_t> shape, int64_t axis,
                       size_t count,
                       llvm::function_ref<void(size_t, int64_t)> visit) {
  int64_t inner = 1;
  for (int64_t extent : shape.drop_front(axis + 1))
    inner *= extent;
  for (size_t i = 0; i < count; ++i)
    visit(i, static_cast<int64_t>(i) / inner % shape[axis]);
}

std::vector<float> qcc::quantize::magnitudes(llvm::ArrayRef<float> values,
                                             llvm::ArrayRef<int64_t> shape,
                                             int64_t axis) {
  std::vector<float> result(shape[axis], 0.0f);
  visitAlong(shape, axis, values.size(), [&](size_t i, int64_t index) {
    result[index] = std::max(result[index], std::abs(values[i]));
  });
  return result;
}

void qcc::quantize::scaleAlong(std::vector<float> &values,
                               llvm::ArrayRef<int64_t> shape, int64_t axis,
                               llvm::ArrayRef<float> factors) {
  visitAlong(shape, axis, values.size(),
             [&](size_t i, int64_t index) { values[i] *= factors[index]; });
}

void qcc::quantize::fitBiases(llvm::ArrayRef<float> biases,
                              llvm::ArrayRef<float> inputScales,
                              std::vector<float> &weightScales) {
  if (inputScales.empty() || weightScales.size() != biases.size())
    return;
  for (size_t c = 0; c < biases.size(); ++c) {
    float input = inputScales[inputScales.size() == 1 ? 0 : c];
    auto least =
        static_cast<float>(std::abs(biases[c]) / (input * kGreatestBias));
    weightScales[c] = std::max(weightScales[c], least);
  }
}
