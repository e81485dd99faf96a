//===- ExpandMath.cpp - math ops as sequences of IEEE operations ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each method of F32Code emits the function of the same name of
// qcc/abi/functions.h, operation by operation. To be read side by side with it.
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/ExpandMath.h"
#include "qcc/Target/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

#include <cmath>
#include <limits>

namespace qcc::target {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "qcc/Target/Passes.h.inc"
} // namespace qcc::target

using namespace mlir;
using namespace qcc;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Expressions on values of type `f32` (a scalar or a vector) and on integers
/// and conditions of the same shape.
class F32Code {
public:
  F32Code(OpBuilder &builder, Location loc, Type f32)
      : b(loc, builder), f32(f32), i32(withElement(b.getI32Type())) {}

  Value exp(Value x) { return expScaled(x, 0); }
  Value expm1(Value x);
  Value tanh(Value x);
  Value sinh(Value x);
  Value cosh(Value x);
  Value log(Value x);
  Value log1p(Value x);
  Value pow(Value x, Value y);
  Value asinh(Value x);
  Value acosh(Value x);
  Value atanh(Value x);
  Value erf(Value x);
  Value sin(Value x);
  Value cos(Value x);
  Value tan(Value x);
  Value atan(Value x);
  Value asin(Value x);
  Value acos(Value x);
  Value fmod(Value x, Value y);

private:
  struct ExpParts {
    Value p, n;
  };
  struct Angle {
    Value r, quadrant;
  };
  ExpParts expSplit(Value x);
  Value exp2Int(Value n);
  Value expScaled(Value x, int32_t k);
  Value powPositive(Value x, Value y);
  Angle reduceAngle(Value x);
  Value sinCore(Value r);
  Value cosCore(Value r);
  Value asinCore(Value z);

  Type withElement(Type element) const {
    if (auto vector = dyn_cast<VectorType>(f32))
      return vector.clone(element);
    return element;
  }
  Value constant(Type type, TypedAttr scalar) {
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(
          b, vector, SplatElementsAttr::get(vector, Attribute(scalar)));
    return arith::ConstantOp::create(b, scalar);
  }
  Value c(float value) { return constant(f32, b.getF32FloatAttr(value)); }
  Value c(int32_t value) { return constant(i32, b.getI32IntegerAttr(value)); }

  Value add(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
  Value neg(Value x) { return arith::NegFOp::create(b, x); }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(b, x, y, z);
  }
  Value abs(Value x) { return math::AbsFOp::create(b, x); }
  Value sqrt(Value x) { return math::SqrtOp::create(b, x); }
  Value copysign(Value x, Value sign) {
    return math::CopySignOp::create(b, x, sign);
  }
  Value floor(Value x) { return math::FloorOp::create(b, x); }
  Value trunc(Value x) { return math::TruncOp::create(b, x); }
  Value roundEven(Value x) { return math::RoundEvenOp::create(b, x); }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  Value compare(arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  Value less(Value x, Value y) {
    return compare(arith::CmpFPredicate::OLT, x, y);
  }
  Value greater(Value x, Value y) {
    return compare(arith::CmpFPredicate::OGT, x, y);
  }
  Value equal(Value x, Value y) {
    return compare(arith::CmpFPredicate::OEQ, x, y);
  }
  Value isNaN(Value x) { return compare(arith::CmpFPredicate::UNO, x, x); }
  Value both(Value x, Value y) { return arith::AndIOp::create(b, x, y); }
  Value either(Value x, Value y) { return arith::OrIOp::create(b, x, y); }
  /// True where two conditions agree.
  Value same(Value x, Value y) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, y);
  }
  Value negate(Value condition) {
    Value yes = constant(condition.getType(), b.getBoolAttr(true));
    return arith::XOrIOp::create(b, condition, yes);
  }
  Value clamp(Value x, float lo, float hi) {
    Value low = c(lo), high = c(hi);
    Value t = select(greater(low, x), low, x);
    return select(less(high, t), high, t);
  }
  Value addI(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value subI(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value bits(Value x) { return arith::BitcastOp::create(b, i32, x); }
  Value fromBits(Value x) { return arith::BitcastOp::create(b, f32, x); }
  Value halved(Value n) { return arith::ShRSIOp::create(b, n, c(1)); }
  Value fromInteger(Value n) { return arith::SIToFPOp::create(b, f32, n); }

  /// Horner's scheme: each coefficient adds to the product with `x` of all
  /// before.
  Value polynomial(Value x, std::initializer_list<float> coefficients) {
    Value p;
    for (float coefficient : coefficients)
      p = p ? fma(p, x, c(coefficient)) : c(coefficient);
    return p;
  }

  ImplicitLocOpBuilder b;
  Type f32, i32;
};

} // namespace

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

