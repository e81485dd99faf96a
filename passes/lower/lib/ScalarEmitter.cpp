//===- ScalarEmitter.cpp - functions of one element -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::lower;
using namespace qcc::qnn;

using arith::CmpFPredicate;
using arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// Composed functions
//===----------------------------------------------------------------------===//

Value ScalarEmitter::abs(Value x) {
  if (isFloat())
    return math<math::AbsFOp>(x);
  return isUnsigned ? x : select(less(x, constant(0)), neg(x), x);
}

Value ScalarEmitter::sign(Value x) {
  Value zero = constant(0);
  Value notPositive = isUnsigned ? x : select(less(x, zero), constant(-1), x);
  return select(greater(x, zero), constant(1), notPositive);
}

Value ScalarEmitter::minimum(Value x, Value y) {
  if (isFloat())
    return arith::MinimumFOp::create(b, x, y);
  return select(less(x, y), x, y);
}

Value ScalarEmitter::maximum(Value x, Value y) {
  if (isFloat())
    return arith::MaximumFOp::create(b, x, y);
  return select(greater(x, y), x, y);
}

Value ScalarEmitter::clamp(Value x, Value lo, Value hi) {
  x = select(greater(lo, x), lo, x);
  return select(less(hi, x), hi, x);
}

Value ScalarEmitter::sigmoid(Value x) {
  Value one = constant(1);
  Value e = math<math::ExpOp>(neg(abs(x)));
  return div(select(less(x, constant(0)), e, one), add(one, e));
}

Value ScalarEmitter::softplus(Value x) {
  Value zero = constant(0);
  Value positive = select(greater(zero, x), zero, x);
  Value e = math<math::ExpOp>(neg(abs(x)));
  return add(positive, math<math::Log1pOp>(e));
}

Value ScalarEmitter::gelu(Value x) {
  Value erf = math<math::ErfOp>(mul(x, constant(0x1.6a09e6p-1)));
  return mul(mul(constant(0.5), x), add(constant(1), erf));
}

Value ScalarEmitter::geluTanh(Value x) {
  Value factor = mul(constant(0.044715f), mul(x, x));
  Value cubic = math::FmaOp::create(b, factor, x, x);
  Value tanh = math<math::TanhOp>(mul(constant(0x1.988454p-1), cubic));
  return mul(mul(constant(0.5), x), add(constant(1), tanh));
}

Value ScalarEmitter::hardSigmoid(Value x, double alpha, double beta) {
  Value line = add(mul(constant(alpha), x), constant(beta));
  return clamp(line, constant(0), constant(1));
}

/// `x` above 0, `alpha (e^inner - 1)` below.
Value ScalarEmitter::elu(Value x, Value alpha, Value inner) {
  Value below = mul(alpha, math<math::ExpM1Op>(inner));
  return select(greater(x, constant(0)), x, below);
}

Value ScalarEmitter::shrink(Value x, double lambda, double bias) {
  Value high =
      select(greater(x, constant(lambda)), sub(x, constant(bias)), constant(0));
  return select(less(x, constant(-lambda)), add(x, constant(bias)), high);
}

/// Truncating quotient; 0 where `y` is 0, `-x` (wrapping) where it is -1.
Value ScalarEmitter::integerQuotient(Value x, Value y) {
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
Value ScalarEmitter::integerRemainder(Value x, Value y) {
  Value one = constant(1);
  Value unsafe = equal(y, constant(0));
  if (isUnsigned)
    return arith::RemUIOp::create(b, x, select(unsafe, one, y));
  unsafe = arith::OrIOp::create(b, unsafe, equal(y, constant(-1)));
  return arith::RemSIOp::create(b, x, select(unsafe, one, y));
}

/// The exponent of math.ipowi is signed: an unsigned one is halved, and what
/// that gives is squared.
Value ScalarEmitter::integerPower(Value x, Value y) {
  if (!isUnsigned)
    return math::IPowIOp::create(b, x, y);
  Value one = constant(1);
  Value half = math::IPowIOp::create(b, x, arith::ShRUIOp::create(b, y, one));
  Value isOdd = equal(arith::AndIOp::create(b, y, one), one);
  return mul(mul(half, half), select(isOdd, x, one));
}

/// Gives the remainder of a truncating division the sign of the divisor.
Value ScalarEmitter::floored(Value remainder, Value divisor) {
  Value zero = constant(0);
  Value differ =
      arith::XOrIOp::create(b, less(remainder, zero), less(divisor, zero));
  Value isZero = equal(remainder, zero);
  Value moved = select(differ, add(remainder, divisor), remainder);
  return select(isZero, remainder, moved);
}

/// 0 where `amount` is the width or more.
Value ScalarEmitter::shift(BinaryKind kind, Value x, Value amount) {
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

FailureOr<Value> ScalarEmitter::unary(UnaryKind kind, float alpha, float beta,
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

FailureOr<Value> ScalarEmitter::binary(BinaryKind kind, Value x, Value y) {
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
