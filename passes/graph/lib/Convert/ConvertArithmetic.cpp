//===- ConvertArithmetic.cpp - arithmetic, comparison and logic -----------===//
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
using qcc::qnn::UnaryKind;

namespace {

/// The right operand, brought into numpy's broadcasting: before opset 7 it was
/// aligned by the attributes `broadcast` and `axis`.
FailureOr<Value> legacyOperand(NodeConversion &c) {
  Value lhs = c.getInput(0), rhs = c.getInput(1);
  if (!c.hasAttr("broadcast") || !c.getInt("broadcast", 0) ||
      !c.hasAttr("axis"))
    return rhs;
  FailureOr<int64_t> axis = c.getAxis(0, c.rankOf(lhs));
  if (failed(axis))
    return failure();
  Value aligned = c.alignTo(rhs, *axis, c.rankOf(lhs));
  if (!aligned)
    return failure();
  return aligned;
}

template <BinaryKind kind> LogicalResult convertBinary(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)) || failed(c.requireRank(1, 0)))
    return failure();
  FailureOr<Value> rhs = legacyOperand(c);
  if (failed(rhs))
    return failure();
  return c.give(0, c.binary(kind, c.getInput(0), *rhs));
}

template <UnaryKind kind> LogicalResult convertUnary(NodeConversion &c) {
  return c.give(0, c.unary(kind, c.getInput(0)));
}

/// Sum, Max, Min and Mean take any number of operands.
template <BinaryKind kind> Value foldOperands(NodeConversion &c) {
  Value result = c.getInput(0);
  for (unsigned i = 1; i < c.getNumInputs(); ++i)
    result = c.binary(kind, result, c.getInput(i));
  return result;
}

template <BinaryKind kind> LogicalResult convertVariadic(NodeConversion &c) {
  return c.give(0, foldOperands<kind>(c));
}

LogicalResult convertMean(NodeConversion &c) {
  Value sum = foldOperands<BinaryKind::add>(c);
  if (!sum)
    return failure();
  return c.give(0, c.binary(BinaryKind::div, sum,
                            c.scalar(c.elementOf(sum), c.getNumInputs())));
}

LogicalResult convertMod(NodeConversion &c) {
  bool fmod = c.getInt("fmod", 0);
  if (!fmod && c.getInput(0) && c.isFloat(c.getInput(0)))
    return c.refuse("attribute 'fmod' must be 1 for floats");
  return c.give(0, c.binary(fmod ? BinaryKind::fmod : BinaryKind::mod,
                            c.getInput(0), c.getInput(1)));
}

/// Squares and square roots are far more often meant than powers.
LogicalResult convertPow(NodeConversion &c) {
  Value base = c.getInput(0);
  if (failed(c.requireRank(0, 0)) || failed(c.requireRank(1, 0)))
    return failure();
  FailureOr<Value> exponent = legacyOperand(c);
  if (failed(exponent))
    return failure();
  auto value = c.constantFloats(*exponent);
  if (value && value->size() == 1 && c.isFloat(base) &&
      c.rankOf(*exponent) <= c.rankOf(base)) {
    if (value->front() == 2.0)
      return c.give(0, c.binary(BinaryKind::mul, base, base));
    if (value->front() == 1.0)
      return c.give(0, base);
  }
  return c.give(0, c.binary(BinaryKind::pow, base, *exponent));
}

LogicalResult convertBitShift(NodeConversion &c) {
  StringRef direction = c.getString("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    return c.refuse("attribute 'direction' is '" + direction +
                    "', must be LEFT or RIGHT");
  return c.give(0, c.binary(direction == "LEFT" ? BinaryKind::shift_left
                                                : BinaryKind::shift_right,
                            c.getInput(0), c.getInput(1)));
}

LogicalResult convertIsInf(NodeConversion &c) {
  return c.give(0, c.unary(UnaryKind::is_inf, c.getInput(0),
                           c.getInt("detect_negative", 1) ? 1 : 0,
                           c.getInt("detect_positive", 1) ? 1 : 0));
}

LogicalResult convertWhere(NodeConversion &c) {
  return c.give(
      0, c.create<qnn::SelectOp>(c.getInput(0), c.getInput(1), c.getInput(2)));
}

} // namespace

