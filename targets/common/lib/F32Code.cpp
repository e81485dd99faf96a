//===- F32Code.cpp - functions of floats as IEEE operations ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// To be read side by side with qcc/abi/functions.h.
//
//===----------------------------------------------------------------------===//

#include "F32Code.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace qcc::target;

static constexpr float kInfinity = std::numeric_limits<float>::infinity();

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
