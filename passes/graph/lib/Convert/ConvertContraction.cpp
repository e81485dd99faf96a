//===- ConvertContraction.cpp - convolutions and matrix products ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"
#include "Window.h"

#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;

namespace {

/// [O, I, K...] to [O, K..., I].
SmallVector<int64_t> weightPermutation(int64_t rank) {
  SmallVector<int64_t> permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  std::rotate(permutation.begin() + 1, permutation.begin() + 2,
              permutation.end());
  return permutation;
}

/// Checks of Conv and ConvTranspose that come before anything else.
LogicalResult checkOperands(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)) || failed(c.requireRank(1, 3)))
    return failure();
  Value input = c.getInput(0), weight = c.getInput(1);
  if (c.rankOf(input) != c.rankOf(weight))
    return c.refuse("input of rank " + Twine(c.rankOf(input)) +
                    " and weight of rank " + Twine(c.rankOf(weight)) +
                    " differ");
  if (!c.isFloat(input))
    return c.refuse("input must be of a float type");
  return success();
}

LogicalResult convertConv(NodeConversion &c) {
  if (failed(checkOperands(c)))
    return failure();
  Value input = c.getInput(0), weight = c.getInput(1);
  FailureOr<Window> window = Window::get(c, c.shapeOf(input).drop_front(2),
                                         c.shapeOf(weight).drop_front(2));
  if (failed(window))
    return failure();
  Value result = c.create<qnn::ConvOp>(
      c.toChannelsLast(input),
      c.transposeWeight(weight, weightPermutation(c.rankOf(weight))),
      c.getInput(2), window->strides, window->pads, window->dilations,
      c.getInt("group", 1));
  return c.give(0, c.toChannelsFirst(result));
}

/// ConvTranspose's weight [C, O / groups, K...] as [O, K..., C / groups].
Value transposedWeight(NodeConversion &c, Value weight, int64_t groups) {
  ArrayRef<int64_t> shape = c.shapeOf(weight);
  int64_t spatial = shape.size() - 2;
  SmallVector<int64_t> split{groups, shape[0] / groups, shape[1]};
  llvm::append_range(split, shape.drop_front(2));
  SmallVector<int64_t> permutation{0, 2};
  for (int64_t i = 0; i < spatial; ++i)
    permutation.push_back(3 + i);
  permutation.push_back(1);
  SmallVector<int64_t> joined{groups * shape[1]};
  llvm::append_range(joined, shape.drop_front(2));
  joined.push_back(shape[0] / groups);
  return c.reshape(c.transpose(c.reshape(weight, split), permutation), joined);
}

LogicalResult convertConvTranspose(NodeConversion &c) {
  if (failed(checkOperands(c)))
    return failure();
  Value input = c.getInput(0), weight = c.getInput(1);
  int64_t groups = c.getInt("group", 1);
  if (groups < 1 || c.shapeOf(weight)[0] % groups != 0)
    return c.refuse("attribute 'group' is " + Twine(groups) +
                    ", must divide the " + Twine(c.shapeOf(weight)[0]) +
                    " input channels");
  FailureOr<TransposedWindow> window = TransposedWindow::get(
      c, c.shapeOf(input).drop_front(2), c.shapeOf(weight).drop_front(2));
  if (failed(window))
    return failure();
  Value result = c.create<qnn::ConvTransposeOp>(
      c.toChannelsLast(input), transposedWeight(c, weight, groups),
      c.getInput(2), window->strides, window->pads, window->dilations,
      window->outputPadding, groups);
  return c.give(0, c.toChannelsFirst(result));
}

/// True for a constant, and for a quantized one.
bool isWeight(Value value) {
  if (auto op = value.getDefiningOp<qnn::DequantizeOp>())
    return static_cast<bool>(qnn::constantValue(op.getInput()));
  return static_cast<bool>(qnn::constantValue(value));
}

Value scaled(NodeConversion &c, Value value, float factor) {
  if (factor == 1 || !value)
    return value;
  return c.binary(BinaryKind::mul, value, c.scalar(c.elementOf(value), factor));
}

/// C of Gemm as the bias of a linear with `outputs` channels: null if its shape
/// is not that of a bias.
Value asBias(NodeConversion &c, Value addend, int64_t outputs) {
  for (int64_t extent :
       c.shapeOf(addend).drop_back(std::min<size_t>(1, c.rankOf(addend))))
    if (extent != 1)
      return {};
  // One number for all channels is still a bias; a quantized one keeps its
  // form.
  Value flat =
      c.rankOf(addend) == 1
          ? addend
          : c.reshape(addend, c.rankOf(addend) == 0 ? int64_t(1)
                                                    : c.shapeOf(addend).back());
  return flat ? c.broadcast(flat, outputs) : Value();
}

