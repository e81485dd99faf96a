//===- ReduceToPool.cpp - reductions over whole pictures as pools ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/PatternMatch.h"

namespace qcc::lower {
#define GEN_PASS_DEF_REDUCETOPOOLPASS
#include "qcc/Lower/Passes.h.inc"
} // namespace qcc::lower

using namespace mlir;
using namespace qcc::qnn;

namespace {

std::optional<PoolKind> poolKind(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::mean:
    return PoolKind::average;
  case ReduceKind::max:
    return PoolKind::max;
  case ReduceKind::sum:
    return PoolKind::sum;
  default:
    return std::nullopt;
  }
}

/// reduce over [1, ..., rank - 2] of [N, D1..Dr, C] -> pool with the picture as
/// its window, reshaped if dimensions go.
struct ReduceToPool : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getInput().getType());
    std::optional<PoolKind> kind = poolKind(op.getKind());
    if (!kind || !type.hasStaticShape() || type.getRank() < 3 ||
        !type.getElementType().isF32())
      return rewriter.notifyMatchFailure(
          op, "not a sum, mean or maximum of static f32 pictures");
    int64_t spatial = type.getRank() - 2;
    if (static_cast<int64_t>(op.getAxes().size()) != spatial ||
        op.getAxes().front() != 1)
      return rewriter.notifyMatchFailure(
          op, "does not reduce all dimensions between batch and channels");
    SmallVector<int64_t> ones(spatial, 1), none(2 * spatial, 0);
    ArrayRef<int64_t> window = type.getShape().drop_front().drop_back();
    auto pool =
        PoolOp::create(rewriter, op.getLoc(), *kind, op.getInput(), window,
                       ones, none, ones, /*count_include_pad=*/false, 2);
    Operation *last = pool;
    if (pool.getType() != op.getType())
      last = ReshapeOp::create(rewriter, op.getLoc(), op.getType(), pool);
    last->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, last);
    return success();
  }
};

class ReduceToPoolPass
    : public qcc::analysis::GreedyPatternPass<
          qcc::lower::impl::ReduceToPoolPassBase<ReduceToPoolPass>,
          ReduceToPool> {};

} // namespace
