//===- Refinement.cpp - which layers need more bits -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Refinement.h"

#include "SwitchedProgram.h"
#include "Work.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Analysis/Operands.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using quantize::Precision;

/// Of the network's inputs this share of the errors is worth a trial: what
/// follows a first layer in f32 up to the next integer one is not rounded
/// either, residual sums all through the network, so that it may gain more.
static constexpr double kLeastInputShare = 0.1;
/// So it is in f32 where that adds no more to the work.
static constexpr double kLittleWork = 0.1;
/// An error that is smaller by the size of the signal would be worth so much of
/// the network's work: 1 % is worth 55 % of it. Less than half a decibel is
/// nothing.
static constexpr double kWorthOfSignal = 55, kLeastGain = 0.5;
/// Nobody needs more, in dB.
static constexpr double kGoodEnough = 40;
/// So many times the allowance may be spent if half of the errors, 3 dB, come
/// from one tensor: by default it is as much as two parts of everything cost.
/// From a third of them on, in dB, the more the more it makes: with a step here
/// a few samples more or less would decide.
static constexpr double kForOneTensor = 12, kThird = 1.76, kHalf = 3;
/// What is left when so much of the allowance is spent is not worth another
/// measurement.
static constexpr double kAlmostAll = 0.8;
/// Layers that a plan may begin with.
static constexpr size_t kFirstSteps = 8;
/// Errors that depend on each other leave more than a sum says.
static constexpr double kLeastLeft = 0.05;
/// Multiply-accumulates of all runs of a measurement, and its samples.
static constexpr int64_t kMacs = int64_t(1) << 37;
static constexpr size_t kMostSamples = 16, kFewestSamples = 2;

/// A contraction with constant weights, or an elementwise op that can read more
/// bits, as a residual addition does. One node is one layer, even where it is
/// computed in parts.
struct RefinementPlanner::Layer {
  std::string name;
  bool isElementwise = false;
  bool takesWords = false; ///< Of its input, instead of two parts of them.
  Value input;
  double macsWork = 0, reads = 0, writes = 0; ///< Numbers it reads and writes.
  double roundedAgain = 0; ///< Of 16 bits, because others read 8 of them.
  /// Numbers that are written and read on the way from where they are computed
  /// to `input`, by ops that only move them.
  SmallVector<double> moved;
  SmallVector<size_t> roundings; ///< Those it suffers from.

  /// What it takes more to bring it numbers of so many bytes, in the unit of
  /// programWork().
  double addedTraffic(double bytes) const {
    double work = 0;
    for (double numbers : moved)
      work += bytesWork(bytes * numbers) - bytesWork(numbers);
    return work;
  }

  /// What it takes more to give it its input in `precision`, which layers that
  /// read the same tensor share. In 16 bits, numbers take a byte more, and a
  /// map rounds them again for contractions that read the same tensor. Two
  /// parts are made of 16 bits by two maps, unless the layer takes words.
  double addedInputWork(Precision precision) const {
    if (precision == Precision::w8a16)
      return 2 * (bytesWork(2 * reads) - bytesWork(reads)) +
             bytesWork(2 * roundedAgain) + bytesWork(roundedAgain) +
             kResultWork * roundedAgain;
    if (precision == Precision::f32)
      return addedTraffic(4) + bytesWork(4 * reads) - bytesWork(reads);
    if (takesWords)
      return addedTraffic(2) + bytesWork(2 * reads) - bytesWork(reads);
    return addedTraffic(2) + 2 * bytesWork(2 * reads) + 3 * bytesWork(reads) +
           2 * kResultWork * reads;
  }

  /// What it takes more to compute it in `precision`. Multiplications take
  /// longer in f32, and twice as long for words; what the contractions of two
  /// parts give is added up in f32.
  double addedOwnWork(Precision precision) const {
    if (precision == Precision::w8a16)
      return 0;
    if (precision == Precision::f32)
      return (kFloatWork - 1) * macsWork;
    if (takesWords)
      return macsWork;
    return macsWork + bytesWork(reads) + 2 * bytesWork(4 * writes) +
           kResultWork * writes;
  }
};

