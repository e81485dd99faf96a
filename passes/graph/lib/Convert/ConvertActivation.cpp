//===- ConvertActivation.cpp - activation functions -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include <limits>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::BinaryKind;
using qcc::qnn::UnaryKind;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <UnaryKind kind> LogicalResult convertPlain(NodeConversion &c) {
  return c.give(0, c.unary(kind, c.getInput(0)));
}

LogicalResult convertRelu(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Value input = c.getInput(0);
  if (c.isFloat(input))
    return c.give(0, c.clamp(input, 0, kInfinity));
  return c.give(
      0, c.binary(BinaryKind::max, input, c.scalar(c.elementOf(input), 0)));
}

/// Clip with bounds that are not known or not f32, or in the wrong order (then
/// the upper one wins).
Value clipByOperands(NodeConversion &c, Value low, Value high) {
  Value result = c.getInput(0);
  if (low)
    result = c.binary(BinaryKind::max, result, low);
  if (high)
    result = c.binary(BinaryKind::min, result, high);
  return result;
}

/// Clip: bounds are attributes before opset 11, then inputs.
LogicalResult convertClip(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  float low = -kInfinity, high = kInfinity;
  if (c.getVersion() < 11) {
    low = c.getFloat("min", low);
    high = c.getFloat("max", high);
  } else {
    bool known = c.isFloat(c.getInput(0));
    for (auto [index, bound] : {std::pair(1, &low), std::pair(2, &high)}) {
      if (!c.getInput(index))
        continue;
      auto value = c.constantFloats(c.getInput(index));
      if (value && value->size() == 1)
        *bound = static_cast<float>(value->front());
      else
        known = false;
    }
    if (!known || !(low <= high))
      return c.give(0, clipByOperands(c, c.getInput(1), c.getInput(2)));
  }
  if (!(low <= high))
    return c.refuse("attribute 'min' must not be greater than 'max'");
  return c.give(0, c.clamp(c.getInput(0), low, high));
}

LogicalResult convertLeakyRelu(NodeConversion &c) {
  return c.give(0, c.unary(UnaryKind::leaky_relu, c.getInput(0),
                           c.getFloat("alpha", 0.01f)));
}

LogicalResult convertElu(NodeConversion &c) {
  return c.give(0,
                c.unary(UnaryKind::elu, c.getInput(0), c.getFloat("alpha", 1)));
}

LogicalResult convertCelu(NodeConversion &c) {
  return c.give(
      0, c.unary(UnaryKind::celu, c.getInput(0), c.getFloat("alpha", 1)));
}

LogicalResult convertSelu(NodeConversion &c) {
  // Version 1 gave the same constants with fewer digits.
  bool old = c.getVersion() < 6;
  return c.give(0, c.unary(UnaryKind::selu, c.getInput(0),
                           c.getFloat("alpha", old ? 1.6732f : 1.67326319f),
                           c.getFloat("gamma", old ? 1.0507f : 1.05070102f)));
}

LogicalResult convertHardSigmoid(NodeConversion &c) {
  return c.give(0,
                c.unary(UnaryKind::hard_sigmoid, c.getInput(0),
                        c.getFloat("alpha", 0.2f), c.getFloat("beta", 0.5f)));
}

LogicalResult convertThresholdedRelu(NodeConversion &c) {
  return c.give(0, c.unary(UnaryKind::thresholded_relu, c.getInput(0),
                           c.getFloat("alpha", 1)));
}

LogicalResult convertShrink(NodeConversion &c) {
  return c.give(0, c.unary(UnaryKind::shrink, c.getInput(0),
                           c.getFloat("lambd", 0.5f), c.getFloat("bias", 0)));
}

LogicalResult convertGelu(NodeConversion &c) {
  StringRef approximate = c.getString("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return c.refuse("attribute 'approximate' is '" + approximate +
                    "', must be none or tanh");
  return c.give(
      0, c.unary(approximate == "tanh" ? UnaryKind::gelu_tanh : UnaryKind::gelu,
                 c.getInput(0)));
}

/// x * sigmoid(alpha * x)
LogicalResult convertSwish(NodeConversion &c) {
  float alpha = c.getFloat("alpha", 1);
  Value input = c.getInput(0);
  if (failed(c.requireRank(0, 0)))
    return failure();
  if (alpha == 1)
    return c.give(0, c.unary(UnaryKind::silu, input));
  Value scaled =
      c.binary(BinaryKind::mul, input, c.scalar(c.elementOf(input), alpha));
  return c.give(
      0, c.binary(BinaryKind::mul, input, c.unary(UnaryKind::sigmoid, scaled)));
}

/// PRelu: before opset 7 the slopes, if more than one, are those of the
/// channels.
LogicalResult convertPRelu(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)) || failed(c.requireRank(1, 0)))
    return failure();
  Value input = c.getInput(0), slope = c.getInput(1);
  if (c.getVersion() < 7 && c.rankOf(slope) == 1 && c.rankOf(input) > 1 &&
      c.shapeOf(slope)[0] != 1)
    slope = c.alignTo(slope, 1, c.rankOf(input));
  return c.give(0, c.binary(BinaryKind::prelu, input, slope));
}

/// Dropout does nothing after training; its mask keeps everything.
LogicalResult convertDropout(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  if (c.getInput(2)) {
    auto training = c.constantInts(c.getInput(2));
    if (!training || training->size() != 1 || training->front() != 0)
      return c.refuse("input 2 (training_mode) must be the constant false");
  }
  if (c.isOutputUsed(1)) {
    Type type = c.getVersion() < 10 ? c.elementOf(c.getInput(0))
                                    : Type(IntegerType::get(c.getContext(), 1));
    Value kept = c.scalar(type, 1);
    if (failed(c.give(1, c.broadcast(kept, c.shapeOf(c.getInput(0))))))
      return failure();
  }
  return c.give(0, c.getInput(0));
}

} // namespace

void graph::registerActivationHandlers(HandlerRegistry &registry) {
  registry.add("Relu", {1, 6, 13, 14}, convertRelu);
  registry.add("Clip", {1, 6, 11, 12, 13}, convertClip);
  registry.add("LeakyRelu", {1, 6, 16}, convertLeakyRelu);
  registry.add("PRelu", {1, 6, 7, 9, 16}, convertPRelu);
  registry.add("Elu", {1, 6, 22}, convertElu);
  registry.add("Celu", {12, 28}, convertCelu);
  registry.add("Selu", {1, 6, 22}, convertSelu);
  registry.add("HardSigmoid", {1, 6, 22}, convertHardSigmoid);
  registry.add("HardSwish", {14, 22}, convertPlain<UnaryKind::hard_swish>);
  registry.add("Sigmoid", {1, 6, 13}, convertPlain<UnaryKind::sigmoid>);
  registry.add("Tanh", {1, 6, 13}, convertPlain<UnaryKind::tanh>);
  registry.add("Softplus", {1, 22}, convertPlain<UnaryKind::softplus>);
  registry.add("Softsign", {1, 22}, convertPlain<UnaryKind::softsign>);
  registry.add("Mish", {18, 22}, convertPlain<UnaryKind::mish>);
  registry.add("Gelu", {20}, convertGelu);
  registry.add("Swish", {24}, convertSwish);
  registry.add("ThresholdedRelu", {10, 22}, convertThresholdedRelu);
  registry.add("Shrink", {9}, convertShrink);
  registry.add("Dropout", {1, 6, 7, 10, 12, 13, 22}, convertDropout);
}
