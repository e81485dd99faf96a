//===- MoveTransposes.cpp - move and cancel transposes --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TransposedOps.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qcc::graph {
#define GEN_PASS_DEF_MOVETRANSPOSESPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

/// transpose(transpose(x)) is one transpose, or none.
struct ComposeTransposes : OpRewritePattern<qnn::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<qnn::TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "input is not a transpose");
    Permutation composed =
        compose(op.getPermutation(), inner.getPermutation());
    if (isIdentity(composed))
      rewriter.replaceOp(op, inner.getInput());
    else
      rewriter.replaceOpWithNewOp<qnn::TransposeOp>(op, inner.getInput(),
                                                    composed);
    return success();
  }
};

/// op(transpose(x)) becomes transpose(op'(x)), where op' is the same in the
/// other layout.
struct SinkTranspose : RewritePattern {
  SinkTranspose(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (isa<qnn::TransposeOp>(op) || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "not an op to move over");
    for (Value operand : op->getOperands()) {
      auto transpose = operand.getDefiningOp<qnn::TransposeOp>();
      if (!transpose || isWeight(transpose.getInput()))
        continue;
      if (!pays(op, transpose.getPermutation()))
        continue;
      FailureOr<TransposedResult> result =
          cloneTransposed(op, transpose.getPermutation(), rewriter);
      if (failed(result))
        continue;
      rewriter.replaceOpWithNewOp<qnn::TransposeOp>(op, result->value,
                                                    result->permutation);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no transpose above that can move");
  }

private:
  /// True if no transpose is needed for the other operands of `op`, or if the
  /// one that comes out of it is cancelled at once.
  static bool pays(Operation *op, ArrayRef<int64_t> permutation) {
    bool free = llvm::all_of(op->getOperands(), [&](Value operand) {
      return isFreeToTranspose(operand, permutation);
    });
    return free || (!op->use_empty() &&
                    llvm::all_of(op->getUsers(), [&](Operation *user) {
                      auto next = dyn_cast<qnn::TransposeOp>(user);
                      return next && isIdentity(compose(next.getPermutation(),
                                                        permutation));
                    }));
  }
};

/// transpose(dequantize(q)) becomes dequantize(transpose(q)): integers are
/// smaller, and what reads the result finds the dequantize next to it.
struct HoistOverDequantize : OpRewritePattern<qnn::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<qnn::DequantizeOp>();
    if (!dequantize)
      return rewriter.notifyMatchFailure(op, "input is not dequantized");
    FailureOr<TransposedResult> result = cloneTransposed(
        dequantize, invert(op.getPermutation()), rewriter);
    if (failed(result))
      return rewriter.notifyMatchFailure(op, "scales lie in groups");
    rewriter.replaceOp(op, result->value);
    return success();
  }
};

class MoveTransposes
    : public graph::impl::MoveTransposesPassBase<MoveTransposes> {
public:
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet sinking(context), hoisting(context);
    sinking.add<ComposeTransposes, SinkTranspose>(context);
    hoisting.add<ComposeTransposes, HoistOverDequantize>(context);
    sink = std::move(sinking);
    hoist = std::move(hoisting);
    return success();
  }

  void runOnOperation() override {
    // The two directions would undo each other: first everything goes down,
    // then what is left goes up.
    for (const FrozenRewritePatternSet *patterns : {&sink, &hoist})
      if (failed(applyPatternsGreedily(
              getOperation(), *patterns,
              GreedyRewriteConfig().setMaxIterations(
                  GreedyRewriteConfig::kNoLimit)))) {
        getOperation().emitError("transposes do not come to rest");
        return signalPassFailure();
      }
  }

private:
  FrozenRewritePatternSet sink, hoist;
};

} // namespace
