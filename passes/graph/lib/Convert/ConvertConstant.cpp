//===- ConvertConstant.cpp - constants, casts and generated tensors -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

/// Constant: one attribute holds the value in one of many forms.
LogicalResult convertConstant(NodeConversion &c) {
  OpBuilder attributes(c.getContext());
  for (StringRef name : {"value", "sparse_value"})
    if (Attribute value = c.getNode().getNodeAttr(name)) {
      FailureOr<ElementsAttr> imported = importConstant(value);
      if (failed(imported))
        return c.refuse("attribute '" + name +
                        "' holds no numbers that qnn has a type for, or its "
                        "data is missing");
      return c.give(0, c.constant(*imported));
    }
  if (c.hasAttr("value_float"))
    return c.give(
        0, c.scalar(attributes.getF32Type(), c.getFloat("value_float", 0)));
  if (c.hasAttr("value_int"))
    return c.give(0, c.constant(DenseElementsAttr::get(
                         RankedTensorType::get({}, attributes.getI64Type()),
                         ArrayRef<int64_t>{c.getInt("value_int", 0)})));
  if (auto values = c.getNode().getFloats("value_floats"))
    return c.give(
        0, c.floatsConstant(static_cast<int64_t>(values->size()), *values));
  if (auto values = c.getInts("value_ints"))
    return c.give(0, c.intsConstant(*values));
  return c.refuse("strings are not supported");
}

/// What is to be done to reach the type `element`, which is null if ONNX's type
/// is not supported.
LogicalResult castTo(NodeConversion &c, Type element) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  if (!element || element.getIntOrFloatBitWidth() == 4)
    return c.refuse("the type to cast to is not supported");
  return c.give(0, c.cast(c.getInput(0), element));
}

LogicalResult convertCast(NodeConversion &c) {
  if (!c.hasAttr("to") || c.getVersion() < 6)
    return c.refuse("attribute 'to' must be a number");
  return castTo(c, elementTypeOf(c.getInt("to", 0), c.getContext()));
}

LogicalResult convertCastLike(NodeConversion &c) {
  if (failed(c.requireRank(1, 0)))
    return failure();
  return castTo(c, c.elementOf(c.getInput(1)));
}

FailureOr<SmallVector<int64_t>> checkShape(NodeConversion &c,
                                           ArrayRef<int64_t> shape) {
  uint64_t count = 1;
  bool overflowed = false;
  for (int64_t extent : shape) {
    if (extent < 0)
      return c.refuse("shape has a negative entry " + Twine(extent));
    count = llvm::SaturatingMultiply<uint64_t>(count, extent, &overflowed);
    if (overflowed || count > INT32_MAX)
      return c.refuse("shape has more than 2^31 elements");
  }
  return SmallVector<int64_t>(shape);
}

LogicalResult convertConstantOfShape(NodeConversion &c) {
  FailureOr<SmallVector<int64_t>> given = c.requireInts(0, "shape");
  if (failed(given) || failed(checkShape(c, *given)))
    return failure();
  ElementsAttr value = DenseElementsAttr::get(
      RankedTensorType::get(1, Float32Type::get(c.getContext())), 0.0f);
  if (Attribute attr = c.getNode().getNodeAttr("value")) {
    FailureOr<ElementsAttr> imported = importConstant(attr);
    if (failed(imported))
      return c.refuse("attribute 'value' has an unsupported type");
    value = *imported;
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense || dense.getNumElements() != 1)
    return c.refuse("attribute 'value' must have one element");
  return c.give(0, c.constant(dense.resizeSplat(
                       RankedTensorType::get(*given, dense.getElementType()))));
}

/// Range of constants.
LogicalResult convertRange(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Type element = c.elementOf(c.getInput(0));
  if (isa<FloatType>(element)) {
    auto start = c.requireFloats(0, "start"),
         limit = c.requireFloats(1, "limit"),
         delta = c.requireFloats(2, "delta");
    if (failed(start) || failed(limit) || failed(delta))
      return failure();
    double by = delta->front(),
           count = std::ceil((limit->front() - start->front()) / by);
    if (!(std::abs(by) > 0) || !(count <= INT32_MAX))
      return c.refuse("delta must not be 0, and the range not be too long");
    SmallVector<float> values;
    for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
      values.push_back(static_cast<float>(start->front() + i * by));
    return c.give(
        0, c.floatsConstant(static_cast<int64_t>(values.size()), values));
  }
  auto start = c.requireInts(0, "start"), limit = c.requireInts(1, "limit"),
       delta = c.requireInts(2, "delta");
  if (failed(start) || failed(limit) || failed(delta))
    return failure();
  double count = delta->front() == 0
                     ? INFINITY
                     : std::ceil((static_cast<double>(limit->front()) -
                                  static_cast<double>(start->front())) /
                                 static_cast<double>(delta->front()));
  if (!(count <= INT32_MAX))
    return c.refuse("delta must not be 0, and the range not be too long");
  SmallVector<int64_t> values;
  for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
    values.push_back(start->front() + i * delta->front());
  return c.give(0, c.cast(c.intsConstant(values), element));
}

