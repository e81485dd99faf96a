//===- Golden.cpp - what -selftest compares with -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Golden.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Operands.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/DType.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/runtime.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

constexpr uint64_t kSeed = 0x71636321;
constexpr uint64_t kMaxGoldenTensor = uint64_t(256) << 20,
                   kMaxGoldenOutputs = uint64_t(64) << 20;

/// The interval that the per-tensor quantization of `value`, behind ops that
/// only move numbers, covers.
std::optional<qcc_golden_input> quantizedRange(Value value) {
  for (Operation *user : value.getUsers()) {
    if (auto quantize = dyn_cast<qnn::QuantizeOp>(user)) {
      std::optional<std::vector<float>> scale =
          qnn::readFloats(quantize.getScale());
      std::optional<std::vector<int64_t>> zero =
          qnn::readIntegers(quantize.getZeroPoint());
      qnn::SchemeAttr scheme = quantize.getScheme();
      if (scale && zero && scheme.isPerTensor())
        return qcc_golden_input{
            static_cast<double>(scheme.getMin() - zero->front()) *
                scale->front(),
            static_cast<double>(scheme.getMax() - zero->front()) *
                scale->front()};
    }
    if (analysis::isTransparent(user))
      if (std::optional<qcc_golden_input> range =
              quantizedRange(user->getResult(0)))
        return range;
  }
  return std::nullopt;
}

} // namespace

std::vector<qcc_golden_input> qcc::driver::inputRanges(ModuleOp module) {
  std::vector<qcc_golden_input> result;
  for (BlockArgument input : analysis::entryFunction(module).getArguments()) {
    bool isFloat = isa<FloatType>(getElementTypeOrSelf(input.getType()));
    result.push_back(quantizedRange(input).value_or(
        isFloat ? qcc_golden_input{-1, 1} : qcc_golden_input{0, 127}));
  }
  return result;
}

SmallVector<qnn::Tensor>
qcc::driver::goldenInputs(ModuleOp module, ArrayRef<qcc_golden_input> ranges,
                          uint64_t seed) {
  SmallVector<qnn::Tensor> result;
  func::FuncOp entry = analysis::entryFunction(module);
  for (auto [i, type] : llvm::enumerate(entry.getFunctionType().getInputs())) {
    auto tensorType = cast<RankedTensorType>(type);
    qnn::Tensor tensor = qnn::Tensor::uninitialized(tensorType);
    qcc_dtype dtype = *qnn::dtypeOf(tensorType.getElementType());
    qcc_golden_fill(&ranges[i], seed, i, dtype, tensor.getNumElements(),
                    tensor.mutableData<char>());
    result.push_back(tensor);
  }
  return result;
}

/// Whether the interpreter can run the program, and the artifact hold the
/// results, in memory that is in proportion to the model.
static bool isGoldenAffordable(func::FuncOp entry) {
  auto bytesOf = [](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return static_cast<uint64_t>(tensor.getNumElements()) *
           std::max(1u, tensor.getElementTypeBitWidth() / 8);
  };
  uint64_t largest = 0, outputs = 0;
  for (Type type : entry.getArgumentTypes())
    largest = std::max(largest, bytesOf(type));
  for (Type type : entry.getResultTypes())
    outputs += bytesOf(type);
  entry.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (isa<RankedTensorType>(type))
        largest = std::max(largest, bytesOf(type));
  });
  return largest <= kMaxGoldenTensor && outputs <= kMaxGoldenOutputs;
}

FailureOr<std::optional<package::Golden>>
qcc::driver::makeGolden(ModuleOp module, ArrayRef<qcc_golden_input> ranges) {
  func::FuncOp entry = analysis::entryFunction(module);
  if (!isGoldenAffordable(entry)) {
    emitWarning(entry.getLoc()) << "the artifact has no golden vectors: "
                                   "tensors are too large to interpret";
    return std::optional<package::Golden>();
  }
  FailureOr<interpreter::Interpreter> interpreter =
      interpreter::Interpreter::create(module);
  if (failed(interpreter))
    return failure();
  FailureOr<SmallVector<qnn::Tensor>> outputs =
      interpreter->run(goldenInputs(module, ranges, kSeed));
  if (failed(outputs))
    return failure();
  package::Golden golden;
  golden.seed = kSeed;
  golden.inputs.assign(ranges.begin(), ranges.end());
  for (const qnn::Tensor &output : *outputs)
    golden.outputs.emplace_back(output.data<uint8_t>(),
                                output.data<uint8_t>() + output.getByteSize());
  return std::optional(std::move(golden));
}
