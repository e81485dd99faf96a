//===- ConvertMovement.cpp - ops that move elements -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

LogicalResult convertTranspose(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  SmallVector<int64_t> reversed(c.rankOf(c.getInput(0)));
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  return c.give(
      0, c.transpose(c.getInput(0), c.getInts("perm").value_or(reversed)));
}

LogicalResult convertConcat(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  FailureOr<int64_t> axis = c.getAxis(1, c.rankOf(c.getInput(0)));
  if (failed(axis))
    return failure();
  SmallVector<Value> inputs;
  for (unsigned i = 0; i < c.getNumInputs(); ++i) {
    if (failed(c.requireRank(i, 1)))
      return failure();
    // An empty list of numbers is how some exporters write "nothing".
    if (llvm::is_contained(c.shapeOf(c.getInput(i)), 0) &&
        c.rankOf(c.getInput(i)) == 1 && c.getNumInputs() > 1)
      continue;
    inputs.push_back(c.getInput(i));
  }
  if (inputs.empty())
    inputs.push_back(c.getInput(0));
  return c.give(0, c.create<qnn::ConcatOp>(inputs, *axis));
}

/// Split: sizes are an attribute before version 13, then an input; without
/// them the parts are equal, the last one perhaps shorter.
LogicalResult convertSplit(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value input = c.getInput(0);
  FailureOr<int64_t> axis = c.getAxis(0, c.rankOf(input));
  if (failed(axis))
    return failure();
  int64_t extent = c.shapeOf(input)[*axis], parts = c.getNumOutputs();
  SmallVector<int64_t> sizes;
  if (auto attr = c.getInts("split")) {
    sizes = *attr;
  } else if (c.getInput(1)) {
    FailureOr<SmallVector<int64_t>> given = c.requireInts(1, "split");
    if (failed(given))
      return failure();
    sizes = *given;
  } else {
    parts = c.getInt("num_outputs", parts);
    int64_t size = (extent + parts - 1) / parts;
    for (int64_t i = 0; i < parts; ++i)
      sizes.push_back(std::clamp<int64_t>(extent - i * size, 0, size));
  }
  if (sizes.size() != c.getNumOutputs() ||
      std::accumulate(sizes.begin(), sizes.end(), int64_t(0)) != extent ||
      llvm::any_of(sizes, [](int64_t size) { return size < 0; }))
    return c.refuse("split must have one size for each of the " +
                    Twine(c.getNumOutputs()) + " outputs, " + Twine(extent) +
                    " together");
  int64_t start = 0;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    if (failed(c.give(i, c.slice(input, *axis, start, size))))
      return failure();
    start += size;
  }
  return success();
}

/// Slice: everything is an attribute before version 10, then an input.
LogicalResult convertSlice(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Value input = c.getInput(0);
  int64_t rank = c.rankOf(input);
  SmallVector<int64_t> starts, ends, axes, steps;
  auto read = [&](unsigned index, StringRef name, bool needed,
                  SmallVector<int64_t> &values) -> LogicalResult {
    if (c.getVersion() < 10) {
      values = c.getInts(name).value_or(SmallVector<int64_t>());
      return success();
    }
    if (!needed && !c.getInput(index))
      return success();
    FailureOr<SmallVector<int64_t>> given = c.requireInts(index, name);
    if (failed(given))
      return failure();
    values = *given;
    return success();
  };
  if (failed(read(1, "starts", true, starts)) ||
      failed(read(2, "ends", true, ends)) ||
      failed(read(3, "axes", false, axes)) ||
      failed(read(4, "steps", false, steps)))
    return failure();
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (steps.empty())
    steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size())
    return c.refuse("starts, ends, axes and steps must have the same length");

  SmallVector<int64_t> first(rank, 0), sizes(c.shapeOf(input)), step(rank, 1);
  for (size_t i = 0; i < axes.size(); ++i) {
    FailureOr<int64_t> axis = c.normalizeAxis(axes[i], rank);
    if (failed(axis))
      return failure();
    if (steps[i] == 0)
      return c.refuse("steps must not be 0");
    int64_t extent = c.shapeOf(input)[*axis], by = steps[i];
    // As numpy does: backwards, -1 stands for "before the first".
    int64_t least = by < 0 ? -1 : 0, most = by < 0 ? extent - 1 : extent;
    auto place = [&](int64_t at) {
      return std::clamp(at < 0 ? at + extent : at, least, most);
    };
    int64_t begin = place(starts[i]), end = place(ends[i]);
    int64_t span = by < 0 ? begin - end : end - begin;
    int64_t magnitude = by < 0 ? -std::max(by, -INT64_MAX) : by;
    sizes[*axis] = span <= 0 ? 0 : (span - 1) / magnitude + 1;
    first[*axis] = sizes[*axis] == 0 ? 0 : begin;
    // A step that is never taken may be as large as INT64_MAX: a harmless one.
    step[*axis] = sizes[*axis] <= 1 ? 1 : by;
  }
  return c.give(0, c.create<qnn::SliceOp>(input, first, sizes, step));
}