F32Code::ExpParts F32Code::expSplit(Value x) {
  Value magic = c(0x1.8p+23f);
  Value shifted = fma(x, c(0x1.715476p+0f), magic);
  Value n = sub(shifted, magic);
  Value f = fma(n, c(-0x1.62e430p-1f), x);
  f = fma(n, c(0x1.05c610p-29f), f);
  Value q = polynomial(f, {0x1.6a4b98p-10f, 0x1.123e5cp-7f, 0x1.5558bap-5f,
                           0x1.55548cp-3f, 0x1.fffffcp-2f});
  return {fma(q, mul(f, f), f), subI(bits(shifted), c(0x4B400000))};
}

Value F32Code::exp2Int(Value n) {
  return fromBits(arith::ShLIOp::create(b, addI(n, c(127)), c(23)));
}

Value F32Code::expScaled(Value x, int32_t k) {
  ExpParts parts = expSplit(clamp(x, -110.0f, 100.0f));
  Value n = k ? addI(parts.n, c(k)) : parts.n;
  Value half = halved(n);
  Value r = add(parts.p, c(1.0f));
  return mul(mul(r, exp2Int(half)), exp2Int(subI(n, half)));
}

Value F32Code::expm1(Value x) {
  ExpParts parts = expSplit(clamp(x, -30.0f, 100.0f));
  Value half = exp2Int(subI(parts.n, c(1)));
  Value r = fma(parts.p, half, sub(half, c(0.5f)));
  return select(equal(x, c(0.0f)), x, add(r, r));
}

Value F32Code::tanh(Value x) {
  Value a = abs(x);
  Value s = mul(x, x);
  Value p = polynomial(s, {-0x1.8268bap-8f, 0x1.54bfbep-6f, -0x1.b89a7ap-5f,
                           0x1.1109bep-3f, -0x1.55553ep-2f});
  Value small = fma(mul(p, s), x, x);
  Value one = c(1.0f);
  Value tail = div(c(2.0f), add(exp(add(a, a)), one));
  Value large = copysign(sub(one, tail), x);
  return select(less(a, c(0.6f)), small, large);
}

Value F32Code::sinh(Value x) {
  Value a = abs(x);
  Value s = mul(x, x);
  Value p = polynomial(
      s, {0x1.75a6f0p-19f, 0x1.a02156p-13f, 0x1.1110e2p-7f, 0x1.555556p-3f});
  Value small = fma(mul(p, s), x, x);
  Value h = expScaled(a, -1);
  Value large = copysign(sub(h, div(c(0.25f), h)), x);
  return select(less(a, c(1.0f)), small, large);
}

Value F32Code::cosh(Value x) {
  Value h = expScaled(abs(x), -1);
  return add(h, div(c(0.25f), h));
}

//===----------------------------------------------------------------------===//
// Logarithms and powers
//===----------------------------------------------------------------------===//

