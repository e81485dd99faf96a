//===- Refinement.cpp - which layers need more bits -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Refinement.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Reference.h"

#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using qnn::Tensor;
using quantize::Precision;

/// Layers that make less of the sum of all errors are not worth a trial.
static constexpr double kLeastShare = 0.25;
/// Of the network's inputs the share is not estimated but measured; and what
/// follows a first layer in f32 up to the next integer one is not rounded
/// either, residual sums all through the network.
static constexpr double kLeastInputShare = 0.1;
/// All refined layers together may at most double the work.
static constexpr double kMostAddedWork = 1;
/// Where f32 costs no more than this, it is taken at once: it leaves no error.
static constexpr double kLittleWork = 0.1;

/// The time of a multiply-accumulate, in those of int8. In f32 it is 3.3 to 4
/// on processors with VNNI.
static double costOf(Precision precision) {
  switch (precision) {
  case Precision::w8a8:
  case Precision::w8a8PerTensor:
  case Precision::w8a16:
    return 1;
  case Precision::w8a8x2:
    return 2;
  case Precision::f32:
    return 4;
  }
  llvm_unreachable("all precisions have a cost");
}

namespace {

/// A contraction, and the tensors whose rounding it suffers from.
struct NoisyLayer {
  std::string name;
  int64_t macs = 0;
  llvm::SmallPtrSet<Value, 2> sources;
  double activationShare = 0, weightShare = 0; ///< Of all errors.
};

/// Layers that are refined together.
struct LayerGroup {
  std::vector<const NoisyLayer *> layers;
  double activationShare = 0, weightShare = 0, inputShare = 0;

  double share() const { return activationShare + weightShare; }
  bool isWorthTrying() const {
    return share() >= kLeastShare || inputShare >= kLeastInputShare;
  }
};

} // namespace

static OpOperand *activationOf(qnn::QuantizableOp op) {
  for (OpOperand &operand : op->getOpOperands())
    if (op.getOperandRole(operand.getOperandNumber()) ==
        qnn::OperandRole::activation)
      return &operand;
  return nullptr;
}

/// What was rounded to become `value`, seen through ops that move numbers.
static void collectRounded(Value value, llvm::SmallPtrSetImpl<Value> &found) {
  Operation *producer = value.getDefiningOp();
  if (auto dequantize = dyn_cast_or_null<qnn::DequantizeOp>(producer))
    return collectRounded(dequantize.getInput(), found);
  if (auto quantize = dyn_cast_or_null<qnn::QuantizeOp>(producer))
    return collectRounded(quantize.getInput(), found);
  auto move = dyn_cast_or_null<qnn::QuantizableOp>(producer);
  if (!move || !move.isQuantizationTransparent()) {
    found.insert(value);
    return;
  }
  for (OpOperand &operand : move->getOpOperands())
    if (move.getOperandRole(operand.getOperandNumber()) ==
        qnn::OperandRole::activation)
      collectRounded(operand.get(), found);
}

/// All contractions with constant weights, those of f32 too. One node is one
/// layer, even where it is computed in parts.
static std::vector<NoisyLayer> collectLayers(ModuleOp exact) {
  std::vector<NoisyLayer> layers;
  llvm::StringMap<size_t> places;
  exact.walk([&](qnn::QuantizableOp op) {
    auto cost = dyn_cast<qnn::CostOp>(op.getOperation());
    OpOperand *input = activationOf(op);
    if (!op.isIntegerContraction() || !cost || !input)
      return;
    std::string name = analysis::nodeName(op);
    if (!places.try_emplace(name, layers.size()).second)
      return;
    NoisyLayer &layer = layers.emplace_back();
    layer.name = name;
    layer.macs = std::max<int64_t>(cost.getMacs(), 0);
    collectRounded(input->get(), layer.sources);
  });
  return layers;
}

double qcc::calibration::addedWork(ModuleOp exact,
                                   const Refinement &refinement) {
  double total = 0, added = 0;
  for (const NoisyLayer &layer : collectLayers(exact)) {
    total += layer.macs;
    if (auto refined = refinement.find(layer.name); refined != refinement.end())
      added += (costOf(refined->second) - 1) * layer.macs;
  }
  return total > 0 ? added / total : 0;
}

