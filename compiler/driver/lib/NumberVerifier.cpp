//===- NumberVerifier.cpp - which pass changed the numbers -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NumberVerifier.h"

#include "Signature.h"

#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Reference.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

bool hasSameBits(const qnn::Tensor &a, const qnn::Tensor &b) {
  return memcmp(a.data<char>(), b.data<char>(), a.getByteSize()) == 0;
}

/// The elements as doubles, or nothing for types that are not numbers of 8 to
/// 64 bits.
std::optional<std::vector<double>> toDoubles(const qnn::Tensor &tensor) {
  std::vector<double> result;
  int64_t count = tensor.getNumElements();
  auto append = [&](auto sample) {
    using T = decltype(sample);
    result.assign(tensor.data<T>(), tensor.data<T>() + count);
  };
  Type type = tensor.getElementType();
  if (type.isF32())
    append(float());
  else if (type.isF64())
    append(double());
  else if (type.isUnsignedInteger(8))
    append(uint8_t());
  else if (type.isInteger(8))
    append(int8_t());
  else if (type.isInteger(32))
    append(int32_t());
  else if (type.isInteger(64))
    append(int64_t());
  else
    return std::nullopt;
  return result;
}

/// 10 log10(sum ref^2 / sum err^2).
double signalToNoise(ArrayRef<double> reference, ArrayRef<double> values) {
  double signal = 0, noise = 0;
  for (auto [r, v] : llvm::zip_equal(reference, values)) {
    signal += r * r;
    noise += (r - v) * (r - v);
  }
  if (noise == 0)
    return INFINITY;
  return signal == 0 ? -INFINITY : 10 * std::log10(signal / noise);
}

/// Compares what a layer gives on equal inputs.
void compareLayer(StringRef name, const qnn::Tensor &before,
                  const qnn::Tensor &after, Declared declared,
                  Comparison &result) {
  std::optional<std::vector<double>> a = toDoubles(before),
                                     b = toDoubles(after);
  if (!a || !b) {
    if (!hasSameBits(before, after))
      result.violation = llvm::formatv("tensor '{0}' differs", name);
    return;
  }
  if (declared == Declared::quantization) {
    double ratio = signalToNoise(*a, *b);
    if (ratio < 6)
      result.violation = llvm::formatv(
          "tensor '{0}' keeps {1:f1} dB of its signal", name, ratio);
    return;
  }
  bool isInteger = isa<IntegerType>(before.getElementType());
  double largest = 0;
  for (double value : *a)
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  double allowed = isInteger ? 1 : 1e-5 * largest;
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(*a, *b))) {
    auto [x, y] = pair;
    double difference = std::abs(x - y);
    result.elements += isInteger;
    result.oneStep += isInteger && difference == 1;
    bool isEqual = x == y || (std::isnan(x) && std::isnan(y));
    if (!isEqual && !(difference <= allowed)) {
      result.violation = llvm::formatv(
          "element {0} of tensor '{1}' is {2}, was {3}", i, name, y, x);
      return;
    }
  }
}

/// Runs after every pass on whatever op it was given.
class Instrumentation : public PassInstrumentation {
public:
  Instrumentation(NumberVerifier &verifier,
                  std::function<Declared(StringRef)> declared)
      : verifier(verifier), declared(std::move(declared)) {}

  void runAfterPass(Pass *pass, Operation *op) override {
    StringRef name = pass->getArgument();
    // Adaptors only run other passes.
    if (name.empty() || verifier.hasFailed())
      return;
    auto module = dyn_cast<ModuleOp>(op);
    if (!module)
      module = op->getParentOfType<ModuleOp>();
    (void)verifier.check(module, name, declared(name));
  }

private:
  NumberVerifier &verifier;
  std::function<Declared(StringRef)> declared;
};

} // namespace

FailureOr<Snapshot> NumberVerifier::interpret(ModuleOp module) const {
  FailureOr<interpreter::Interpreter> interpreter =
      interpreter::Interpreter::create(module);
  if (mlir::failed(interpreter))
    return failure();
  Snapshot snapshot;
  auto record = [&](Value value, const qnn::Tensor &tensor) {
    StringRef name = interpreter::getTensorName(value);
    if (!name.empty())
      snapshot.tensors[name] = tensor;
  };
  FailureOr<SmallVector<qnn::Tensor>> results =
      interpreter->run(inputs, record);
  if (mlir::failed(results))
    return failure();
  snapshot.results = std::move(*results);
  return snapshot;
}

Comparison NumberVerifier::compareBits(const Snapshot &now) const {
  Comparison result;
  for (const auto &entry : accepted.tensors) {
    auto found = now.tensors.find(entry.first());
    if (found == now.tensors.end() ||
        found->second.getType() != entry.second.getType())
      continue;
    if (!hasSameBits(entry.second, found->second)) {
      result.violation = llvm::formatv("tensor '{0}' differs", entry.first());
      return result;
    }
  }
  for (auto [i, pair] :
       llvm::enumerate(llvm::zip_equal(accepted.results, now.results)))
    if (!hasSameBits(std::get<0>(pair), std::get<1>(pair)))
      result.violation = llvm::formatv("result {0} differs", i);
  return result;
}