Value F32Code::log(Value x) {
  Value isTiny = less(x, c(0x1p-126f));
  Value scaled = mul(x, select(isTiny, c(8388608.0f), c(1.0f)));
  Value exponent = arith::AndIOp::create(b, subI(bits(scaled), c(0x3F2AAAAB)),
                                         c(int32_t(0xFF800000)));
  Value f = sub(fromBits(subI(bits(scaled), exponent)), c(1.0f));
  Value n = mul(fromInteger(exponent), c(0x1p-23f));
  n = select(isTiny, sub(n, c(23.0f)), n);
  Value s = mul(f, f);
  Value q = polynomial(f, {-0x1.07ed86p-3f, 0x1.1e7886p-3f, -0x1.f31ddcp-4f,
                           0x1.1ed36ep-3f, -0x1.559d44p-3f, 0x1.99d064p-3f,
                           -0x1.fffef4p-3f, 0x1.555506p-2f, -0.5f});
  q = fma(q, s, f);
  Value r = fma(n, c(0x1.62e430p-1f), q);
  Value zero = c(0.0f);
  r = select(less(x, c(kInfinity)), r, x);
  r = select(equal(x, zero), c(-kInfinity), r);
  return select(less(x, zero), c(std::numeric_limits<float>::quiet_NaN()), r);
}

Value F32Code::log1p(Value x) {
  Value u = add(c(1.0f), x);
  Value lost = sub(sub(u, c(1.0f)), x);
  Value logarithm = log(u);
  Value r = sub(logarithm, div(lost, u));
  Value extreme = either(equal(u, c(0.0f)), equal(u, c(kInfinity)));
  r = select(extreme, logarithm, r);
  return select(equal(x, c(0.0f)), x, r);
}

Value F32Code::powPositive(Value x, Value y) {
  Value one = c(1.0f);
  Value isTiny = less(x, c(0x1p-126f));
  Value scaled = mul(x, select(isTiny, c(8388608.0f), one));
  Value exponent = arith::AndIOp::create(b, subI(bits(scaled), c(0x3F3504F3)),
                                         c(int32_t(0xFF800000)));
  Value m = fromBits(subI(bits(scaled), exponent));
  Value n = mul(fromInteger(exponent), c(0x1p-23f));
  n = select(isTiny, sub(n, c(23.0f)), n);
  Value d = sub(m, one);
  Value r = div(one, add(m, one));
  Value qHi = mul(r, d);
  Value qLo = mul(r, fma(qHi, neg(d), fma(qHi, c(-2.0f), d)));
  Value s = mul(qHi, qHi);
  Value k = polynomial(
      s, {0x1.f1407cp-4f, 0x1.23d3d0p-3f, 0x1.999c26p-3f, 0x1.555554p-2f});
  Value sLo = fma(qHi, add(qLo, qLo), fma(qHi, qHi, neg(s)));
  Value cube = mul(s, qHi);
  Value cubeLo = fma(s, qLo, fma(sLo, qHi, fma(s, qHi, neg(cube))));
  Value tail = fma(k, cube, fma(k, cubeLo, qLo));
  Value twice = add(qHi, qHi);
  Value sum = fma(n, c(0x1.62e430p-1f), twice);
  Value back = fma(n, c(-0x1.62e430p-1f), sum);
  Value low = fma(n, c(-0x1.05c610p-29f), fma(c(2.0f), tail, sub(twice, back)));
  Value logHi = add(sum, low);
  Value logLo = add(sub(sum, logHi), low);
  Value pHi = clamp(mul(logHi, y), -200.0f, 200.0f);
  Value pLo = fma(logLo, y, fma(logHi, y, neg(pHi)));
  pLo = select(less(abs(pHi), c(200.0f)), pLo, c(0.0f));
  Value p = add(pHi, pLo);
  Value e = clamp(p, -110.0f, 100.0f);
  Value eLo = add(sub(pHi, p), pLo);
  ExpParts parts = expSplit(e);
  Value value = add(fma(eLo, add(parts.p, one), parts.p), one);
  Value half = halved(parts.n);
  return mul(mul(value, exp2Int(half)), exp2Int(subI(parts.n, half)));
}

