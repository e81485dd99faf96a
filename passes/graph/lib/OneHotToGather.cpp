//===- OneHotToGather.cpp - products with one-hot rows --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"
#include "Match.h"
#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Graph/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/STLExtras.h"

namespace qcc::graph {
#define GEN_PASS_DEF_ONEHOTTOGATHERPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// True for the constant 0, 1, ..., n - 1 along the last dimension.
bool isIota(Value value, int64_t n) {
  std::optional<SmallVector<int64_t>> elements = integerElements(value);
  if (!elements || static_cast<int64_t>(elements->size()) != n ||
      typeOf(value).getRank() < 1 || typeOf(value).getShape().back() != n)
    return false;
  for (auto [i, element] : llvm::enumerate(*elements))
    if (element != static_cast<int64_t>(i))
      return false;
  return true;
}

/// linear(cast(indices == [0, ..., n)), W) selects a column of W for each
/// index, and nothing for an index that is not in [0, n). As a gather: rows of
/// W transposed, between two rows of zeros for what is outside.
struct OneHotLinear : OpRewritePattern<qnn::LinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::LinearOp op,
                                PatternRewriter &rewriter) const override {
    auto cast = op.getInput().getDefiningOp<qnn::CastOp>();
    auto equal = cast ? matchBinary(cast.getInput(), BinaryKind::equal)
                      : qnn::BinaryOp();
    if (!equal)
      return rewriter.notifyMatchFailure(op, "input is not one-hot");
    auto type = typeOf(equal.getResult());
    int64_t classes = type.getShape().back();
    Value indices;
    matchEitherOrder(equal, [&](Value a, Value b) {
      auto shape = typeOf(a).getShape();
      if (!isIota(b, classes) || shape.empty() || shape.back() != 1 ||
          shape.drop_back() != type.getShape().drop_back())
        return false;
      indices = a;
      return true;
    });
    std::optional<SmallVector<float>> weight = floatElements(op.getWeight());
    if (!indices || !weight)
      return rewriter.notifyMatchFailure(op, "no indices or constant weight");
    int64_t width = typeOf(op.getWeight()).getDimSize(0);
    SmallVector<float> bias(width, 0);
    if (op.getBias()) {
      auto values = floatElements(op.getBias());
      if (!values)
        return rewriter.notifyMatchFailure(op, "bias is not constant");
      bias = *values;
    }
    SmallVector<float> table;
    for (int64_t row = -1; row <= classes; ++row)
      for (int64_t column = 0; column < width; ++column) {
        bool inside = row >= 0 && row < classes;
        table.push_back((inside ? (*weight)[column * classes + row] : 0) +
                        bias[column]);
      }

    Location loc = op.getLoc();
    Type element = typeOf(indices).getElementType();
    auto bound = [&](int64_t value) -> Value {
      return qnn::ConstantOp::create(
          rewriter, loc,
          DenseElementsAttr::get(RankedTensorType::get({}, element),
                                 rewriter.getIntegerAttr(element, value)));
    };
    Value flat = qnn::ReshapeOp::create(
        rewriter, loc,
        RankedTensorType::get(type.getShape().drop_back(), element), indices);
    flat =
        qnn::BinaryOp::create(rewriter, loc, BinaryKind::max, flat, bound(-1));
    flat = qnn::BinaryOp::create(rewriter, loc, BinaryKind::min, flat,
                                 bound(classes));
    flat =
        qnn::BinaryOp::create(rewriter, loc, BinaryKind::add, flat, bound(1));
    Value rows = makeFloats(rewriter, loc, {classes + 2, width}, table);
    auto result = qnn::GatherOp::create(rewriter, loc, rows, flat, 0);
    result->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, result);
    return success();
  }
};

class OneHotToGather
    : public analysis::GreedyPatternPass<
          graph::impl::OneHotToGatherPassBase<OneHotToGather>, OneHotLinear> {};

} // namespace
