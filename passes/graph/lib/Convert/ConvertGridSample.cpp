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

/// Builds a GridSample of pictures or volumes: places are tensors [N, E...],
/// samples rows of the input as a table [N * D..., C].
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
  /// The input at whole coordinates, weighted by `weight` unless it is null.
  Value pixel(ArrayRef<Value> at, Value weight);
  /// Weights of the neighbours, at a fraction in [0, 1).
  SmallVector<Value> weights(StringRef mode, Value fraction);
  /// Adds to `sum` the neighbours whose first coordinates are `at`, and whose
  /// weight so far is `weight`.
  void addNeighbours(StringRef mode, SmallVectorImpl<Value> &at, Value weight,
                     Value &sum);

  NodeConversion &c;
  StringRef padding;
  bool alignCorners;
  Type f32;
  SmallVector<Axis> axes;
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

Value Sampler::pixel(ArrayRef<Value> at, Value weight) {
  Type i64 = IntegerType::get(c.getContext(), 64);
  Value inside, index;
  for (auto [place, axis] : llvm::zip_equal(at, axes)) {
    Value whole = place;
    if (padding == "zeros") {
      Value isInside = c.binary(
          BinaryKind::logical_and,
          c.binary(BinaryKind::greater_equal, place, number(0)),
          c.binary(BinaryKind::less_equal, place, number(axis.extent - 1)));
      inside = inside ? c.binary(BinaryKind::logical_and, inside, isInside)
                      : isInside;
      whole = c.clamp(place, 0, axis.extent - 1);
    } else {
      whole = padPlace(place, axis.extent);
    }
    whole = c.cast(whole, i64);
    index = index ? add(mul(index, c.scalar(i64, axis.extent)), whole) : whole;
  }
  Value sample = c.gather(table, add(index, batchOffset), 0);
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

void Sampler::addNeighbours(StringRef mode, SmallVectorImpl<Value> &at,
                            Value weight, Value &sum) {
  if (at.size() == axes.size()) {
    Value sample = pixel(at, weight);
    sum = sum ? add(sum, sample) : sample;
    return;
  }
  Value place = axes[at.size()].place;
  Value base = c.unary(UnaryKind::floor, place);
  int offset = mode == "linear" ? 0 : -1;
  for (Value own : weights(mode, sub(place, base))) {
    at.push_back(add(base, number(offset++)));
    addNeighbours(mode, at, weight ? mul(weight, own) : own, sum);
    at.pop_back();
  }
}

LogicalResult Sampler::run(StringRef mode) {
  Value input = c.getInput(0), grid = c.getInput(1);
  SmallVector<int64_t> shape(c.shapeOf(input)), places(c.shapeOf(grid));
  int64_t count = places.pop_back_val(), size = 1;
  for (int64_t i = 0; i < count; ++i) {
    // The grid names the innermost dimension first.
    Value place =
        c.reshape(c.slice(grid, places.size(), count - 1 - i, 1), places);
    int64_t extent = shape[i + 2];
    axes.push_back({extent, padPlace(denormalize(place, extent), extent)});
    size *= extent;
  }
  table = c.reshape(c.toChannelsLast(input), {shape[0] * size, shape[1]});
  SmallVector<int64_t> starts;
  for (int64_t n = 0; n < shape[0]; ++n)
    starts.push_back(n * size);
  batchOffset = c.alignTo(c.intsConstant(starts), 0, places.size());

  SmallVector<Value> at;
  if (mode == "nearest") {
    for (const Axis &axis : axes)
      at.push_back(c.unary(UnaryKind::round, axis.place));
    return c.give(0, c.toChannelsFirst(pixel(at, {})));
  }
  Value sum;
  addNeighbours(mode, at, {}, sum);
  return c.give(0, c.toChannelsFirst(sum));
}

LogicalResult convertGridSample(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)) || failed(c.requireRank(1, 3)))
    return failure();
  ArrayRef<int64_t> input = c.shapeOf(c.getInput(0)),
                    grid = c.shapeOf(c.getInput(1));
  if (grid.size() != input.size() || grid[0] != input[0] ||
      grid.back() + 2 != static_cast<int64_t>(input.size()))
    return c.refuse("the grid does not fit the input: it must hold one "
                    "coordinate for each spatial dimension");
  if (llvm::is_contained(input.drop_front(2), 0))
    return c.refuse("the input is empty");
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