Value F32Code::pow(Value x, Value y) {
  Value zero = c(0.0f), one = c(1.0f), infinity = c(kInfinity);
  Value nan = c(std::numeric_limits<float>::quiet_NaN());
  Value a = abs(x);
  Value integer = equal(trunc(y), y);
  Value halfY = mul(y, c(0.5f));
  Value notEven = compare(arith::CmpFPredicate::UNE, trunc(halfY), halfY);
  Value odd = both(integer, notEven);
  Value finite = powPositive(a, y);
  Value growing = greater(y, zero);
  Value isZero = equal(a, zero), isOne = equal(a, one);
  Value isInfinite = equal(a, infinity);
  Value extreme = select(same(isZero, growing), zero, infinity);
  Value r = select(either(isZero, isInfinite), extreme, finite);
  Value steep = select(same(greater(a, one), growing), infinity, zero);
  steep = select(isOne, one, steep);
  r = select(equal(abs(y), infinity), steep, r);
  Value undefined =
      both(both(less(x, zero), less(a, infinity)), negate(integer));
  r = select(undefined, nan, r);
  r = select(odd, copysign(r, x), r);
  r = select(either(isNaN(x), isNaN(y)), add(x, y), r);
  r = select(equal(y, c(2.0f)), mul(x, x), r);
  r = select(equal(y, one), x, r);
  return select(either(equal(x, one), equal(y, zero)), one, r);
}

Value F32Code::asinh(Value x) {
  Value one = c(1.0f);
  Value a = abs(x);
  Value s = mul(a, a);
  Value near = log1p(add(a, div(s, add(one, sqrt(add(s, one))))));
  Value far = add(log(a), c(0x1.62e430p-1f));
  return copysign(select(less(a, c(0x1p+20f)), near, far), x);
}

Value F32Code::acosh(Value x) {
  Value t = sub(x, c(1.0f));
  Value near = log1p(add(t, sqrt(fma(t, t, add(t, t)))));
  Value far = add(log(x), c(0x1.62e430p-1f));
  return select(greater(x, c(0x1p+20f)), far, near);
}

Value F32Code::atanh(Value x) {
  Value one = c(1.0f);
  Value a = abs(x);
  Value r = mul(c(0.5f), log1p(div(add(a, a), sub(one, a))));
  return select(greater(a, one), c(std::numeric_limits<float>::quiet_NaN()),
                copysign(r, x));
}

Value F32Code::erf(Value x) {
  Value a = abs(x);
  Value s = mul(x, x);
  Value q = fma(c(-0x1.220000p-16f), a, c(0x1.91cfb2p-12f));
  Value u = fma(c(-0x1.fd1438p-9f), a, c(0x1.8d6342p-6f));
  q = fma(q, s, u);
  q = fma(q, a, c(-0x1.b55cb8p-4f));
  q = fma(q, a, c(-0x1.450aa0p-1f));
  q = fma(q, a, c(-0x1.079d0cp-3f));
  q = fma(q, a, neg(a));
  q = select(greater(a, c(4.0f)), c(-20.0f), q);
  Value large = copysign(sub(c(1.0f), exp(q)), x);
  Value p = polynomial(s, {-0x1.39898ap-11f, 0x1.4723f4p-8f, -0x1.b689b8p-6f,
                           0x1.ce1a88p-4f, -0x1.8126e8p-2f, 0x1.06eba6p-3f});
  Value small = fma(p, x, x);
  return select(greater(a, c(0.927734375f)), large, small);
}

//===----------------------------------------------------------------------===//
// Trigonometric functions
//===----------------------------------------------------------------------===//

