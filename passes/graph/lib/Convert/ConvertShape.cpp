//===- ConvertShape.cpp - shapes, and what only changes them --------------===//
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

namespace {

int64_t countOf(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

/// Shape, with `start` and `end` since version 15.
LogicalResult convertShape(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  ArrayRef<int64_t> shape = c.shapeOf(c.getInput(0));
  int64_t rank = shape.size();
  auto clampTo = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  int64_t start = clampTo(c.getInt("start", 0));
  int64_t end = clampTo(c.getInt("end", rank));
  return c.give(0, c.intsConstant(start < end ? shape.slice(start, end - start)
                                              : ArrayRef<int64_t>()));
}

LogicalResult convertSize(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  return c.give(0, c.scalar(IntegerType::get(c.getContext(), 64),
                            countOf(c.shapeOf(c.getInput(0)))));
}

LogicalResult convertReshape(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Value input = c.getInput(0);
  SmallVector<int64_t> shape;
  if (c.getVersion() < 5) {
    shape = c.getInts("shape").value_or(SmallVector<int64_t>());
  } else {
    FailureOr<SmallVector<int64_t>> given = c.requireInts(1, "shape");
    if (failed(given))
      return failure();
    shape = *given;
  }
  ArrayRef<int64_t> from = c.shapeOf(input);
  bool allowZero = c.getInt("allowzero", 0);
  std::optional<size_t> free;
  int64_t known = 1;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    if (extent == 0 && !allowZero) {
      if (i >= from.size())
        return c.refuse("shape copies dimension " + Twine(i) +
                        " of an input of rank " + Twine(from.size()));
      extent = from[i];
    }
    if (extent < -1 || (extent == -1 && free))
      return c.refuse("shape must have at most one entry -1 and none below");
    if (extent == -1)
      free = i;
    else
      known *= extent;
  }
  int64_t count = countOf(from);
  if (free) {
    if (known == 0 || count % known != 0)
      return c.refuse("shape does not divide the " + Twine(count) +
                      " elements of the input");
    shape[*free] = count / known;
  } else if (known != count) {
    return c.refuse("shape has " + Twine(known) + " elements, the input has " +
                    Twine(count));
  }
  return c.give(0, c.reshape(input, shape));
}

LogicalResult convertFlatten(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  ArrayRef<int64_t> shape = c.shapeOf(c.getInput(0));
  int64_t rank = shape.size(), axis = c.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return c.refuse("axis " + Twine(axis) + " is out of range for rank " +
                    Twine(rank));
  if (axis < 0)
    axis += rank;
  return c.give(0, c.reshape(c.getInput(0), {countOf(shape.take_front(axis)),
                                             countOf(shape.drop_front(axis))}));
}

/// `axes`: an attribute before version 13, then an input.
FailureOr<std::optional<SmallVector<int64_t>>> getAxes(NodeConversion &c) {
  std::optional<SmallVector<int64_t>> axes = c.getInts("axes");
  if (!axes && c.getInput(1)) {
    FailureOr<SmallVector<int64_t>> given = c.requireInts(1, "axes");
    if (failed(given))
      return failure();
    axes = *given;
  }
  return axes;
}

LogicalResult convertSqueeze(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  ArrayRef<int64_t> shape = c.shapeOf(c.getInput(0));
  auto given = getAxes(c);
  if (failed(given))
    return failure();
  SmallVector<int64_t> axes;
  if (*given) {
    auto normal = c.normalizeAxes(**given, shape.size());
    if (failed(normal))
      return failure();
    axes = *normal;
  } else {
    for (auto [i, extent] : llvm::enumerate(shape))
      if (extent == 1)
        axes.push_back(i);
  }
  SmallVector<int64_t> result;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(i)))
      result.push_back(extent);
    else if (extent != 1)
      return c.refuse("dimension " + Twine(i) + " of size " + Twine(extent) +
                      " cannot be squeezed");
  }
  return c.give(0, c.reshape(c.getInput(0), result));
}

LogicalResult convertUnsqueeze(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  ArrayRef<int64_t> shape = c.shapeOf(c.getInput(0));
  auto given = getAxes(c);
  if (failed(given))
    return failure();
  if (!*given)
    return c.refuse("axes are missing");
  int64_t rank = shape.size() + (*given)->size();
  auto axes = c.normalizeAxes(**given, rank);
  if (failed(axes))
    return failure();
  if (axes->size() != (*given)->size())
    return c.refuse("axes repeat");
  SmallVector<int64_t> result;
  for (int64_t i = 0, from = 0; i < rank; ++i)
    result.push_back(llvm::is_contained(*axes, i) ? 1 : shape[from++]);
  return c.give(0, c.reshape(c.getInput(0), result));
}

LogicalResult convertExpand(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = c.requireInts(1, "shape");
  if (failed(shape))
    return failure();
  auto result = qnn::broadcastShapes(c.shapeOf(c.getInput(0)), *shape);
  if (!result || llvm::any_of(*shape, [](int64_t n) { return n < 0; }))
    return c.refuse("input does not broadcast to the shape");
  return c.give(0, c.broadcast(c.getInput(0), *result));
}

LogicalResult convertIdentity(NodeConversion &c) {
  return c.give(0, c.getInput(0));
}

} // namespace

void graph::registerShapeHandlers(HandlerRegistry &registry) {
  registry.add("Shape", {1, 13, 15, 19, 21, 23, 24, 25}, convertShape);
  registry.add("Size", {1, 13, 19, 21, 23, 24, 25}, convertSize);
  registry.add("Reshape", {1, 5, 13, 14, 19, 21, 23, 24, 25}, convertReshape);
  registry.add("Flatten", {1, 9, 11, 13, 21, 23, 24, 25}, convertFlatten);
  registry.add("Squeeze", {1, 11, 13, 21, 23, 24, 25}, convertSqueeze);
  registry.add("Unsqueeze", {1, 11, 13, 21, 23, 24, 25}, convertUnsqueeze);
  registry.add("Expand", {8, 13}, convertExpand);
  registry.add("Identity", {1, 13, 14, 16, 19, 21, 23, 24, 25},
               convertIdentity);
}
