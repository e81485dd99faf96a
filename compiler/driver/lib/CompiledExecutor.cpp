//===- CompiledExecutor.cpp - calibration by compiled code -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledExecutor.h"

#include "Codegen.h"
#include "InProcess.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Target/Placement.h"

#include "mlir/Pass/PassManager.h"

#include <mutex>

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

/// Where the tensor of an observer lies.
struct Observed {
  RankedTensorType type;
  SmallVector<int64_t, 4> byteStrides;
};

/// A tensor of any strides as a compact one.
qnn::Tensor compact(const Observed &observed, const char *data) {
  size_t element = qnn::Tensor::elementSize(observed.type.getElementType());
  if (target::compactByteStrides(observed.type) == observed.byteStrides)
    return qnn::Tensor::borrow(observed.type, data);
  qnn::Tensor result = qnn::Tensor::uninitialized(observed.type);
  char *out = result.mutableData<char>();
  ArrayRef<int64_t> shape = observed.type.getShape();
  // The innermost dimension is dense in every layout.
  size_t row = shape.back() * element;
  SmallVector<int64_t> index(shape.size() - 1, 0);
  for (int64_t rows = observed.type.getNumElements() / shape.back(); rows > 0;
       --rows, out += row) {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size(); ++d)
      offset += index[d] * observed.byteStrides[d];
    memcpy(out, data + offset, row);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
  return result;
}

class CompiledExecutor : public calibration::Executor {
public:
  static FailureOr<std::unique_ptr<calibration::Executor>>
  create(ModuleOp module, calibration::Runs runs);

  FailureOr<SmallVector<qnn::Tensor>> run(ArrayRef<qnn::Tensor> inputs,
                                          Observer observer) const override;

private:
  /// One program with its memory: what one caller uses at a time.
  struct Slot {
    const CompiledExecutor *executor = nullptr;
    std::unique_ptr<InProcess> program;
    const Observer *observer = nullptr;
  };

  static void observe(void *user, uint32_t id, const void *data,
                      uint32_t thread, uint32_t) {
    auto &slot = *static_cast<Slot *>(user);
    if (thread != 0)
      return;
    const Observed &observed = slot.executor->observed.find(id)->second;
    (*slot.observer)(id, compact(observed, static_cast<const char *>(data)));
  }

  FailureOr<std::unique_ptr<Slot>> takeSlot() const;

  OwningOpRef<ModuleOp> lowered;
  std::unique_ptr<CompiledModel> compiled;
  llvm::DenseMap<uint32_t, Observed> observed;
  qcc_imports imports = {};
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<Slot>> idle;
};

FailureOr<std::unique_ptr<calibration::Executor>>
CompiledExecutor::create(ModuleOp module, calibration::Runs runs) {
  auto result = std::make_unique<CompiledExecutor>();
  result->lowered = module.clone();
  PassManager manager(module.getContext());
  lower::buildLowerPipeline(manager);
  if (failed(manager.run(*result->lowered)))
    return failure();
  bool isFast = runs == calibration::Runs::many;
  FailureOr<std::unique_ptr<CompiledModel>> compiled = generateCode(
      *result->lowered, "calibration",
      {.cpu = "",
       .forHost = true,
       .effort = isFast ? target::Effort::brief : target::Effort::quick});
  if (failed(compiled))
    return failure();
  result->compiled = std::move(*compiled);
  result->imports.observe = observe;

  func::FuncOp planned = analysis::entryFunction(*result->compiled->planned);
  target::WeightsBlob weights;
  FailureOr<target::Placement> placement =
      target::Placement::get(planned, weights);
  if (failed(placement))
    return failure();
  planned.walk([&](qnn::ObserveOp op) {
    result->observed[op.getId()] = {
        cast<RankedTensorType>(op.getInput().getType()),
        (*placement)[op.getInput()].strides};
  });
  return std::unique_ptr<calibration::Executor>(std::move(result));
}

FailureOr<std::unique_ptr<CompiledExecutor::Slot>>
CompiledExecutor::takeSlot() const {
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!idle.empty()) {
      std::unique_ptr<Slot> slot = std::move(idle.back());
      idle.pop_back();
      return slot;
    }
  }
  auto slot = std::make_unique<Slot>();
  slot->executor = this;
  InProcess::Settings settings;
  settings.threads = 1;
  settings.imports = &imports;
  settings.user = slot.get();
  FailureOr<std::unique_ptr<InProcess>> program = InProcess::load(
      *compiled,
      analysis::entryFunction(*const_cast<OwningOpRef<ModuleOp> &>(lowered)),
      settings);
  if (failed(program))
    return failure();
  slot->program = std::move(*program);
  return slot;
}

FailureOr<SmallVector<qnn::Tensor>>
CompiledExecutor::run(ArrayRef<qnn::Tensor> inputs, Observer observer) const {
  FailureOr<std::unique_ptr<Slot>> slot = takeSlot();
  if (failed(slot))
    return failure();
  (*slot)->observer = &observer;
  FailureOr<SmallVector<qnn::Tensor>> outputs = (*slot)->program->run(inputs);
  std::lock_guard<std::mutex> lock(mutex);
  idle.push_back(std::move(*slot));
  return outputs;
}

} // namespace

FailureOr<std::unique_ptr<calibration::Executor>>
qcc::driver::createCompiledExecutor(ModuleOp module, calibration::Runs runs) {
  return CompiledExecutor::create(module, runs);
}
