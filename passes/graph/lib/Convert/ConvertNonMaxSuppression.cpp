//===- ConvertNonMaxSuppression.cpp - the best boxes ----------------------===//
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

/// The numbers 0, 1, ... along one dimension of `shape`, repeated along the
/// others.
static Value numbersAlong(NodeConversion &c, int64_t axis,
                          ArrayRef<int64_t> shape) {
  SmallVector<int64_t> numbers, ones(shape.size(), 1);
  for (int64_t i = 0; i < shape[axis]; ++i)
    numbers.push_back(i);
  ones[axis] = shape[axis];
  return c.broadcast(c.reshape(c.intsConstant(numbers), ones), shape);
}

/// The selected boxes of each class in its own part of a tensor, then all of
/// them together at the front of the rows [batch, class, box].
static LogicalResult convertNonMaxSuppression(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)) || failed(c.requireRank(1, 3)))
    return failure();
  Value boxes = c.getInput(0), scores = c.getInput(1);
  int64_t count = c.shapeOf(scores).back();
  int64_t layout = c.getInt("center_point_box", 0);
  if (layout != 0 && layout != 1)
    return c.refuse("attribute 'center_point_box' is " + Twine(layout) +
                    ", must be 0 or 1");
  // Where it is left out, nothing is selected. It bounds the size of the
  // result; one that is not known now lets all boxes be selected.
  int64_t most = 0;
  Value limit;
  Type i64 = IntegerType::get(c.getContext(), 64);
  if (Value input = c.getInput(2)) {
    std::optional<SmallVector<int64_t>> constant = c.constantInts(input);
    if (constant && constant->size() == 1) {
      most = std::clamp<int64_t>(constant->front(), 0, count);
    } else {
      most = count;
      limit = c.reshape(c.cast(input, i64), {});
    }
  }
  auto threshold = [&](unsigned index) {
    return c.reshape(c.getInput(index), {});
  };
  Value overlap = c.getInput(3) ? threshold(3)
                                : c.scalar(Float32Type::get(c.getContext()), 0);
  Value selected = c.create<qnn::NmsOp>(boxes, scores, overlap, threshold(4),
                                        limit, most, layout == 1);
  if (!selected)
    return failure();

  SmallVector<int64_t> column(c.shapeOf(selected));
  int64_t rows = c.typeOf(selected).getNumElements();
  column.push_back(1);
  Value keep = c.reshape(
      c.binary(BinaryKind::greater_equal, selected, c.scalar(i64, 0)), rows);
  Value table = c.create<qnn::ConcatOp>(ValueRange{numbersAlong(c, 0, column),
                                                   numbersAlong(c, 1, column),
                                                   c.reshape(selected, column)},
                                        3);
  table = c.create<qnn::CompactOp>(c.reshape(table, {rows, 3}), keep);
  return c.give(
      0, table,
      c.reduce(qnn::ReduceKind::sum, c.cast(keep, i64), 0, /*keepdims=*/false));
}

void graph::registerNonMaxSuppressionHandlers(HandlerRegistry &registry) {
  registry.add("NonMaxSuppression", {10, 11}, convertNonMaxSuppression);
}
