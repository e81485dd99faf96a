//===- ConvertResize.cpp - Resize and Upsample ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Interpolation is separable: along each axis, nearest neighbours are a gather
// and everything else is a product with a matrix of weights, all known at
// compile time.
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

/// What a Resize node asks for.
struct Settings {
  StringRef mode, coordinates;
  StringRef nearest; ///< Empty before version 11, which had no choice.
  double cubicCoefficient = -0.75;
  float extrapolation = 0;
  bool excludeOutside = false, antialias = false;
};

/// One axis of a Resize.
struct AxisResize {
  int64_t input, output;
  double scale;
  double roiStart = 0, roiEnd = 1;

  /// The place in the input that output `x` is read from.
  double source(StringRef coordinates, double x) const;
};

double AxisResize::source(StringRef coordinates, double x) const {
  if (coordinates == "asymmetric")
    return x / scale;
  if (coordinates == "align_corners") {
    // The length before it was rounded down: ONNX's tests ask for it.
    double length = scale * input;
    return output == 1 ? 0 : x * (input - 1) / (length - 1);
  }
  if (coordinates == "pytorch_half_pixel")
    return output > 1 ? (x + 0.5) / scale - 0.5 : 0;
  if (coordinates == "tf_crop_and_resize")
    return output > 1 ? roiStart * (input - 1) +
                            x * (roiEnd - roiStart) * (input - 1) / (output - 1)
                      : 0.5 * (roiStart + roiEnd) * (input - 1);
  double offset = 0;
  if (coordinates == "half_pixel_symmetric")
    offset = input / 2.0 * (1 - output / (scale * input));
  return offset + (x + 0.5) / scale - 0.5;
}

int64_t nearestIndex(StringRef mode, double x) {
  if (mode == "round_prefer_floor")
    return static_cast<int64_t>(std::ceil(x - 0.5));
  if (mode == "round_prefer_ceil")
    return static_cast<int64_t>(std::floor(x + 0.5));
  return static_cast<int64_t>(mode == "ceil" ? std::ceil(x) : std::floor(x));
}

