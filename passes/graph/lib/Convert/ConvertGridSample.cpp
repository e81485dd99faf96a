//===- ConvertGridSample.cpp - sampling at computed places ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;
using qcc::qnn::UnaryKind;

namespace {

/// One coordinate of the places that are sampled.
struct Axis {
  int64_t extent;
  Value place;
};

/// Builds a GridSample of pictures: places are tensors [N, H, W], samples rows
/// of the picture as a table [N * H * W, C].
class Sampler {
public:
  Sampler(NodeConversion &c, StringRef padding, bool alignCorners)
      : c(c), padding(padding), alignCorners(alignCorners),
        f32(Float32Type::get(c.getContext())) {}

  LogicalResult run(StringRef mode);

private:
  Value number(double value) { return c.scalar(f32, value); }
  Value add(Value a, Value b) { return c.binary(BinaryKind::add, a, b); }
  Value sub(Value a, Value b) { return c.binary(BinaryKind::sub, a, b); }
  Value mul(Value a, Value b) { return c.binary(BinaryKind::mul, a, b); }

  Value denormalize(Value place, int64_t extent);
  Value padPlace(Value place, int64_t extent);
  /// The picture at whole coordinates, weighted by `weight` unless it is null.
  Value pixel(Value y, Value x, Value weight);
  /// Weights of the neighbours from `first` on, at a fraction in [0, 1).
  SmallVector<Value> weights(StringRef mode, Value fraction);