LogicalResult convertPad(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Value input = c.getInput(0);
  int64_t rank = c.rankOf(input);
  SmallVector<int64_t> pads, axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  double value = 0;
  if (c.getVersion() < 11) {
    // Version 1 called them `paddings`.
    auto given = c.getInts(c.getVersion() < 2 ? "paddings" : "pads");
    if (!given)
      return c.refuse("attribute 'pads' is missing");
    pads = *given;
    value = c.getFloat("value", 0);
  } else {
    FailureOr<SmallVector<int64_t>> given = c.requireInts(1, "pads");
    if (failed(given))
      return failure();
    pads = *given;
    if (c.getInput(2)) {
      FailureOr<SmallVector<double>> fill =
          c.requireFloats(2, "constant_value");
      if (failed(fill))
        return failure();
      if (!fill->empty())
        value = fill->front();
    }
    if (c.getInput(3)) {
      FailureOr<SmallVector<int64_t>> given = c.requireInts(3, "axes");
      if (failed(given))
        return failure();
      axes.clear();
      for (int64_t axis : *given) {
        FailureOr<int64_t> normal = c.normalizeAxis(axis, rank);
        if (failed(normal))
          return failure();
        axes.push_back(*normal);
      }
    }
  }
  if (pads.size() != 2 * axes.size())
    return c.refuse("pads has " + Twine(pads.size()) + " entries, must have " +
                    Twine(2 * axes.size()));
  StringRef name = c.getString("mode", "constant");
  std::optional<qnn::PadMode> mode = qnn::symbolizePadMode(name);
  if (!mode)
    return c.refuse("attribute 'mode' is '" + name +
                    "', must be constant, reflect, edge or wrap");
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    low[axis] = pads[i];
    high[axis] = pads[axes.size() + i];
    for (int64_t amount : {low[axis], high[axis]})
      if (std::abs(amount) > INT32_MAX)
        return c.refuse("pads has an entry " + Twine(amount));
  }
  return c.give(0,
                c.create<qnn::PadOp>(input, low, high, *mode, APFloat(value)));
}

/// CenterCropPad: crops or pads both ends of dimensions to the sizes asked for.
LogicalResult convertCenterCropPad(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value input = c.getInput(0);
  int64_t rank = c.rankOf(input);
  FailureOr<SmallVector<int64_t>> sizes = c.requireInts(1, "shape");
  if (failed(sizes))
    return failure();
  SmallVector<int64_t> axes(sizes->size());
  std::iota(axes.begin(), axes.end(), 0);
  axes = c.getInts("axes").value_or(axes);
  if (axes.size() != sizes->size())
    return c.refuse("shape must have one entry for each axis");
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (auto [given, size] : llvm::zip_equal(axes, *sizes)) {
    FailureOr<int64_t> axis = c.normalizeAxis(given, rank);
    if (failed(axis))
      return failure();
    if (size < 0 || size > INT32_MAX)
      return c.refuse("shape has an entry " + Twine(size));
    int64_t extent = c.shapeOf(input)[*axis];
    // Half a crop begins, half a pad ends with the smaller part.
    low[*axis] = size < extent ? -((extent - size) / 2) : (size - extent) / 2;
    high[*axis] = size - extent - low[*axis];
  }
  return c.give(0, c.create<qnn::PadOp>(input, low, high,
                                        qnn::PadMode::constant, APFloat(0.0)));
}

