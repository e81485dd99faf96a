//===- FoldClamps.cpp - drop clamps that saturation repeats ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/PatternMatch.h"
#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Quantize/Passes.h"
#include "qcc/abi/numerics.h"

namespace qcc::quantize {
#define GEN_PASS_DEF_FOLDCLAMPS
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;

namespace {

struct FoldClamp : OpRewritePattern<qnn::QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto clamp = op.getInput().getDefiningOp<qnn::ClampOp>();
    if (!clamp)
      return rewriter.notifyMatchFailure(op, "input is not a clamp");
    if (!clamp->hasOneUse())
      return rewriter.notifyMatchFailure(op, "others read the clamp");
    std::optional<std::vector<float>> scales = qnn::readFloats(op.getScale());
    std::optional<std::vector<int64_t>> zeroPoints =
        qnn::readIntegers(op.getZeroPoint());
    if (!scales || !zeroPoints || scales->size() != zeroPoints->size())
      return rewriter.notifyMatchFailure(op, "the grid is not constant");
    qnn::SchemeAttr scheme = op.getScheme();
    auto least = static_cast<int32_t>(scheme.getMin()),
         greatest = static_cast<int32_t>(scheme.getMax());
    float low = clamp.getMin().convertToFloat(),
          high = clamp.getMax().convertToFloat();
    for (auto [scale, zeroPoint] : llvm::zip_equal(*scales, *zeroPoints)) {
      auto zero = static_cast<int32_t>(zeroPoint);
      if (qcc_quantize(low, scale, zero, least, greatest) != least ||
          qcc_quantize(high, scale, zero, least, greatest) != greatest)
        return rewriter.notifyMatchFailure(op, "a bound lies inside the grid");
    }
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(clamp.getInput()); });
    rewriter.eraseOp(clamp);
    return success();
  }
};

class FoldClamps : public analysis::GreedyPatternPass<
                       quantize::impl::FoldClampsBase<FoldClamps>, FoldClamp> {
};

} // namespace