  NodeConversion &c;
  StringRef padding;
  bool alignCorners;
  Type f32;
  Axis rows, columns;
  Value table;
  /// Where each picture of the batch begins in the table.
  Value batchOffset;
};

/// From [-1, 1] to coordinates of pixels.
Value Sampler::denormalize(Value place, int64_t extent) {
  if (alignCorners)
    return mul(add(place, number(1)), number((extent - 1) / 2.0));
  return mul(sub(mul(add(place, number(1)), number(extent)), number(1)),
             number(0.5));
}

/// A coordinate brought inside, for modes other than zeros.
Value Sampler::padPlace(Value place, int64_t extent) {
  if (padding == "zeros")
    return place;
  if (padding == "reflection") {
    double low = alignCorners ? 0 : -0.5,
           span = alignCorners ? extent - 1 : extent;
    if (span == 0)
      return mul(place, number(0));
    Value distance = c.unary(UnaryKind::abs, sub(place, number(low)));
    Value folds = c.unary(UnaryKind::floor,
                          c.binary(BinaryKind::div, distance, number(span)));
    Value rest = sub(distance, mul(folds, number(span)));
    Value half = mul(folds, number(0.5));
    Value isEven =
        c.binary(BinaryKind::equal, c.unary(UnaryKind::floor, half), half);
    place = c.create<qnn::SelectOp>(isEven, add(rest, number(low)),
                                    sub(number(low + span), rest));
  }
  return c.clamp(place, 0, static_cast<float>(extent - 1));
}

Value Sampler::pixel(Value y, Value x, Value weight) {
  auto isInside = [&](Value place, int64_t extent) {
    Value least = c.binary(BinaryKind::greater_equal, place, number(0));
    Value most = c.binary(BinaryKind::less_equal, place, number(extent - 1));
    return c.binary(BinaryKind::logical_and, least, most);
  };
  Value inside;
  if (padding == "zeros")
    inside = c.binary(BinaryKind::logical_and, isInside(y, rows.extent),
                      isInside(x, columns.extent));
  y = padding == "zeros" ? c.clamp(y, 0, rows.extent - 1)
                         : padPlace(y, rows.extent);
  x = padding == "zeros" ? c.clamp(x, 0, columns.extent - 1)
                         : padPlace(x, columns.extent);
  Type i64 = IntegerType::get(c.getContext(), 64);
  Value index = add(
      add(mul(c.cast(y, i64), c.scalar(i64, columns.extent)), c.cast(x, i64)),
      batchOffset);
  Value sample = c.gather(table, index, 0);
  if (inside) {
    Value mask = c.cast(inside, f32);
    weight = weight ? mul(weight, mask) : mask;
  }
  if (!weight || !sample)
    return sample;
  SmallVector<int64_t> shape(c.shapeOf(weight));
  shape.push_back(1);
  return mul(sample, c.reshape(weight, shape));
}

SmallVector<Value> Sampler::weights(StringRef mode, Value fraction) {
  if (mode == "linear")
    return {sub(number(1), fraction), fraction};
  // Keys' cubic with a = -0.75, at distances 1 + t, t, 1 - t and 2 - t.
  constexpr double a = -0.75;
  auto polynomial = [&](Value x, std::initializer_list<double> coefficients) {
    Value result;
    for (double coefficient : coefficients)
      result = result ? add(mul(result, x), number(coefficient))
                      : number(coefficient);
    return result;
  };
  auto near = [&](Value x) { return polynomial(x, {a + 2, -(a + 3), 0, 1}); };
  auto far = [&](Value x) { return polynomial(x, {a, -5 * a, 8 * a, -4 * a}); };
  return {far(add(fraction, number(1))), near(fraction),
          near(sub(number(1), fraction)), far(sub(number(2), fraction))};
}

LogicalResult Sampler::run(StringRef mode) {
  Value input = c.getInput(0), grid = c.getInput(1);
  SmallVector<int64_t> shape(c.shapeOf(input)), places(c.shapeOf(grid));
  places.pop_back();
  rows = {shape[2], c.reshape(c.slice(grid, 3, 1, 1), places)};
  columns = {shape[3], c.reshape(c.slice(grid, 3, 0, 1), places)};
  for (Axis *axis : {&rows, &columns})
    axis->place =
        padPlace(denormalize(axis->place, axis->extent), axis->extent);
  int64_t picture = shape[2] * shape[3];
  table = c.reshape(c.toChannelsLast(input), {shape[0] * picture, shape[1]});
  SmallVector<int64_t> starts;
  for (int64_t n = 0; n < shape[0]; ++n)
    starts.push_back(n * picture);
  batchOffset = c.alignTo(c.intsConstant(starts), 0, 3);

  if (mode == "nearest") {
    Value sample = pixel(c.unary(UnaryKind::round, rows.place),
                         c.unary(UnaryKind::round, columns.place), {});
    return c.give(0, c.toChannelsFirst(sample));
  }
  auto neighbours = [&](const Axis &axis) {
    Value base = c.unary(UnaryKind::floor, axis.place);
    SmallVector<std::pair<Value, Value>> result;
    int offset = mode == "linear" ? 0 : -1;
    for (Value weight : weights(mode, sub(axis.place, base)))
      result.push_back({add(base, number(offset++)), weight});
    return result;
  };
  Value sum;
  for (auto [y, yWeight] : neighbours(rows))
    for (auto [x, xWeight] : neighbours(columns)) {
      Value sample = pixel(y, x, mul(yWeight, xWeight));
      sum = sum ? add(sum, sample) : sample;
    }
  return c.give(0, c.toChannelsFirst(sum));
}

LogicalResult convertGridSample(NodeConversion &c) {
  if (failed(c.requireRank(0, 4)) || failed(c.requireRank(1, 4)))
    return failure();
  if (c.rankOf(c.getInput(0)) != 4 || c.rankOf(c.getInput(1)) != 4 ||
      c.shapeOf(c.getInput(1)).back() != 2)
    return c.refuse("only pictures (rank 4) are supported");
  StringRef mode = c.getString("mode", "linear");
  if (mode == "bilinear" || mode == "bicubic")
    mode = mode.drop_front(2);
  if (!llvm::is_contained({"linear", "cubic", "nearest"}, mode))
    return c.refuse("attribute 'mode' is '" + mode +
                    "', must be linear, cubic or nearest");
  StringRef padding = c.getString("padding_mode", "zeros");
  if (!llvm::is_contained({"zeros", "border", "reflection"}, padding))
    return c.refuse("attribute 'padding_mode' is '" + padding +
                    "', must be zeros, border or reflection");
  return Sampler(c, padding, c.getInt("align_corners", 0)).run(mode);
}

} // namespace

void graph::registerGridSampleHandlers(HandlerRegistry &registry) {
  registry.add("GridSample", {16, 20, 22}, convertGridSample);
}
