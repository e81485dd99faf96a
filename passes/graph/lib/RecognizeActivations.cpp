//===- RecognizeActivations.cpp - activations taken apart -----------------===//
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
#include "llvm/ADT/STLExtras.h"

#include <limits>

namespace qcc::graph {
#define GEN_PASS_DEF_RECOGNIZEACTIVATIONSPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;
using qcc::qnn::ReduceKind;
using qcc::qnn::UnaryKind;

namespace {

/// What an activation is taken to be: kind(input), with its parameters.
struct Activation {
  UnaryKind kind;
  float alpha = 0, beta = 0;
};

/// clamp(x + 3, 0, 6)
bool isShiftedRelu6(Value value, Value x) {
  auto clamp = value.getDefiningOp<qnn::ClampOp>();
  if (!clamp || !clamp.getMin().isZero() ||
      clamp.getMax().convertToFloat() != 6)
    return false;
  auto sum = matchWithSplat(clamp.getInput(), BinaryKind::add);
  return sum && sum->constant == 3 && (!x || sum->value == x);
}

/// 0.797885 (x + 0.044715 x^3), the argument of GELU's tanh.
bool isTanhArgument(Value value, Value x) {
  Product outer = matchProduct(value);
  if (outer.factors.size() == 1 && isClose(outer.scale, 0.7978845608))
    return matchEitherOrder(
        matchBinary(outer.factors[0], BinaryKind::add), [&](Value a, Value b) {
          Product cube = matchProduct(b);
          return a == x && isClose(cube.scale, 0.044715) &&
                 cube.factors.size() == 3 && llvm::all_equal(cube.factors) &&
                 cube.factors[0] == x;
        });
  // x * (1 + 0.044715 x^2)
  if (outer.factors.size() != 2 || !isClose(outer.scale, 0.7978845608))
    return false;
  for (int i : {0, 1}) {
    auto sum = matchWithSplat(outer.factors[1 - i], BinaryKind::add);
    if (outer.factors[i] != x || !sum || sum->constant != 1)
      continue;
    Product square = matchProduct(sum->value);
    return isClose(square.scale, 0.044715) && square.factors.size() == 2 &&
           square.factors[0] == x && square.factors[1] == x;
  }
  return false;
}

/// What x * gate(x) * scale is.
std::optional<Activation> matchGated(Value x, Value gate, double scale) {
  if (scale == 1) {
    if (auto sigmoid = matchUnary(gate, UnaryKind::sigmoid);
        sigmoid && sigmoid.getInput() == x)
      return Activation{UnaryKind::silu};
    if (auto hard = matchUnary(gate, UnaryKind::hard_sigmoid);
        hard && hard.getInput() == x &&
        hard.getBeta().convertToFloat() == 0.5f &&
        isClose(hard.getAlpha().convertToFloat(), 1.0 / 6))
      return Activation{UnaryKind::hard_swish};
    if (auto tanh = matchUnary(gate, UnaryKind::tanh))
      if (auto softplus = matchUnary(tanh.getInput(), UnaryKind::softplus);
          softplus && softplus.getInput() == x)
        return Activation{UnaryKind::mish};
  }
  if (isClose(scale, 1.0 / 6) && isShiftedRelu6(gate, x))
    return Activation{UnaryKind::hard_swish};
  auto sum = matchWithSplat(gate, BinaryKind::add);
  if (!sum || sum->constant != 1 || !isClose(scale, 0.5))
    return std::nullopt;
  if (auto erf = matchUnary(sum->value, UnaryKind::erf)) {
    Product argument = matchProduct(erf.getInput());
    if (argument.factors.size() == 1 && argument.factors[0] == x &&
        isClose(argument.scale, 0.70710678119))
      return Activation{UnaryKind::gelu};
  }
  if (auto tanh = matchUnary(sum->value, UnaryKind::tanh);
      tanh && isTanhArgument(tanh.getInput(), x))
    return Activation{UnaryKind::gelu_tanh};
  return std::nullopt;
}

/// Products that are an activation of one of their factors.
struct RecognizeProduct : OpRewritePattern<qnn::BinaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::BinaryOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getKind() != BinaryKind::mul && op.getKind() != BinaryKind::div)
      return rewriter.notifyMatchFailure(op, "not a product");
    Product product = matchProduct(op.getResult());
    // clamp(x + 3, 0, 6) / 6
    if (product.factors.size() == 1 && isClose(product.scale, 1.0 / 6) &&
        isShiftedRelu6(product.factors[0], Value())) {
      auto clamp = product.factors[0].getDefiningOp<qnn::ClampOp>();
      replace(op, matchWithSplat(clamp.getInput(), BinaryKind::add)->value,
              {UnaryKind::hard_sigmoid, 1.0f / 6, 0.5f}, rewriter);
      return success();
    }
    if (product.factors.size() != 2)
      return rewriter.notifyMatchFailure(op, "not a product of two");
    for (int i : {0, 1}) {
      Value x = product.factors[i];
      auto activation = matchGated(x, product.factors[1 - i], product.scale);
      if (!activation || x.getType() != op.getType())
        continue;
      replace(op, x, *activation, rewriter);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no activation of a factor");
  }

private:
  static void replace(qnn::BinaryOp op, Value x, Activation activation,
                      PatternRewriter &rewriter) {
    auto result = qnn::UnaryOp::create(
        rewriter, op.getLoc(), op.getType(), activation.kind, x,
        APFloat(activation.alpha), APFloat(activation.beta));
    result->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, result);
  }
};

