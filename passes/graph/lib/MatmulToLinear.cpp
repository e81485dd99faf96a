//===- MatmulToLinear.cpp - products with weights -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"
#include "TransposedOps.h"
#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

namespace qcc::graph {
#define GEN_PASS_DEF_MATMULTOLINEARPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

/// matmul(x, W) is linear(x, transpose(W)) if W is a matrix known at compile
/// time.
struct MatmulByWeight : OpRewritePattern<qnn::MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::MatmulOp op,
                                PatternRewriter &rewriter) const override {
    Value rhs = op.getRhs();
    auto type = cast<RankedTensorType>(rhs.getType());
    if (!isWeight(rhs) || type.getRank() != 2)
      return rewriter.notifyMatchFailure(op, "rhs is not a weight matrix");
    if (!type.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "rhs is not f32");
    Value weight;
    if (Operation *dequantize = rhs.getDefiningOp<qnn::DequantizeOp>()) {
      FailureOr<TransposedResult> result =
          cloneTransposed(dequantize, {1, 0}, rewriter);
      if (failed(result))
        return rewriter.notifyMatchFailure(op, "scales lie in groups");
      weight = result->value;
    } else {
      weight = foldOrKeep(qnn::TransposeOp::create(rewriter, op.getLoc(), rhs,
                                                   ArrayRef<int64_t>{1, 0}),
                          rewriter);
    }
    auto linear = qnn::LinearOp::create(rewriter, op.getLoc(), op.getType(),
                                        op.getLhs(), weight, Value());
    linear->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, linear);
    return success();
  }
};

class MatmulToLinear
    : public analysis::GreedyPatternPass<
          graph::impl::MatmulToLinearPassBase<MatmulToLinear>, MatmulByWeight> {
};

} // namespace
