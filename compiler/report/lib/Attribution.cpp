//===- Attribution.cpp - where the error of a network comes from ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Attribution.h"

#include "SwitchedProgram.h"

#include "qcc/Calibrate/Statistics.h"
#include "qcc/Calibration/Measure.h"
#include "qcc/Calibration/Progress.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Threading.h"

#include <chrono>

using namespace mlir;
using namespace qcc;
using namespace qcc::report;
using calibration::Comparison;
using calibration::Measurable;
using qnn::Tensor;

/// Multiply-accumulates of all runs: some ten seconds of two cores.
static constexpr int64_t kMacs = int64_t(1) << 38;
/// More samples do not change the order of what matters, fewer might.
static constexpr int64_t kMostSamples = 16, kFewestSamples = 3;
/// Sources between two updates of the progress bar.
static constexpr size_t kBatch = 16;
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

/// Runs a program with some of its switches on.
class Measurement {
public:
  Measurement(MLIRContext *context, const SwitchedProgram &program,
              Measurable measurable)
      : context(context), program(program), measurable(std::move(measurable)) {}

  LogicalResult readSamples(const calibration::Samples &samples, size_t count);
  /// The float network, whose results are what others are compared with.
  LogicalResult runExact(std::vector<Collector> &collectors);
  /// Relative noise at the output with the switches on that `isOn` names.
  FailureOr<double> runWith(function_ref<bool(size_t)> isOn) const;

private:
  SmallVector<Tensor> inputsOf(size_t sample,
                               function_ref<bool(size_t)> isOn) const;

  MLIRContext *context;
  const SwitchedProgram &program;
  Measurable measurable;
  std::vector<SmallVector<Tensor>> samples;
  calibration::Outputs expected;
  /// For each switch the mean of its error in each channel, if it has one.
  std::vector<Tensor> means;
};

} // namespace

LogicalResult Measurement::readSamples(const calibration::Samples &source,
                                       size_t count) {
  // Spread over the set, as its neighbours may be alike.
  for (size_t i = 0; i < count; ++i) {
    FailureOr<SmallVector<Tensor>> sample =
        source.read(i * source.count() / count);
    if (failed(sample))
      return failure();
    samples.push_back(std::move(*sample));
  }
  return success();
}

SmallVector<Tensor>
Measurement::inputsOf(size_t sample, function_ref<bool(size_t)> isOn) const {
  auto type = RankedTensorType::get({}, Float32Type::get(context));
  SmallVector<Tensor> inputs = samples[sample];
  for (size_t i = 0; i < program.switches.size(); ++i) {
    inputs.push_back(Tensor::zeros(type));
    *inputs.back().mutableData<float>() = isOn(i);
    if (program.switches[i].channels)
      inputs.push_back(means[i]);
  }
  return inputs;
}

LogicalResult Measurement::runExact(std::vector<Collector> &collectors) {
  auto f32 = Float32Type::get(context);
  for (const SwitchedProgram::Switch &entry : program.switches)
    means.push_back(
        Tensor::zeros(RankedTensorType::get({entry.channels}, f32)));
  std::vector<std::vector<double>> sums;
  for (const SwitchedProgram::Switch &entry : program.switches)
    sums.emplace_back(entry.channels);
  std::vector<size_t> positions(sums.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    FailureOr<SmallVector<Tensor>> result = measurable.executor->run(
        inputsOf(i, [](size_t) { return false; }),
        [&](size_t id, const Tensor &tensor) {
          if (id >= program.activations.size()) {
            size_t entry = id - program.activations.size();
            const float *errors = tensor.data<float>();
            size_t channels = sums[entry].size();
            for (size_t k = 0, e = tensor.getNumElements(); k < e; ++k)
              sums[entry][k % channels] += errors[k];
            positions[entry] += tensor.getNumElements() / channels;
            return;
          }
          const RoundedActivation &activation = program.activations[id];
          collectors[id].add(
              ArrayRef(tensor.data<float>(), tensor.getNumElements()),
              activation.least, activation.greatest, activation.inner);
        });
    if (failed(result))
      return failure();
    expected.push_back(std::move(*result));
  }
  for (auto [mean, sum, count] : llvm::zip_equal(means, sums, positions))
    for (auto [c, value] : llvm::enumerate(sum))
      mean.mutableData<float>()[c] = static_cast<float>(value / count);
  return success();
}

