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

/// Input 0 and input `weight` of a convolution must fit each other.
LogicalResult checkRanks(NodeConversion &c, unsigned weight) {
  if (failed(c.requireRank(0, 3)) || failed(c.requireRank(weight, 3)))
    return failure();
  int64_t ranks[] = {c.rankOf(c.getInput(0)), c.rankOf(c.getInput(weight))};
  if (ranks[0] != ranks[1])
    return c.refuse("input of rank " + Twine(ranks[0]) +
                    " and weight of rank " + Twine(ranks[1]) + " differ");
  return success();
}

/// Checks of Conv and ConvTranspose that come before anything else.
LogicalResult checkOperands(NodeConversion &c) {
  if (failed(checkRanks(c, 1)))
    return failure();
  if (!c.isFloat(c.getInput(0)))
    return c.refuse("input must be of a float type");
  return success();
}

/// A convolution with the node's attributes, of f32 operands in ONNX's layout.
Value convolve(NodeConversion &c, Value input, Value weight, Value bias) {
  if (!input || !weight)
    return {};
  FailureOr<Window> window = Window::get(c, c.shapeOf(input).drop_front(2),
                                         c.shapeOf(weight).drop_front(2));
  if (failed(window))
    return {};
  Value result = c.create<qnn::ConvOp>(
      c.toChannelsLast(input),
      c.transposeWeight(weight, weightPermutation(c.rankOf(weight))), bias,
      window->strides, window->pads, window->dilations, c.getInt("group", 1));
  return c.toChannelsFirst(result);
}

LogicalResult convertConv(NodeConversion &c) {
  if (failed(checkOperands(c)))
    return failure();
  return c.give(0, convolve(c, c.getInput(0), c.getInput(1), c.getInput(2)));
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
Value multiplyMatrices(NodeConversion &c, Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return {};
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
  return result;
}

LogicalResult convertMatMul(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(1, 1)))
    return failure();
  return c.give(0, multiplyMatrices(c, c.getInput(0), c.getInput(1)));
}

/// An integer operand less its zero point (input `zero`), as f32. A zero point
/// of rank 1 runs along `axis`.
Value centred(NodeConversion &c, unsigned index, unsigned zero, int64_t axis) {
  Type f32 = Float32Type::get(c.getContext());
  Value value = c.cast(c.getInput(index), f32);
  Value point = c.cast(c.getInput(zero), f32);
  if (!value || !point)
    return value;
  if (c.rankOf(point) == 1 && c.shapeOf(point)[0] != 1)
    point = c.alignTo(point, axis, c.rankOf(value));
  return c.binary(BinaryKind::sub, value, point);
}

/// What `contract` makes of `lhs` and another operand, i32. Both are integers
/// of at most 255, as f32, and `depth` products are summed. In f32 sums below
/// 2^24 are exact; where they could be greater, `lhs` is taken in two parts of
/// 4 bits.
Value sumExactly(NodeConversion &c, int64_t depth, Value lhs,
                 llvm::function_ref<Value(Value)> contract) {
  constexpr int64_t limit = 1 << 24, greatest = 255, step = 16;
  Type i32 = IntegerType::get(c.getContext(), 32);
  if (depth <= limit / (greatest * greatest) || !lhs)
    return c.cast(contract(lhs), i32);
  if (depth > limit / (step * greatest)) {
    (void)c.refuse("sums of " + Twine(depth) +
                   " products are too long to be exact");
    return {};
  }
  Value high = c.unary(qnn::UnaryKind::floor, scaled(c, lhs, 1.0f / step));
  Value low = c.binary(BinaryKind::sub, lhs, scaled(c, high, step));
  Value sum = c.cast(contract(high), i32);
  return c.binary(BinaryKind::add,
                  c.binary(BinaryKind::mul, sum, c.scalar(i32, step)),
                  c.cast(contract(low), i32));
}

LogicalResult convertMatMulInteger(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(1, 1)))
    return failure();
  int64_t rank = c.rankOf(c.getInput(0)),
          depth = c.shapeOf(c.getInput(0)).back();
  Value rhs = centred(c, 1, 3, c.rankOf(c.getInput(1)) - 1);
  return c.give(
      0, sumExactly(c, depth, centred(c, 0, 2, std::max<int64_t>(rank - 2, 0)),
                    [&](Value lhs) { return multiplyMatrices(c, lhs, rhs); }));
}

LogicalResult convertConvInteger(NodeConversion &c) {
  if (failed(checkRanks(c, 1)))
    return failure();
  ArrayRef<int64_t> weight = c.shapeOf(c.getInput(1));
  int64_t depth = c.typeOf(c.getInput(1)).getNumElements() /
                  std::max<int64_t>(weight[0], 1);
  Value centredWeight = centred(c, 1, 3, 0);
  return c.give(0, sumExactly(c, depth, centred(c, 0, 2, 0), [&](Value input) {
                  return convolve(c, input, centredWeight, Value());
                }));
}

