//===- QuantizeWeights.cpp - round constants to their grid ----------------===//
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
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;

namespace {

struct QuantizeConstant : OpRewritePattern<qnn::QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<std::vector<float>> values = qnn::readFloats(op.getInput()),
                                      scales = qnn::readFloats(op.getScale());
    std::optional<std::vector<int64_t>> zeroPoints =
        qnn::readIntegers(op.getZeroPoint());
    if (!values || !scales || !zeroPoints)
      return rewriter.notifyMatchFailure(op, "input or grid is not constant");
    qnn::SchemeAttr scheme = op.getScheme();
    auto storage = dyn_cast<IntegerType>(scheme.getStorage());
    if (!storage || storage.getWidth() % 8 != 0)
      return rewriter.notifyMatchFailure(op, "storage is not whole bytes");
    if (scheme.getGranularity() == qnn::Granularity::per_group)
      return rewriter.notifyMatchFailure(op, "scales are per group");
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(op.getInput().getType()).getShape();
    int64_t inner = 1;
    if (scheme.isPerAxis())
      for (int64_t extent : shape.drop_front(scheme.getAxis() + 1))
        inner *= extent;
    std::vector<int64_t> stored(values->size());
    for (size_t i = 0; i < stored.size(); ++i) {
      size_t channel = scheme.isPerAxis() ? (i / inner) % scales->size() : 0;
      stored[i] = qcc_quantize((*values)[i], (*scales)[channel],
                               static_cast<int32_t>((*zeroPoints)[channel]),
                               static_cast<int32_t>(scheme.getMin()),
                               static_cast<int32_t>(scheme.getMax()));
    }
    rewriter.replaceOp(
        op, qnn::createConstant(rewriter, op.getLoc(), shape, storage, stored));
    return success();
  }
};

class QuantizeWeights
    : public analysis::GreedyPatternPass<
          quantize::impl::QuantizeWeightsBase<QuantizeWeights>,
          QuantizeConstant> {};

} // namespace
