//===- ConvertQuantization.cpp - quantize and dequantize ------------------===//
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

/// Scale, zero point and scheme of a QuantizeLinear or DequantizeLinear.
struct Parameters {
  Value scale, zeroPoint;
  qnn::SchemeAttr scheme;
};

/// Reads inputs 1 and 2 for a tensor `shape` that is stored as `storage`.
FailureOr<Parameters> getParameters(NodeConversion &c, ArrayRef<int64_t> shape,
                                    Type storage) {
  if (failed(c.requireRank(1, 0)))
    return failure();
  Parameters result{c.getInput(1), c.getInput(2), {}};
  if (!result.scale.getType() || !c.isFloat(result.scale))
    return c.refuse("scale (input 1) must be of a float type");
  ArrayRef<int64_t> given = c.shapeOf(result.scale);
  int64_t count = c.typeOf(result.scale).getNumElements();
  int64_t block = c.getInt("block_size", 0);
  if (!result.zeroPoint)
    result.zeroPoint = c.broadcast(c.scalar(storage, 0), given);
  // One number may be a scalar here and of rank 1 there.
  if (result.zeroPoint && count == 1 &&
      c.typeOf(result.zeroPoint).getNumElements() == 1)
    result.zeroPoint = c.reshape(result.zeroPoint, given);
  if (!result.zeroPoint)
    return failure();
  if (c.shapeOf(result.zeroPoint) != given)
    return c.refuse("scale and zero point differ in shape");
  if (c.elementOf(result.zeroPoint) != storage)
    return c.refuse("the zero point's type is not the quantized type");
  auto zeros = c.constantInts(result.zeroPoint);
  bool symmetric = !qnn::isUnsigned(storage) && zeros &&
                   llvm::all_of(*zeros, [](int64_t zero) { return zero == 0; });

  if (count == 1 && block == 0) {
    result.scale = c.reshape(result.scale, {});
    result.zeroPoint = c.reshape(result.zeroPoint, {});
    result.scheme = qnn::SchemeAttr::perTensor(storage, symmetric);
  } else {
    FailureOr<int64_t> axis = c.getAxis(1, shape.size());
    if (failed(axis))
      return failure();
    result.scheme = block == 0
                        ? qnn::SchemeAttr::perAxis(storage, *axis, symmetric)
                        : qnn::SchemeAttr::get(c.getContext(), storage,
                                               qnn::Granularity::per_group,
                                               *axis, block, symmetric, false);
    if (ArrayRef<int64_t>(result.scheme.getParameterShape(shape)) != given)
      return c.refuse("scale has a shape that fits neither a tensor, an axis "
                      "nor blocks of the input");
  }
  if (!result.scale || !result.zeroPoint)
    return failure();
  return result;
}

LogicalResult checkStorage(NodeConversion &c, Type storage) {
  auto integer = dyn_cast_or_null<IntegerType>(storage);
  if (!integer || integer.getWidth() < 2 || integer.getWidth() > 32)
    return c.refuse("the quantized type must be an integer of 2 to 32 bits");
  if (c.getInt("block_size", 0) < 0)
    return c.refuse("attribute 'block_size' must not be negative");
  return success();
}

LogicalResult convertQuantizeLinear(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Type storage = IntegerType::get(c.getContext(), 8, IntegerType::Unsigned);
  if (c.getInput(2))
    storage = c.elementOf(c.getInput(2));
  else if (c.getInt("output_dtype", 0))
    storage = elementTypeOf(c.getInt("output_dtype", 0), c.getContext());
  if (failed(checkStorage(c, storage)))
    return failure();
  Value input = c.cast(c.getInput(0), Float32Type::get(c.getContext()));
  FailureOr<Parameters> p = getParameters(c, c.shapeOf(c.getInput(0)), storage);
  if (failed(p))
    return failure();
  return c.give(0, c.create<qnn::QuantizeOp>(
                       RankedTensorType::get(c.shapeOf(input), storage), input,
                       p->scale, p->zeroPoint, p->scheme));
}

LogicalResult convertDequantizeLinear(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Value input = c.getInput(0);
  if (failed(checkStorage(c, c.elementOf(input))))
    return failure();
  FailureOr<Parameters> p =
      getParameters(c, c.shapeOf(input), c.elementOf(input));
  if (failed(p))
    return failure();
  auto type =
      RankedTensorType::get(c.shapeOf(input), Float32Type::get(c.getContext()));
  return c.give(0, c.create<qnn::DequantizeOp>(type, input, p->scale,
                                               p->zeroPoint, p->scheme));
}

/// DynamicQuantizeLinear: scale and zero point from the range of the tensor.
LogicalResult convertDynamicQuantizeLinear(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  using qnn::BinaryKind;
  Value input = c.getInput(0);
  Type f32 = c.elementOf(input);
  Type ui8 = IntegerType::get(c.getContext(), 8, IntegerType::Unsigned);
  SmallVector<int64_t> axes;
  for (int64_t i = 0; i < c.rankOf(input); ++i)
    axes.push_back(i);
  Value zero = c.scalar(f32, 0);
  auto extreme = [&](qnn::ReduceKind reduce, BinaryKind join) {
    return c.binary(join, c.reduce(reduce, input, axes, false), zero);
  };
  Value low = extreme(qnn::ReduceKind::min, BinaryKind::min);
  Value high = extreme(qnn::ReduceKind::max, BinaryKind::max);
  Value scale = c.binary(BinaryKind::div, c.binary(BinaryKind::sub, high, low),
                         c.scalar(f32, 255));
  Value point = c.unary(qnn::UnaryKind::round,
                        c.clamp(c.unary(qnn::UnaryKind::neg,
                                        c.binary(BinaryKind::div, low, scale)),
                                0, 255));
  Value zeroPoint = c.cast(point, ui8);
  if (!scale || !zeroPoint)
    return failure();
  Value result = c.create<qnn::QuantizeOp>(
      RankedTensorType::get(c.shapeOf(input), ui8), input, scale, zeroPoint,
      qnn::SchemeAttr::perTensor(ui8));
  return success(succeeded(c.give(0, result)) && succeeded(c.give(1, scale)) &&
                 succeeded(c.give(2, zeroPoint)));
}

} // namespace

void graph::registerQuantizationHandlers(HandlerRegistry &registry) {
  registry.add("QuantizeLinear", {10, 13, 19, 21, 23, 24, 25, 28},
               convertQuantizeLinear);
  registry.add("DequantizeLinear", {10, 13, 19, 21, 23, 24, 25, 28},
               convertDequantizeLinear);
  registry.add("DynamicQuantizeLinear", {11}, convertDynamicQuantizeLinear);
}
