//===- ChannelScales.cpp - even out the channels of a tensor --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelRanges.h"
#include "Grids.h"
#include "WeightScales.h"

#include "qcc/Analysis/Operands.h"
#include "qcc/Analysis/QuantizationSites.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Quantize/Passes.h"
#include "qcc/Quantize/PrecisionRules.h"
#include "llvm/ADT/MapVector.h"

#include <cmath>

namespace qcc::quantize {
#define GEN_PASS_DEF_CHANNELSCALES
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::isTransparent;
using analysis::operandOfRole;
using analysis::QuantizationSites;
using qnn::QuantizableOp;
using qnn::ScaleEquivariantOp;
using qnn::ScaleRelation;

namespace {

using Scales = std::vector<float>;

/// Tensors that are stored on one grid, what they are divided by, and what
/// becomes of the ops that read them.
class ScaledGroup {
public:
  ScaledGroup(ArrayRef<qnn::ObserveOp> observers,
              const QuantizationSites &sites)
      : observers(observers), sites(sites) {}

  /// Chooses scales. False if a tensor or a reader of one does not allow any,
  /// or if there is nothing to gain.
  bool choose(double alpha, double floor);
  /// Rewrites the graph.
  void apply(OpBuilder &builder) const;

private:
  bool canScaleReaders(Value value);
  bool canScaleResult(ScaleEquivariantOp op);
  void rewriteReaders(OpBuilder &builder, Value value, Value scaled,
                      const Scales &scales) const;
  void scaleWeights(OpBuilder &builder, ScaleEquivariantOp op,
                    const Scales &scales) const;

  ArrayRef<qnn::ObserveOp> observers;
  const QuantizationSites &sites;
  /// By tensor: first the observed ones, then results of ops that move them.
  llvm::MapVector<Value, Scales> scaled;
  float lo = 0, hi = 0;
};

} // namespace

static bool passesScales(OpOperand &use) {
  auto op = dyn_cast<ScaleEquivariantOp>(use.getOwner());
  return op &&
         op.getScaleRelation(use.getOperandNumber()) == ScaleRelation::passes;
}

/// True if the reader's result has another shape than what it reads.
static bool broadcasts(OpOperand &use) {
  auto result = cast<RankedTensorType>(use.getOwner()->getResult(0).getType());
  return cast<RankedTensorType>(use.get().getType()).getShape() !=
         result.getShape();
}

static Value createScales(OpBuilder &builder, Location loc,
                          const Scales &scales, bool invert) {
  Scales values = scales;
  if (invert)
    for (float &value : values)
      value = 1 / value;
  return qnn::createConstant(builder, loc,
                             {static_cast<int64_t>(values.size())}, values);
}

static Value multiply(OpBuilder &builder, Location loc, Value value,
                      Value factors) {
  return qnn::BinaryOp::create(builder, loc, value.getType(),
                               qnn::BinaryKind::mul, value, factors);
}

bool ScaledGroup::choose(double alpha, double floor) {
  std::vector<ChannelRanges> ranges;
  float greatest = 0;
  for (qnn::ObserveOp op : observers) {
    std::optional<ChannelRanges> channels = observedChannels(op);
    Operation *producer = op.getInput().getDefiningOp();
    if (!producer || qnn::constantValue(op.getInput()) || !channels)
      return false;
    for (size_t c = 0; c < channels->min.size(); ++c)
      greatest = std::max(greatest, channels->magnitude(c));
    ranges.push_back(std::move(*channels));
  }
  if (!(greatest > 0))
    return false;
  bool differ = false;
  for (size_t i = 0; i < observers.size(); ++i) {
    qnn::ObserveOp op = observers[i];
    const ChannelRanges &channels = ranges[i];
    Scales scales;
    for (size_t c = 0; c < channels.min.size(); ++c) {
      double scale =
          std::max(floor, std::pow(channels.magnitude(c) / greatest, alpha));
      scales.push_back(static_cast<float>(scale));
      differ |= scales.back() != 1;
      lo = std::min(lo, channels.min[c] / scales.back());
      hi = std::max(hi, channels.max[c] / scales.back());
    }
    scaled[op.getInput()] = std::move(scales);
  }
  if (!differ)
    return false;
  // Grows while it is walked: results of moves are scaled in turn.
  for (size_t i = 0; i < scaled.size(); ++i)
    if (!canScaleReaders(scaled.begin()[i].first))
      return false;
  return true;
}

bool ScaledGroup::canScaleReaders(Value value) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    auto quantizable = dyn_cast<QuantizableOp>(user);
    if (!quantizable)
      return true; // reads it multiplied back
    // So does an elementwise reader, in its own kernel. One that broadcasts it
    // would read a product of a kernel of its own, which nobody has observed.
    if (quantizable.isElementwise())
      return !sites.isRounded(use) || !broadcasts(use);
    if (sites.isIntegerContraction(user)) {
      auto op = dyn_cast<ScaleEquivariantOp>(user);
      return op && op.getScaleRelation(use.getOperandNumber()) ==
                       ScaleRelation::absorbs;
    }
    if (!passesScales(use))
      return false;
    // What averages channels by themselves gives a result that is multiplied
    // back.
    return !isTransparent(user) ||
           canScaleResult(cast<ScaleEquivariantOp>(user));
  });
}

