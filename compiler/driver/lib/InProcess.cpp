//===- InProcess.cpp - compiled programs run by the compiler itself -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InProcess.h"

#include "mlir/IR/Diagnostics.h"

#include <algorithm>
#include <chrono>

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

/// How long, and how often at least, a program is run to time it, and how often
/// to time its stages.
static constexpr double kRunSeconds = 0.3;
static constexpr size_t kFewestRuns = 5;
static constexpr unsigned kTracedRuns = 10;

InProcess::~InProcess() {
  qcc_context_release(context);
  qcc_model_release(model);
}

LogicalResult InProcess::check(qcc_status status) {
  if (status == QCC_OK)
    return success();
  return emitError(location)
         << "running the compiled program failed: " << qcc_error_message();
}

FailureOr<std::unique_ptr<InProcess>>
InProcess::load(const CompiledModel &compiled, func::FuncOp entry,
                const Settings &settings) {
  Location location = entry.getLoc();
  std::unique_ptr<InProcess> result(new InProcess(location));
  for (Type type : entry.getFunctionType().getResults())
    result->outputTypes.push_back(cast<RankedTensorType>(type));
  result->outputValues = compiled.model.outputs;
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> artifact =
      package::buildArtifact(compiled.model);
  if (!artifact)
    return emitError(location) << llvm::toString(artifact.takeError());
  result->artifact = std::move(*artifact);
  if (failed(result->check(qcc_model_open_memory(
          result->artifact->getBufferStart(), result->artifact->getBufferSize(),
          &result->model))))
    return failure();
  qcc_context_options options = {};
  options.threads = settings.threads;
  options.program =
      settings.program.empty() ? nullptr : settings.program.c_str();
  options.imports = settings.imports;
  options.user = settings.user;
  if (failed(result->check(
          qcc_context_create(result->model, &options, &result->context))))
    return failure();
  return result;
}

bool InProcess::supports(StringRef program) const {
  qcc_program_info info;
  for (uint32_t i = 0; i < qcc_model_program_count(model); ++i)
    if (qcc_model_program(model, i, &info) == QCC_OK && program == info.name)
      return info.supported;
  return false;
}

LogicalResult InProcess::bind(ArrayRef<qnn::Tensor> inputs,
                              SmallVectorImpl<qnn::Tensor> &results) {
  auto describe = [](qcc_dtype dtype, SmallVectorImpl<int64_t> &shape,
                     const void *data) {
    return qcc_dltensor_make(const_cast<void *>(data), dtype, shape.size(),
                             shape.data());
  };
  for (auto [i, input] : llvm::enumerate(inputs)) {
    qcc_value_info info;
    if (failed(check(qcc_model_input(model, i, &info))))
      return failure();
    SmallVector<int64_t> shape(info.shape, info.shape + info.rank);
    qcc_dltensor tensor = describe(info.dtype, shape, input.data<char>());
    if (failed(check(qcc_context_set_input(context, info.name, &tensor))))
      return failure();
  }
  for (auto [type, output] : llvm::zip_equal(outputTypes, outputValues)) {
    results.push_back(qnn::Tensor::uninitialized(type));
    SmallVector<int64_t> shape(type.getShape());
    qcc_dltensor tensor =
        describe(output.dtype, shape, results.back().mutableData<char>());
    if (failed(check(
            qcc_context_set_output(context, output.name.c_str(), &tensor))))
      return failure();
  }
  return success();
}

FailureOr<SmallVector<qnn::Tensor>>
InProcess::run(ArrayRef<qnn::Tensor> inputs) {
  SmallVector<qnn::Tensor> outputs;
  if (failed(bind(inputs, outputs)) || failed(check(qcc_context_run(context))))
    return failure();
  return outputs;
}

FailureOr<InProcess::Times> InProcess::measure(ArrayRef<qnn::Tensor> inputs) {
  SmallVector<qnn::Tensor> outputs;
  // The first run touches memory.
  if (failed(bind(inputs, outputs)) || failed(check(qcc_context_run(context))))
    return failure();
  Times times;
  times.program = qcc_context_program(context);
  times.threads = qcc_context_threads(context);
  using Clock = std::chrono::steady_clock;
  auto seconds = [](Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
  };
  std::vector<double> runs;
  for (Clock::time_point start = Clock::now(), last = start;
       runs.size() < kFewestRuns || seconds(last - start) < kRunSeconds;) {
    if (failed(check(qcc_context_run(context))))
      return failure();
    Clock::time_point now = Clock::now();
    runs.push_back(seconds(now - last));
    last = now;
  }
  auto middle = runs.begin() + runs.size() / 2;
  std::nth_element(runs.begin(), middle, runs.end());
  times.inference = *middle;

  times.stages.resize(qcc_context_stage_count(context));
  auto trace = [](void *user, uint32_t stage, double duration) {
    static_cast<Times *>(user)->stages[stage] += duration / kTracedRuns;
  };
  qcc_context_trace(context, trace, &times);
  for (unsigned i = 0; i < kTracedRuns; ++i)
    if (failed(check(qcc_context_run(context))))
      return failure();
  qcc_context_trace(context, nullptr, nullptr);
  return times;
}

void InProcess::setTensorCallback(TensorCallback newCallback) {
  callback = std::move(newCallback);
  auto trace = [](void *user, uint32_t stage, double) {
    auto &self = *static_cast<InProcess *>(user);
    for (uint32_t i = 0; i < qcc_context_tensor_count(self.context); ++i) {
      qcc_tensor_info info;
      if (qcc_context_tensor(self.context, i, &info) == QCC_OK &&
          info.valid_from == stage)
        self.callback(info.name, info);
    }
  };
  qcc_context_trace(context, callback ? +trace : nullptr, this);
}