Comparison NumberVerifier::compareRounding(const Snapshot &now) const {
  Comparison result;
  for (auto [i, pair] :
       llvm::enumerate(llvm::zip_equal(accepted.results, now.results))) {
    std::optional<std::vector<double>> a = toDoubles(std::get<0>(pair)),
                                       b = toDoubles(std::get<1>(pair));
    if (!a || !b)
      continue;
    double largest = 0, difference = 0;
    for (auto [x, y] : llvm::zip_equal(*a, *b)) {
      largest = std::max(largest, std::abs(x));
      if (!(std::isnan(x) && std::isnan(y)) && x != y)
        difference = std::max(difference, std::abs(x - y));
    }
    if (!(difference <= 1e-4 * largest))
      result.violation = llvm::formatv(
          "result {0} moved by {1:e2}, its largest magnitude is {2:e2}", i,
          difference, largest);
  }
  return result;
}

FailureOr<Comparison> NumberVerifier::compareLayers(ModuleOp module,
                                                    Declared declared) const {
  FailureOr<interpreter::Interpreter> interpreter =
      interpreter::Interpreter::create(module);
  if (mlir::failed(interpreter))
    return failure();
  func::FuncOp function = interpreter->getFunction();
  Comparison result;
  llvm::DenseMap<Value, qnn::Tensor> values;
  for (auto [argument, tensor] :
       llvm::zip_equal(function.getArguments(), inputs))
    values[argument] = tensor;
  for (Operation &op : function.front().without_terminator()) {
    SmallVector<const qnn::Tensor *> operands;
    for (Value operand : op.getOperands())
      operands.push_back(&values[operand]);
    FailureOr<SmallVector<qnn::Tensor>> results;
    if (auto constant = dyn_cast<qnn::ConstantOp>(op)) {
      FailureOr<qnn::Tensor> tensor =
          qnn::Tensor::fromAttribute(constant.getValue());
      if (mlir::failed(tensor))
        return op.emitError("constant cannot be read"), failure();
      values[constant] = *tensor;
      continue;
    }
    results = qnn::evaluate(&op, operands);
    if (mlir::failed(results))
      return failure();
    for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results)) {
      StringRef name = interpreter::getTensorName(value);
      auto before = accepted.tensors.find(name);
      bool isKnown = !name.empty() && before != accepted.tensors.end() &&
                     before->second.getType() == tensor.getType();
      if (isKnown && result.violation.empty())
        compareLayer(name, before->second, tensor, declared, result);
      // What follows is fed what the program before computed.
      values[value] = isKnown ? before->second : tensor;
    }
  }
  return result;
}

LogicalResult NumberVerifier::check(ModuleOp module, StringRef changedBy,
                                    Declared declared) {
  func::FuncOp entry = entryFunction(module);
  if (!entry)
    return success();
  failed = true; // until shown otherwise
  bool isFirst = inputs.empty();
  if (isFirst)
    inputs = makeInputs(module);
  FailureOr<Snapshot> now = interpret(module);
  if (mlir::failed(now))
    return failure();
  if (isFirst) {
    accepted = std::move(*now);
    failed = false;
    return success();
  }
  FailureOr<Comparison> comparison = Comparison();
  switch (declared) {
  case Declared::nothing:
    comparison = compareBits(*now);
    break;
  case Declared::rounding:
    comparison = compareRounding(*now);
    break;
  case Declared::oneStep:
  case Declared::quantization:
    comparison = compareLayers(module, declared);
    break;
  }
  if (mlir::failed(comparison))
    return failure();
  if (!comparison->violation.empty())
    return module.emitError()
           << changedBy << " changes the numbers beyond what it declares: "
           << comparison->violation;
  if (declared == Declared::oneStep) {
    comparedSteps += comparison->elements;
    oneStepDifferences += comparison->oneStep;
  }
  accepted = std::move(*now);
  failed = false;
  return success();
}

std::unique_ptr<PassInstrumentation>
NumberVerifier::instrument(std::function<Declared(StringRef)> declared) {
  return std::make_unique<Instrumentation>(*this, std::move(declared));
}

bool qcc::driver::corruptProgram(ModuleOp module) {
  SmallVector<qnn::ConstantOp> constants;
  module.walk([&](qnn::ConstantOp op) {
    bool isWeight = llvm::any_of(op->getUsers(), [](Operation *user) {
      return isa<qnn::QuantizableOp, qnn::FusedConvOp, qnn::FusedMatmulOp,
                 qnn::DequantizeOp>(user);
    });
    auto type = cast<RankedTensorType>(op.getType());
    if (isWeight && type.getRank() >= 2 && type.getElementTypeBitWidth() >= 8)
      constants.push_back(op);
  });
  if (constants.empty())
    return false;
  qnn::ConstantOp victim = constants[constants.size() / 2];
  FailureOr<qnn::Tensor> tensor = qnn::Tensor::fromAttribute(victim.getValue());
  if (mlir::failed(tensor))
    return false;
  qnn::Tensor wrong = qnn::Tensor::uninitialized(tensor->getType());
  char *bytes = wrong.mutableData<char>();
  memcpy(bytes, tensor->data<char>(), tensor->getByteSize());
  // The sign of every seventh element: enough to show in any layer's result.
  size_t width = qnn::Tensor::elementSize(tensor->getElementType());
  for (size_t i = 0; i < tensor->getByteSize(); i += 7 * width)
    bytes[i + width - 1] ^= 0x80;
  victim.setValueAttr(wrong.toAttribute());
  return true;
}
