//===- AdaRound.cpp - learn which way to round ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AdaRound.h"

#include "qcc/Qnn/VectorClones.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace qcc::calibration;

/// Steps of gradient descent. On all moments at once a few hundred do what the
/// paper needs ten thousand batches for.
static constexpr int kSteps = 400;
/// Steps without a penalty.
static constexpr int kFreeSteps = kSteps / 5;
/// Weight of the penalty 1 - |2h - 1|^beta beside the error, in which an input
/// has a variance of 1 on average, and what beta falls from and to.
static constexpr float kPenalty = 0.1f;
static constexpr int kFirstBeta = 20, kLastBeta = 2;
/// The soft choice reaches 0 and 1: a sigmoid stretched to these ends, clipped.
static constexpr float kLow = -0.1f, kHigh = 1.1f;
/// Adam's.
static constexpr float kRate = 0.05f, kDecay1 = 0.9f, kDecay2 = 0.999f,
                       kEpsilon = 1e-8f;

namespace {

/// What is learned of one weight.
struct Choice {
  float below; ///< The lower step.
  float fraction;
  float logit;
  float momentum = 0, variance = 0;
};

} // namespace

/// sums += factor * row.
QCC_VECTOR_CLONES
static void addScaled(float *__restrict sums, const float *__restrict row,
                      float factor, size_t n) {
  for (size_t j = 0; j < n; ++j)
    sums[j] += factor * row[j];
}

/// A sigmoid of additions, products and quotients only, which every machine
/// rounds alike.
static float sigmoid(float x) { return 0.5f + 0.5f * x / (1 + std::abs(x)); }

static float choiceOf(float logit) {
  return std::clamp(sigmoid(logit) * (kHigh - kLow) + kLow, 0.0f, 1.0f);
}

/// d choice / d logit.
static float slopeOf(float logit) {
  float choice = sigmoid(logit) * (kHigh - kLow) + kLow;
  if (choice <= 0 || choice >= 1)
    return 0;
  float size = 1 + std::abs(logit);
  return (kHigh - kLow) * 0.5f / (size * size);
}

static float logitOf(float choice) {
  float centred = 2 * (choice - kLow) / (kHigh - kLow) - 1;
  return centred / (1 - std::abs(centred));
}

/// d (1 - |2h - 1|^beta) / dh for an even beta.
static float penaltySlope(float choice, int beta) {
  float centred = 2 * choice - 1, power = centred;
  for (int i = 2; i < beta; i += 2)
    power *= centred * centred;
  return -2 * static_cast<float>(beta) * power;
}

/// An even number that falls linearly after the free steps; 0 before.
static int betaAt(int step) {
  if (step < kFreeSteps)
    return 0;
  int left = (kFirstBeta - kLastBeta) * (kSteps - 1 - step) /
             (kSteps - 1 - kFreeSteps);
  return kLastBeta + left / 2 * 2;
}

static void learn(std::vector<Choice> &choices,
                  llvm::ArrayRef<float> covariance, size_t n,
                  float meanVariance) {
  std::vector<float> gradient(choices.size());
  float correction1 = 1, correction2 = 1;
  for (int step = 0; step < kSteps; ++step) {
    llvm::fill(gradient, 0.0f);
    // Each row of the matrix once for all rows of weights.
    for (size_t i = 0; i < n; ++i)
      for (size_t at = i; at < choices.size(); at += n)
        addScaled(&gradient[at - i], &covariance[i * n],
                  choiceOf(choices[at].logit) - choices[at].fraction, n);
    correction1 *= kDecay1;
    correction2 *= kDecay2;
    int beta = betaAt(step);
    for (size_t i = 0; i < choices.size(); ++i) {
      Choice &c = choices[i];
      float slope = 2 * gradient[i] / meanVariance;
      if (beta > 0)
        slope += kPenalty * penaltySlope(choiceOf(c.logit), beta);
      slope *= slopeOf(c.logit);
      c.momentum = kDecay1 * c.momentum + (1 - kDecay1) * slope;
      c.variance = kDecay2 * c.variance + (1 - kDecay2) * slope * slope;
      c.logit -= kRate * (c.momentum / (1 - correction1)) /
                 (std::sqrt(c.variance / (1 - correction2)) + kEpsilon);
    }
  }
}

void qcc::calibration::learnRounding(llvm::ArrayRef<float> weights,
                                     llvm::ArrayRef<float> scales,
                                     int64_t limit,
                                     llvm::ArrayRef<float> covariance,
                                     llvm::MutableArrayRef<int64_t> rounded) {
  size_t n = weights.size() / scales.size();
  double trace = 0;
  for (size_t i = 0; i < n; ++i)
    trace += covariance[i * n + i];
  auto most = static_cast<float>(limit);
  std::vector<Choice> choices;
  choices.reserve(weights.size());
  for (auto [channel, scale] : llvm::enumerate(scales))
    for (float weight : weights.slice(channel * n, n)) {
      float steps = std::clamp(weight / scale, -most, most);
      float below = std::min(std::floor(steps), most - 1);
      choices.push_back({below, steps - below, logitOf(steps - below)});
    }
  if (trace > 0)
    learn(choices, covariance, n, static_cast<float>(trace / n));
  for (size_t i = 0; i < weights.size(); ++i)
    rounded[i] = static_cast<int64_t>(choices[i].below) +
                 (choiceOf(choices[i].logit) >= 0.5f);
}
