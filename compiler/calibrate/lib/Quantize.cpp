//===- Quantize.cpp - the quantize phase with data ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Quantize.h"

#include "Refinement.h"
#include "Work.h"
#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Names.h"

#include "mlir/Pass/PassManager.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Quantize/Passes.h"
#include "qcc/Quantize/Pipelines.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using calibrate::RangeMethod;

/// How many samples are held back to choose on, and of how many one.
static constexpr size_t kMostHeldBack = 64, kFewestHeldBack = 16,
                        kHeldBackShare = 4;
/// Of fewer samples none are held back. Channel scales, which have a number for
/// each channel, look good on samples that they were made of.
static constexpr size_t kEnoughForScales = 2 * kFewestHeldBack;
/// Less, in dB, may be chance: other samples do not agree with it.
static constexpr double kBetter = 0.5, kClearlyBetter = 1;
/// Sets of layers whose refinement is tried, each at the cost of a candidate.
static constexpr int kMostTrials = 2;
/// Multiply-accumulates of the sequential pass of a candidate. The last one has
/// more, for more samples, that nothing else is decided by.
static constexpr int64_t kTrialMacs = int64_t(5) << 30;
static constexpr int64_t kFinalMacs = int64_t(20) << 30;

namespace {

/// One way to quantize, all choices made.
struct Candidate {
  calibrate::RangeMethod ranges;
  bool channelScales;
  BiasCorrection bias;
  int64_t macs = kTrialMacs;  ///< Of the sequential pass.
  Refinement refinement = {}; ///< Layers that are not int8.
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
          const Measurable &reference, const ExecutorFactory &createExecutor)
      : original(original), samples(samples), recipe(recipe),
        reference(reference), createExecutor(createExecutor) {
    splitSamples();
  }

  /// Says of a candidate that keeps so many dB whether it is better.
  using Judge = function_ref<FailureOr<bool>(ModuleOp quantized, double sqnr)>;

  /// Keeps the candidate if there is none yet or if it is better.
  LogicalResult tryCandidate(const Candidate &candidate, Judge isBetter);
  /// Keeps it if it is better by more than `margin` dB.
  LogicalResult tryCandidate(const Candidate &candidate, double margin = 0);
  /// Tries more precision for the layers that make most of the errors.
  LogicalResult refine();
  /// Tries what is chosen with more samples in the sequential pass.
  LogicalResult useMoreSamples();

  OwningOpRef<ModuleOp> module;
  Candidate chosen{};
  QuantizeResult result;
  std::vector<Diagnostic> remarks;
  double addedWork = 0; ///< Of refined layers, as a share of all work.

private:
  void splitSamples();
  std::vector<size_t> sequentialSamples(ModuleOp network, int64_t macs) const;
  LogicalResult build(ModuleOp copy, const Candidate &candidate,
                      QuantizeResult &built);
  LogicalResult measure(ModuleOp copy, QuantizeResult &built);

  ModuleOp original;
  const Samples *samples;
  const Recipe &recipe;
  const Measurable &reference;
  const ExecutorFactory &createExecutor;
  std::vector<size_t> heldBack, others;
  Outputs expected; ///< Of the float network for the samples held back.
};

} // namespace

