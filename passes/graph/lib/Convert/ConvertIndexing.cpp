//===- ConvertIndexing.cpp - gathers of single elements and parts ---------===//
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

namespace {

int64_t countOf(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

/// `indices` as i64, counted from the front of a dimension of `extent`.
Value normalizeIndices(NodeConversion &c, Value indices, int64_t extent) {
  Type i64 = IntegerType::get(c.getContext(), 64);
  Value wide = c.cast(indices, i64);
  Value fromBack = c.binary(BinaryKind::add, wide, c.scalar(i64, extent));
  Value isNegative = c.binary(BinaryKind::less, wide, c.scalar(i64, 0));
  return c.create<qnn::SelectOp>(isNegative, fromBack, wide);
}

/// A constant i64 tensor of `shape` whose element at a position is the sum of
/// its coordinates times `strides`.
Value offsets(NodeConversion &c, ArrayRef<int64_t> shape,
              ArrayRef<int64_t> strides) {
  SmallVector<int64_t> values, position(shape.size(), 0);
  for (int64_t n = countOf(shape); n > 0; --n) {
    int64_t sum = 0;
    for (auto [at, stride] : llvm::zip_equal(position, strides))
      sum += at * stride;
    values.push_back(sum);
    for (size_t i = shape.size(); i-- > 0;) {
      if (++position[i] < shape[i])
        break;
      position[i] = 0;
    }
  }
  return c.reshape(c.intsConstant(values), shape);
}

/// GatherElements: one index for each element of the result, along an axis. As
/// a gather of places in the flat tensor.
LogicalResult convertGatherElements(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(1, 1)))
    return failure();
  Value input = c.getInput(0), indices = c.getInput(1);
  ArrayRef<int64_t> shape = c.shapeOf(input);
  FailureOr<int64_t> axis = c.getAxis(0, shape.size());
  if (failed(axis))
    return failure();
  if (c.rankOf(indices) != c.rankOf(input))
    return c.refuse("indices of rank " + Twine(c.rankOf(indices)) +
                    " do not fit an input of rank " + Twine(shape.size()));
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size() - 1; i-- > 0;)
    strides[i] = strides[i + 1] * shape[i + 1];
  int64_t stride = strides[*axis];
  strides[*axis] = 0;
  Value along = normalizeIndices(c, indices, shape[*axis]);
  Type i64 = IntegerType::get(c.getContext(), 64);
  Value flat = c.binary(BinaryKind::add,
                        c.binary(BinaryKind::mul, along, c.scalar(i64, stride)),
                        offsets(c, c.shapeOf(indices), strides));
  return c.give(0, c.gather(c.reshape(input, countOf(shape)), flat, 0));
}

/// GatherND: the last dimension of the indices holds the coordinates of a part
/// of the input. As a gather along the flattened dimensions that they index.
LogicalResult convertGatherND(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(1, 1)))
    return failure();
  Value input = c.getInput(0), indices = c.getInput(1);
  SmallVector<int64_t> shape(c.shapeOf(input)), index(c.shapeOf(indices));
  int64_t batches = c.getInt("batch_dims", 0);
  int64_t width = index.pop_back_val();
  int64_t indexed = batches + width;
  if (batches < 0 || batches > static_cast<int64_t>(index.size()) ||
      width < 1 || indexed > static_cast<int64_t>(shape.size()) ||
      ArrayRef(shape).take_front(batches) !=
          ArrayRef(index).take_front(batches))
    return c.refuse("indices do not fit the input");

  // Strides of the indexed dimensions among themselves.
  SmallVector<int64_t> strides(indexed, 1);
  for (int64_t i = indexed - 1; i-- > 0;)
    strides[i] = strides[i + 1] * shape[i + 1];
  SmallVector<int64_t> batchStrides(index.size(), 0);
  for (int64_t i = 0; i < batches; ++i)
    batchStrides[i] = strides[i];
  Type i64 = IntegerType::get(c.getContext(), 64);
  Value flat = offsets(c, index, batchStrides);
  for (int64_t i = 0; i < width; ++i) {
    Value coordinate = normalizeIndices(
        c, c.reshape(c.slice(indices, index.size(), i, 1), index),
        shape[batches + i]);
    flat = c.binary(BinaryKind::add, flat,
                    c.binary(BinaryKind::mul, coordinate,
                             c.scalar(i64, strides[batches + i])));
  }
  SmallVector<int64_t> rows{countOf(ArrayRef(shape).take_front(indexed))};
  llvm::append_range(rows, ArrayRef(shape).drop_front(indexed));
  return c.give(0, c.gather(c.reshape(input, rows), flat, 0));
}

} // namespace

void graph::registerIndexingHandlers(HandlerRegistry &registry) {
  registry.add("GatherElements", {11, 13}, convertGatherElements);
  registry.add("GatherND", {11, 12, 13}, convertGatherND);
}