F32Code::Angle F32Code::reduceAngle(Value x) {
  Value n = roundEven(mul(x, c(0x1.45f306p-1f)));
  Value r = fma(n, c(-0x1.921fb6p+0f), x);
  r = fma(n, c(0x1.777a5cp-25f), r);
  r = fma(n, c(0x1.ee59dap-50f), r);
  Value turns = mul(c(4.0f), floor(mul(n, c(0.25f))));
  return {clamp(r, -0.8f, 0.8f), sub(n, turns)};
}

Value F32Code::sinCore(Value r) {
  Value s = mul(r, r);
  Value p = polynomial(
      s, {0x1.7bf19cp-19f, -0x1.a058e4p-13f, 0x1.111174p-7f, -0x1.555556p-3f});
  return fma(mul(p, s), r, r);
}

Value F32Code::cosCore(Value r) {
  Value s = mul(r, r);
  return polynomial(
      s, {0x1.99e0e4p-16f, -0x1.6c0c1ap-10f, 0x1.55554ap-5f, -0.5f, 1.0f});
}

Value F32Code::sin(Value x) {
  Angle angle = reduceAngle(x);
  Value odd =
      either(equal(angle.quadrant, c(1.0f)), equal(angle.quadrant, c(3.0f)));
  Value value = select(odd, cosCore(angle.r), sinCore(angle.r));
  Value negative = compare(arith::CmpFPredicate::OGE, angle.quadrant, c(2.0f));
  return select(equal(x, c(0.0f)), x, select(negative, neg(value), value));
}

Value F32Code::cos(Value x) {
  Angle angle = reduceAngle(x);
  Value first = equal(angle.quadrant, c(1.0f));
  Value odd = either(first, equal(angle.quadrant, c(3.0f)));
  Value value = select(odd, sinCore(angle.r), cosCore(angle.r));
  Value negative = either(first, equal(angle.quadrant, c(2.0f)));
  return select(negative, neg(value), value);
}

Value F32Code::tan(Value x) {
  Angle angle = reduceAngle(x);
  Value odd =
      either(equal(angle.quadrant, c(1.0f)), equal(angle.quadrant, c(3.0f)));
  Value sine = sinCore(angle.r), cosine = cosCore(angle.r);
  Value r = div(select(odd, neg(cosine), sine), select(odd, sine, cosine));
  return select(equal(x, c(0.0f)), x, r);
}

Value F32Code::atan(Value x) {
  Value a = abs(x);
  Value outer = greater(a, c(1.0f));
  Value z = select(outer, div(c(1.0f), a), a);
  Value s = mul(z, z);
  Value p = polynomial(s, {0x1.860274p-9f, -0x1.0fbae2p-6f, 0x1.64d822p-5f,
                           -0x1.36862ap-4f, 0x1.b56bc4p-4f, -0x1.231bcap-3f,
                           0x1.997aeap-3f, -0x1.5554e6p-2f});
  Value r = fma(mul(p, s), z, z);
  r = select(outer, sub(c(0x1.921fb6p+0f), r), r);
  return copysign(r, x);
}

Value F32Code::asinCore(Value z) {
  Value s = mul(z, z);
  Value p = polynomial(s, {0x1.a44d82p-5f, 0x1.2dfc8ap-6f, 0x1.7ea370p-5f,
                           0x1.329496p-4f, 0x1.555732p-3f});
  return fma(mul(p, s), z, z);
}

Value F32Code::asin(Value x) {
  Value a = abs(x);
  Value outer = greater(a, c(0.5625f));
  Value z = select(outer, sqrt(mul(c(0.5f), sub(c(1.0f), a))), a);
  Value core = asinCore(z);
  Value r = select(outer, fma(c(-2.0f), core, c(0x1.921fb6p+0f)), core);
  return copysign(r, x);
}