FailureOr<double> Measurement::runWith(function_ref<bool(size_t)> isOn) const {
  Comparison comparison(measurable.logits);
  for (size_t i = 0; i < samples.size(); ++i) {
    FailureOr<SmallVector<Tensor>> result = measurable.executor->run(
        inputsOf(i, isOn), [](int64_t, const Tensor &) {});
    if (failed(result))
      return failure();
    comparison.add(*result, expected[i]);
  }
  return comparison.relativeNoise();
}

/// How many samples can be run through `module` `runs` times.
static size_t affordableSamples(ModuleOp module, size_t runs, size_t most) {
  int64_t macs = 1;
  module.walk([&](qnn::CostOp op) {
    if (int64_t here = op.getMacs(); here > 0)
      macs += here;
  });
  int64_t affordable = kMacs / macs / static_cast<int64_t>(runs);
  return std::min<int64_t>(std::clamp(affordable, kFewestSamples, kMostSamples),
                           most);
}

FailureOr<Attribution> qcc::report::attributeError(
    ModuleOp exact, ModuleOp rounded, const calibration::Samples &samples,
    const calibration::ExecutorFactory &createExecutor) {
  auto start = std::chrono::steady_clock::now();
  FailureOr<SwitchedProgram> program = SwitchedProgram::create(exact, rounded);
  if (failed(program))
    return failure();
  FailureOr<Measurable> measurable =
      Measurable::create(*program->module, createExecutor);
  if (failed(measurable))
    return failure();
  Attribution result;
  size_t sources = program->switches.size();
  result.cost.sources = sources;
  result.cost.samples =
      affordableSamples(*program->module, sources + 2, samples.count());
  result.cost.runs = result.cost.samples * (sources + 2);

  Measurement measurement(exact.getContext(), *program, std::move(*measurable));
  std::vector<Collector> collectors(program->activations.size());
  if (failed(measurement.readSamples(samples, result.cost.samples)) ||
      failed(measurement.runExact(collectors)))
    return failure();
  FailureOr<double> together = measurement.runWith([](size_t) { return true; });
  if (failed(together))
    return failure();
  result.cost.together = *together;

  std::vector<double> noise(sources);
  calibration::Progress progress("attributing errors", sources);
  for (size_t done = 0; done < sources; done += kBatch) {
    size_t end = std::min(done + kBatch, sources);
    if (failed(failableParallelForEachN(
            exact.getContext(), done, end, [&](size_t i) {
              FailureOr<double> here =
                  measurement.runWith([i](size_t k) { return k == i; });
              if (succeeded(here))
                noise[i] = *here;
              return LogicalResult(here);
            })))
      return failure();
    progress.update(end);
  }
  for (auto [entry, here] : llvm::zip_equal(program->switches, noise)) {
    result.damages.push_back({entry.node, entry.source, here});
    result.cost.sum += here;
  }
  llvm::sort(result.damages, [](const SourceDamage &a, const SourceDamage &b) {
    return std::tie(b.noise, a.node, a.source) <
           std::tie(a.noise, b.node, b.source);
  });

  for (const RoundedWeights &weights : program->weights) {
    Collector collector;
    collector.add(weights.values, weights.least, weights.greatest,
                  weights.inner);
    result.tensors.push_back(
        {weights.node, /*isWeight=*/true,
         collector.finish(weights.node, weights.least, weights.greatest)});
  }
  for (auto [activation, collector] :
       llvm::zip_equal(program->activations, collectors))
    result.tensors.push_back(
        {activation.node, /*isWeight=*/false,
         collector.finish(activation.tensor, activation.least,
                          activation.greatest)});
  result.cost.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return result;
}