/// exp(x - max(x)) / sum(exp(x - max(x))) along an axis.
struct RecognizeSoftmax : OpRewritePattern<qnn::BinaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::BinaryOp op,
                                PatternRewriter &rewriter) const override {
    auto exp = matchUnary(op.getLhs(), UnaryKind::exp);
    if (op.getKind() != BinaryKind::div || !exp)
      return rewriter.notifyMatchFailure(op, "not a quotient of an exp");
    auto sum = matchReduction(op.getRhs(), ReduceKind::sum);
    auto shifted = matchBinary(exp.getInput(), BinaryKind::sub);
    if (!sum || sum->input != exp.getResult() || sum->axes.size() != 1 ||
        !shifted)
      return rewriter.notifyMatchFailure(op, "not divided by its sum");
    Value maximum = shifted.getRhs();
    // Some frameworks guard the maximum of nothing.
    if (auto guarded = matchBinary(skipReshape(maximum), BinaryKind::max))
      matchEitherOrder(guarded, [&](Value a, Value b) {
        std::optional<double> least = matchSplat(b);
        if (!least || *least != -std::numeric_limits<double>::infinity())
          return false;
        maximum = a;
        return true;
      });
    auto reduce = skipReshape(maximum).getDefiningOp<qnn::ReduceOp>();
    auto type = cast<RankedTensorType>(shifted.getLhs().getType());
    SmallVector<int64_t> kept(type.getShape());
    kept[sum->axes[0]] = 1;
    if (!reduce || reduce.getKind() != ReduceKind::max ||
        reduce.getInput() != shifted.getLhs() ||
        reduce.getAxes() != ArrayRef<int64_t>(sum->axes) ||
        cast<RankedTensorType>(shifted.getRhs().getType()).getShape() !=
            ArrayRef<int64_t>(kept) ||
        op.getType() != type)
      return rewriter.notifyMatchFailure(op, "not shifted by its maximum");
    auto result = qnn::SoftmaxOp::create(rewriter, op.getLoc(), type,
                                         shifted.getLhs(), sum->axes[0], false);
    result->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, result);
    return success();
  }
};

class RecognizeActivations
    : public analysis::GreedyPatternPass<
          graph::impl::RecognizeActivationsPassBase<RecognizeActivations>,
          RecognizeProduct, RecognizeSoftmax> {};

} // namespace