/// Layers that are refined together.
struct RefinementPlanner::Step {
  Refinement added;
  Noise noise; ///< That is gone then.
  double cost = 0;
};

/// The roundings on the way to `value`, and the ops on it that move numbers.
static void collectRoundingsOf(Value value, llvm::SetVector<Operation *> &found,
                               llvm::SetVector<Operation *> &moves) {
  Operation *producer = value.getDefiningOp();
  if (auto dequantize = dyn_cast_or_null<qnn::DequantizeOp>(producer))
    return collectRoundingsOf(dequantize.getInput(), found, moves);
  if (auto quantize = dyn_cast_or_null<qnn::QuantizeOp>(producer)) {
    found.insert(quantize);
    return collectRoundingsOf(quantize.getInput(), found, moves);
  }
  if (!analysis::isTransparent(producer))
    return;
  auto move = cast<qnn::QuantizableOp>(producer);
  moves.insert(move);
  for (OpOperand &operand : move->getOpOperands())
    if (move.getOperandRole(operand.getOperandNumber()) ==
        qnn::OperandRole::activation)
      collectRoundingsOf(operand.get(), found, moves);
}

/// Calls `visit(op, input)` for each layer of `network`, those in f32 too.
static void forEachLayer(ModuleOp network,
                         function_ref<void(qnn::CostOp, Value input)> visit) {
  llvm::StringSet<> seen;
  network.walk([&](qnn::QuantizableOp op) {
    auto cost = dyn_cast<qnn::CostOp>(op.getOperation());
    OpOperand *input =
        analysis::operandOfRole(op, qnn::OperandRole::activation);
    if (op.isIntegerContraction() && cost && input &&
        seen.insert(analysis::nodeName(op)).second)
      visit(cost, input->get());
  });
}

/// True for ops that can read more bits of their own.
static bool isElementwise(Operation *op) {
  auto quantizable = dyn_cast<qnn::QuantizableOp>(op);
  return quantizable && quantizable.isElementwise() &&
         !quantizable.isIntegerContraction() &&
         !quantizable.isQuantizationTransparent();
}

/// Calls `visit(op, rounding)` for each elementwise op of `network` that reads
/// what is rounded for it, and not on the way to somebody else.
static void
forEachElementwise(ModuleOp network,
                   function_ref<void(Operation *, qnn::QuantizeOp)> visit) {
  network.walk([&](Operation *op) {
    if (!isElementwise(op))
      return;
    for (Value operand : op->getOperands())
      if (auto dequantize = operand.getDefiningOp<qnn::DequantizeOp>())
        if (auto quantize =
                dequantize.getInput().getDefiningOp<qnn::QuantizeOp>())
          visit(op, quantize);
  });
}

/// A copy of `exact` in which elementwise ops have pairs of their own.
static OwningOpRef<ModuleOp> withPairsForElementwise(ModuleOp exact) {
  OwningOpRef<ModuleOp> network = exact.clone();
  SmallVector<qnn::DequantizeOp> pairs;
  network->walk([&](qnn::DequantizeOp op) {
    if (op.getInput().getDefiningOp<qnn::QuantizeOp>() &&
        llvm::any_of(op->getUsers(), isElementwise) &&
        !llvm::all_of(op->getUsers(), isElementwise))
      pairs.push_back(op);
  });
  for (qnn::DequantizeOp dequantize : pairs) {
    OpBuilder builder(dequantize->getContext());
    builder.setInsertionPointAfter(dequantize);
    auto quantize = cast<qnn::QuantizeOp>(
        builder.clone(*dequantize.getInput().getDefiningOp()));
    auto own = cast<qnn::DequantizeOp>(builder.clone(*dequantize));
    own.getInputMutable().assign(quantize.getResult());
    dequantize.getResult().replaceUsesWithIf(
        own.getResult(),
        [](OpOperand &use) { return isElementwise(use.getOwner()); });
  }
  return network;
}

