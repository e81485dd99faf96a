//===- RoundWeightsTest.cpp - rounding that heeds the inputs --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RoundWeights.h"
#include "AdaRound.h"

#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace qcc::calibration;

namespace {

constexpr size_t kInputs = 24;

/// Covariance of inputs that have much in common.
std::vector<float> correlated() {
  std::mt19937 generator(3);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> mixed(kInputs * kInputs), covariance(kInputs * kInputs);
  for (float &value : mixed)
    value = normal(generator) + 1;
  for (size_t i = 0; i < kInputs; ++i)
    for (size_t j = 0; j < kInputs; ++j)
      for (size_t k = 0; k < kInputs; ++k)
        covariance[i * kInputs + j] +=
            mixed[i * kInputs + k] * mixed[j * kInputs + k];
  return covariance;
}

double squaredError(llvm::ArrayRef<float> weights, float scale,
                    llvm::ArrayRef<float> covariance,
                    llvm::ArrayRef<int64_t> rounded) {
  double sum = 0;
  for (size_t i = 0; i < kInputs; ++i)
    for (size_t j = 0; j < kInputs; ++j)
      sum += (rounded[i] * scale - weights[i]) * covariance[i * kInputs + j] *
             (rounded[j] * scale - weights[j]);
  return sum;
}

TEST(RoundWeightsTest, beatsTheNearestStep) {
  std::vector<float> covariance = correlated();
  std::mt19937 generator(5);
  std::normal_distribution<float> normal(0, 1);
  double sumNearest = 0, sumRounded = 0;
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<float> weights(kInputs);
    for (float &weight : weights)
      weight = normal(generator);
    std::vector<int64_t> nearest, rounded(kInputs);
    float scale = 0.2f;
    for (float weight : weights)
      nearest.push_back(std::llrint(weight / scale));
    roundWeights(weights, scale, 127, covariance, roundingOrder(covariance),
                 rounded);
    double errorNearest = squaredError(weights, scale, covariance, nearest),
           errorRounded = squaredError(weights, scale, covariance, rounded);
    EXPECT_LE(errorRounded, errorNearest);
    sumNearest += errorNearest;
    sumRounded += errorRounded;
  }
  EXPECT_LT(sumRounded, 0.8 * sumNearest);
}

TEST(LearnRoundingTest, beatsTheNearestStepOfBothNeighbours) {
  constexpr size_t rows = 20;
  std::vector<float> covariance = correlated();
  std::mt19937 generator(5);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> weights(rows * kInputs), scales(rows);
  for (float &weight : weights)
    weight = normal(generator);
  for (size_t row = 0; row < rows; ++row)
    scales[row] = 0.1f + 0.01f * static_cast<float>(row);
  std::vector<int64_t> rounded(weights.size());
  learnRounding(weights, scales, 127, covariance, rounded);
  double sumNearest = 0, sumLearned = 0;
  for (size_t row = 0; row < rows; ++row) {
    auto slice = llvm::ArrayRef(weights).slice(row * kInputs, kInputs);
    auto learned = llvm::ArrayRef(rounded).slice(row * kInputs, kInputs);
    std::vector<int64_t> nearest;
    for (auto [weight, step] : llvm::zip_equal(slice, learned)) {
      nearest.push_back(std::llrint(weight / scales[row]));
      EXPECT_LT(std::abs(weight - step * scales[row]), scales[row] * 1.001);
    }
    sumNearest += squaredError(slice, scales[row], covariance, nearest);
    sumLearned += squaredError(slice, scales[row], covariance, learned);
  }
  EXPECT_LT(sumLearned, 0.5 * sumNearest);
}

TEST(LearnRoundingTest, keepsToTheLimitAndToInputsThatAreSeen) {
  std::vector<float> nothing(4, 0.0f), weights{0.24f, 0.26f, -9, 9},
      scales{0.5f, 0.5f};
  std::vector<int64_t> rounded(4);
  learnRounding(weights, scales, 7, nothing, rounded);
  EXPECT_EQ(rounded, (std::vector<int64_t>{0, 1, -7, 7}));
}

TEST(RoundWeightsTest, leavesExactWeightsAlone) {
  std::vector<float> weights(kInputs);
  std::vector<int64_t> rounded(kInputs);
  for (size_t i = 0; i < kInputs; ++i)
    weights[i] = 0.25f * (int(i) - 10);
  roundWeights(weights, 0.25f, 127, correlated(), roundingOrder(correlated()),
               rounded);
  for (size_t i = 0; i < kInputs; ++i)
    EXPECT_EQ(rounded[i], int64_t(i) - 10);
}

TEST(RoundWeightsTest, staysWithinTheLimit) {
  std::vector<float> weights(kInputs, 100.0f);
  std::vector<int64_t> rounded(kInputs);
  roundWeights(weights, 0.25f, 127, correlated(), roundingOrder(correlated()),
               rounded);
  for (int64_t value : rounded)
    EXPECT_LE(std::abs(value), 127);
}

TEST(RoundWeightsTest, deadInputsGoToTheNearestStep) {
  std::vector<float> weights(kInputs, 0.3f), covariance(kInputs * kInputs);
  std::vector<int64_t> rounded(kInputs);
  roundWeights(weights, 0.25f, 127, covariance, roundingOrder(covariance),
               rounded);
  for (int64_t value : rounded)
    EXPECT_EQ(value, 1);
}

} // namespace
