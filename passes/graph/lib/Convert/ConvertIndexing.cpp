//===- ConvertIndexing.cpp - gathers and scatters of elements and parts ---===//
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

/// For each element of `indices`, which count along `axis` of a tensor of
/// `shape` and have its other coordinates themselves, its place in the flat
/// tensor.
Value placesAlong(NodeConversion &c, Value indices, ArrayRef<int64_t> shape,
                  int64_t axis) {
  if (!indices)
    return {};
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size() - 1; i-- > 0;)
    strides[i] = strides[i + 1] * shape[i + 1];
  int64_t stride = strides[axis];
  strides[axis] = 0;
  Type i64 = IntegerType::get(c.getContext(), 64);
  Value along = normalizeIndices(c, indices, shape[axis]);
  return c.binary(BinaryKind::add,
                  c.binary(BinaryKind::mul, along, c.scalar(i64, stride)),
                  offsets(c, c.shapeOf(indices), strides));
}

/// The same for the node's inputs 0 and 1 and its attribute `axis`.
FailureOr<Value> placesOfElements(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(1, 1)))
    return failure();
  Value input = c.getInput(0), indices = c.getInput(1);
  FailureOr<int64_t> axis = c.getAxis(0, c.rankOf(input));
  if (failed(axis))
    return failure();
  if (c.rankOf(indices) != c.rankOf(input))
    return c.refuse("indices of rank " + Twine(c.rankOf(indices)) +
                    " do not fit an input of rank " + Twine(c.rankOf(input)));
  return placesAlong(c, indices, c.shapeOf(input), *axis);
}

/// The elements of `input` at `places` of the flat tensor.
Value gatherPlaces(NodeConversion &c, Value input, Value places) {
  return c.gather(c.reshape(input, countOf(c.shapeOf(input))), places, 0);
}

/// GatherElements: one index for each element of the result, along an axis. As
/// a gather of places in the flat tensor.
LogicalResult convertGatherElements(NodeConversion &c) {
  FailureOr<Value> places = placesOfElements(c);
  if (failed(places))
    return failure();
  return c.give(0, gatherPlaces(c, c.getInput(0), *places));
}

/// Parts of a tensor that coordinates name: the dimensions that they index are
/// one, `rows` is that shape.
struct Parts {
  Value indices; ///< Rows, one for each tuple of coordinates.
  SmallVector<int64_t> rows;
};

/// The last dimension of input 1 holds coordinates of parts of input 0.
FailureOr<Parts> findParts(NodeConversion &c, int64_t batches) {
  if (failed(c.requireRank(0, 1)) || failed(c.requireRank(1, 1)))
    return failure();
  Value indices = c.getInput(1);
  SmallVector<int64_t> shape(c.shapeOf(c.getInput(0))),
      index(c.shapeOf(indices));
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
  Parts parts;
  parts.indices = offsets(c, index, batchStrides);
  for (int64_t i = 0; i < width; ++i) {
    Value coordinate = normalizeIndices(
        c, c.reshape(c.slice(indices, index.size(), i, 1), index),
        shape[batches + i]);
    parts.indices = c.binary(BinaryKind::add, parts.indices,
                             c.binary(BinaryKind::mul, coordinate,
                                      c.scalar(i64, strides[batches + i])));
  }
  parts.rows.push_back(countOf(ArrayRef(shape).take_front(indexed)));
  llvm::append_range(parts.rows, ArrayRef(shape).drop_front(indexed));
  return parts;
}

/// GatherND, as a gather along the flattened dimensions that are indexed.
LogicalResult convertGatherND(NodeConversion &c) {
  FailureOr<Parts> parts = findParts(c, c.getInt("batch_dims", 0));
  if (failed(parts))
    return failure();
  return c.give(
      0, c.gather(c.reshape(c.getInput(0), parts->rows), parts->indices, 0));
}

FailureOr<qnn::ScatterKind> scatterKind(NodeConversion &c) {
  StringRef name = c.getString("reduction", "none");
  if (name == "none")
    return qnn::ScatterKind::replace;
  std::optional<qnn::ScatterKind> kind = qnn::symbolizeScatterKind(name);
  if (!kind || *kind == qnn::ScatterKind::replace)
    return c.refuse("attribute 'reduction' is '" + name +
                    "', must be none, add, mul, max or min");
  return *kind;
}

/// Writes input 2 to `indices` of the input seen as a table of shape `rows`.
LogicalResult giveScatter(NodeConversion &c, Value indices,
                          ArrayRef<int64_t> rows) {
  FailureOr<qnn::ScatterKind> kind = scatterKind(c);
  if (failed(kind) || !indices)
    return failure();
  int64_t count = countOf(c.shapeOf(indices));
  SmallVector<int64_t> updates{count};
  llvm::append_range(updates, rows.drop_front());
  Value table = c.create<qnn::ScatterOp>(*kind, c.reshape(c.getInput(0), rows),
                                         c.reshape(indices, count),
                                         c.reshape(c.getInput(2), updates));
  return c.give(0, c.reshape(table, c.shapeOf(c.getInput(0))));
}

LogicalResult convertScatterElements(NodeConversion &c) {
  FailureOr<Value> places = placesOfElements(c);
  if (failed(places))
    return failure();
  return giveScatter(c, *places, countOf(c.shapeOf(c.getInput(0))));
}

LogicalResult convertScatterND(NodeConversion &c) {
  FailureOr<Parts> parts = findParts(c, 0);
  if (failed(parts))
    return failure();
  return giveScatter(c, parts->indices, parts->rows);
}

/// `k` is an attribute in version 1, an input since 10.
LogicalResult convertTopK(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value input = c.getInput(0);
  FailureOr<int64_t> axis = c.getAxis(-1, c.rankOf(input));
  if (failed(axis))
    return failure();
  int64_t k = c.getInt("k", -1);
  if (c.getVersion() >= 10) {
    FailureOr<SmallVector<int64_t>> constant = c.requireInts(1, "k");
    if (failed(constant))
      return failure();
    if (constant->size() != 1)
      return c.refuse("k (input 1) must be one integer");
    k = constant->front();
  }
  Value indices =
      c.create<qnn::TopKOp>(input, *axis, k, c.getInt("largest", 1) == 0);
  Value places = placesAlong(c, indices, c.shapeOf(input), *axis);
  return success(succeeded(c.give(0, gatherPlaces(c, input, places))) &&
                 succeeded(c.give(1, indices)));
}

} // namespace

void graph::registerIndexingHandlers(HandlerRegistry &registry) {
  registry.add("GatherElements", {11, 13}, convertGatherElements);
  registry.add("GatherND", {11, 12, 13}, convertGatherND);
  registry.add("Scatter", {9}, convertScatterElements);
  registry.add("ScatterElements", {11, 13, 16, 18}, convertScatterElements);
  registry.add("ScatterND", {11, 13, 16, 18}, convertScatterND);
  registry.add("TopK", {1, 10, 11, 24}, convertTopK);
}