Value F32Code::acos(Value x) {
  Value a = abs(x);
  Value isOuter = greater(a, c(0.5625f));
  Value z = select(isOuter, sqrt(mul(c(0.5f), sub(c(1.0f), a))), a);
  Value core = asinCore(z);
  Value twice = add(core, core);
  Value outer =
      select(greater(x, c(0.0f)), twice, sub(c(0x1.921fb6p+1f), twice));
  Value inner = sub(c(0x1.921fb6p+0f), copysign(core, x));
  return select(isOuter, outer, inner);
}

/// C's fmod, which is exact. Long division with digits of 28 bits, in f64 where
/// a digit (28 bits) times the divisor (24 bits) is exact: floats span 2^277,
/// so ten digits before the last one suffice.
Value F32Code::fmod(Value x, Value y) {
  Type f64 = withElement(b.getF64Type());
  auto wide = [&](Value value) -> Value {
    return arith::ExtFOp::create(b, f64, abs(value));
  };
  Value rest = wide(x), divisor = wide(y);
  for (int digit = 10; digit >= 0; --digit) {
    Value scale = constant(f64, b.getF64FloatAttr(std::ldexp(1.0, 28 * digit)));
    Value scaled = mul(divisor, scale);
    Value quotient = trunc(div(rest, scaled));
    rest = fma(neg(quotient), scaled, rest);
  }
  Value r = copysign(arith::TruncFOp::create(b, f32, rest), x);
  Value infinity = c(kInfinity);
  r = select(equal(abs(y), infinity), x, r);
  Value undefined = either(equal(abs(x), infinity), equal(y, c(0.0f)));
  undefined = either(undefined, either(isNaN(x), isNaN(y)));
  return select(undefined, c(std::numeric_limits<float>::quiet_NaN()), r);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

template <typename Op, Value (F32Code::*function)(Value)>
struct ExpandUnary : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "only f32 is defined");
    F32Code code(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, (code.*function)(op.getOperand()));
    return success();
  }
};

template <typename Op, Value (F32Code::*function)(Value, Value)>
struct ExpandBinary : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "only f32 is defined");
    F32Code code(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, (code.*function)(op.getLhs(), op.getRhs()));
    return success();
  }
};

/// Square and multiply over the bits of the exponent, wrapping. A negative
/// exponent gives 1 / x^|y| truncated: 0 unless x is 1 or -1.
struct ExpandIntegerPower : OpRewritePattern<math::IPowIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::IPowIOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type type = op.getType();
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value one = arith::ConstantOp::create(b, b.getOneAttr(type));
    Value minusOne = arith::SubIOp::create(b, zero, one);
    auto equals = [&](Value x, Value y) -> Value {
      return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, y);
    };
    auto select = [&](Value condition, Value x, Value y) -> Value {
      return arith::SelectOp::create(b, condition, x, y);
    };
    Value base = op.getLhs(), exponent = op.getRhs(), power = base,
          rest = exponent, result = one;
    unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    for (unsigned bit = 0; bit + 1 < width; ++bit) {
      Value isSet = equals(arith::AndIOp::create(b, rest, one), one);
      result = arith::MulIOp::create(b, result, select(isSet, power, one));
      power = arith::MulIOp::create(b, power, power);
      rest = arith::ShRUIOp::create(b, rest, one);
    }
    Value isOdd = equals(arith::AndIOp::create(b, exponent, one), one);
    Value reciprocal = select(equals(base, one), one, zero);
    reciprocal = select(equals(base, minusOne), select(isOdd, minusOne, one),
                        reciprocal);
    Value isNegative =
        arith::CmpIOp::create(b, arith::CmpIPredicate::slt, exponent, zero);
    rewriter.replaceOp(op, select(isNegative, reciprocal, result));
    return success();
  }
};

/// `type` with another element type.
Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

Value integerConstant(ImplicitLocOpBuilder &b, Type type, int32_t value) {
  TypedAttr scalar = b.getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        b, vector, SplatElementsAttr::get(vector, Attribute(scalar)));
  return arith::ConstantOp::create(b, scalar);
}