FailureOr<SmallVector<Tensor>>
qcc::calibration::roundInput(ModuleOp exact, ArrayRef<Tensor> inputs,
                             size_t argument) {
  SmallVector<Tensor> rounded(inputs);
  func::FuncOp function = analysis::entryFunction(exact);
  for (Operation *user : function.getArgument(argument).getUsers()) {
    auto quantize = dyn_cast<qnn::QuantizeOp>(user);
    if (!quantize || quantize->use_empty())
      continue;
    auto dequantize = dyn_cast<qnn::DequantizeOp>(*quantize->user_begin());
    FailureOr<Tensor> scale =
        Tensor::fromAttribute(qnn::constantValue(quantize.getScale()));
    FailureOr<Tensor> zeroPoint =
        Tensor::fromAttribute(qnn::constantValue(quantize.getZeroPoint()));
    if (!dequantize || failed(scale) || failed(zeroPoint))
      continue;
    FailureOr<SmallVector<Tensor>> stored =
        qnn::evaluate(quantize, {&inputs[argument], &*scale, &*zeroPoint});
    if (failed(stored))
      return failure();
    FailureOr<SmallVector<Tensor>> restored =
        qnn::evaluate(dequantize, {&stored->front(), &*scale, &*zeroPoint});
    if (failed(restored))
      return failure();
    rounded[argument] = restored->front();
  }
  return rounded;
}

/// Fills in what was measured of the layers: shares of all errors.
static void addShares(MutableArrayRef<NoisyLayer> layers,
                      ArrayRef<LayerSqnr> measured) {
  llvm::StringMap<const LayerSqnr *> noise;
  double sum = 0;
  for (const LayerSqnr &layer : measured) {
    noise[analysis::nodeName(layer.location)] = &layer;
    sum += layer.activationNoise + layer.weightNoise;
  }
  for (NoisyLayer &layer : layers)
    if (const LayerSqnr *found = noise.lookup(layer.name); found && sum > 0) {
      layer.activationShare = found->activationNoise / sum;
      layer.weightShare = found->weightNoise / sum;
    }
}

/// The layers that read a tensor which `layer` reads, and their shares.
static LayerGroup groupOf(const NoisyLayer &layer, ArrayRef<NoisyLayer> layers,
                          ArrayRef<double> inputShares) {
  LayerGroup group;
  for (const NoisyLayer &other : layers)
    if (llvm::any_of(layer.sources, [&](Value source) {
          return other.sources.contains(source);
        })) {
      group.layers.push_back(&other);
      group.activationShare += other.activationShare;
      group.weightShare += other.weightShare;
    }
  // Of the network's inputs it is known what they do to the outputs.
  for (Value source : layer.sources)
    if (auto argument = dyn_cast<BlockArgument>(source);
        argument && argument.getArgNumber() < inputShares.size())
      group.inputShare =
          std::max(group.inputShare, inputShares[argument.getArgNumber()]);
  group.activationShare = std::max(group.activationShare, group.inputShare);
  return group;
}

std::optional<Refinement>
qcc::calibration::refineNoisiest(ModuleOp exact, ArrayRef<LayerSqnr> measured,
                                 ArrayRef<double> inputShares,
                                 const Refinement &current) {
  std::vector<NoisyLayer> layers = collectLayers(exact);
  addShares(layers, measured);
  LayerGroup worst;
  for (const NoisyLayer &layer : layers) {
    LayerGroup group = groupOf(layer, layers, inputShares);
    if (group.isWorthTrying() && group.share() > worst.share() &&
        llvm::none_of(group.layers, [&](const NoisyLayer *member) {
          return current.count(member->name) != 0;
        }))
      worst = std::move(group);
  }
  if (worst.layers.empty())
    return std::nullopt;

  double before = addedWork(exact, current);
  auto refined = [&](Precision precision) {
    Refinement result = current;
    for (const NoisyLayer *layer : worst.layers)
      result[layer->name] = precision;
    return result;
  };
  Refinement precise = refined(Precision::f32),
             twoParts = refined(Precision::w8a8x2);
  double preciseWork = addedWork(exact, precise);
  if (preciseWork - before <= kLittleWork && preciseWork <= kMostAddedWork)
    return precise;
  if (worst.activationShare > worst.weightShare &&
      addedWork(exact, twoParts) <= kMostAddedWork)
    return twoParts;
  if (preciseWork <= kMostAddedWork)
    return precise;
  return std::nullopt;
}