/// How many numbers a tensor of static shape has; 0 where it is not known.
static double numbersOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape()
             ? static_cast<double>(type.getNumElements())
             : 0;
}

double qcc::calibration::worthOf(double before, double after) {
  if (before >= kGoodEnough || !(after >= before + kLeastGain))
    return 0;
  auto sizeOfError = [](double sqnr) { return std::pow(10, -sqnr / 20); };
  return kWorthOfSignal * (sizeOfError(before) - sizeOfError(after));
}

bool qcc::calibration::isWorthRefining(double sqnr, const WorkBudget &budget) {
  return worthOf(sqnr, std::numeric_limits<double>::infinity()) > 0 &&
         budget.spent() < kAlmostAll * budget.allowed;
}

FailureOr<MeasuredNoise>
qcc::calibration::measureNoise(ModuleOp exact, const Executor &rounded,
                               const Samples &samples, ArrayRef<size_t> indices,
                               const ExecutorFactory &createExecutor) {
  MeasuredNoise result;
  result.network = withPairsForElementwise(exact);
  FailureOr<ErrorSources> sources =
      ErrorSources::create(*result.network, *result.network, createExecutor);
  if (failed(sources))
    return failure();
  result.ofRoundings.resize(
      collectRoundings(analysis::entryFunction(*result.network)).size());
  // Clipping and rounding go together.
  std::vector<SmallVector<size_t, 2>> groups;
  std::vector<size_t> roundings;
  for (auto [i, entry] : llvm::enumerate(sources->getSwitches())) {
    if (roundings.empty() || roundings.back() != entry.rounding) {
      roundings.push_back(entry.rounding);
      groups.emplace_back();
    }
    groups.back().push_back(i);
  }
  int64_t macs = std::max<int64_t>(sources->getMacs(), 1),
          runs = static_cast<int64_t>(groups.size()) + 1;
  size_t affordable =
      std::clamp<size_t>(kMacs / macs / runs, kFewestSamples, kMostSamples);
  size_t count = std::min(affordable, indices.size());
  SmallVector<size_t> chosen;
  for (size_t i = 0; i < count; ++i)
    chosen.push_back(indices[i * indices.size() / count]);
  if (failed(sources->runExact(samples, chosen)))
    return failure();
  FailureOr<std::vector<Noise>> noise = sources->noiseOfEach(groups);
  FailureOr<Noise> together = sources->noiseOf(rounded);
  if (failed(noise) || failed(together))
    return failure();
  result.together = std::move(*together);
  for (auto [rounding, here] : llvm::zip_equal(roundings, *noise))
    if (llvm::all_of(here, [](double part) { return std::isfinite(part); }))
      result.ofRoundings[rounding] = std::move(here);
  return result;
}