/// The real numbers that input `index` stands for, its scale and zero point
/// being the inputs behind it. Where they have rank 1 they run along `axis`.
Value dequantized(NodeConversion &c, unsigned index, int64_t axis) {
  Value stored = c.getInput(index), scale = c.getInput(index + 1),
        zeroPoint = c.getInput(index + 2);
  if (!stored || !scale || !zeroPoint)
    return {};
  int64_t count = c.typeOf(scale).getNumElements();
  if (c.typeOf(zeroPoint).getNumElements() != count ||
      (count != 1 &&
       (c.rankOf(scale) != 1 || c.shapeOf(stored)[axis] != count))) {
    (void)c.refuse("scale and zero point (inputs " + Twine(index + 1) +
                   " and " + Twine(index + 2) +
                   ") must be one number each, or one for each channel");
    return {};
  }
  SmallVector<int64_t> shape;
  if (count != 1)
    shape.push_back(count);
  Type storage = c.elementOf(stored);
  auto scheme = count == 1 ? qnn::SchemeAttr::perTensor(storage)
                           : qnn::SchemeAttr::perAxis(storage, axis);
  auto type = RankedTensorType::get(c.shapeOf(stored),
                                    Float32Type::get(c.getContext()));
  return c.create<qnn::DequantizeOp>(type, stored, c.reshape(scale, shape),
                                     c.reshape(zeroPoint, shape), scheme);
}

/// Stores `value` with the scale and zero point of inputs `index` and after.
Value quantized(NodeConversion &c, Value value, unsigned index) {
  Value scale = c.reshape(c.getInput(index), {}),
        zeroPoint = c.reshape(c.getInput(index + 1), {});
  if (!value || !scale || !zeroPoint)
    return {};
  Type storage = c.elementOf(zeroPoint);
  return c.create<qnn::QuantizeOp>(
      RankedTensorType::get(c.shapeOf(value), storage), value, scale, zeroPoint,
      qnn::SchemeAttr::perTensor(storage));
}

/// A convolution between one dequantize for each operand and a quantize.
LogicalResult convertQLinearConv(NodeConversion &c) {
  if (failed(checkRanks(c, 3)))
    return failure();
  Value input = dequantized(c, 0, 1), weight = dequantized(c, 3, 0), bias;
  if (Value stored = c.getInput(8)) {
    // Its grid is the accumulator's.
    Value scale =
        c.binary(BinaryKind::mul, c.reshape(c.getInput(1), {}), c.getInput(4));
    if (!input || !weight || !scale)
      return failure();
    bool perTensor = c.typeOf(scale).getNumElements() == 1;
    Type i32 = c.elementOf(stored);
    SmallVector<int64_t> shape;
    if (!perTensor)
      shape.push_back(c.shapeOf(stored)[0]);
    auto scheme = perTensor
                      ? qnn::SchemeAttr::perTensor(i32, /*symmetric=*/true)
                      : qnn::SchemeAttr::perAxis(i32, 0, /*symmetric=*/true);
    bias = c.create<qnn::DequantizeOp>(
        RankedTensorType::get(c.shapeOf(stored), c.elementOf(input)), stored,
        c.reshape(scale, shape), c.broadcast(c.scalar(i32, 0), shape), scheme);
    if (!bias)
      return failure();
  }
  return c.give(0, quantized(c, convolve(c, input, weight, bias), 6));
}

LogicalResult convertQLinearMatMul(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(3, 1)))
    return failure();
  int64_t rows = std::max<int64_t>(c.rankOf(c.getInput(0)) - 2, 0),
          columns = c.rankOf(c.getInput(3)) - 1;
  Value product =
      multiplyMatrices(c, dequantized(c, 0, rows), dequantized(c, 3, columns));
  return c.give(0, quantized(c, product, 6));
}

} // namespace

void graph::registerContractionHandlers(HandlerRegistry &registry) {
  registry.add("Conv", {1, 11, 22}, convertConv);
  registry.add("ConvTranspose", {1, 11, 22}, convertConvTranspose);
  registry.add("Gemm", {1, 6, 7, 9, 11, 13}, convertGemm);
  registry.add("MatMul", {1, 9, 13}, convertMatMul);
  registry.add("MatMulInteger", {10}, convertMatMulInteger);
  registry.add("ConvInteger", {10}, convertConvInteger);
  registry.add("QLinearConv", {10}, convertQLinearConv);
  registry.add("QLinearMatMul", {10, 21}, convertQLinearMatMul);
}
