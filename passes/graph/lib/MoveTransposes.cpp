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
    Permutation composed = compose(op.getPermutation(), inner.getPermutation());
    if (isIdentity(composed))
      rewriter.replaceOp(op, inner.getInput());
    else
      rewriter.replaceOpWithNewOp<qnn::TransposeOp>(op, inner.getInput(),
                                                    composed);
    return success();
  }
};

/// op(transpose(x)) becomes transpose(op'(x)), where op' is the same in the
/// other layout, if no other operand needs a transpose for that.
struct SinkTranspose : RewritePattern {
  SinkTranspose(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    for (qnn::TransposeOp transpose : getTransposedOperands(op)) {
      ArrayRef<int64_t> permutation = transpose.getPermutation();
      if (!llvm::all_of(op->getOperands(), [&](Value operand) {
            return isFreeToTranspose(operand, permutation);
          }))
        continue;
      FailureOr<TransposedResult> result =
          cloneTransposed(op, permutation, rewriter);
      if (failed(result))
        continue;
      rewriter.replaceOpWithNewOp<qnn::TransposeOp>(op, result->value,
                                                    result->permutation);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no transpose above that can move");
  }

  /// The transposes that `op` reads, but for those of weights.
  static SmallVector<qnn::TransposeOp> getTransposedOperands(Operation *op) {
    SmallVector<qnn::TransposeOp> result;
    if (isa<qnn::TransposeOp>(op) || op->getNumResults() != 1)
      return result;
    for (Value operand : op->getOperands())
      if (auto transpose = operand.getDefiningOp<qnn::TransposeOp>())
        if (!isWeight(transpose.getInput()))
          result.push_back(transpose);
    return result;
  }
};

/// transpose(op(transpose(x), y)), where the transposes undo each other,
/// becomes op'(x, transpose(y)).
struct CancelAcross : RewritePattern {
  CancelAcross(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (op->use_empty())
      return rewriter.notifyMatchFailure(op, "result is not used");
    for (qnn::TransposeOp transpose :
         SinkTranspose::getTransposedOperands(op)) {
      ArrayRef<int64_t> permutation = transpose.getPermutation();
      if (!llvm::all_of(op->getUsers(), [&](Operation *user) {
            auto next = dyn_cast<qnn::TransposeOp>(user);
            return next && next.getPermutation().size() == permutation.size() &&
                   isIdentity(compose(next.getPermutation(), permutation));
          }))
        continue;
      FailureOr<TransposedResult> result =
          cloneTransposed(op, permutation, rewriter);
      if (failed(result))
        continue;
      // Only ops that keep the permutation get here: gather and reduce have a
      // single operand, and have been passed before.
      for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
        rewriter.replaceOp(user, result->value);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no transposes around that cancel");
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
    FailureOr<TransposedResult> result =
        cloneTransposed(dequantize, invert(op.getPermutation()), rewriter);
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
    RewritePatternSet sinking(context), cancelling(context), hoisting(context);
    sinking.add<ComposeTransposes, SinkTranspose>(context);
    cancelling.add<ComposeTransposes, SinkTranspose, CancelAcross>(context);
    hoisting.add<ComposeTransposes, HoistOverDequantize>(context);
    sink = std::move(sinking);
    cancel = std::move(cancelling);
    hoist = std::move(hoisting);
    return success();
  }

  void runOnOperation() override {
    // First everything goes down that can for free, then what costs a transpose
    // elsewhere; at last, what is left goes up.
    for (const FrozenRewritePatternSet *patterns : {&sink, &cancel, &hoist})
      if (failed(applyPatternsGreedily(getOperation(), *patterns,
                                       GreedyRewriteConfig().setMaxIterations(
                                           GreedyRewriteConfig::kNoLimit)))) {
        getOperation().emitError("transposes do not come to rest");
        return signalPassFailure();
      }
  }

private:
  FrozenRewritePatternSet sink, cancel, hoist;
};

} // namespace
