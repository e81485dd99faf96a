//===- ConvertNormalization.cpp - normalisations and softmax --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include "llvm/ADT/STLExtras.h"

#include <functional>
#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;
using qcc::qnn::ReduceKind;
using qcc::qnn::UnaryKind;

namespace {

/// BatchNormalization of a trained model is one product and one sum for each
/// channel; that they can move into a convolution is a pass's business.
LogicalResult convertBatchNormalization(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  if (c.getInt("training_mode", 0))
    return c.refuse("attribute 'training_mode' must be 0");
  if (!c.getInt("spatial", 1))
    return c.refuse("attribute 'spatial' must be 1");
  for (unsigned i = 1; i < c.getNumOutputs(); ++i)
    if (c.isOutputUsed(i))
      return c.refuse("output " + Twine(i) + " exists in training only");
  for (unsigned i = 1; i < 5; ++i)
    if (failed(c.requireRank(i, 1)))
      return failure();
  Value input = c.getInput(0), scale = c.getInput(1), bias = c.getInput(2),
        mean = c.getInput(3), variance = c.getInput(4);
  Type element = c.elementOf(input);
  Value deviation =
      c.unary(UnaryKind::sqrt,
              c.binary(BinaryKind::add, variance,
                       c.scalar(element, c.getFloat("epsilon", 1e-5f))));
  Value factor = c.binary(BinaryKind::div, scale, deviation);
  Value offset =
      c.binary(BinaryKind::sub, bias, c.binary(BinaryKind::mul, mean, factor));
  int64_t channelAxis = c.rankOf(input) > 1 ? 1 : 0;
  Value scaled = c.binary(BinaryKind::mul, input,
                          c.alignTo(factor, channelAxis, c.rankOf(input)));
  return c.give(0, c.binary(BinaryKind::add, scaled,
                            c.alignTo(offset, channelAxis, c.rankOf(input))));
}

/// (x - mean) / sqrt(variance + epsilon) over `axes`. `inverse`, where asked
/// for, is 1 / the square root.
Value normalize(NodeConversion &c, Value input, ArrayRef<int64_t> axes,
                float epsilon, Value *meanOut = nullptr,
                Value *inverseOut = nullptr) {
  Value mean = c.reduce(ReduceKind::mean, input, axes, true);
  Value centred = c.binary(BinaryKind::sub, input, mean);
  Value variance =
      c.reduce(ReduceKind::mean, c.binary(BinaryKind::mul, centred, centred),
               axes, true);
  if (!variance)
    return {};
  Value deviation = c.unary(UnaryKind::sqrt,
                            c.binary(BinaryKind::add, variance,
                                     c.scalar(c.elementOf(variance), epsilon)));
  if (meanOut)
    *meanOut = mean;
  if (inverseOut)
    *inverseOut = c.unary(UnaryKind::reciprocal, deviation);
  return c.binary(BinaryKind::div, centred, deviation);
}

SmallVector<int64_t> axesFrom(int64_t first, int64_t rank) {
  SmallVector<int64_t> axes(rank - first);
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

Value scaleAndShift(NodeConversion &c, Value input, Value scale, Value bias) {
  return c.binary(BinaryKind::add, c.binary(BinaryKind::mul, input, scale),
                  bias);
}

LogicalResult convertInstanceNormalization(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)) || failed(c.requireRank(1, 1)) ||
      failed(c.requireRank(2, 1)))
    return failure();
  Value input = c.getInput(0);
  int64_t rank = c.rankOf(input);
  Value normal =
      normalize(c, input, axesFrom(2, rank), c.getFloat("epsilon", 1e-5f));
  return c.give(0, scaleAndShift(c, normal, c.alignTo(c.getInput(1), 1, rank),
                                 c.alignTo(c.getInput(2), 1, rank)));
}

/// GroupNormalization: scale and bias are per group in version 18, per channel
/// since 21.
LogicalResult convertGroupNormalization(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)) || failed(c.requireRank(1, 1)) ||
      failed(c.requireRank(2, 1)))
    return failure();
  Value input = c.getInput(0);
  SmallVector<int64_t> shape(c.shapeOf(input));
  int64_t groups = c.getInt("num_groups", 0), rank = shape.size();
  if (groups < 1 || shape[1] % groups != 0)
    return c.refuse("attribute 'num_groups' is " + Twine(groups) +
                    ", must divide the " + Twine(shape[1]) + " channels");
  SmallVector<int64_t> split{shape[0], groups, shape[1] / groups};
  llvm::append_range(split, ArrayRef(shape).drop_front(2));
  Value normal = normalize(c, c.reshape(input, split), axesFrom(2, rank + 1),
                           c.getFloat("epsilon", 1e-5f));
  if (c.getVersion() < 21) {
    Value scaled =
        scaleAndShift(c, normal, c.alignTo(c.getInput(1), 1, rank + 1),
                      c.alignTo(c.getInput(2), 1, rank + 1));
    return c.give(0, c.reshape(scaled, shape));
  }
  return c.give(0, scaleAndShift(c, c.reshape(normal, shape),
                                 c.alignTo(c.getInput(1), 1, rank),
                                 c.alignTo(c.getInput(2), 1, rank)));
}

