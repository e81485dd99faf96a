//===- Quantize.cpp - the quantize phase with data ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Quantize.h"

#include "mlir/IR/Threading.h"
#include "mlir/Pass/PassManager.h"
#include "qcc/Analysis/Entry.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Quantize/Pipelines.h"

#include <cmath>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using qnn::Tensor;

/// How many samples are held back to choose on, and of how many one.
static constexpr size_t kMostHeldBack = 64, kFewestHeldBack = 16,
                        kHeldBackShare = 4;

//===- Measuring ----------------------------------------------------------===//

/// A copy of `module` that returns what a final softmax is given instead of its
/// result: differences of logits are much less noisy.
static OwningOpRef<ModuleOp> withLogits(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  func::FuncOp function = analysis::entryFunction(*copy);
  Operation *terminator = function.front().getTerminator();
  for (OpOperand &output : terminator->getOpOperands()) {
    Value value = output.get();
    // Through ops that only move numbers, up to the softmax if there is one.
    while (auto move = value.getDefiningOp<qnn::QuantizableOp>()) {
      if (!move.isQuantizationTransparent() || move->getNumOperands() != 1)
        break;
      value = move->getOperand(0);
    }
    if (auto softmax = value.getDefiningOp<qnn::SoftmaxOp>())
      output.set(softmax.getInput());
  }
  function.setType(FunctionType::get(copy->getContext(),
                                     function.getArgumentTypes(),
                                     terminator->getOperandTypes()));
  return copy;
}

/// Outputs, before a final softmax, for some samples.
using Outputs = std::vector<SmallVector<Tensor>>;

static FailureOr<Outputs> runSamples(ModuleOp module, const Samples &samples,
                                     ArrayRef<size_t> indices,
                                     const ExecutorFactory &createExecutor) {
  OwningOpRef<ModuleOp> copy = withLogits(module);
  FailureOr<std::unique_ptr<Executor>> executor = createExecutor(*copy);
  if (failed(executor))
    return failure();
  Outputs inputs, outputs(indices.size());
  for (size_t index : indices) {
    FailureOr<SmallVector<Tensor>> sample = samples.read(index);
    if (failed(sample))
      return failure();
    inputs.push_back(std::move(*sample));
  }
  auto run = [&](size_t i) -> LogicalResult {
    FailureOr<SmallVector<Tensor>> result =
        (*executor)->run(inputs[i], [](int64_t, const Tensor &) {});
    if (failed(result))
      return failure();
    outputs[i] = std::move(*result);
    return success();
  };
  if (failed(failableParallelForEachN(module.getContext(), 0, indices.size(),
                                      run)))
    return failure();
  return outputs;
}

static double sqnrOf(const Outputs &actual, const Outputs &expected) {
  size_t count = expected.empty() ? 0 : expected.front().size(), floats = 0;
  double total = 0;
  for (size_t output = 0; output < count; ++output) {
    if (!expected.front()[output].getElementType().isF32())
      continue;
    double signal = 0, noise = 0;
    for (auto [ours, theirs] : llvm::zip_equal(actual, expected)) {
      const float *a = ours[output].data<float>(),
                  *e = theirs[output].data<float>();
      for (int64_t k = 0, n = theirs[output].getNumElements(); k < n; ++k) {
        double value = e[k], error = a[k] - value;
        signal += value * value;
        noise += error * error;
      }
    }
    total += 10 * std::log10(signal / noise);
    ++floats;
  }
  return floats ? total / floats : std::numeric_limits<double>::infinity();
}

FailureOr<double>
qcc::calibration::measureSqnr(ModuleOp module, ModuleOp reference,
                              const Samples &samples, ArrayRef<size_t> indices,
                              const ExecutorFactory &createExecutor) {
  FailureOr<Outputs> actual =
                         runSamples(module, samples, indices, createExecutor),
                     expected = runSamples(reference, samples, indices,
                                           createExecutor);
  if (failed(actual) || failed(expected))
    return failure();
  return sqnrOf(*actual, *expected);
}

//===- Choosing -----------------------------------------------------------===//

namespace {

/// One way to quantize, all choices made.
struct Candidate {
  bool channelScales;
  BiasCorrection bias;
};

/// Keeps what a candidate has to say until it is known whether it is chosen.
/// Errors are said at once.
class HeldRemarks {
public:
  explicit HeldRemarks(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
            return failure();
          held.push_back(std::move(diagnostic));
          return success();
        }) {}

  std::vector<Diagnostic> take() { return std::move(held); }

private:
  ScopedDiagnosticHandler handler;
  std::vector<Diagnostic> held;
};

/// Tries candidates and keeps the best.
class Chooser {
public:
  Chooser(ModuleOp original, const Samples *samples, const Recipe &recipe,
          const ExecutorFactory &createExecutor)
      : original(original), samples(samples), recipe(recipe),
        createExecutor(createExecutor) {
    splitSamples();
  }

  LogicalResult tryCandidate(Candidate candidate);

  OwningOpRef<ModuleOp> module;
  Candidate chosen{};
  double sqnr = -std::numeric_limits<double>::infinity();
  std::vector<Diagnostic> remarks;

private:
  void splitSamples();
  LogicalResult build(ModuleOp copy, Candidate candidate);

