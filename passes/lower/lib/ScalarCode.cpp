//===- ScalarCode.cpp - elementwise ops as code for one element -----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Lower/ScalarCode.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace qcc;
using namespace qcc::qnn;

using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {

/// Writes expressions on values of one type: `type` is a float type or a
/// signless integer type, and `isUnsigned` says how to read the latter.
struct Emitter {
  ImplicitLocOpBuilder b;
  Type type;
  bool isUnsigned;

  Emitter(OpBuilder &builder, Location loc, Type type, bool isUnsigned)
      : b(loc, builder), type(type), isUnsigned(isUnsigned) {}

  Value constant(double value) {
    return lower::emitConstant(b, b.getLoc(), type, value);
  }
  Value add(Value x, Value y) {
    return isFloat() ? arith::AddFOp::create(b, x, y).getResult()
                     : arith::AddIOp::create(b, x, y).getResult();
  }
  Value sub(Value x, Value y) {
    return isFloat() ? arith::SubFOp::create(b, x, y).getResult()
                     : arith::SubIOp::create(b, x, y).getResult();
  }
  Value mul(Value x, Value y) {
    return isFloat() ? arith::MulFOp::create(b, x, y).getResult()
                     : arith::MulIOp::create(b, x, y).getResult();
  }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
  Value neg(Value x) {
    return isFloat() ? arith::NegFOp::create(b, x).getResult()
                     : sub(constant(0), x);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  Value compare(CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  Value compare(CmpIPredicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(b, predicate, x, y);
  }
  Value less(Value x, Value y) {
    if (isFloat())
      return compare(CmpFPredicate::OLT, x, y);
    return compare(isUnsigned ? CmpIPredicate::ult : CmpIPredicate::slt, x, y);
  }
  Value greater(Value x, Value y) { return less(y, x); }
  Value lessEqual(Value x, Value y) {
    if (isFloat())
      return compare(CmpFPredicate::OLE, x, y);
    return compare(isUnsigned ? CmpIPredicate::ule : CmpIPredicate::sle, x, y);
  }
  Value equal(Value x, Value y) {
    return isFloat() ? compare(CmpFPredicate::OEQ, x, y)
                     : compare(CmpIPredicate::eq, x, y);
  }
  template <typename Op> Value math(Value x) { return Op::create(b, x); }

  bool isFloat() const { return isa<FloatType>(type); }

  // As the functions of the same names in numerics.h.
  Value abs(Value x);
  Value sign(Value x);
  Value minimum(Value x, Value y);
  Value maximum(Value x, Value y);
  Value clamp(Value x, Value lo, Value hi);
  Value sigmoid(Value x);
  Value softplus(Value x);
  Value gelu(Value x);
  Value geluTanh(Value x);
  Value hardSigmoid(Value x, double alpha, double beta);
  Value elu(Value x, Value alpha, Value inner);
  Value shrink(Value x, double lambda, double bias);

  Value integerQuotient(Value x, Value y);
  Value integerRemainder(Value x, Value y);
  Value integerPower(Value x, Value y);
  Value floored(Value remainder, Value divisor);
  Value shift(BinaryKind kind, Value x, Value amount);

  FailureOr<Value> unary(UnaryKind kind, float alpha, float beta, Value x);
  FailureOr<Value> binary(BinaryKind kind, Value x, Value y);
};

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

//===----------------------------------------------------------------------===//
// Composed functions
//===----------------------------------------------------------------------===//

Value Emitter::abs(Value x) {
  if (isFloat())
    return math<math::AbsFOp>(x);
  return isUnsigned ? x : select(less(x, constant(0)), neg(x), x);
}

Value Emitter::sign(Value x) {
  Value zero = constant(0);
  Value notPositive = isUnsigned ? x : select(less(x, zero), constant(-1), x);
  return select(greater(x, zero), constant(1), notPositive);
}

Value Emitter::minimum(Value x, Value y) {
  if (isFloat())
    return arith::MinimumFOp::create(b, x, y);
  return select(less(x, y), x, y);
}

Value Emitter::maximum(Value x, Value y) {
  if (isFloat())
    return arith::MaximumFOp::create(b, x, y);
  return select(greater(x, y), x, y);
}

Value Emitter::clamp(Value x, Value lo, Value hi) {
  x = select(greater(lo, x), lo, x);
  return select(less(hi, x), hi, x);
}

Value Emitter::sigmoid(Value x) {
  Value one = constant(1);
  Value e = math<math::ExpOp>(neg(abs(x)));
  return div(select(less(x, constant(0)), e, one), add(one, e));
}

Value Emitter::softplus(Value x) {
  Value zero = constant(0);
  Value positive = select(greater(zero, x), zero, x);
  Value e = math<math::ExpOp>(neg(abs(x)));
  return add(positive, math<math::Log1pOp>(e));
}

Value Emitter::gelu(Value x) {
  Value erf = math<math::ErfOp>(mul(x, constant(0x1.6a09e6p-1)));
  return mul(mul(constant(0.5), x), add(constant(1), erf));
}

Value Emitter::geluTanh(Value x) {
  Value factor = mul(constant(0.044715f), mul(x, x));
  Value cubic = math::FmaOp::create(b, factor, x, x);
  Value tanh = math<math::TanhOp>(mul(constant(0x1.988454p-1), cubic));
  return mul(mul(constant(0.5), x), add(constant(1), tanh));
}

Value Emitter::hardSigmoid(Value x, double alpha, double beta) {
  Value line = add(mul(constant(alpha), x), constant(beta));
  return clamp(line, constant(0), constant(1));
}

/// `x` above 0, `alpha (e^inner - 1)` below.
Value Emitter::elu(Value x, Value alpha, Value inner) {
  Value below = mul(alpha, math<math::ExpM1Op>(inner));
  return select(greater(x, constant(0)), x, below);
}

Value Emitter::shrink(Value x, double lambda, double bias) {
  Value high =
      select(greater(x, constant(lambda)), sub(x, constant(bias)), constant(0));
  return select(less(x, constant(-lambda)), add(x, constant(bias)), high);
}

/// Truncating quotient; 0 where `y` is 0, `-x` (wrapping) where it is -1.
Value Emitter::integerQuotient(Value x, Value y) {
  Value zero = constant(0), one = constant(1);
  Value byZero = equal(y, zero);
  if (isUnsigned) {
    Value quotient = arith::DivUIOp::create(b, x, select(byZero, one, y));
    return select(byZero, zero, quotient);
  }
  Value byMinusOne = equal(y, constant(-1));
  Value unsafe = arith::OrIOp::create(b, byZero, byMinusOne);
  Value quotient = arith::DivSIOp::create(b, x, select(unsafe, one, y));
  return select(byZero, zero, select(byMinusOne, neg(x), quotient));
}

/// Remainder with the sign of `x`; 0 where `y` is 0.
Value Emitter::integerRemainder(Value x, Value y) {
  Value one = constant(1);
  Value unsafe = equal(y, constant(0));
  if (isUnsigned)
    return arith::RemUIOp::create(b, x, select(unsafe, one, y));
  unsafe = arith::OrIOp::create(b, unsafe, equal(y, constant(-1)));
  return arith::RemSIOp::create(b, x, select(unsafe, one, y));
}

/// The exponent of math.ipowi is signed: an unsigned one is halved, and what
/// that gives is squared.
Value Emitter::integerPower(Value x, Value y) {
  if (!isUnsigned)
    return math::IPowIOp::create(b, x, y);
  Value one = constant(1);
  Value half = math::IPowIOp::create(b, x, arith::ShRUIOp::create(b, y, one));
  Value isOdd = equal(arith::AndIOp::create(b, y, one), one);
  return mul(mul(half, half), select(isOdd, x, one));
}

/// Gives the remainder of a truncating division the sign of the divisor.
Value Emitter::floored(Value remainder, Value divisor) {
  Value zero = constant(0);
  Value differ =
      arith::XOrIOp::create(b, less(remainder, zero), less(divisor, zero));
  Value isZero = equal(remainder, zero);
  Value moved = select(differ, add(remainder, divisor), remainder);
  return select(isZero, remainder, moved);
}

/// 0 where `amount` is the width or more.
Value Emitter::shift(BinaryKind kind, Value x, Value amount) {
  Value zero = constant(0);
  Value inside = compare(CmpIPredicate::ult, amount,
                         constant(type.getIntOrFloatBitWidth()));
  Value safe = select(inside, amount, zero);
  Value shifted;
  if (kind == BinaryKind::shift_left)
    shifted = arith::ShLIOp::create(b, x, safe);
  else if (isUnsigned)
    shifted = arith::ShRUIOp::create(b, x, safe);
  else
    shifted = arith::ShRSIOp::create(b, x, safe);
  return select(inside, shifted, zero);
}

//===----------------------------------------------------------------------===//
// Kinds
//===----------------------------------------------------------------------===//

FailureOr<Value> Emitter::unary(UnaryKind kind, float alpha, float beta,
                                Value x) {
  switch (kind) {
  case UnaryKind::abs:
    return abs(x);
  case UnaryKind::neg:
    return neg(x);
  case UnaryKind::sign:
    return sign(x);
  case UnaryKind::logical_not:
    if (!type.isInteger(1))
      return failure();
    return arith::XOrIOp::create(b, x, constant(1)).getResult();
  case UnaryKind::bitwise_not:
    if (isFloat())
      return failure();
    return arith::XOrIOp::create(b, x, constant(-1)).getResult();
  default:
    break;
  }
  if (!isFloat())
    return failure();
  switch (kind) {
  case UnaryKind::is_nan:
    return compare(CmpFPredicate::UNO, x, x);
  case UnaryKind::is_inf: {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    Value never = arith::ConstantOp::create(b, b.getBoolAttr(false));
    Value negative = alpha != 0 ? equal(x, constant(-infinity)) : never;
    Value positive = beta != 0 ? equal(x, constant(infinity)) : never;
    return arith::OrIOp::create(b, negative, positive).getResult();
  }
  case UnaryKind::floor:
    return math<math::FloorOp>(x);
  case UnaryKind::ceil:
    return math<math::CeilOp>(x);
  case UnaryKind::round:
    return math<math::RoundEvenOp>(x);
  case UnaryKind::sqrt:
    return math<math::SqrtOp>(x);
  case UnaryKind::reciprocal:
    return div(constant(1), x);
  case UnaryKind::leaky_relu:
    return select(less(x, constant(0)), mul(constant(alpha), x), x);
  case UnaryKind::thresholded_relu:
    return select(greater(x, constant(alpha)), x, constant(0));
  case UnaryKind::shrink:
    return shrink(x, alpha, beta);
  case UnaryKind::softsign:
    return div(x, add(constant(1), abs(x)));
  case UnaryKind::hard_sigmoid:
    return hardSigmoid(x, alpha, beta);
  case UnaryKind::hard_swish:
    return mul(x, hardSigmoid(x, 0x1.555556p-3, 0.5));
  default:
    break;
  }
  // numerics.h has the functions below in f32 only.
  if (!type.isF32())
    return failure();
  switch (kind) {
  case UnaryKind::exp:
    return math<math::ExpOp>(x);
  case UnaryKind::log:
    return math<math::LogOp>(x);
  case UnaryKind::erf:
    return math<math::ErfOp>(x);
  case UnaryKind::tanh:
    return math<math::TanhOp>(x);
  case UnaryKind::sin:
    return math<math::SinOp>(x);
  case UnaryKind::cos:
    return math<math::CosOp>(x);
  case UnaryKind::tan:
    return math<math::TanOp>(x);
  case UnaryKind::asin:
    return math<math::AsinOp>(x);
  case UnaryKind::acos:
    return math<math::AcosOp>(x);
  case UnaryKind::atan:
    return math<math::AtanOp>(x);
  case UnaryKind::sinh:
    return math<math::SinhOp>(x);
  case UnaryKind::cosh:
    return math<math::CoshOp>(x);
  case UnaryKind::asinh:
    return math<math::AsinhOp>(x);
  case UnaryKind::acosh:
    return math<math::AcoshOp>(x);
  case UnaryKind::atanh:
    return math<math::AtanhOp>(x);
  case UnaryKind::sigmoid:
    return sigmoid(x);
  case UnaryKind::softplus:
    return softplus(x);
  case UnaryKind::gelu:
    return gelu(x);
  case UnaryKind::gelu_tanh:
    return geluTanh(x);
  case UnaryKind::silu:
    return mul(x, sigmoid(x));
  case UnaryKind::mish:
    return mul(x, math<math::TanhOp>(softplus(x)));
  case UnaryKind::elu:
    return elu(x, constant(alpha), x);
  case UnaryKind::selu:
    return mul(constant(beta), elu(x, constant(alpha), x));
  case UnaryKind::celu: {
    Value scale = constant(alpha);
    return elu(x, scale, div(x, scale));
  }
  default:
    return failure();
  }
}

FailureOr<Value> Emitter::binary(BinaryKind kind, Value x, Value y) {
  bool isBool = type.isInteger(1);
  switch (kind) {
  case BinaryKind::equal:
    return equal(x, y);
  case BinaryKind::less:
    return less(x, y);
  case BinaryKind::less_equal:
    return lessEqual(x, y);
  case BinaryKind::greater:
    return less(y, x);
  case BinaryKind::greater_equal:
    return lessEqual(y, x);
  case BinaryKind::min:
    return minimum(x, y);
  case BinaryKind::max:
    return maximum(x, y);
  case BinaryKind::logical_and:
  case BinaryKind::bitwise_and:
    if (isFloat() || (kind == BinaryKind::logical_and && !isBool))
      return failure();
    return arith::AndIOp::create(b, x, y).getResult();
  case BinaryKind::logical_or:
  case BinaryKind::bitwise_or:
    if (isFloat() || (kind == BinaryKind::logical_or && !isBool))
      return failure();
    return arith::OrIOp::create(b, x, y).getResult();
  case BinaryKind::logical_xor:
  case BinaryKind::bitwise_xor:
    if (isFloat() || (kind == BinaryKind::logical_xor && !isBool))
      return failure();
    return arith::XOrIOp::create(b, x, y).getResult();
  default:
    break;
  }
  if (isBool)
    return failure();
  switch (kind) {
  case BinaryKind::add:
    return add(x, y);
  case BinaryKind::sub:
    return sub(x, y);
  case BinaryKind::mul:
    return mul(x, y);
  case BinaryKind::div:
    return isFloat() ? div(x, y) : integerQuotient(x, y);
  case BinaryKind::prelu:
    return select(less(x, constant(0)), mul(y, x), x);
  case BinaryKind::fmod:
    if (isFloat())
      return arith::RemFOp::create(b, x, y).getResult();
    return integerRemainder(x, y);
  case BinaryKind::mod: {
    if (isFloat())
      return floored(arith::RemFOp::create(b, x, y), y);
    Value remainder = integerRemainder(x, y);
    return isUnsigned ? remainder : floored(remainder, y);
  }
  case BinaryKind::pow:
    if (type.isF32())
      return math::PowFOp::create(b, x, y).getResult();
    if (isFloat())
      return failure();
    return integerPower(x, y);
  case BinaryKind::shift_left:
  case BinaryKind::shift_right:
    if (isFloat())
      return failure();
    return shift(kind, x, y);
  default:
    return failure();
  }
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

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
  Emitter emitter(builder, loc, operand.getType(), countsFromZero(type));
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
  Emitter emitter(builder, loc, x.getType(), countsFromZero(type));
  FailureOr<Value> result = emitter.binary(kind, x, y);
  if (failed(result) || result->getType() != x.getType())
    return result;
  return fromSignless(builder, loc, *result, type);
}

Value lower::emitClamp(OpBuilder &builder, Location loc, Value value, float min,
                       float max) {
  Type type = value.getType();
  Value operand = toSignless(builder, loc, value);
  Emitter emitter(builder, loc, operand.getType(), countsFromZero(type));
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