bool ScaledGroup::canScaleResult(ScaleEquivariantOp op) {
  Value result = op->getResult(0);
  if (scaled.contains(result))
    return true;
  SmallVector<ArrayRef<float>> given;
  for (Value operand : op->getOperands()) {
    auto *found = scaled.find(operand);
    if (found == scaled.end())
      return false;
    given.push_back(found->second);
  }
  SmallVector<float> scales = op.mapChannelFactors(given);
  if (scales.empty())
    return false;
  scaled[result] = Scales(scales.begin(), scales.end());
  return true;
}

void ScaledGroup::scaleWeights(OpBuilder &builder, ScaleEquivariantOp op,
                               const Scales &scales) const {
  OpOperand *weight = operandOfRole(op, qnn::OperandRole::weight);
  std::vector<float> values = *qnn::readFloats(weight->get());
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(weight->get().getType()).getShape();
  scaleAlong(values, shape, op.getWeightInputAxis(), scales);
  builder.setInsertionPoint(op);
  weight->set(
      qnn::createConstant(builder, weight->get().getLoc(), shape, values));
}

void ScaledGroup::rewriteReaders(OpBuilder &builder, Value value, Value with,
                                 const Scales &scales) const {
  for (OpOperand &use : llvm::make_early_inc_range(value.getUses())) {
    Operation *user = use.getOwner();
    if (user == with.getDefiningOp())
      continue;
    if (sites.isIntegerContraction(user)) {
      scaleWeights(builder, cast<ScaleEquivariantOp>(user), scales);
      use.set(with);
      continue;
    }
    if (isa<qnn::ObserveOp>(user)) {
      use.set(with);
      continue;
    }
    if (passesScales(use) && isTransparent(user)) {
      use.set(with);
      // Its result is not the ONNX tensor any more.
      user->removeAttr(qnn::QnnDialect::kTensorAttr);
      continue;
    }
    Location loc = value.getLoc();
    auto quantizable = dyn_cast<QuantizableOp>(user);
    if (passesScales(use) && !quantizable.isElementwise()) {
      use.set(with);
      builder.setInsertionPointAfter(user);
      Value result = user->getResult(0);
      Value factors = createScales(builder, loc, scales, /*invert=*/false);
      Value restored = multiply(builder, user->getLoc(), result, factors);
      result.replaceAllUsesExcept(restored, restored.getDefiningOp());
      if (Attribute name = user->removeAttr(qnn::QnnDialect::kTensorAttr))
        restored.getDefiningOp()->setAttr(qnn::QnnDialect::kTensorAttr, name);
      continue;
    }
    // Each reader by itself, so that its epilogue can take the product in.
    builder.setInsertionPoint(user);
    Value factors = createScales(builder, loc, scales, /*invert=*/false);
    Value restored = multiply(builder, user->getLoc(), with, factors);
    // It reads what is stored instead of the reader.
    if (Attribute measured =
            user->getAttr(qnn::QnnDialect::kMeasuredPrecisionAttr))
      restored.getDefiningOp()->setAttr(qnn::QnnDialect::kMeasuredPrecisionAttr,
                                        measured);
    use.set(restored);
  }
}

void ScaledGroup::apply(OpBuilder &builder) const {
  llvm::SmallDenseSet<Value> sources;
  for (qnn::ObserveOp op : observers)
    sources.insert(op.getInput());
  for (const auto &[value, scales] : scaled) {
    Value with = value;
    if (sources.contains(value)) {
      builder.setInsertionPointAfterValue(value);
      Value factors =
          createScales(builder, value.getLoc(), scales, /*invert=*/true);
      with = multiply(builder, value.getLoc(), value, factors);
    }
    rewriteReaders(builder, value, with, scales);
  }
  for (qnn::ObserveOp op : observers) {
    op->setAttr(qnn::QnnDialect::kRangeAttr,
                builder.getDenseF32ArrayAttr({lo, hi}));
    // They are those of the tensor as it was.
    op->removeAttr(qnn::QnnDialect::kStatisticsAttr);
  }
}

namespace {
struct ChannelScales : quantize::impl::ChannelScalesBase<ChannelScales> {
  using ChannelScalesBase::ChannelScalesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!(alpha >= 0 && alpha <= 1) || !(floor > 0 && floor <= 1)) {
      function.emitError()
          << "alpha must be in [0, 1] and floor in (0, 1], got " << alpha
          << " and " << floor;
      return signalPassFailure();
    }
    if (function.isExternal() || carriesGrids(function))
      return;
    QuantizationSites sites(function);
    llvm::MapVector<Value, SmallVector<qnn::ObserveOp>> groups;
    function.walk([&](qnn::ObserveOp op) {
      if (llvm::is_contained(sites.getSources(), op.getInput()))
        groups[sites.getGridLeader(op.getInput())].push_back(op);
    });
    auto hasOwnGrids = [&](qnn::ObserveOp op) {
      return channelRangesBeforeDepthwise(
                 op, perChannelRatio,
                 [&](OpOperand &use) { return sites.isRounded(use); })
          .has_value();
    };
    OpBuilder builder(&getContext());
    for (auto &[leader, observers] : groups) {
      ScaledGroup group(observers, sites);
      if (!llvm::any_of(observers, hasOwnGrids) && group.choose(alpha, floor))
        group.apply(builder);
    }
  }
};
} // namespace