/// A constant mask [rows, columns] of `keep(row, column)`.
template <typename Keep>
Value maskConstant(NodeConversion &c, int64_t rows, int64_t columns,
                   Keep keep) {
  SmallVector<bool> mask;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      mask.push_back(keep(row, column));
  auto type = RankedTensorType::get({rows, columns},
                                    IntegerType::get(c.getContext(), 1));
  return c.constant(DenseElementsAttr::get(type, mask));
}

LogicalResult convertTrilu(NodeConversion &c) {
  if (failed(c.requireRank(0, 2)))
    return failure();
  Value input = c.getInput(0);
  int64_t diagonal = 0;
  if (c.getInput(1)) {
    FailureOr<SmallVector<int64_t>> k = c.requireInts(1, "k");
    if (failed(k) || k->size() != 1)
      return c.refuse("k (input 1) must be one constant integer");
    diagonal = k->front();
  }
  bool upper = c.getInt("upper", 1);
  ArrayRef<int64_t> shape = c.shapeOf(input).take_back(2);
  Value mask =
      maskConstant(c, shape[0], shape[1], [&](int64_t row, int64_t column) {
        return upper ? column - row >= diagonal : column - row <= diagonal;
      });
  return c.give(
      0, c.create<qnn::SelectOp>(mask, input, c.scalar(c.elementOf(input), 0)));
}

LogicalResult convertEyeLike(NodeConversion &c) {
  if (failed(c.requireRank(0, 2)))
    return failure();
  ArrayRef<int64_t> shape = c.shapeOf(c.getInput(0));
  Type element = c.hasAttr("dtype")
                     ? elementTypeOf(c.getInt("dtype", 1), c.getContext())
                     : c.elementOf(c.getInput(0));
  if (!element || shape.size() != 2)
    return c.refuse("input must have rank 2, and 'dtype' be supported");
  int64_t diagonal = c.getInt("k", 0);
  return c.give(0, c.cast(maskConstant(c, shape[0], shape[1],
                                       [&](int64_t row, int64_t column) {
                                         return column - row == diagonal;
                                       }),
                          element));
}

/// OneHot: indices compared with 0, 1, ... along a new axis. Those outside
/// [-depth, depth) match nothing.
LogicalResult convertOneHot(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)) || failed(c.requireRank(2, 1)))
    return failure();
  FailureOr<SmallVector<double>> depth = c.requireFloats(1, "depth");
  if (failed(depth) || depth->size() != 1 || depth->front() < 1 ||
      depth->front() > 1 << 20)
    return c.refuse("depth (input 1) must be one constant of 1 to 2^20");
  int64_t classes = static_cast<int64_t>(depth->front());
  Value indices = c.cast(c.getInput(0), IntegerType::get(c.getContext(), 64));
  int64_t rank = c.rankOf(c.getInput(0)) + 1;
  FailureOr<int64_t> axis = c.getAxis(-1, rank);
  if (failed(axis) || !indices)
    return failure();
  SmallVector<int64_t> shape(c.shapeOf(indices));
  shape.insert(shape.begin() + *axis, 1);
  indices = c.reshape(indices, shape);
  SmallVector<int64_t> all;
  for (int64_t i = 0; i < classes; ++i)
    all.push_back(i);
  Value fromFront = c.alignTo(c.intsConstant(all), *axis, rank);
  for (int64_t &i : all)
    i -= classes;
  Value fromBack = c.alignTo(c.intsConstant(all), *axis, rank);
  Value hot = c.binary(qnn::BinaryKind::logical_or,
                       c.binary(qnn::BinaryKind::equal, indices, fromFront),
                       c.binary(qnn::BinaryKind::equal, indices, fromBack));
  Value values = c.getInput(2);
  if (c.rankOf(values) != 1 || c.shapeOf(values)[0] != 2)
    return c.refuse("values (input 2) must have two elements");
  return c.give(
      0, c.create<qnn::SelectOp>(hot, c.reshape(c.slice(values, 0, 1, 1), {}),
                                 c.reshape(c.slice(values, 0, 0, 1), {})));
}

} // namespace

void graph::registerConstantHandlers(HandlerRegistry &registry) {
  registry.add("Constant", {1, 9, 11, 12, 13, 19, 21, 23, 24, 25},
               convertConstant);
  registry.add("ConstantOfShape", {9, 20, 21, 23, 24, 25},
               convertConstantOfShape);
  registry.add("Cast", {6, 9, 13, 19, 21, 23, 24, 25, 28}, convertCast);
  registry.add("CastLike", {15, 19, 21, 23, 24, 25}, convertCastLike);
  registry.add("Range", {11, 27}, convertRange);
  registry.add("Trilu", {14}, convertTrilu);
  registry.add("EyeLike", {9, 22}, convertEyeLike);
  registry.add("OneHot", {9, 11, 28}, convertOneHot);
}