RefinementPlanner::RefinementPlanner(const MeasuredNoise &measured,
                                     const Refinement &current,
                                     const WorkBudget &budget)
    : readers(measured.ofRoundings.size()), measured(measured),
      current(current), budget(budget) {
  ModuleOp network = *measured.network;
  llvm::DenseMap<Operation *, size_t> places;
  for (auto [i, op] :
       llvm::enumerate(collectRoundings(analysis::entryFunction(network)))) {
    places[op] = i;
    if (isa<BlockArgument>(op.getInput()))
      ofInputs.push_back(i);
  }
  forEachLayer(network, [&](qnn::CostOp op, Value input) {
    llvm::SetVector<Operation *> found, moves;
    collectRoundingsOf(input, found, moves);
    Layer &layer = layers.emplace_back();
    layer.name = analysis::nodeName(op);
    layer.takesWords =
        cast<qnn::QuantizableOp>(op.getOperation()).maxActivationBits() > 8;
    layer.input = input;
    layer.macsWork = macsWork(op);
    layer.reads = numbersOf(input);
    layer.writes = numbersOf(op->getResult(0));
    layer.moved.push_back(layer.reads);
    for (Operation *move : moves) {
      if (isa<qnn::ReshapeOp>(move)) // A view.
        continue;
      for (OpOperand &operand : move->getOpOperands())
        if (cast<qnn::QuantizableOp>(move).getOperandRole(
                operand.getOperandNumber()) == qnn::OperandRole::activation)
          layer.moved.append(2, numbersOf(operand.get()));
    }
    for (Operation *rounding : found) {
      layer.roundings.push_back(places.lookup(rounding));
      readers[layer.roundings.back()].push_back(layers.size() - 1);
    }
  });
  forEachElementwise(network, [&](Operation *op, qnn::QuantizeOp rounding) {
    auto place = places.find(rounding);
    if (place == places.end())
      return; // Of weights.
    std::string name = analysis::nodeName(op);
    auto layer = llvm::find_if(
        layers, [&](const Layer &other) { return other.name == name; });
    if (layer == layers.end()) {
      layer = layers.emplace(layers.end());
      layer->name = name;
      layer->isElementwise = true;
    }
    if (!layer->isElementwise ||
        llvm::is_contained(layer->roundings, place->second))
      return;
    double numbers = numbersOf(rounding.getInput());
    layer->reads += numbers;
    if (llvm::any_of(rounding.getInput().getUsers(), [&](Operation *user) {
          return user != rounding && isa<qnn::QuantizeOp>(user);
        }))
      layer->roundedAgain += numbers;
    layer->roundings.push_back(place->second);
    readers[place->second].push_back(layer - layers.begin());
  });
}

RefinementPlanner::~RefinementPlanner() = default;

/// What it gains in dB, the mean over the outputs, if `gone` goes from `noise`.
static double gainOf(ArrayRef<double> gone, ArrayRef<double> noise) {
  double sum = 0;
  for (auto [part, all] : llvm::zip(gone, noise))
    if (all > 0)
      sum -= 10 * std::log10(std::max(1 - part / all, kLeastLeft));
  return noise.empty() ? 0 : sum / noise.size();
}

std::optional<RefinementPlanner::Step>
RefinementPlanner::stepFor(const Layer &layer,
                           const Refinement &refined) const {
  if (refined.count(layer.name) || layer.roundings.empty())
    return std::nullopt;
  // A tensor is rounded as long as anybody wants it rounded. Elementwise ops
  // alone are refined for tensors that only they read.
  llvm::SetVector<size_t> members, spared;
  for (size_t rounding : layer.roundings)
    for (size_t reader : readers[rounding])
      if (!refined.count(layers[reader].name) &&
          (layers[reader].isElementwise || !layer.isElementwise))
        members.insert(reader);
  double inFloat = 0, inParts = 0, elementwise = 0;
  llvm::DenseSet<std::pair<Value, unsigned>> inputs;
  for (size_t member : members) {
    bool isNew =
        inputs.insert({layers[member].input, layers[member].takesWords}).second;
    auto addedWork = [&](Precision precision) {
      return layers[member].addedOwnWork(precision) +
             (isNew ? layers[member].addedInputWork(precision) : 0);
    };
    if (layers[member].isElementwise) {
      elementwise += layers[member].addedInputWork(Precision::w8a16);
    } else {
      inFloat += addedWork(Precision::f32);
      inParts += addedWork(Precision::w8a8x2);
    }
    for (size_t rounding : layers[member].roundings)
      if (llvm::all_of(readers[rounding], [&](size_t reader) {
            return members.contains(reader) ||
                   refined.count(layers[reader].name);
          }))
        spared.insert(rounding);
  }
  Step step{{}, Noise(measured.together.size(), 0.0), 0};
  // In f32 nothing is rounded, weights neither, nor what is made of inputs.
  bool isFirst = llvm::any_of(
      ofInputs, [&](size_t rounding) { return spared.contains(rounding); });
  bool takesFloat =
      inFloat <= inParts || (isFirst && inFloat <= kLittleWork * budget.plain);
  Precision precision = takesFloat ? Precision::f32 : Precision::w8a8x2;
  step.cost = ((takesFloat ? inFloat : inParts) + elementwise) / budget.plain;
  for (size_t member : members)
    step.added[layers[member].name] =
        layers[member].isElementwise ? Precision::w8a16 : precision;
  for (size_t rounding : spared)
    for (auto [sum, part] :
         llvm::zip(step.noise, measured.ofRoundings[rounding]))
      sum += part;
  return step;
}

