//===- FoldPads.cpp - pads become part of what reads them -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/STLExtras.h"

namespace qcc::graph {
#define GEN_PASS_DEF_FOLDPADSPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;

namespace {

/// The pads of a window op with those of `pad` added, if `pad` adds constants
/// around the spatial dimensions only.
std::optional<SmallVector<int64_t>> joinPads(qnn::PadOp pad,
                                             ArrayRef<int64_t> pads) {
  ArrayRef<int64_t> low = pad.getLow(), high = pad.getHigh();
  auto isNegative = [](int64_t amount) { return amount < 0; };
  if (pad.getMode() != qnn::PadMode::constant || low.front() || high.front() ||
      low.back() || high.back() || llvm::any_of(low, isNegative) ||
      llvm::any_of(high, isNegative))
    return std::nullopt;
  SmallVector<int64_t> result(pads);
  size_t spatial = pads.size() / 2;
  for (size_t i = 0; i < spatial; ++i) {
    result[i] += low[i + 1];
    result[spatial + i] += high[i + 1];
  }
  return result;
}

/// conv(pad(x, 0)) pads by itself.
struct FoldIntoConv : OpRewritePattern<qnn::ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::ConvOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<qnn::PadOp>();
    if (!pad || !pad.getValue().isZero())
      return rewriter.notifyMatchFailure(op, "input is not padded by zeros");
    std::optional<SmallVector<int64_t>> pads = joinPads(pad, op.getPads());
    if (!pads)
      return rewriter.notifyMatchFailure(op, "pad is not spatial");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(pad.getInput());
      op.setPads(*pads);
    });
    return success();
  }
};

/// A maximum takes no part of its own padding: only minus infinity is the same.
/// An average that has no padding yet counts the zeros.
struct FoldIntoPool : OpRewritePattern<qnn::PoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::PoolOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<qnn::PadOp>();
    if (!pad)
      return rewriter.notifyMatchFailure(op, "input is not padded");
    APFloat value = pad.getValue();
    bool unpadded =
        llvm::all_of(op.getPads(), [](int64_t amount) { return amount == 0; });
    bool counts = op.getCountIncludePad();
    switch (op.getKind()) {
    case qnn::PoolKind::max:
      if (!value.isInfinity() || !value.isNegative())
        return rewriter.notifyMatchFailure(op, "pad is not minus infinity");
      break;
    case qnn::PoolKind::average:
      if (!value.isZero() || !(unpadded || counts))
        return rewriter.notifyMatchFailure(op, "padding counts differently");
      counts = true;
      break;
    case qnn::PoolKind::sum:
    case qnn::PoolKind::lp:
      if (!value.isZero())
        return rewriter.notifyMatchFailure(op, "pad is not zero");
      break;
    }
    std::optional<SmallVector<int64_t>> pads = joinPads(pad, op.getPads());
    if (!pads)
      return rewriter.notifyMatchFailure(op, "pad is not spatial");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(pad.getInput());
      op.setPads(*pads);
      op.setCountIncludePad(counts);
    });
    return success();
  }
};

class FoldPads
    : public analysis::GreedyPatternPass<
          graph::impl::FoldPadsPassBase<FoldPads>, FoldIntoConv, FoldIntoPool> {
};

} // namespace