/// `count` of `from`, evenly spread.
static std::vector<size_t> spread(ArrayRef<size_t> from, size_t count) {
  count = std::min(count, from.size());
  std::vector<size_t> result;
  result.reserve(count);
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

std::vector<size_t> Chooser::sequentialSamples(ModuleOp network,
                                               int64_t macs) const {
  return spread(others, sequentialSampleLimit(network, macs));
}

static void fill(quantize::QuantizeOptions &options, const Recipe &recipe,
                 const Candidate &candidate) {
  options.ranges = candidate.ranges;
  options.percentile = recipe.percentile;
  options.headroom =
      recipe.headroom.value_or(candidate.ranges == RangeMethod::l3 ||
                               candidate.ranges == RangeMethod::mse);
  options.channelScales = candidate.channelScales;
  options.alpha = recipe.alpha;
  options.perChannelRatio = recipe.perChannelRatio;
  options.weightGrid = recipe.weightGrid;
  for (const std::string &text : recipe.keepFloat)
    options.keepFloat.push_back(text);
  for (const std::string &text : recipe.schemes)
    options.schemes.push_back(text);
}

/// Writes the precision of refined layers onto them.
static void markRefined(ModuleOp module, const Refinement &refinement) {
  module.walk([&](qnn::QuantizableOp op) {
    auto refined = refinement.find(analysis::nodeName(op));
    if (refined == refinement.end())
      return;
    bool isForElementwise = refined->second == quantize::Precision::w8a16;
    if (isForElementwise ? op.isElementwise() : op.isIntegerContraction())
      op->setAttr(qnn::QnnDialect::kMeasuredPrecisionAttr,
                  StringAttr::get(module.getContext(),
                                  quantize::nameOf(refined->second)));
  });
}

LogicalResult Chooser::build(ModuleOp copy, const Candidate &candidate,
                             QuantizeResult &built) {
  markRefined(copy, candidate.refinement);
  quantize::QuantizeOptions options;
  fill(options, recipe, candidate);
  PassManager materialize(copy.getContext());
  quantize::buildMaterializePipeline(materialize, options);
  if (failed(materialize.run(copy)))
    return failure();
  built.exact = copy.clone();
  // Of the same contractions as the rounded network.
  PassManager split(copy.getContext());
  split.addNestedPass<func::FuncOp>(quantize::createSplitContractions());
  if (failed(split.run(*built.exact)))
    return failure();
  if (samples) {
    CorrectionOptions correction;
    correction.bias = candidate.bias;
    correction.rounding = recipe.rounding;
    FailureOr<std::vector<LayerSqnr>> layers = correctWithData(
        copy, *samples, sequentialSamples(copy, candidate.macs), correction);
    if (failed(layers))
      return failure();
    built.layers = std::move(*layers);
  }
  PassManager round(copy.getContext());
  quantize::buildRoundPipeline(round);
  return round.run(copy);
}

/// How close `copy` comes to the float network on the samples held back.
LogicalResult Chooser::measure(ModuleOp copy, QuantizeResult &built) {
  MLIRContext *context = copy.getContext();
  if (expected.empty()) {
    FailureOr<Outputs> outputs =
        runSamples(*reference.executor, *samples, heldBack, context);
    if (failed(outputs))
      return failure();
    expected = std::move(*outputs);
  }
  FailureOr<Measurable> measurable =
      Measurable::create(copy, createExecutor, Runs::few);
  if (failed(measurable))
    return failure();
  FailureOr<Outputs> actual =
      runSamples(*measurable->executor, *samples, heldBack, context);
  if (failed(actual))
    return failure();
  Comparison &comparison = built.comparison.emplace(reference.logits);
  for (auto [ours, theirs] : llvm::zip_equal(*actual, expected))
    comparison.add(ours, theirs);
  built.sqnr = comparison.logitSqnr();
  built.program = std::move(*measurable);
  built.isOnHeldBack = others.size() < samples->count();
  return success();
}

LogicalResult Chooser::tryCandidate(const Candidate &candidate, double margin) {
  // A NaN never wins against what came before.
  return tryCandidate(candidate, [&](ModuleOp, double sqnr) -> FailureOr<bool> {
    return sqnr > result.sqnr + margin;
  });
}

LogicalResult Chooser::tryCandidate(const Candidate &candidate,
                                    Judge isBetter) {
  OwningOpRef<ModuleOp> copy = original.clone();
  HeldRemarks held(original.getContext());
  QuantizeResult built;
  if (failed(build(*copy, candidate, built)))
    return failure();
  if (samples && failed(measure(*copy, built)))
    return failure();
  FailureOr<bool> wins = true;
  if (module)
    wins = isBetter(*copy, built.sqnr);
  if (failed(wins))
    return failure();
  if (*wins) {
    module = std::move(copy);
    chosen = candidate;
    result = std::move(built);
    remarks = held.take();
  }
  return success();
}

LogicalResult Chooser::refine() {
  std::set<Refinement> tried;
  std::optional<MeasuredNoise> noise;
  size_t steps = std::numeric_limits<size_t>::max();
  FailureOr<double> work = programWork(*module);
  if (failed(work))
    return failure();
  WorkBudget budget{recipe.refine, /*plain=*/*work, /*current=*/*work};
  double workOfTrial = 0;
  auto pays = [&](ModuleOp quantized, double sqnr) -> FailureOr<bool> {
    FailureOr<double> estimated = programWork(quantized);
    if (failed(estimated))
      return failure();
    workOfTrial = *estimated;
    return worthOf(result.sqnr, sqnr) >
           (workOfTrial - budget.current) / budget.plain;
  };
  for (int i = 0; i < kMostTrials; ++i) {
    if (!isWorthRefining(result.sqnr, budget))
      return success();
    if (!noise) {
      FailureOr<MeasuredNoise> measured =
          measureNoise(*result.exact, *result.program.executor, *samples,
                       spread(others, kFewestHeldBack), createExecutor);
      if (failed(measured))
        return failure();
      noise = std::move(*measured);
    }
    RefinementPlanner planner(*noise, chosen.refinement, budget);
    std::optional<Refinement> ofInputs = planner.refineInputs(tried),
                              refinement = ofInputs;
    if (!refinement)
      refinement = planner.refineMost(result.sqnr, steps);
    if (!refinement || !tried.insert(*refinement).second)
      return success();
    Candidate candidate = chosen;
    candidate.refinement = *refinement;
    if (failed(tryCandidate(candidate, pays)))
      return failure();
    if (chosen.refinement == *refinement) {
      budget.current = workOfTrial;
      addedWork = budget.spent();
      noise.reset();
      steps = std::numeric_limits<size_t>::max();
    } else if (!ofInputs) {
      // Perhaps the best half of it pays.
      steps /= 2;
    }
  }
  return success();
}

LogicalResult Chooser::useMoreSamples() {
  if (recipe.rounding == WeightRounding::nearest &&
      chosen.bias == BiasCorrection::none)
    return success(); // Nothing that depends on them.
  Candidate candidate = chosen;
  candidate.macs = kFinalMacs;
  auto countFor = [&](const Candidate &candidate) {
    return sequentialSamples(*result.exact, candidate.macs).size();
  };
  if (countFor(candidate) == countFor(chosen))
    return success();
  return tryCandidate(candidate);
}

/// Whether calibration left anything to quantize by.
static bool hasObservers(ModuleOp module) {
  return module.walk([](qnn::ObserveOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

FailureOr<QuantizeResult> qcc::calibration::quantize(
    OwningOpRef<ModuleOp> &module, const Samples *samples, const Recipe &recipe,
    const Measurable &reference, const ExecutorFactory &createExecutor) {
  if (!hasObservers(*module)) {
    // A model that brings its grids, or has nothing to quantize.
    QuantizeResult result;
    result.exact = module->clone();
    PassManager manager(module->getContext());
    quantize::buildOwnGridsPipeline(manager);
    if (failed(manager.run(*module)))
      return failure();
    return std::move(result);
  }
  Chooser chooser(*module, samples, recipe, reference, createExecutor);
  // One choice after the other, each with the best of those before.
  bool canChoose = samples && samples->count() >= kEnoughForScales;
  bool scales = recipe.channelScales.value_or(canChoose || !samples);
  BiasCorrection bias =
      recipe.biasCorrection.value_or(BiasCorrection::sequential);
  RangeMethod ranges = recipe.ranges.value_or(RangeMethod::l3);
  bool choosesNothing = recipe.channelScales && recipe.ranges &&
                        recipe.biasCorrection && recipe.refine == 0;
  if (failed(chooser.tryCandidate(
          {ranges, scales, bias, choosesNothing ? kFinalMacs : kTrialMacs})))
    return failure();
  if (canChoose && !recipe.channelScales &&
      failed(chooser.tryCandidate({ranges, !scales, bias})))
    return failure();
  // Tensors with channel scales are not clipped, so that ranges by another
  // method are for networks without.
  if (samples && !recipe.ranges && !recipe.channelScales.value_or(false) &&
      failed(chooser.tryCandidate({RangeMethod::mse, false, bias},
                                  kClearlyBetter)))
    return failure();
  if (samples && !recipe.biasCorrection) {
    Candidate other = chooser.chosen;
    other.bias = BiasCorrection::fast;
    if (failed(chooser.tryCandidate(other, kBetter)))
      return failure();
  }
  if (samples && recipe.refine > 0 && failed(chooser.refine()))
    return failure();
  if (samples && failed(chooser.useMoreSamples()))
    return failure();
  Location loc = module->getLoc();
  module = std::move(chooser.module);
  DiagnosticEngine &engine = module->getContext()->getDiagEngine();
  for (Diagnostic &remark : chooser.remarks)
    engine.emit(std::move(remark));
  for (const LayerSqnr &layer : chooser.result.layers)
    emitRemark(layer.location)
        << "its result keeps " << layer.sqnr << " dB of the float one";
  if (samples)
    emitRemark(loc) << "quantized with " << nameOf(chooser.chosen.ranges)
                    << " ranges, "
                    << (chooser.chosen.channelScales ? "with" : "without")
                    << " channel scales and with "
                    << nameOf(chooser.chosen.bias) << " bias correction, "
                    << chooser.chosen.refinement.size()
                    << " layers in higher precision"
                    << llvm::formatv(" (an estimated {0:P0} more work): ",
                                     chooser.addedWork)
                    << chooser.result.sqnr
                    << (chooser.result.isOnHeldBack
                            ? " dB on samples held back"
                            : " dB on the samples that calibrated");
  return std::move(chooser.result);
}