bool RefinementPlanner::isAffordable(double cost, double gain) const {
  double dominance = std::clamp((gain - kThird) / (kHalf - kThird), 0.0, 1.0),
         factor = std::pow(kForOneTensor, dominance);
  return budget.spent() + cost <= factor * budget.allowed;
}

std::optional<Refinement>
RefinementPlanner::refineInputs(const std::set<Refinement> &tried) const {
  for (size_t rounding : ofInputs) {
    double gain = gainOf(measured.ofRoundings[rounding], measured.together);
    if (gain < -10 * std::log10(1 - kLeastInputShare) ||
        readers[rounding].empty())
      continue;
    std::optional<Step> step =
        stepFor(layers[readers[rounding].front()], current);
    if (!step || !isAffordable(step->cost, gain) ||
        llvm::none_of(step->added, [](const auto &layer) {
          return layer.second == Precision::f32;
        }))
      continue;
    Refinement result = current;
    result.insert(step->added.begin(), step->added.end());
    if (!tried.count(result))
      return result;
  }
  return std::nullopt;
}

RefinementPlanner::Plan RefinementPlanner::planFrom(const Layer *first,
                                                    double sqnr,
                                                    size_t mostSteps) const {
  Plan best, grown{current};
  Noise left = measured.together;
  double gain = 0, work = 0;
  while (grown.steps < mostSteps) {
    // Most noise for the work first.
    std::optional<Step> next;
    double nextGain = 0;
    for (const Layer &layer : layers) {
      if (grown.steps == 0 && first && first != &layer)
        continue;
      std::optional<Step> step = stepFor(layer, grown.refined);
      if (!step || !isAffordable(work + step->cost,
                                 gainOf(step->noise, measured.together)))
        continue;
      if (double here = gainOf(step->noise, left);
          here > 0 && (!next || here * next->cost > nextGain * step->cost)) {
        next = std::move(step);
        nextGain = here;
      }
    }
    if (!next)
      break;
    grown.refined.insert(next->added.begin(), next->added.end());
    ++grown.steps;
    for (auto [rest, gone, all] :
         llvm::zip_equal(left, next->noise, measured.together))
      rest = std::max(rest - gone, kLeastLeft * all);
    work += next->cost;
    // The less is left, the more does it gain to take away the same again.
    gain += nextGain;
    grown.net = worthOf(sqnr, sqnr + gain) - work;
    if (grown.net > best.net)
      best = grown;
  }
  return best;
}

std::optional<Refinement>
RefinementPlanner::refineMost(double sqnr, size_t &mostSteps) const {
  // Where all that is cheap has been taken, the allowance may be too small for
  // what gains most. So that is tried as the first step, too.
  std::vector<std::pair<double, const Layer *>> firsts;
  for (const Layer &layer : layers)
    if (std::optional<Step> step = stepFor(layer, current)) {
      double gain = gainOf(step->noise, measured.together);
      if (isAffordable(step->cost, gain))
        firsts.push_back({gain, &layer});
    }
  llvm::stable_sort(
      firsts, [](const auto &a, const auto &b) { return a.first > b.first; });
  firsts.resize(std::min(firsts.size(), kFirstSteps));
  Plan best = planFrom(nullptr, sqnr, mostSteps);
  for (const auto &[gain, layer] : firsts)
    if (Plan other = planFrom(layer, sqnr, mostSteps); other.net > best.net)
      best = std::move(other);
  if (best.steps == 0)
    return std::nullopt;
  mostSteps = best.steps;
  return best.refined;
}