/// Weight of a sample at distance `x`.
double kernelAt(const Settings &settings, double x) {
  x = std::abs(x);
  if (settings.mode == "linear")
    return std::max(0.0, 1 - x);
  double a = settings.cubicCoefficient;
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// The matrix [output, input] that interpolates along an axis.
SmallVector<float> weightMatrix(const Settings &settings,
                                const AxisResize &axis) {
  SmallVector<float> matrix(axis.output * axis.input, 0);
  double shrink = settings.antialias ? std::min(1.0, axis.scale) : 1.0;
  int64_t half = settings.mode == "linear" ? 1 : 2;
  int64_t first = static_cast<int64_t>(std::floor(-half / shrink)) + 1;
  for (int64_t out = 0; out < axis.output; ++out) {
    double x = axis.source(settings.coordinates, out);
    double base = std::ceil(x) - 1, ratio = x - base;
    SmallVector<std::pair<int64_t, double>> taps;
    double sum = 0;
    for (int64_t i = first; i <= 1 - first; ++i) {
      int64_t at = static_cast<int64_t>(base) + i;
      double weight = kernelAt(settings, shrink * (i - ratio));
      if (settings.excludeOutside && (at < 0 || at >= axis.input))
        continue;
      taps.push_back({std::clamp<int64_t>(at, 0, axis.input - 1), weight});
      sum += weight;
    }
    for (auto [at, weight] : taps)
      matrix[out * axis.input + at] += static_cast<float>(weight / sum);
  }
  return matrix;
}

/// The elements along `axis` that lie outside the input become the
/// extrapolation value.
Value extrapolate(NodeConversion &c, Value value, int64_t axis,
                  const Settings &settings, const AxisResize &resize) {
  SmallVector<bool> inside;
  for (int64_t out = 0; out < resize.output; ++out) {
    double x = resize.source(settings.coordinates, out);
    inside.push_back(x >= 0 && x <= resize.input - 1);
  }
  if (!value || llvm::all_of(inside, [](bool in) { return in; }))
    return value;
  Value mask = c.constant(DenseElementsAttr::get(
      RankedTensorType::get({resize.output},
                            IntegerType::get(c.getContext(), 1)),
      inside));
  return c.create<qnn::SelectOp>(
      c.alignTo(mask, axis, c.rankOf(value)), value,
      c.scalar(c.elementOf(value), settings.extrapolation));
}

Value resizeAxis(NodeConversion &c, Value value, int64_t axis,
                 const Settings &settings, const AxisResize &resize) {
  if (!value)
    return {};
  if (settings.mode == "nearest") {
    StringRef rounding = settings.nearest;
    // What the tests of version 10 ask for, and ONNX Runtime does.
    if (rounding.empty())
      rounding = resize.scale < 1 ? "ceil" : "floor";
    SmallVector<int64_t> indices;
    for (int64_t out = 0; out < resize.output; ++out)
      indices.push_back(std::clamp<int64_t>(
          nearestIndex(rounding, resize.source(settings.coordinates, out)), 0,
          resize.input - 1));
    value = c.gather(value, c.intsConstant(indices), axis);
  } else {
    SmallVector<int64_t> permutation(c.rankOf(value));
    std::iota(permutation.begin(), permutation.end(), 0);
    std::swap(permutation[axis], permutation.back());
    Value weight = c.floatsConstant({resize.output, resize.input},
                                    weightMatrix(settings, resize));
    value = c.transpose(c.create<qnn::LinearOp>(c.transpose(value, permutation),
                                                weight, Value()),
                        permutation);
  }
  return settings.coordinates == "tf_crop_and_resize"
             ? extrapolate(c, value, axis, settings, resize)
             : value;
}

/// Reads one number for each of `axes` from input `index`; nothing if it is
/// left out or empty, as it is when the other one of scales and sizes is given.
FailureOr<SmallVector<double>> readPerAxis(NodeConversion &c, unsigned index,
                                           StringRef what, size_t count) {
  if (!c.getInput(index) || c.typeOf(c.getInput(index)).getNumElements() == 0)
    return SmallVector<double>();
  FailureOr<SmallVector<double>> values = c.requireFloats(index, what);
  if (failed(values))
    return failure();
  if (values->size() != count)
    return c.refuse(what + " has " + Twine(values->size()) +
                    " entries, must have " + Twine(count));
  return *values;
}

FailureOr<Settings> readSettings(NodeConversion &c) {
  Settings settings;
  settings.mode = c.getString("mode", "nearest");
  bool old = c.getVersion() < 11;
  settings.coordinates = c.getString("coordinate_transformation_mode",
                                     old ? "asymmetric" : "half_pixel");
  settings.nearest =
      c.getString("nearest_mode", old ? "" : "round_prefer_floor");
  settings.cubicCoefficient = c.getFloat("cubic_coeff_a", -0.75f);
  settings.extrapolation = c.getFloat("extrapolation_value", 0);
  settings.excludeOutside = c.getInt("exclude_outside", 0);
  settings.antialias = c.getInt("antialias", 0);
  if (settings.mode == "bilinear" || settings.mode == "trilinear")
    settings.mode = "linear";
  if (!llvm::is_contained({"nearest", "linear", "cubic"}, settings.mode))
    return c.refuse("attribute 'mode' is '" + settings.mode +
                    "', must be nearest, linear or cubic");
  if (!llvm::is_contained({"half_pixel", "half_pixel_symmetric",
                           "pytorch_half_pixel", "align_corners", "asymmetric",
                           "tf_crop_and_resize"},
                          settings.coordinates))
    return c.refuse("attribute 'coordinate_transformation_mode' is '" +
                    settings.coordinates + "', which is not supported");
  if (!settings.nearest.empty() &&
      !llvm::is_contained(
          {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"},
          settings.nearest))
    return c.refuse("attribute 'nearest_mode' is '" + settings.nearest +
                    "', which is not supported");
  return settings;
}

/// One scale for all axes, so that the picture keeps its form within (or
/// around) the sizes asked for.
void keepAspectRatio(StringRef policy, MutableArrayRef<AxisResize> axes) {
  double scale = axes.front().scale;
  for (AxisResize &axis : axes)
    scale = policy == "not_larger" ? std::min(scale, axis.scale)
                                   : std::max(scale, axis.scale);
  for (AxisResize &axis : axes) {
    axis.scale = scale;
    axis.output = static_cast<int64_t>(std::floor(scale * axis.input + 0.5));
  }
}

LogicalResult convertResize(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value value = c.getInput(0);
  FailureOr<Settings> settings = readSettings(c);
  if (failed(settings))
    return failure();
  SmallVector<int64_t> axes(c.rankOf(value));
  std::iota(axes.begin(), axes.end(), 0);
  if (auto given = c.getInts("axes")) {
    axes = *given;
    for (int64_t &axis : axes) {
      FailureOr<int64_t> normal = c.normalizeAxis(axis, c.rankOf(value));
      if (failed(normal))
        return failure();
      axis = *normal;
    }
  }
  // Upsample and version 10 have (X, scales), later versions (X, roi, scales,
  // sizes); the oldest Upsample has attributes.
  bool old = c.getVersion() < 11;
  SmallVector<double> scales, sizes, roi;
  if (auto attr = c.getNode().getFloats("scales")) {
    scales.assign(attr->begin(), attr->end());
  } else {
    auto givenScales = readPerAxis(c, old ? 1 : 2, "scales", axes.size());
    if (failed(givenScales))
      return failure();
    scales = *givenScales;
    if (!old) {
      auto givenSizes = readPerAxis(c, 3, "sizes", axes.size());
      if (failed(givenSizes))
        return failure();
      sizes = *givenSizes;
      if (settings->coordinates == "tf_crop_and_resize") {
        auto givenRoi = readPerAxis(c, 1, "roi", 2 * axes.size());
        if (failed(givenRoi))
          return failure();
        roi = *givenRoi;
      }
    }
  }
  if (scales.size() != axes.size() && sizes.size() != axes.size())
    return c.refuse("either scales or sizes must be given for each axis");
  SmallVector<AxisResize> resizes;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    AxisResize resize;
    resize.input = c.shapeOf(value)[axis];
    double wanted =
        sizes.empty() ? std::floor(resize.input * scales[i]) : sizes[i];
    if (!(wanted >= 1 && wanted <= INT32_MAX) || resize.input < 1)
      return c.refuse("dimension " + Twine(axis) + " cannot be resized from " +
                      Twine(resize.input) + " to " +
                      Twine(std::to_string(wanted)));
    resize.output = static_cast<int64_t>(wanted);
    resize.scale = sizes.empty() ? scales[i] : wanted / resize.input;
    if (!roi.empty()) {
      resize.roiStart = roi[i];
      resize.roiEnd = roi[axes.size() + i];
    }
    resizes.push_back(resize);
  }
  StringRef policy = c.getString("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch" && !sizes.empty())
    keepAspectRatio(policy, resizes);
  for (auto [axis, resize] : llvm::zip_equal(axes, resizes)) {
    bool identity =
        resize.input == resize.output && resize.scale == 1 && roi.empty();
    if (!identity)
      value = resizeAxis(c, value, axis, *settings, resize);
  }
  return c.give(0, value);
}

} // namespace

void graph::registerResizeHandlers(HandlerRegistry &registry) {
  registry.add("Resize", {10, 11, 13, 18, 19}, convertResize);
  registry.add("Upsample", {7, 9, 10}, convertResize);
}