/// alpha * A' * B' + beta * C. With a weight for B this is a linear, else a
/// product and a sum.
LogicalResult convertGemm(NodeConversion &c) {
  if (failed(c.requireRank(0, 2)) || failed(c.requireRank(1, 2)))
    return failure();
  Value lhs = c.getInput(0), rhs = c.getInput(1), addend = c.getInput(2);
  if (c.rankOf(lhs) != 2 || c.rankOf(rhs) != 2)
    return c.refuse("inputs 0 and 1 must have rank 2");
  if (!c.isFloat(lhs))
    return c.refuse("inputs must be of a float type");
  float alpha = c.getFloat("alpha", 1);
  bool transposeRhs = c.getInt("transB", 0);
  if (c.getInt("transA", 0))
    lhs = c.transpose(lhs, {1, 0});
  addend = scaled(c, addend, c.getFloat("beta", 1));

  if (!isWeight(rhs)) {
    if (transposeRhs)
      rhs = c.transpose(rhs, {1, 0});
    Value product = scaled(c, c.create<qnn::MatmulOp>(lhs, rhs), alpha);
    return c.give(0, addend ? c.binary(BinaryKind::add, product, addend)
                            : product);
  }

  Value weight = transposeRhs ? rhs : c.transposeWeight(rhs, {1, 0});
  if (!weight || c.hasFailed())
    return failure();
  // Scaling a quantized weight would take its grid away: scale the product.
  bool scaleWeight = static_cast<bool>(qnn::constantValue(weight));
  if (scaleWeight)
    weight = scaled(c, weight, alpha);
  Value bias;
  if (addend && (scaleWeight || alpha == 1))
    bias = asBias(c, addend, c.shapeOf(weight)[0]);
  Value result = c.create<qnn::LinearOp>(lhs, weight, bias);
  if (!scaleWeight)
    result = scaled(c, result, alpha);
  if (addend && !bias)
    result = c.binary(BinaryKind::add, result, addend);
  return c.give(0, result);
}

/// numpy's matmul: operands of rank 1 get a dimension that the result loses.
LogicalResult convertMatMul(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(1, 1)))
    return failure();
  Value lhs = c.getInput(0), rhs = c.getInput(1);
  bool vectorLhs = c.rankOf(lhs) == 1, vectorRhs = c.rankOf(rhs) == 1;
  if (vectorLhs)
    lhs = c.reshape(lhs, {1, c.shapeOf(lhs)[0]});
  if (vectorRhs)
    rhs = c.reshape(rhs, {c.shapeOf(rhs)[0], 1});
  Value result = c.create<qnn::MatmulOp>(lhs, rhs);
  if (result && (vectorLhs || vectorRhs)) {
    SmallVector<int64_t> shape(c.shapeOf(result));
    if (vectorRhs)
      shape.pop_back();
    if (vectorLhs)
      shape.erase(shape.end() - (vectorRhs ? 1 : 2));
    result = c.reshape(result, shape);
  }
  return c.give(0, result);
}

/// An integer operand less its zero point (input `zero`), as f32: up to 2^24,
/// every integer is one.
Value centred(NodeConversion &c, unsigned index, unsigned zero, bool byRow) {
  Type f32 = Float32Type::get(c.getContext());
  Value value = c.cast(c.getInput(index), f32);
  Value point = c.cast(c.getInput(zero), f32);
  if (!value || !point)
    return value;
  // One zero point for each row of the left operand is a column.
  if (byRow && c.rankOf(point) == 1)
    point = c.reshape(point, {c.shapeOf(point)[0], 1});
  return c.binary(BinaryKind::sub, value, point);
}

/// MatMulInteger: exact as long as the sums stay below 2^24.
LogicalResult convertMatMulInteger(NodeConversion &c) {
  if (failed(c.requireRank(0, 2)) || failed(c.requireRank(1, 2)))
    return failure();
  if (c.shapeOf(c.getInput(0)).back() > (1 << 24) / (255 * 255))
    return c.refuse("inner dimension " +
                    Twine(c.shapeOf(c.getInput(0)).back()) +
                    " is too long for exact sums");
  Value product =
      c.create<qnn::MatmulOp>(centred(c, 0, 2, true), centred(c, 1, 3, false));
  return c.give(0, c.cast(product, IntegerType::get(c.getContext(), 32)));
}

} // namespace

void graph::registerContractionHandlers(HandlerRegistry &registry) {
  registry.add("Conv", {1, 11, 22}, convertConv);
  registry.add("ConvTranspose", {1, 11, 22}, convertConvTranspose);
  registry.add("Gemm", {1, 6, 7, 9, 11, 13}, convertGemm);
  registry.add("MatMul", {1, 9, 13}, convertMatMul);
  registry.add("MatMulInteger", {10}, convertMatMulInteger);
}