void graph::registerArithmeticHandlers(HandlerRegistry &registry) {
  registry.add("Add", {1, 6, 7, 13, 14}, convertBinary<BinaryKind::add>);
  registry.add("Sub", {1, 6, 7, 13, 14}, convertBinary<BinaryKind::sub>);
  registry.add("Mul", {1, 6, 7, 13, 14}, convertBinary<BinaryKind::mul>);
  registry.add("Div", {1, 6, 7, 13, 14}, convertBinary<BinaryKind::div>);
  registry.add("Pow", {1, 7, 12, 13, 15}, convertPow);
  registry.add("Mod", {10, 13, 28}, convertMod);
  registry.add("Sum", {1, 6, 8, 13}, convertVariadic<BinaryKind::add>);
  registry.add("Max", {1, 6, 8, 12, 13}, convertVariadic<BinaryKind::max>);
  registry.add("Min", {1, 6, 8, 12, 13}, convertVariadic<BinaryKind::min>);
  registry.add("Mean", {1, 6, 8, 13}, convertMean);

  registry.add("Equal", {1, 7, 11, 13, 19}, convertBinary<BinaryKind::equal>);
  registry.add("Less", {1, 7, 9, 13}, convertBinary<BinaryKind::less>);
  registry.add("LessOrEqual", {12, 16}, convertBinary<BinaryKind::less_equal>);
  registry.add("Greater", {1, 7, 9, 13}, convertBinary<BinaryKind::greater>);
  registry.add("GreaterOrEqual", {12, 16},
               convertBinary<BinaryKind::greater_equal>);
  registry.add("And", {1, 7}, convertBinary<BinaryKind::logical_and>);
  registry.add("Or", {1, 7}, convertBinary<BinaryKind::logical_or>);
  registry.add("Xor", {1, 7}, convertBinary<BinaryKind::logical_xor>);
  registry.add("BitwiseAnd", {18}, convertBinary<BinaryKind::bitwise_and>);
  registry.add("BitwiseOr", {18}, convertBinary<BinaryKind::bitwise_or>);
  registry.add("BitwiseXor", {18}, convertBinary<BinaryKind::bitwise_xor>);
  registry.add("BitShift", {11, 28}, convertBitShift);
  registry.add("Where", {9, 16}, convertWhere);

  registry.add("Not", {1}, convertUnary<UnaryKind::logical_not>);
  registry.add("BitwiseNot", {18}, convertUnary<UnaryKind::bitwise_not>);
  registry.add("IsNaN", {9, 13, 20}, convertUnary<UnaryKind::is_nan>);
  registry.add("IsInf", {10, 20}, convertIsInf);
  registry.add("Abs", {1, 6, 13}, convertUnary<UnaryKind::abs>);
  registry.add("Neg", {1, 6, 13}, convertUnary<UnaryKind::neg>);
  registry.add("Sign", {9, 13}, convertUnary<UnaryKind::sign>);
  registry.add("Floor", {1, 6, 13}, convertUnary<UnaryKind::floor>);
  registry.add("Ceil", {1, 6, 13}, convertUnary<UnaryKind::ceil>);
  registry.add("Round", {11, 22}, convertUnary<UnaryKind::round>);
  registry.add("Sqrt", {1, 6, 13}, convertUnary<UnaryKind::sqrt>);
  registry.add("Reciprocal", {1, 6, 13}, convertUnary<UnaryKind::reciprocal>);
  registry.add("Exp", {1, 6, 13}, convertUnary<UnaryKind::exp>);
  registry.add("Log", {1, 6, 13}, convertUnary<UnaryKind::log>);
  registry.add("Erf", {9, 13}, convertUnary<UnaryKind::erf>);
  registry.add("Sin", {7, 22}, convertUnary<UnaryKind::sin>);
  registry.add("Cos", {7, 22}, convertUnary<UnaryKind::cos>);
  registry.add("Tan", {7, 22}, convertUnary<UnaryKind::tan>);
  registry.add("Asin", {7, 22}, convertUnary<UnaryKind::asin>);
  registry.add("Acos", {7, 22}, convertUnary<UnaryKind::acos>);
  registry.add("Atan", {7, 22}, convertUnary<UnaryKind::atan>);
  registry.add("Sinh", {9, 22}, convertUnary<UnaryKind::sinh>);
  registry.add("Cosh", {9, 22}, convertUnary<UnaryKind::cosh>);
  registry.add("Asinh", {9, 22}, convertUnary<UnaryKind::asinh>);
  registry.add("Acosh", {9, 22}, convertUnary<UnaryKind::acosh>);
  registry.add("Atanh", {9, 22}, convertUnary<UnaryKind::atanh>);
}
