//===- Equalize.cpp - cross-layer equalization ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Nagel et al., Data-Free Quantization Through Weight Equalization and Bias
// Correction (2019), section 4.1: where r1 and r2 are the ranges of the weights
// that write and read a channel, dividing the first by s = sqrt(r1 / r2) and
// multiplying the second by it makes both sqrt(r1 r2).
//
//===----------------------------------------------------------------------===//

#include "Grids.h"
#include "WeightScales.h"

#include "qcc/Analysis/Operands.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Quantize/Passes.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/Sequence.h"

#include <cmath>

namespace qcc::quantize {
#define GEN_PASS_DEF_EQUALIZE
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::operandOfRole;
using qnn::OperandRole;
using qnn::QuantizableOp;
using qnn::ScaleEquivariantOp;
using qnn::ScaleRelation;

/// A chain of n layers needs about n rounds; it is even enough before.
static constexpr int kMostRounds = 16;

namespace {

/// The constants of a contraction, while they are evened out.
struct Layer {
  SmallVector<int64_t> shape; ///< Of the weight.
  std::vector<float> weight;
  std::vector<float> bias; ///< Empty without one.
  bool hasChanged = false;
};

/// A layer whose result `second` reads alone.
struct Link {
  QuantizableOp first;
  ScaleEquivariantOp second;
};

struct Equalize : quantize::impl::EqualizeBase<Equalize> {
  void runOnOperation() override;

private:
  Layer *readLayer(QuantizableOp op);
  bool equalize(Link link);
  void write(Operation *op, const Layer &layer);

  llvm::MapVector<Operation *, Layer> layers;
};

} // namespace

/// True if factors of channels come out of `op` as they go in.
static bool keepsChannels(ScaleEquivariantOp op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (op->getNumOperands() != 1 || !type || type.getRank() == 0 ||
      op.getScaleRelation(0) != ScaleRelation::passes)
    return false;
  SmallVector<float> given;
  int64_t channels =
      cast<RankedTensorType>(op->getOperand(0).getType()).getShape().back();
  for (int64_t c = 0; c < channels; ++c)
    given.push_back(static_cast<float>(c + 1));
  return op.mapChannelFactors(ArrayRef<float>(given)) == given;
}

/// The contraction that takes factors of channels of `value` into its weights,
/// if nothing else reads it, or what becomes of it on the way.
static ScaleEquivariantOp findAbsorber(Value value) {
  while (value.hasOneUse()) {
    OpOperand &use = *value.use_begin();
    auto op = dyn_cast<ScaleEquivariantOp>(use.getOwner());
    if (!op)
      return {};
    if (op.getScaleRelation(use.getOperandNumber()) == ScaleRelation::absorbs)
      return op;
    if (!keepsChannels(op))
      return {};
    value = op->getResult(0);
  }
  return {};
}

/// The constants of `op`, or null if they are not all known.
Layer *Equalize::readLayer(QuantizableOp op) {
  if (auto *known = layers.find(op); known != layers.end())
    return &known->second;
  OpOperand *weight = operandOfRole(op, OperandRole::weight),
            *bias = operandOfRole(op, OperandRole::bias);
  if (!weight)
    return nullptr;
  Layer layer;
  std::optional<std::vector<float>> weights = qnn::readFloats(weight->get()),
                                    biases;
  if (bias)
    biases = qnn::readFloats(bias->get());
  if (!weights || (bias && !biases))
    return nullptr;
  layer.shape.assign(
      cast<RankedTensorType>(weight->get().getType()).getShape());
  layer.weight = std::move(*weights);
  if (biases)
    layer.bias = std::move(*biases);
  return &layers.insert({op, std::move(layer)}).first->second;
}

/// Evens out the ranges of the weights that write and read each channel between
/// two layers. False if they were even to a factor of 2.
bool Equalize::equalize(Link link) {
  Layer &first = layers.find(link.first)->second,
        &second = layers.find(link.second)->second;
  int64_t axis = link.second.getWeightInputAxis();
  std::vector<float> written = magnitudes(first.weight, first.shape, 0),
                     read = magnitudes(second.weight, second.shape, axis);
  std::vector<float> divide, multiply;
  bool hasChanged = false;
  for (auto [w, r] : llvm::zip_equal(written, read)) {
    int exponent = 0;
    if (std::isnormal(w) && std::isnormal(r))
      exponent = static_cast<int>(std::lround(std::log2(w / r) / 2));
    divide.push_back(std::ldexp(1.0f, -exponent));
    multiply.push_back(std::ldexp(1.0f, exponent));
    hasChanged |= exponent != 0;
  }
  if (!hasChanged)
    return false;
  scaleAlong(first.weight, first.shape, 0, divide);
  for (auto [value, factor] : llvm::zip(first.bias, divide))
    value *= factor;
  scaleAlong(second.weight, second.shape, axis, multiply);
  first.hasChanged = second.hasChanged = true;
  return true;
}

void Equalize::write(Operation *op, const Layer &layer) {
  OpBuilder builder(op);
  auto set = [&](OperandRole role, ArrayRef<int64_t> shape,
                 ArrayRef<float> values) {
    OpOperand *operand = operandOfRole(op, role);
    Location loc = operand->get().getLoc();
    operand->set(qnn::createConstant(builder, loc, shape, values));
  };
  set(OperandRole::weight, layer.shape, layer.weight);
  if (!layer.bias.empty())
    set(OperandRole::bias, static_cast<int64_t>(layer.bias.size()), layer.bias);
}

void Equalize::runOnOperation() {
  func::FuncOp function = getOperation();
  if (carriesGrids(function))
    return;
  layers.clear();
  SmallVector<Link> links;
  function.walk([&](QuantizableOp op) {
    OpOperand *weight = operandOfRole(op, OperandRole::weight);
    if (!weight || op.getWeightChannelAxis(weight->getOperandNumber()) != 0)
      return;
    ScaleEquivariantOp second = findAbsorber(op->getResult(0));
    if (second && readLayer(op) && readLayer(cast<QuantizableOp>(*second)))
      links.push_back({op, second});
  });
  for (int round = 0; round < kMostRounds; ++round) {
    bool hasChanged = false;
    for (Link link : links)
      hasChanged |= equalize(link);
    if (!hasChanged)
      break;
  }
  for (const auto &[op, layer] : layers)
    if (layer.hasChanged)
      write(op, layer);
}
