//===- ScalarCode.cpp - elementwise ops as code for one element -----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace qcc;
using namespace qcc::qnn;

using lower::ScalarEmitter;

using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {

bool isNarrowFloat(Type type) { return isa<Float16Type, BFloat16Type>(type); }

bool isHandled(Type type) {
  return isNarrowFloat(type) ||
         isa<Float32Type, Float64Type, IntegerType>(type);
}

/// The signless integer of the same bits, which arith ops take.
Value toSignless(OpBuilder &builder, Location loc, Value value) {
  auto type = dyn_cast<IntegerType>(value.getType());
  if (!type || type.isSignless())
    return value;
  return ReinterpretOp::create(builder, loc,
                               builder.getIntegerType(type.getWidth()), value);
}

Value fromSignless(OpBuilder &builder, Location loc, Value value, Type type) {
  if (value.getType() == type)
    return value;
  return ReinterpretOp::create(builder, loc, type, value);
}

/// True if the value counts up from 0: unsigned integers, and booleans.
bool countsFromZero(Type type) {
  return type.isUnsignedInteger() || type.isInteger(1);
}

/// Truncates towards zero and saturates; NaN becomes 0. The conversion itself
/// is only given what it is defined for.
Value floatToInteger(ImplicitLocOpBuilder &b, Value x, IntegerType type,
                     bool isUnsigned) {
  unsigned width = type.getWidth();
  APInt least =
      isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
  APInt greatest =
      isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  auto floatConstant = [&](double value) -> Value {
    return lower::emitConstant(b, b.getLoc(), x.getType(), value);
  };
  // Both bounds are powers of two (or 0): exact in every float type.
  Value low = floatConstant(isUnsigned ? 0 : -std::ldexp(1.0, width - 1));
  Value end = floatConstant(std::ldexp(1.0, isUnsigned ? width : width - 1));
  Value below = arith::CmpFOp::create(b, CmpFPredicate::OLT, x, low);
  Value above = arith::CmpFOp::create(b, CmpFPredicate::OGE, x, end);
  Value inside = arith::AndIOp::create(
      b, arith::CmpFOp::create(b, CmpFPredicate::OGE, x, low),
      arith::CmpFOp::create(b, CmpFPredicate::OLT, x, end));
  Value safe = arith::SelectOp::create(b, inside, x, floatConstant(0));
  Value converted = isUnsigned
                        ? arith::FPToUIOp::create(b, type, safe).getResult()
                        : arith::FPToSIOp::create(b, type, safe).getResult();
  auto integerConstant = [&](const APInt &value) -> Value {
    return arith::ConstantOp::create(b, IntegerAttr::get(type, value));
  };
  Value result =
      arith::SelectOp::create(b, below, integerConstant(least), converted);
  return arith::SelectOp::create(b, above, integerConstant(greatest), result);
}

} // namespace

