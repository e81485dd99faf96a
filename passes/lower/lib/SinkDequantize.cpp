//===- SinkDequantize.cpp - quantization moved past data movement ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Analysis/Operands.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Lower/Quantization.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

namespace qcc::lower {
#define GEN_PASS_DEF_SINKDEQUANTIZEPASS
#include "qcc/Lower/Passes.h.inc"
} // namespace qcc::lower

using namespace mlir;
using namespace qcc::qnn;
using namespace qcc::lower;

namespace {

bool isTransparent(Operation *op) {
  return qcc::analysis::isTransparent(op) && op->getNumResults() == 1;
}

/// A copy of the transparent `op` on stored numbers. Zero padding becomes
/// padding by the zero point.
Value cloneOnStored(PatternRewriter &rewriter, Operation *op,
                    ValueRange activations, Type storage, int64_t zeroPoint) {
  IRMapping mapping;
  unsigned next = 0;
  auto quantizable = cast<QuantizableOp>(op);
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    if (quantizable.getOperandRole(i) == OperandRole::activation)
      mapping.map(operand, activations[next++]);
  Operation *clone = rewriter.clone(*op, mapping);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  clone->getResult(0).setType(type.clone(storage));
  if (auto pad = dyn_cast<PadOp>(clone))
    pad.setValue(APFloat(static_cast<double>(zeroPoint)));
  return clone->getResult(0);
}

/// transparent(dequantize(q)...) -> dequantize(transparent(q...)) where all
/// operands have one scale and zero point.
struct SinkDequantize : RewritePattern {
  SinkDequantize(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isTransparent(op))
      return rewriter.notifyMatchFailure(op, "changes numbers");
    auto quantizable = cast<QuantizableOp>(op);
    SmallVector<Value> stored;
    DequantizeOp first;
    for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
      if (quantizable.getOperandRole(i) != OperandRole::activation)
        continue;
      auto dequantize = operand.getDefiningOp<DequantizeOp>();
      if (!dequantize || !dequantize.getScheme().isPerTensor() ||
          constantValue(dequantize.getInput()))
        return rewriter.notifyMatchFailure(
            op, "an operand is not a dequantized activation");
      if (first && !haveSameParameters(first, dequantize))
        return rewriter.notifyMatchFailure(op,
                                           "operands have different scales");
      if (!first)
        first = dequantize;
      stored.push_back(dequantize.getInput());
    }
    std::optional<Parameters> parameters =
        first ? constantParameters(first) : std::nullopt;
    if (!parameters || (isa<PoolOp>(op) && parameters->scales.front() <= 0))
      return rewriter.notifyMatchFailure(op,
                                         "scale is not a positive constant");
    Value moved =
        cloneOnStored(rewriter, op, stored, first.getScheme().getStorage(),
                      parameters->zeroPoints.front());
    rewriter.replaceOpWithNewOp<DequantizeOp>(
        op, op->getResult(0).getType(), moved, first.getScale(),
        first.getZeroPoint(), first.getScheme());
    return success();
  }
};

/// quantize(dequantize(q)) with equal parameters is q: (q - z) * s / s rounds
/// to q - z for every q of at most 16 bits.
struct DropRequantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || dequantize.getInput().getType() != op.getType() ||
        dequantize.getScheme() != op.getScheme())
      return rewriter.notifyMatchFailure(op,
                                         "not a requantization in one scheme");
    if (op.getScheme().getStorage().getIntOrFloatBitWidth() > 16)
      return rewriter.notifyMatchFailure(op,
                                         "stored numbers are too wide for f32");
    if (!haveSameParameters(dequantize, op))
      return rewriter.notifyMatchFailure(op, "scales differ");
    rewriter.replaceOp(op, dequantize.getInput());
    return success();
  }
};

/// quantize(concat(a, b)) -> concat(quantize(a), quantize(b)), and so for every
/// other op that only moves computed numbers: each producer then rounds in its
/// own epilogue.
struct HoistQuantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    Operation *mover = op.getInput().getDefiningOp();
    if (!isTransparent(mover) || !mover->hasOneUse() ||
        !op.getScheme().isPerTensor())
      return rewriter.notifyMatchFailure(
          op, "input is not moved, or moved for others too");
    std::optional<Parameters> parameters = constantParameters(op);
    if (!parameters)
      return rewriter.notifyMatchFailure(op, "scale is not constant");
    auto quantizable = cast<QuantizableOp>(mover);
    SmallVector<Value> stored;
    for (auto [i, operand] : llvm::enumerate(mover->getOperands())) {
      if (quantizable.getOperandRole(i) != OperandRole::activation)
        continue;
      // The model's input is read once; moving it in f32 and rounding on the
      // way costs nothing.
      if (!operand.getDefiningOp())
        return rewriter.notifyMatchFailure(op,
                                           "moves an argument of the function");
      auto type = cast<RankedTensorType>(operand.getType())
                      .clone(op.getScheme().getStorage());
      stored.push_back(QuantizeOp::create(rewriter, op.getLoc(), type, operand,
                                          op.getScale(), op.getZeroPoint(),
                                          op.getScheme()));
    }
    Value moved =
        cloneOnStored(rewriter, mover, stored, op.getScheme().getStorage(),
                      parameters->zeroPoints.front());
    moved.getDefiningOp()->setDiscardableAttrs(
        op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, moved);
    return success();
  }
};

class SinkDequantizePass
    : public qcc::analysis::GreedyPatternPass<
          qcc::lower::impl::SinkDequantizePassBase<SinkDequantizePass>,
          SinkDequantize, DropRequantize, HoistQuantize> {};

} // namespace
