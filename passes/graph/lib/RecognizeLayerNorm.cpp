//===- RecognizeLayerNorm.cpp - layer norms taken apart -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Graph/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

namespace qcc::graph {
#define GEN_PASS_DEF_RECOGNIZELAYERNORMPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;
using qcc::qnn::ReduceKind;
using qcc::qnn::UnaryKind;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// x where `value` is the square root of x; null if it is not.
Value matchSqrt(Value value) {
  value = skipReshape(value);
  if (auto sqrt = matchUnary(value, UnaryKind::sqrt))
    return sqrt.getInput();
  auto pow = matchBinary(value, BinaryKind::pow);
  return pow && matchSplat(pow.getRhs()) == 0.5 ? pow.getLhs() : Value();
}

/// x where `value` is 1 / sqrt(x); null if it is not.
Value matchInverseSqrt(Value value) {
  value = skipReshape(value);
  if (auto reciprocal = matchUnary(value, UnaryKind::reciprocal))
    return matchSqrt(reciprocal.getInput());
  if (auto div = matchBinary(value, BinaryKind::div);
      div && matchSplat(div.getLhs()) == 1.0)
    return matchSqrt(div.getRhs());
  auto pow = matchBinary(value, BinaryKind::pow);
  return pow && matchSplat(pow.getRhs()) == -0.5 ? pow.getLhs() : Value();
}

/// The reduction of `square`'s square, if `value` is the mean of that.
std::optional<Reduction> matchMeanSquare(Value value, Value square) {
  auto mean = matchReduction(value, ReduceKind::mean);
  if (!mean)
    return std::nullopt;
  auto mul = matchBinary(mean->input, BinaryKind::mul);
  if (!mul || mul.getLhs() != square || mul.getRhs() != square)
    return std::nullopt;
  return mean;
}

/// A tensor in the shape of `like`, for comparing what differs by a reshape.
bool sameBelowReshape(Value a, Value b) {
  return skipReshape(a) == skipReshape(b);
}

/// mean(x^2) - mean(x)^2, perhaps clamped at 0.
std::optional<Reduction> matchFastVariance(Value value, Value x, Value mean) {
  value = skipReshape(value);
  if (auto clamped = matchBinary(value, BinaryKind::max))
    matchEitherOrder(clamped, [&](Value a, Value b) {
      if (matchSplat(b) != 0.0)
        return false;
      value = skipReshape(a);
      return true;
    });
  auto sub = matchBinary(value, BinaryKind::sub);
  auto square = sub ? matchBinary(skipReshape(sub.getRhs()), BinaryKind::mul)
                    : qnn::BinaryOp();
  if (!square || !sameBelowReshape(square.getLhs(), mean) ||
      !sameBelowReshape(square.getRhs(), mean))
    return std::nullopt;
  // The mean of squares may lack the reduced dimensions here: look for what it
  // is made of instead of its shape.
  Product product = matchProduct(skipReshape(sub.getLhs()));
  auto reduce =
      product.factors.size() == 1
          ? skipReshape(product.factors[0]).getDefiningOp<qnn::ReduceOp>()
          : qnn::ReduceOp();
  if (!reduce)
    return std::nullopt;
  double count = 1;
  for (int64_t axis : reduce.getAxes())
    count *= typeOf(x).getDimSize(axis);
  bool isMean = (reduce.getKind() == ReduceKind::mean && product.scale == 1) ||
                (reduce.getKind() == ReduceKind::sum &&
                 isClose(product.scale * count, 1));
  auto mul = matchBinary(reduce.getInput(), BinaryKind::mul);
  if (!isMean || !mul || mul.getLhs() != x || mul.getRhs() != x)
    return std::nullopt;
  return Reduction{x, SmallVector<int64_t>(reduce.getAxes())};
}

/// A normalisation that has been found.
struct Norm {
  Value input;
  int64_t axis;
  double epsilon;
  bool rms;
};

/// What `centred / sqrt(spread)` normalises.
std::optional<Norm> matchNorm(Value centred, Value spread) {
  auto sum = matchWithSplat(skipReshape(spread), BinaryKind::add);
  if (!sum)
    return std::nullopt;
  Norm norm{centred, 0, sum->constant, true};
  std::optional<Reduction> square = matchMeanSquare(sum->value, centred);
  if (auto sub = matchBinary(centred, BinaryKind::sub)) {
    auto mean = matchReduction(sub.getRhs(), ReduceKind::mean);
    if (mean && mean->input == sub.getLhs()) {
      if (!square)
        square = matchFastVariance(sum->value, mean->input, sub.getRhs());
      if (!square || square->axes != mean->axes)
        return std::nullopt;
      norm.input = mean->input;
      norm.rms = false;
    }
  }
  if (!square)
    return std::nullopt;
  // The op normalises over trailing axes only.
  int64_t rank = typeOf(norm.input).getRank();
  norm.axis = square->axes.front();
  if (static_cast<int64_t>(square->axes.size()) != rank - norm.axis)
    return std::nullopt;
  return norm;
}

Value createNorm(qnn::BinaryOp op, const Norm &norm,
                 PatternRewriter &rewriter) {
  auto result = qnn::LayerNormOp::create(
      rewriter, op.getLoc(), norm.input.getType(), norm.input, Value(), Value(),
      norm.axis, APFloat(static_cast<float>(norm.epsilon)), norm.rms);
  return result;
}

/// (x - mean) / sqrt(variance + epsilon), in the forms that exporters write.
struct RecognizeNorm : OpRewritePattern<qnn::BinaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::BinaryOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Norm> norm;
    Value scale;
    if (op.getKind() == BinaryKind::div) {
      if (Value spread = matchSqrt(op.getRhs()))
        norm = matchNorm(op.getLhs(), spread);
    } else if (op.getKind() == BinaryKind::mul) {
      matchEitherOrder(op, [&](Value centred, Value factor) {
        if (Value spread = matchInverseSqrt(factor))
          norm = matchNorm(centred, spread);
        if (norm)
          return true;
        // The scale may have been multiplied with the factor first.
        return matchEitherOrder(
            matchBinary(factor, BinaryKind::mul), [&](Value a, Value b) {
              Value spread = matchInverseSqrt(a);
              if (!spread || !qnn::constantValue(b))
                return false;
              scale = b;
              return (norm = matchNorm(centred, spread)).has_value();
            });
      });
    }
    if (!norm || norm->input.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "not a normalisation");
    Value result = createNorm(op, *norm, rewriter);
    if (scale)
      result = qnn::BinaryOp::create(rewriter, op.getLoc(), BinaryKind::mul,
                                     result, scale);
    result.getDefiningOp()->setDiscardableAttrs(
        op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// layer_norm(x) * scale + bias with constants for each element.
struct FoldScaleAndBias : OpRewritePattern<qnn::BinaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::BinaryOp op,
                                PatternRewriter &rewriter) const override {
    bool scales = op.getKind() == BinaryKind::mul;
    if (!scales && op.getKind() != BinaryKind::add)
      return rewriter.notifyMatchFailure(op, "not a product or sum");
    qnn::LayerNormOp norm;
    Value parameter;
    matchEitherOrder(op, [&](Value a, Value b) {
      norm = a.getDefiningOp<qnn::LayerNormOp>();
      parameter = b;
      return norm && norm->hasOneUse() && qnn::constantValue(b) &&
             a.getType() == op.getType();
    });
    if (!norm || !norm->hasOneUse() || !qnn::constantValue(parameter) ||
        norm.getBias() || (scales && norm.getScale()))
      return rewriter.notifyMatchFailure(op, "no layer norm to fold into");
    ArrayRef<int64_t> wanted =
        typeOf(norm.getInput()).getShape().drop_front(norm.getAxis());
    ArrayRef<int64_t> shape = typeOf(parameter).getShape();
    while (shape.size() > wanted.size() && shape.front() == 1)
      shape = shape.drop_front();
    if (shape != wanted)
      return rewriter.notifyMatchFailure(op, "not one number per element");
    if (typeOf(parameter).getShape() != wanted)
      parameter = qnn::ReshapeOp::create(
          rewriter, op.getLoc(), typeOf(parameter).clone(wanted), parameter);
    auto result = qnn::LayerNormOp::create(
        rewriter, op.getLoc(), norm.getType(), norm.getInput(),
        scales ? parameter : norm.getScale(), scales ? Value() : parameter,
        norm.getAxis(), norm.getEpsilon(), norm.getRms());
    result->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, result);
    return success();
  }
};

class RecognizeLayerNorm
    : public analysis::GreedyPatternPass<
          graph::impl::RecognizeLayerNormPassBase<RecognizeLayerNorm>,
          RecognizeNorm, FoldScaleAndBias> {};

} // namespace
