//===- ErrorSources.cpp - what each error does to the outputs -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/ErrorSources.h"

#include "SwitchedProgram.h"
#include "qcc/Calibration/Progress.h"

#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using qnn::Tensor;

/// Groups between two updates of the progress bar.
static constexpr size_t kBatch = 16;

ErrorSources::ErrorSources(std::unique_ptr<SwitchedProgram> program,
                           Measurable measurable)
    : program(std::move(program)), measurable(std::move(measurable)) {}
ErrorSources::ErrorSources(ErrorSources &&) = default;
ErrorSources &ErrorSources::operator=(ErrorSources &&) = default;
ErrorSources::~ErrorSources() = default;

FailureOr<ErrorSources>
ErrorSources::create(ModuleOp exact, ModuleOp rounded,
                     const ExecutorFactory &createExecutor) {
  FailureOr<SwitchedProgram> program = SwitchedProgram::create(exact, rounded);
  if (failed(program))
    return failure();
  FailureOr<Measurable> measurable =
      Measurable::create(*program->module, createExecutor, Runs::many);
  if (failed(measurable))
    return failure();
  return ErrorSources(std::make_unique<SwitchedProgram>(std::move(*program)),
                      std::move(*measurable));
}

ArrayRef<ErrorSwitch> ErrorSources::getSwitches() const {
  return program->switches;
}

ArrayRef<RoundedActivation> ErrorSources::getActivations() const {
  return program->activations;
}

ArrayRef<RoundedWeights> ErrorSources::getWeights() const {
  return program->weights;
}

int64_t ErrorSources::getMacs() const {
  int64_t macs = 0;
  program->module->walk(
      [&](qnn::CostOp op) { macs += std::max<int64_t>(op.getMacs(), 0); });
  return macs;
}

SmallVector<Tensor>
ErrorSources::inputsOf(size_t sample, function_ref<bool(size_t)> isOn) const {
  auto type = RankedTensorType::get(
      {}, Float32Type::get(program->module->getContext()));
  SmallVector<Tensor> result = inputs[sample];
  for (size_t i = 0; i < program->switches.size(); ++i) {
    result.push_back(Tensor::zeros(type));
    *result.back().mutableData<float>() = isOn(i);
    if (program->switches[i].channels)
      result.push_back(means[i]);
  }
  return result;
}

LogicalResult
ErrorSources::runExact(const Samples &samples, ArrayRef<size_t> indices,
                       function_ref<void(size_t, ArrayRef<float>)> observe) {
  inputs.clear();
  expected.clear();
  means.clear();
  for (size_t index : indices) {
    FailureOr<SmallVector<Tensor>> sample = samples.read(index);
    if (failed(sample))
      return failure();
    inputs.push_back(std::move(*sample));
  }
  auto f32 = Float32Type::get(program->module->getContext());
  std::vector<std::vector<double>> sums;
  for (const ErrorSwitch &entry : program->switches) {
    means.push_back(
        Tensor::zeros(RankedTensorType::get({entry.channels}, f32)));
    sums.emplace_back(entry.channels);
  }
  std::vector<size_t> positions(sums.size());
  size_t activations = program->activations.size();
  for (size_t i = 0; i < inputs.size(); ++i) {
    FailureOr<SmallVector<Tensor>> result = measurable.executor->run(
        inputsOf(i, [](size_t) { return false; }),
        [&](size_t id, const Tensor &tensor) {
          ArrayRef numbers(tensor.data<float>(), tensor.getNumElements());
          if (id < activations) {
            if (observe)
              observe(id, numbers);
            return;
          }
          size_t entry = id - activations, channels = sums[entry].size();
          for (auto [k, error] : llvm::enumerate(numbers))
            sums[entry][k % channels] += error;
          positions[entry] += numbers.size() / channels;
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

FailureOr<SmallVector<double>>
ErrorSources::noiseWith(function_ref<bool(size_t)> isOn) const {
  Comparison comparison(measurable.logits);
  for (size_t i = 0; i < inputs.size(); ++i) {
    FailureOr<SmallVector<Tensor>> result = measurable.executor->run(
        inputsOf(i, isOn), [](int64_t, const Tensor &) {});
    if (failed(result))
      return failure();
    comparison.add(*result, expected[i]);
  }
  return comparison.relativeNoise();
}

FailureOr<SmallVector<double>>
ErrorSources::noiseOf(const Executor &executor) const {
  Comparison comparison(measurable.logits);
  for (auto [sample, reference] : llvm::zip_equal(inputs, expected)) {
    FailureOr<SmallVector<Tensor>> result =
        executor.run(sample, [](int64_t, const Tensor &) {});
    if (failed(result))
      return failure();
    comparison.add(*result, reference);
  }
  return comparison.relativeNoise();
}

FailureOr<std::vector<SmallVector<double>>>
ErrorSources::noiseOfEach(ArrayRef<SmallVector<size_t, 2>> groups) const {
  std::vector<SmallVector<double>> noise(groups.size());
  Progress progress("attributing errors", groups.size());
  for (size_t done = 0; done < groups.size(); done += kBatch) {
    size_t end = std::min(done + kBatch, groups.size());
    if (failed(failableParallelForEachN(
            program->module->getContext(), done, end, [&](size_t i) {
              FailureOr<SmallVector<double>> here =
                  noiseWith([&](size_t entry) {
                    return llvm::is_contained(groups[i], entry);
                  });
              if (succeeded(here))
                noise[i] = std::move(*here);
              return LogicalResult(here);
            })))
      return failure();
    progress.update(end);
  }
  return noise;
}