/// `value` in exactly the shape of the normalised axes.
Value asParameter(NodeConversion &c, Value value, ArrayRef<int64_t> shape) {
  if (!value)
    return {};
  SmallVector<int64_t> own(c.shapeOf(value));
  while (own.size() > shape.size() && own.front() == 1)
    own.erase(own.begin());
  return c.broadcast(c.reshape(value, own), shape);
}

/// LayerNormalization and RMSNormalization.
template <bool rms> LogicalResult convertLayerNormalization(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value input = c.getInput(0);
  int64_t rank = c.rankOf(input);
  FailureOr<int64_t> axis = c.getAxis(-1, rank);
  if (failed(axis))
    return failure();
  float epsilon = c.getFloat("epsilon", 1e-5f);
  if (c.isOutputUsed(1) || c.isOutputUsed(2)) {
    Value mean, inverse;
    Value normal =
        normalize(c, input, axesFrom(*axis, rank), epsilon, &mean, &inverse);
    if (c.getInput(1))
      normal = c.binary(BinaryKind::mul, normal, c.getInput(1));
    if (c.getInput(2))
      normal = c.binary(BinaryKind::add, normal, c.getInput(2));
    return success(succeeded(c.give(0, normal)) && succeeded(c.give(1, mean)) &&
                   succeeded(c.give(2, inverse)));
  }
  SmallVector<int64_t> shape(c.shapeOf(input).drop_front(*axis));
  Value scale = asParameter(c, c.getInput(1), shape);
  Value bias = asParameter(c, c.getInput(2), shape);
  return c.give(0, c.create<qnn::LayerNormOp>(input, scale, bias, *axis,
                                              APFloat(epsilon), rms));
}

LogicalResult convertMeanVarianceNormalization(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  auto axes =
      c.normalizeAxes(c.getInts("axes").value_or(SmallVector<int64_t>{0, 2, 3}),
                      c.rankOf(c.getInput(0)));
  if (failed(axes))
    return failure();
  return c.give(0, normalize(c, c.getInput(0), *axes, 1e-9f));
}

/// x / (sum |x|^p)^(1/p)
LogicalResult convertLpNormalization(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  FailureOr<int64_t> axis = c.getAxis(-1, c.rankOf(c.getInput(0)));
  int64_t p = c.getInt("p", 2);
  if (failed(axis))
    return failure();
  if (p != 1 && p != 2)
    return c.refuse("attribute 'p' is " + Twine(p) + ", must be 1 or 2");
  Value norm = c.reduce(p == 1 ? ReduceKind::l1 : ReduceKind::l2, c.getInput(0),
                        *axis, true);
  Value quotient = c.binary(BinaryKind::div, c.getInput(0), norm);
  if (!quotient)
    return failure();
  // A vector of zeros stays one.
  Value zero = c.scalar(c.elementOf(norm), 0);
  return c.give(0,
                c.create<qnn::SelectOp>(c.binary(BinaryKind::equal, norm, zero),
                                        zero, quotient));
}

/// Softmax: along one axis since version 13, over all from `axis` on before.
template <bool log> LogicalResult convertSoftmax(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value input = c.getInput(0);
  bool flattens = c.getVersion() < 13;
  int64_t rank = c.rankOf(input);
  FailureOr<int64_t> axis = c.getAxis(flattens ? 1 : -1, rank);
  if (failed(axis))
    return failure();
  if (!flattens || *axis == rank - 1)
    return c.give(0, c.create<qnn::SoftmaxOp>(input, *axis, log));
  SmallVector<int64_t> shape(c.shapeOf(input));
  auto product = [](ArrayRef<int64_t> extents) {
    return std::accumulate(extents.begin(), extents.end(), int64_t(1),
                           std::multiplies<>());
  };
  Value flat = c.reshape(input, {product(ArrayRef(shape).take_front(*axis)),
                                 product(ArrayRef(shape).drop_front(*axis))});
  return c.give(0, c.reshape(c.create<qnn::SoftmaxOp>(flat, 1, log), shape));
}

} // namespace

void graph::registerNormalizationHandlers(HandlerRegistry &registry) {
  registry.add("BatchNormalization", {6, 7, 9, 14, 15},
               convertBatchNormalization);
  registry.add("InstanceNormalization", {6, 22}, convertInstanceNormalization);
  registry.add("GroupNormalization", {18, 21}, convertGroupNormalization);
  registry.add("LayerNormalization", {17}, convertLayerNormalization<false>);
  registry.add("RMSNormalization", {23}, convertLayerNormalization<true>);
  registry.add("MeanVarianceNormalization", {9, 13},
               convertMeanVarianceNormalization);
  registry.add("LpNormalization", {1, 22}, convertLpNormalization);
  registry.add("Softmax", {1, 11, 13}, convertSoftmax<false>);
  registry.add("LogSoftmax", {1, 11, 13}, convertSoftmax<true>);
}