/// qcc_f32_to_bf16: x86 has an instruction for this only on some machines.
struct ExpandTruncToBF16 : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getIn();
    if (!getElementTypeOrSelf(op.getType()).isBF16() ||
        !getElementTypeOrSelf(x.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not from f32 to bf16");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type i32 = withElement(x.getType(), b.getI32Type());
    auto constant = [&](int32_t value) {
      return integerConstant(b, i32, value);
    };
    Value bits = arith::BitcastOp::create(b, i32, x);
    Value high = arith::ShRUIOp::create(b, bits, constant(16));
    Value odd = arith::AndIOp::create(b, high, constant(1));
    Value half = arith::AddIOp::create(b, odd, constant(0x7FFF));
    Value rounded = arith::ShRUIOp::create(
        b, arith::AddIOp::create(b, bits, half), constant(16));
    Value nan = arith::OrIOp::create(
        b, arith::AndIOp::create(b, high, constant(0x8000)), constant(0x7FC0));
    Value isNaN = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
    Value result = arith::TruncIOp::create(
        b, withElement(x.getType(), b.getI16Type()),
        arith::SelectOp::create(b, isNaN, nan, rounded));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), result);
    return success();
  }
};

/// A bf16 is the upper half of an f32. Said with integers, because LLVM would
/// compute maxima and choices of widened numbers before it widens them, and
/// narrow the results by a call.
struct ExpandExtFromBF16 : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getIn();
    if (!getElementTypeOrSelf(x.getType()).isBF16() ||
        !getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not from bf16 to f32");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type i32 = withElement(x.getType(), b.getI32Type());
    Value bits = arith::BitcastOp::create(
        b, withElement(x.getType(), b.getI16Type()), x);
    Value high = arith::ShLIOp::create(b, arith::ExtUIOp::create(b, i32, bits),
                                       integerConstant(b, i32, 16));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), high);
    return success();
  }
};

} // namespace

void target::populateExpandMathPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandUnary<math::ExpOp, &F32Code::exp>,
               ExpandUnary<math::ExpM1Op, &F32Code::expm1>,
               ExpandUnary<math::TanhOp, &F32Code::tanh>,
               ExpandUnary<math::SinhOp, &F32Code::sinh>,
               ExpandUnary<math::CoshOp, &F32Code::cosh>,
               ExpandUnary<math::LogOp, &F32Code::log>,
               ExpandUnary<math::Log1pOp, &F32Code::log1p>,
               ExpandUnary<math::AsinhOp, &F32Code::asinh>,
               ExpandUnary<math::AcoshOp, &F32Code::acosh>,
               ExpandUnary<math::AtanhOp, &F32Code::atanh>,
               ExpandUnary<math::ErfOp, &F32Code::erf>,
               ExpandUnary<math::SinOp, &F32Code::sin>,
               ExpandUnary<math::CosOp, &F32Code::cos>,
               ExpandUnary<math::TanOp, &F32Code::tan>,
               ExpandUnary<math::AtanOp, &F32Code::atan>,
               ExpandUnary<math::AsinOp, &F32Code::asin>,
               ExpandUnary<math::AcosOp, &F32Code::acos>,
               ExpandBinary<math::PowFOp, &F32Code::pow>,
               ExpandBinary<arith::RemFOp, &F32Code::fmod>, ExpandIntegerPower,
               ExpandTruncToBF16, ExpandExtFromBF16>(patterns.getContext());
}

namespace {
struct ExpandMathPass : target::impl::ExpandMathPassBase<ExpandMathPass> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet owned(context);
    target::populateExpandMathPatterns(owned);
    patterns = std::move(owned);
    return success();
  }
  void runOnOperation() override {
    // Each expansion is made of ops that no pattern matches, or that a later
    // pattern expands: one walk suffices.
    walkAndApplyPatterns(getOperation(), patterns);
  }
  FrozenRewritePatternSet patterns;
};
} // namespace
