//===- Attribution.cpp - where the error of a network comes from ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Attribution.h"

#include "qcc/Calibrate/Statistics.h"

#include <chrono>
#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::report;
using calibration::ErrorSources;

/// Multiply-accumulates of all runs: some ten seconds of two cores.
static constexpr int64_t kMacs = int64_t(1) << 38;
/// More samples do not change the order of what matters, fewer might.
static constexpr int64_t kMostSamples = 16, kFewestSamples = 3;
static constexpr int64_t kBins = 64;

/// A histogram of at most `kBins` bins, empty ends left out.
static Distribution distributionOf(const calibrate::Histogram &histogram) {
  Distribution result;
  if (histogram.isEmpty())
    return result;
  std::vector<uint64_t> counts = histogram.counts;
  if (int64_t zero = -histogram.first; histogram.zeros != 0)
    counts[std::clamp<int64_t>(zero, 0, counts.size() - 1)] += histogram.zeros;
  int64_t begin = 0, end = counts.size();
  while (begin + 1 < end && counts[begin] == 0)
    ++begin;
  while (end - 1 > begin && counts[end - 1] == 0)
    --end;
  int64_t joined = llvm::divideCeil(end - begin, kBins);
  for (int64_t i = begin; i < end; i += joined) {
    uint64_t count = 0;
    for (int64_t k = i; k < std::min(i + joined, end); ++k)
      count += counts[k];
    result.counts.push_back(count);
  }
  double width = histogram.width();
  result.low = (histogram.first + begin) * width;
  result.high = result.low + result.counts.size() * joined * width;
  return result;
}

namespace {

/// Collects what a tensor's distribution is made of.
class Collector {
public:
  void add(ArrayRef<float> values, ArrayRef<float> least,
           ArrayRef<float> greatest, int64_t inner) {
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (values.empty() || !std::isfinite(*low) || !std::isfinite(*high))
      return;
    histogram.cover(*low, *high);
    histogram.add(values);
    total += values.size();
    for (size_t i = 0; i < values.size(); ++i) {
      size_t channel = (i / inner) % least.size();
      outside += values[i] < least[channel] || values[i] > greatest[channel];
    }
  }

  Distribution finish(StringRef tensor, ArrayRef<float> least,
                      ArrayRef<float> greatest) const {
    Distribution result = distributionOf(histogram);
    result.tensor = tensor.str();
    result.least = *llvm::min_element(least);
    result.greatest = *llvm::max_element(greatest);
    result.grids = least.size();
    result.clipped = total ? static_cast<double>(outside) / total : 0;
    return result;
  }

private:
  calibrate::Histogram histogram;
  uint64_t total = 0, outside = 0;
};

} // namespace

static double meanOf(ArrayRef<double> noise) {
  return std::accumulate(noise.begin(), noise.end(), 0.0) /
         std::max<size_t>(noise.size(), 1);
}

/// How many of `most` samples can be run `runs` times, spread over the set, as
/// its neighbours may be alike.
static std::vector<size_t> affordableSamples(int64_t macs, size_t runs,
                                             size_t most) {
  int64_t affordable =
      kMacs / std::max<int64_t>(macs, 1) / static_cast<int64_t>(runs);
  size_t count = std::min<int64_t>(
      std::clamp(affordable, kFewestSamples, kMostSamples), most);
  std::vector<size_t> indices;
  indices.reserve(count);
  for (size_t i = 0; i < count; ++i)
    indices.push_back(i * most / count);
  return indices;
}

FailureOr<Attribution> qcc::report::attributeError(
    ModuleOp exact, ModuleOp rounded, const calibration::Samples &samples,
    const calibration::ExecutorFactory &createExecutor) {
  auto start = std::chrono::steady_clock::now();
  FailureOr<ErrorSources> program =
      ErrorSources::create(exact, rounded, createExecutor);
  if (failed(program))
    return failure();
  Attribution result;
  ArrayRef<calibration::ErrorSwitch> switches = program->getSwitches();
  std::vector<size_t> indices = affordableSamples(
      program->getMacs(), switches.size() + 2, samples.count());
  result.cost.sources = switches.size();
  result.cost.samples = indices.size();
  result.cost.runs = indices.size() * (switches.size() + 2);

  ArrayRef<calibration::RoundedActivation> activations =
      program->getActivations();
  std::vector<Collector> collectors(activations.size());
  if (failed(program->runExact(
          samples, indices, [&](size_t id, ArrayRef<float> numbers) {
            collectors[id].add(numbers, activations[id].least,
                               activations[id].greatest, activations[id].inner);
          })))
    return failure();
  FailureOr<SmallVector<double>> together =
      program->noiseWith([](size_t) { return true; });
  if (failed(together))
    return failure();
  result.cost.together = meanOf(*together);

  std::vector<SmallVector<size_t, 2>> groups;
  groups.reserve(switches.size());
  for (size_t i = 0; i < switches.size(); ++i)
    groups.push_back({i});
  FailureOr<std::vector<SmallVector<double>>> noise =
      program->noiseOfEach(groups);
  if (failed(noise))
    return failure();
  for (auto [entry, here] : llvm::zip_equal(switches, *noise)) {
    result.damages.push_back({entry.node, entry.source, meanOf(here)});
    result.cost.sum += result.damages.back().noise;
  }
  llvm::sort(result.damages, [](const SourceDamage &a, const SourceDamage &b) {
    return std::tie(b.noise, a.node, a.source) <
           std::tie(a.noise, b.node, b.source);
  });

  for (const calibration::RoundedWeights &weights : program->getWeights()) {
    Collector collector;
    collector.add(weights.values, weights.least, weights.greatest,
                  weights.inner);
    result.tensors.push_back(
        {weights.node, /*isWeight=*/true,
         collector.finish(weights.node, weights.least, weights.greatest)});
  }
  for (auto [activation, collector] : llvm::zip_equal(activations, collectors))
    result.tensors.push_back(
        {activation.node, /*isWeight=*/false,
         collector.finish(activation.tensor, activation.least,
                          activation.greatest)});
  result.cost.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return result;
}