Value lower::emitConstant(OpBuilder &builder, Location loc, Type type,
                          double value) {
  if (auto floating = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(builder, loc,
                                     builder.getFloatAttr(floating, value));
  auto integer = cast<IntegerType>(type);
  auto signless = builder.getIntegerType(integer.getWidth());
  // Signed 64 bits hold every bound but those of ui64, which wrap to the same
  // bits through the unsigned conversion.
  APInt bits(64, value < 0 ? static_cast<uint64_t>(static_cast<int64_t>(value))
                           : static_cast<uint64_t>(value));
  Value constant = arith::ConstantOp::create(
      builder, loc,
      IntegerAttr::get(signless, bits.sextOrTrunc(integer.getWidth())));
  return fromSignless(builder, loc, constant, type);
}

FailureOr<Value> lower::emitUnary(OpBuilder &builder, Location loc,
                                  UnaryKind kind, float alpha, float beta,
                                  Value value) {
  Type type = value.getType();
  if (isNarrowFloat(type)) {
    Value wide =
        arith::ExtFOp::create(builder, loc, builder.getF32Type(), value);
    FailureOr<Value> result = emitUnary(builder, loc, kind, alpha, beta, wide);
    if (failed(result) || !isa<FloatType>(result->getType()))
      return result;
    return arith::TruncFOp::create(builder, loc, type, *result).getResult();
  }
  if (!isHandled(type))
    return failure();
  Value operand = toSignless(builder, loc, value);
  ScalarEmitter emitter(builder, loc, operand.getType(), countsFromZero(type));
  FailureOr<Value> result = emitter.unary(kind, alpha, beta, operand);
  if (failed(result) || result->getType() != operand.getType())
    return result;
  return fromSignless(builder, loc, *result, type);
}

FailureOr<Value> lower::emitBinary(OpBuilder &builder, Location loc,
                                   BinaryKind kind, Value lhs, Value rhs) {
  Type type = lhs.getType();
  if (rhs.getType() != type) {
    // Only powers mix types: integers meet in the base's type, anything else in
    // f32, from where the result is cast back.
    bool integers = isa<IntegerType>(type) && isa<IntegerType>(rhs.getType());
    Type common = integers ? type : builder.getF32Type();
    FailureOr<Value> x = emitCast(builder, loc, lhs, common);
    FailureOr<Value> y = emitCast(builder, loc, rhs, common);
    if (failed(x) || failed(y))
      return failure();
    FailureOr<Value> result = emitBinary(builder, loc, kind, *x, *y);
    if (failed(result))
      return failure();
    return emitCast(builder, loc, *result, type);
  }
  if (isNarrowFloat(type)) {
    Type f32 = builder.getF32Type();
    Value x = arith::ExtFOp::create(builder, loc, f32, lhs);
    Value y = arith::ExtFOp::create(builder, loc, f32, rhs);
    FailureOr<Value> result = emitBinary(builder, loc, kind, x, y);
    if (failed(result) || !isa<FloatType>(result->getType()))
      return result;
    return arith::TruncFOp::create(builder, loc, type, *result).getResult();
  }
  if (!isHandled(type))
    return failure();
  Value x = toSignless(builder, loc, lhs), y = toSignless(builder, loc, rhs);
  ScalarEmitter emitter(builder, loc, x.getType(), countsFromZero(type));
  FailureOr<Value> result = emitter.binary(kind, x, y);
  if (failed(result) || result->getType() != x.getType())
    return result;
  return fromSignless(builder, loc, *result, type);
}

Value lower::emitClamp(OpBuilder &builder, Location loc, Value value, float min,
                       float max) {
  Type type = value.getType();
  Value operand = toSignless(builder, loc, value);
  ScalarEmitter emitter(builder, loc, operand.getType(), countsFromZero(type));
  Value result = operand;
  auto bound = [&](float limit) {
    if (emitter.isFloat())
      return emitter.constant(limit);
    unsigned width = type.getIntOrFloatBitWidth();
    APSInt integer(width, emitter.isUnsigned);
    bool isExact;
    APFloat(limit).convertToInteger(integer, APFloat::rmTowardZero, &isExact);
    return arith::ConstantOp::create(
               emitter.b, IntegerAttr::get(operand.getType(), integer))
        .getResult();
  };
  if (min != -std::numeric_limits<float>::infinity()) {
    Value limit = bound(min);
    result = emitter.select(emitter.greater(limit, result), limit, result);
  }
  if (max != std::numeric_limits<float>::infinity()) {
    Value limit = bound(max);
    result = emitter.select(emitter.less(limit, result), limit, result);
  }
  return fromSignless(builder, loc, result, type);
}

FailureOr<Value> lower::emitCast(OpBuilder &builder, Location loc, Value value,
                                 Type type) {
  Type from = value.getType();
  if (from == type)
    return value;
  if (!isHandled(from) || !isHandled(type))
    return failure();
  ImplicitLocOpBuilder b(loc, builder);
  Value operand = toSignless(builder, loc, value);
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(type);
  unsigned width = type.getIntOrFloatBitWidth();
  unsigned fromWidth = from.getIntOrFloatBitWidth();

  if (type.isInteger(1)) {
    Value zero = emitConstant(b, loc, operand.getType(), 0);
    if (fromFloat)
      return arith::CmpFOp::create(b, CmpFPredicate::UNE, operand, zero)
          .getResult();
    return arith::CmpIOp::create(b, CmpIPredicate::ne, operand, zero)
        .getResult();
  }
  // f16 and bf16 come from f32 and go to f32, like everywhere.
  Type f32 = b.getF32Type();
  bool throughF32 =
      isNarrowFloat(from) ? type != f32 : isNarrowFloat(type) && from != f32;
  if (throughF32) {
    FailureOr<Value> wide = emitCast(builder, loc, value, f32);
    return emitCast(builder, loc, *wide, type);
  }
  if (fromFloat && toFloat) {
    if (width > fromWidth)
      return arith::ExtFOp::create(b, type, operand).getResult();
    return arith::TruncFOp::create(b, type, operand).getResult();
  }
  if (toFloat) {
    if (countsFromZero(from))
      return arith::UIToFPOp::create(b, type, operand).getResult();
    return arith::SIToFPOp::create(b, type, operand).getResult();
  }
  Type signless = b.getIntegerType(width);
  Value result;
  if (fromFloat)
    result = floatToInteger(b, operand, cast<IntegerType>(signless),
                            type.isUnsignedInteger());
  else if (width < fromWidth)
    result = arith::TruncIOp::create(b, signless, operand);
  else if (width == fromWidth)
    result = operand;
  else if (countsFromZero(from))
    result = arith::ExtUIOp::create(b, signless, operand);
  else
    result = arith::ExtSIOp::create(b, signless, operand);
  return fromSignless(builder, loc, result, type);
}

Value lower::emitQuantize(OpBuilder &builder, Location loc, Value value,
                          Value scale, Value zeroPoint, Type storage) {
  Value quotient = arith::DivFOp::create(builder, loc, value, scale);
  return RoundOp::create(builder, loc, storage, quotient, zeroPoint,
                         /*lo=*/nullptr, /*hi=*/nullptr);
}

Value lower::emitDequantize(OpBuilder &builder, Location loc, Value value,
                            Value scale, Value zeroPoint) {
  Value wide = value;
  if (!value.getType().isInteger(32))
    wide = WidenOp::create(builder, loc, builder.getI32Type(), value);
  Value difference = arith::SubIOp::create(builder, loc, wide, zeroPoint);
  Value real =
      arith::SIToFPOp::create(builder, loc, builder.getF32Type(), difference);
  return arith::MulFOp::create(builder, loc, real, scale);
}
