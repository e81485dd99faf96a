//===- InProcess.cpp - compiled programs run by the compiler itself -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InProcess.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

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

FailureOr<SmallVector<qnn::Tensor>>
InProcess::run(ArrayRef<qnn::Tensor> inputs) {
  auto bind = [](const qcc_value_info &info, const void *data,
                 SmallVectorImpl<int64_t> &shape) {
    shape.assign(info.shape, info.shape + info.rank);
    return qcc_dltensor_make(const_cast<void *>(data), info.dtype, info.rank,
                             shape.data());
  };
  for (auto [i, input] : llvm::enumerate(inputs)) {
    qcc_value_info info;
    SmallVector<int64_t> shape;
    if (failed(check(qcc_model_input(model, i, &info))))
      return failure();
    qcc_dltensor tensor = bind(info, input.data<char>(), shape);
    if (failed(check(qcc_context_set_input(context, info.name, &tensor))))
      return failure();
  }
  SmallVector<qnn::Tensor> outputs;
  for (uint32_t i = 0; i < qcc_model_output_count(model); ++i) {
    qcc_value_info info;
    if (failed(check(qcc_model_output(model, i, &info))))
      return failure();
    outputs.push_back(qnn::Tensor::uninitialized(outputTypes[i]));
    SmallVector<int64_t> shape;
    qcc_dltensor tensor = bind(info, outputs.back().mutableData<char>(), shape);
    if (failed(check(qcc_context_set_output(context, info.name, &tensor))))
      return failure();
  }
  if (failed(check(qcc_context_run(context))))
    return failure();
  return outputs;
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
