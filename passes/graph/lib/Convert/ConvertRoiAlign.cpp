//===- ConvertRoiAlign.cpp - regions of pictures in one size --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;
using qcc::qnn::PoolKind;

namespace {

/// Where regions are sampled along one dimension of the pictures: f32 and i64
/// tensors [regions, places].
struct Samples {
  Value low, high; ///< The neighbours, whole numbers inside the picture.
  Value weight;    ///< Of the higher one.
  Value isNear;    ///< i1: no more than one element outside.
};

/// Builds a RoiAlign out of gathers: samples are rows of the pictures as a
/// table [N * H * W, C], bins are pooled from the samples.
class RoiAlign {
public:
  explicit RoiAlign(NodeConversion &c)
      : c(c), f32(Float32Type::get(c.getContext())),
        i64(IntegerType::get(c.getContext(), 64)),
        ratio(c.getInt("sampling_ratio", 0)) {}

  LogicalResult run();

private:
  Value number(double value) { return c.scalar(f32, value); }
  Value add(Value a, Value b) { return c.binary(BinaryKind::add, a, b); }
  Value sub(Value a, Value b) { return c.binary(BinaryKind::sub, a, b); }
  Value mul(Value a, Value b) { return c.binary(BinaryKind::mul, a, b); }

  Samples sample(int64_t column, int64_t bins, int64_t extent);
  /// `value` [regions, places] along dimension `axis` of [regions, y, x].
  Value along(Value value, int64_t axis);

  NodeConversion &c;
  Type f32, i64;
  int64_t ratio, regions = 0;
  bool halfPixel = false;
};

/// Corners of the regions are in `column` and `column` + 2.
Samples RoiAlign::sample(int64_t column, int64_t bins, int64_t extent) {
  Value scale = number(c.getFloat("spatial_scale", 1.0f));
  Value offset = number(halfPixel ? 0.5 : 0.0);
  auto corner = [&](int64_t at) {
    return sub(mul(c.slice(c.getInput(1), 1, at, 1), scale), offset);
  };
  Value start = corner(column), length = sub(corner(column + 2), start);
  if (!halfPixel)
    length = c.binary(BinaryKind::max, length, number(1));
  SmallVector<float> steps;
  for (int64_t bin = 0; bin < bins; ++bin)
    for (int64_t i = 0; i < ratio; ++i)
      steps.push_back(static_cast<float>(bin) + (static_cast<float>(i) + 0.5f) /
                                                    static_cast<float>(ratio));
  Value size = c.binary(BinaryKind::div, length, number(bins));
  Value place =
      add(start, mul(size, c.floatsConstant({1, bins * ratio}, steps)));

  Samples samples;
  samples.isNear =
      c.binary(BinaryKind::logical_and,
               c.binary(BinaryKind::greater_equal, place, number(-1)),
               c.binary(BinaryKind::less_equal, place, number(extent)));
  float last = static_cast<float>(extent - 1);
  place = c.clamp(place, 0, last);
  Value low = c.unary(qnn::UnaryKind::floor, place);
  samples.weight = sub(place, low);
  samples.low = c.cast(low, i64);
  samples.high = c.cast(c.clamp(add(low, number(1)), 0, last), i64);
  return samples;
}

Value RoiAlign::along(Value value, int64_t axis) {
  if (!value)
    return {};
  SmallVector<int64_t> shape{regions, 1, 1};
  shape[axis] = c.shapeOf(value)[1];
  return c.reshape(value, shape);
}

LogicalResult RoiAlign::run() {
  Value input = c.getInput(0);
  StringRef mode = c.getString("mode", "avg");
  if (mode != "avg" && mode != "max")
    return c.refuse("attribute 'mode' is '" + mode + "', must be avg or max");
  // Before version 16 pixels had no middle.
  StringRef coordinates =
      c.getString("coordinate_transformation_mode",
                  c.getVersion() < 16 ? "output_half_pixel" : "half_pixel");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel")
    return c.refuse("attribute 'coordinate_transformation_mode' is '" +
                    coordinates + "', must be half_pixel or output_half_pixel");
  if (ratio < 1)
    return c.refuse("attribute 'sampling_ratio' must be at least 1: with 0 the "
                    "number of samples depends on the regions");
  halfPixel = coordinates == "half_pixel";
  regions = c.shapeOf(c.getInput(1))[0];
  ArrayRef<int64_t> shape = c.shapeOf(input);
  int64_t channels = shape[1], height = shape[2], width = shape[3];
  int64_t rows = c.getInt("output_height", 1),
          columns = c.getInt("output_width", 1);
  if (rows < 1 || columns < 1 || height < 1 || width < 1)
    return c.refuse("sizes must be at least 1");

  Samples y = sample(1, rows, height), x = sample(0, columns, width);
  Value table =
      c.reshape(c.toChannelsLast(input), {shape[0] * height * width, channels});
  Value first =
      c.reshape(mul(c.cast(c.getInput(2), i64), c.scalar(i64, height * width)),
                {regions, 1, 1});
  Value inside =
      c.binary(BinaryKind::logical_and, along(y.isNear, 1), along(x.isNear, 2));
  inside = c.cast(inside, f32);
  SmallVector<int64_t> weightShape{regions, rows * ratio, columns * ratio, 1};
  bool isMax = mode == "max";
  Value result;
  for (bool lower : {false, true})
    for (bool right : {false, true}) {
      Value line = mul(along(lower ? y.high : y.low, 1), c.scalar(i64, width));
      Value index = add(add(first, line), along(right ? x.high : x.low, 2));
      Value vertical = lower ? y.weight : sub(number(1), y.weight);
      Value horizontal = right ? x.weight : sub(number(1), x.weight);
      Value weight = mul(mul(along(vertical, 1), along(horizontal, 2)), inside);
      Value product =
          mul(c.gather(table, index, 0), c.reshape(weight, weightShape));
      result = !result ? product
               : isMax ? c.binary(BinaryKind::max, result, product)
                       : add(result, product);
    }
  SmallVector<int64_t> bin{ratio, ratio}, ones{1, 1}, none(4, 0);
  result = c.create<qnn::PoolOp>(isMax ? PoolKind::max : PoolKind::average,
                                 result, bin, bin, none, ones, false, 2);
  return c.give(0, c.toChannelsFirst(result));
}

LogicalResult convertRoiAlign(NodeConversion &c) {
  for (auto [input, rank] : {std::pair(0, 4), {1, 2}, {2, 1}})
    if (failed(c.requireRank(input, rank)))
      return failure();
  ArrayRef<int64_t> rois = c.shapeOf(c.getInput(1));
  if (c.rankOf(c.getInput(0)) != 4 || rois.size() != 2 || rois[1] != 4 ||
      c.shapeOf(c.getInput(2)) != rois.take_front())
    return c.refuse("needs pictures of rank 4, regions [n, 4] and the pictures "
                    "that they are in [n]");
  return RoiAlign(c).run();
}

} // namespace

void graph::registerRoiAlignHandlers(HandlerRegistry &registry) {
  registry.add("RoiAlign", {10, 16, 22}, convertRoiAlign);
}