  ModuleOp original;
  const Samples *samples;
  const Recipe &recipe;
  const ExecutorFactory &createExecutor;
  std::vector<size_t> heldBack, others;
  Outputs expected; ///< Of the float network for the samples held back.
};

} // namespace

/// `count` of `from`, evenly spread.
static std::vector<size_t> spread(ArrayRef<size_t> from, size_t count) {
  count = std::min(count, from.size());
  std::vector<size_t> result;
  for (size_t i = 0; i < count; ++i)
    result.push_back(from[i * from.size() / count]);
  return result;
}

void Chooser::splitSamples() {
  size_t count = samples ? samples->count() : 0;
  auto all = llvm::to_vector(llvm::seq<size_t>(0, count));
  size_t wanted =
      std::clamp(count / kHeldBackShare, kFewestHeldBack, kMostHeldBack);
  heldBack = spread(all, wanted);
  for (size_t index : all)
    if (!llvm::is_contained(heldBack, index))
      others.push_back(index);
  // Of few samples none can be spared.
  if (others.size() < kFewestHeldBack)
    others.assign(all.begin(), all.end());
}

static void fill(quantize::QuantizeOptions &options, const Recipe &recipe,
                 Candidate candidate) {
  options.ranges = recipe.ranges;
  options.percentile = recipe.percentile;
  options.channelScales = candidate.channelScales;
  options.alpha = recipe.alpha;
  options.perChannelRatio = recipe.perChannelRatio;
  options.weightGrid = recipe.weightGrid;
  for (const std::string &text : recipe.keepFloat)
    options.keepFloat.push_back(text);
  for (const std::string &text : recipe.schemes)
    options.schemes.push_back(text);
}

LogicalResult Chooser::build(ModuleOp copy, Candidate candidate) {
  quantize::QuantizeOptions options;
  fill(options, recipe, candidate);
  PassManager materialize(copy.getContext());
  quantize::buildMaterializePipeline(materialize, options);
  if (failed(materialize.run(copy)))
    return failure();
  if (samples) {
    CorrectionOptions correction;
    correction.bias = candidate.bias;
    correction.roundWithData = recipe.roundWithData;
    if (failed(correctWithData(copy, *samples,
                               spread(others, sequentialSampleLimit(copy)),
                               correction)))
      return failure();
  }
  PassManager round(copy.getContext());
  quantize::buildRoundPipeline(round);
  return round.run(copy);
}

LogicalResult Chooser::tryCandidate(Candidate candidate) {
  OwningOpRef<ModuleOp> copy = original.clone();
  HeldRemarks held(original.getContext());
  if (failed(build(*copy, candidate)))
    return failure();
  double here = 0;
  if (samples) {
    if (expected.empty()) {
      FailureOr<Outputs> outputs =
          runSamples(original, *samples, heldBack, createExecutor);
      if (failed(outputs))
        return failure();
      expected = std::move(*outputs);
    }
    FailureOr<Outputs> actual =
        runSamples(*copy, *samples, heldBack, createExecutor);
    if (failed(actual))
      return failure();
    here = sqnrOf(*actual, expected);
  }
  // A NaN never wins against what came before.
  if (!module || here > sqnr) {
    module = std::move(copy);
    chosen = candidate;
    sqnr = here;
    remarks = held.take();
  }
  return success();
}

static StringRef nameOf(BiasCorrection correction) {
  switch (correction) {
  case BiasCorrection::none:
    return "no";
  case BiasCorrection::fast:
    return "fast";
  case BiasCorrection::sequential:
    return "sequential";
  }
  llvm_unreachable("all corrections are handled");
}

/// Whether calibration left anything to quantize by.
static bool hasObservers(ModuleOp module) {
  return module.walk([](qnn::ObserveOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

LogicalResult
qcc::calibration::quantize(OwningOpRef<ModuleOp> &module,
                           const Samples *samples, const Recipe &recipe,
                           const ExecutorFactory &createExecutor) {
  if (!hasObservers(*module)) {
    // A model that brings its grids, or has nothing to quantize.
    PassManager manager(module->getContext());
    quantize::buildOwnGridsPipeline(manager);
    return manager.run(*module);
  }
  Chooser chooser(*module, samples, recipe, createExecutor);
  BiasCorrection bias =
      recipe.biasCorrection.value_or(BiasCorrection::sequential);
  bool scales = recipe.channelScales.value_or(true);
  if (failed(chooser.tryCandidate({scales, bias})))
    return failure();
  if (samples && !recipe.channelScales &&
      failed(chooser.tryCandidate({!scales, bias})))
    return failure();
  if (samples && !recipe.biasCorrection &&
      failed(chooser.tryCandidate(
          {chooser.chosen.channelScales, BiasCorrection::fast})))
    return failure();
  Location loc = module->getLoc();
  module = std::move(chooser.module);
  DiagnosticEngine &engine = module->getContext()->getDiagEngine();
  for (Diagnostic &remark : chooser.remarks)
    engine.emit(std::move(remark));
  if (samples)
    emitRemark(loc) << "quantized "
                    << (chooser.chosen.channelScales ? "with" : "without")
                    << " channel scales and with "
                    << nameOf(chooser.chosen.bias)
                    << " bias correction: " << chooser.sqnr
                    << " dB on samples held back";
  return success();
}