LogicalResult convertTile(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  FailureOr<SmallVector<int64_t>> repeats = c.requireInts(1, "repeats");
  if (failed(repeats))
    return failure();
  for (int64_t count : *repeats)
    if (count < 0 || count > INT32_MAX)
      return c.refuse("repeats has an entry " + Twine(count));
  return c.give(0, c.create<qnn::TileOp>(c.getInput(0), *repeats));
}

LogicalResult convertGather(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  FailureOr<int64_t> axis = c.getAxis(0, c.rankOf(c.getInput(0)));
  if (failed(axis))
    return failure();
  return c.give(0, c.gather(c.getInput(0), c.getInput(1), *axis));
}

/// Shared by DepthToSpace and SpaceToDepth.
LogicalResult checkBlocks(NodeConversion &c, int64_t &block) {
  if (failed(c.requireRank(0, 4)))
    return failure();
  block = c.getInt("blocksize", 0);
  if (block < 1 || c.rankOf(c.getInput(0)) != 4)
    return c.refuse("attribute 'blocksize' must be at least 1, and the input "
                    "have rank 4");
  return success();
}

LogicalResult convertDepthToSpace(NodeConversion &c) {
  int64_t b;
  if (failed(checkBlocks(c, b)))
    return failure();
  ArrayRef<int64_t> shape = c.shapeOf(c.getInput(0));
  int64_t n = shape[0], d = shape[1], h = shape[2], w = shape[3];
  StringRef mode = c.getString("mode", "DCR");
  if (d % (b * b) != 0 || (mode != "DCR" && mode != "CRD"))
    return c.refuse("attribute 'mode' must be DCR or CRD, and the square of "
                    "'blocksize' divide the channels");
  d /= b * b;
  Value blocks = mode == "DCR"
                     ? c.transpose(c.reshape(c.getInput(0), {n, b, b, d, h, w}),
                                   {0, 3, 4, 1, 5, 2})
                     : c.transpose(c.reshape(c.getInput(0), {n, d, b, b, h, w}),
                                   {0, 1, 4, 2, 5, 3});
  return c.give(0, c.reshape(blocks, {n, d, h * b, w * b}));
}

LogicalResult convertSpaceToDepth(NodeConversion &c) {
  int64_t b;
  if (failed(checkBlocks(c, b)))
    return failure();
  ArrayRef<int64_t> shape = c.shapeOf(c.getInput(0));
  int64_t n = shape[0], d = shape[1], h = shape[2], w = shape[3];
  if (h % b != 0 || w % b != 0)
    return c.refuse("attribute 'blocksize' must divide height and width");
  Value blocks = c.transpose(
      c.reshape(c.getInput(0), {n, d, h / b, b, w / b, b}), {0, 3, 5, 1, 2, 4});
  return c.give(0, c.reshape(blocks, {n, d * b * b, h / b, w / b}));
}

} // namespace

void graph::registerMovementHandlers(HandlerRegistry &registry) {
  registry.add("Transpose", {1, 13, 21, 23, 24, 25}, convertTranspose);
  registry.add("Concat", {1, 4, 11, 13}, convertConcat);
  registry.add("Split", {2, 11, 13, 18}, convertSplit);
  registry.add("Slice", {1, 10, 11, 13}, convertSlice);
  registry.add("Pad", {1, 2, 11, 13, 18, 19, 21, 23, 24, 25}, convertPad);
  registry.add("CenterCropPad", {18}, convertCenterCropPad);
  registry.add("Tile", {6, 13}, convertTile);
  registry.add("Gather", {1, 11, 13}, convertGather);
  registry.add("DepthToSpace", {1, 11, 13, 28}, convertDepthToSpace);
  registry.add("SpaceToDepth", {1, 13, 28}, convertSpaceToDepth);
}
