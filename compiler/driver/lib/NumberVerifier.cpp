//===- NumberVerifier.cpp - which pass changed the numbers -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NumberVerifier.h"

#include "qcc/Analysis/DeclaredChange.h"
#include "qcc/Analysis/Entry.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Reference.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Threading.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

/// Runs after every pass on whatever op it was given.
class Instrumentation : public PassInstrumentation {
public:
  Instrumentation(NumberVerifier &verifier, Declared declared,
                  std::function<void(ModuleOp, StringRef)> before)
      : verifier(verifier), declared(declared), before(std::move(before)) {}

  void runAfterPass(Pass *pass, Operation *op) override {
    StringRef name = pass->getArgument();
    // Adaptors only run other passes.
    if (name.empty() || verifier.hasFailed())
      return;
    auto module = dyn_cast<ModuleOp>(op);
    if (!module)
      module = op->getParentOfType<ModuleOp>();
    before(module, name);
    bool isStep = dynamic_cast<const analysis::MovesByOneStep *>(pass);
    (void)verifier.check(module, name, isStep ? Declared::oneStep : declared);
  }

private:
  NumberVerifier &verifier;
  Declared declared;
  std::function<void(ModuleOp, StringRef)> before;
};

/// By what a snapshot knows `value`; without a name it does not.
Snapshot::Key keyOf(Value value) {
  StringRef name = interpreter::getTensorName(value);
  if (name.empty())
    return {};
  return {StringAttr::get(value.getContext(), name), value.getType()};
}

/// How far the numbers of a dequantized tensor lie apart, where farthest; 0 for
/// others.
double stepOf(Value value) {
  auto dequantize = value.getDefiningOp<qnn::DequantizeOp>();
  std::optional<std::vector<float>> scales =
      dequantize ? qnn::readFloats(dequantize.getScale()) : std::nullopt;
  return scales ? *llvm::max_element(*scales) : 0;
}

} // namespace

FailureOr<Snapshot> NumberVerifier::interpret(ModuleOp module,
                                              const Sample &sample) const {
  FailureOr<interpreter::Interpreter> interpreter =
      interpreter::Interpreter::create(module);
  if (mlir::failed(interpreter))
    return failure();
  Snapshot snapshot;
  llvm::DenseSet<Snapshot::Key> ambiguous;
  auto record = [&](Value value, const qnn::Tensor &tensor) {
    Snapshot::Key key = keyOf(value);
    if (!key.first)
      return;
    auto [known, inserted] = snapshot.tensors.insert({key, tensor});
    if (!inserted && !hasSameBits(known->second, tensor))
      ambiguous.insert(key);
    if (double step = stepOf(value))
      snapshot.steps[key] = step;
  };
  FailureOr<SmallVector<qnn::Tensor>> results =
      interpreter->run(sample, record);
  if (mlir::failed(results))
    return failure();
  snapshot.tensors.remove_if(
      [&](const auto &entry) { return ambiguous.contains(entry.first); });
  snapshot.results = std::move(*results);
  return snapshot;
}

/// Compares the results, which need not have names.
static void addResults(ArrayRef<qnn::Tensor> before, ArrayRef<qnn::Tensor> now,
                       Declared declared, Comparison &comparison) {
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(before, now)))
    comparison.add(llvm::formatv("result {0}", i).str(), std::get<0>(pair),
                   std::get<1>(pair), declared);
}

Comparison NumberVerifier::compareTensors(const Snapshot &before,
                                          const Snapshot &now,
                                          Declared declared) const {
  Comparison result;
  for (const auto &[key, tensor] : before.tensors) {
    const auto *found = now.tensors.find(key);
    if (found != now.tensors.end())
      result.add(key.first, tensor, found->second, declared);
  }
  addResults(before.results, now.results, declared, result);
  return result;
}

FailureOr<Comparison> NumberVerifier::compareLayers(ModuleOp module,
                                                    size_t index,
                                                    Declared declared) const {
  func::FuncOp function = analysis::entryFunction(module);
  const Snapshot &before = accepted[index];
  Comparison result;
  llvm::DenseMap<Value, qnn::Tensor> values;
  for (auto [argument, tensor] :
       llvm::zip_equal(function.getArguments(), samples[index]))
    values[argument] = tensor;
  for (Operation &op : function.front().without_terminator()) {
    SmallVector<const qnn::Tensor *> operands;
    for (Value operand : op.getOperands())
      operands.push_back(&values[operand]);
    FailureOr<SmallVector<qnn::Tensor>> results = qnn::evaluate(&op, operands);
    if (mlir::failed(results))
      return failure();
    for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results)) {
      const auto *known = before.tensors.find(keyOf(value));
      bool isKnown = known != before.tensors.end();
      if (isKnown)
        result.add(known->first.first, known->second, tensor, declared,
                   before.steps.lookup(known->first));
      // What follows is fed what the program before computed.
      values[value] = isKnown ? known->second : tensor;
    }
  }
  SmallVector<qnn::Tensor> results;
  for (Value value : function.front().getTerminator()->getOperands())
    results.push_back(values[value]);
  addResults(before.results, results, declared, result);
  return result;
}

LogicalResult NumberVerifier::check(ModuleOp module, StringRef changedBy,
                                    Declared declared) {
  // Before the graph phase there is nothing to run.
  if (module.getOps<func::FuncOp>().empty())
    return success();
  // Passes that find nothing to do cost nothing.
  OperationFingerPrint now(module);
  if (fingerPrint == now)
    return success();
  failed = true; // until shown otherwise
  bool isFirst = samples.empty();
  if (isFirst) {
    FailureOr<std::vector<Sample>> made = makeSamples(module);
    if (mlir::failed(made))
      return failure();
    samples = std::move(*made);
  }
  std::vector<Snapshot> snapshots(samples.size());
  std::vector<Comparison> comparisons(samples.size());
  auto checkSample = [&](size_t i) -> LogicalResult {
    FailureOr<Snapshot> snapshot = interpret(module, samples[i]);
    if (mlir::failed(snapshot))
      return failure();
    snapshots[i] = std::move(*snapshot);
    if (isFirst)
      return success();
    if (declared == Declared::nothing || declared == Declared::rounding) {
      comparisons[i] = compareTensors(accepted[i], snapshots[i], declared);
      return success();
    }
    FailureOr<Comparison> comparison = compareLayers(module, i, declared);
    if (mlir::failed(comparison))
      return failure();
    comparisons[i] = std::move(*comparison);
    return success();
  };
  if (mlir::failed(failableParallelForEachN(module.getContext(), 0,
                                            samples.size(), checkSample)))
    return failure();
  for (const Comparison &comparison : comparisons) {
    if (!comparison.violation.empty())
      return module.emitError()
             << changedBy << " changes the numbers beyond what it declares: "
             << comparison.violation;
    total.add(comparison);
  }
  accepted = std::move(snapshots);
  fingerPrint = now;
  failed = false;
  return success();
}

std::unique_ptr<PassInstrumentation>
NumberVerifier::instrument(Declared declared,
                           std::function<void(ModuleOp, StringRef)> before) {
  return std::make_unique<Instrumentation>(*this, declared, std::move(before));
}
