//===- functions.h - elementary functions in f32, to the bit ------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function is a fixed sequence of IEEE f32 additions, multiplications,
// divisions, square roots and fused multiply-adds (`qcc_fma`, always fused),
// comparisons, selects and integer operations on bit patterns. There is no
// table and no branch on data, so a code generator that emits the same sequence
// on vectors gets the same bits. Expressions are to be read as written: no
// contraction, no reassociation (`-ffp-contract=off`).
//
// Selects are written `c ? a : b`; both sides may be computed. Comparisons with
// a NaN are false, so `x < lo ? lo : x` passes a NaN on. Results that are NaN
// are equal to each other whatever their payload; all other results are fixed
// to the bit. Denormal inputs and results are honoured.
//
// "ulp" is the maximum error against the exact result in units of its last
// place, measured over all f32 arguments and tested over many
// (test/unit/numerics).
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ABI_FUNCTIONS_H
#define QCC_ABI_FUNCTIONS_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

/// arith.bitcast f32 -> i32.
static inline uint32_t qcc_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// arith.bitcast i32 -> f32.
static inline float qcc_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// a * b + c with one rounding: math.fma.
static inline float qcc_fma(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}

/// math.sqrt, correctly rounded.
static inline float qcc_sqrt(float x) { return __builtin_sqrtf(x); }

/// math.absf.
static inline float qcc_abs(float x) {
  return qcc_float(qcc_bits(x) & 0x7FFFFFFFu);
}

/// The magnitude of `x` with the sign bit of `sign`: math.copysign.
static inline float qcc_copysign(float x, float sign) {
  return qcc_float((qcc_bits(x) & 0x7FFFFFFFu) |
                   (qcc_bits(sign) & 0x80000000u));
}

/// The greater one; NaN if either is; +0 > -0: arith.maximumf.
static inline float qcc_maximum(float a, float b) {
  float zeros = qcc_float(qcc_bits(a) & qcc_bits(b));
  float greater = a > b    ? a
                  : b > a  ? b
                  : a == b ? (a == 0.0f ? zeros : a)
                           : a + b;
  return greater;
}

/// The smaller one; NaN if either is; -0 < +0: arith.minimumf.
static inline float qcc_minimum(float a, float b) {
  float zeros = qcc_float(qcc_bits(a) | qcc_bits(b));
  float smaller = a < b    ? a
                  : b < a  ? b
                  : a == b ? (a == 0.0f ? zeros : a)
                           : a + b;
  return smaller;
}

/// The greater one; the other one if one is NaN: arith.maxnumf.
static inline float qcc_maxnum(float a, float b) {
  return a != a ? b : b != b ? a : qcc_maximum(a, b);
}

/// The smaller one; the other one if one is NaN: arith.minnumf.
static inline float qcc_minnum(float a, float b) {
  return a != a ? b : b != b ? a : qcc_minimum(a, b);
}

/// `lo > x ? lo : x`, then `hi < x ? hi : x`: NaN stays NaN, and so does a zero
/// that equals a bound. On x86 this is one max and one min with `x` second.
static inline float qcc_clamp(float x, float lo, float hi) {
  float t = lo > x ? lo : x;
  return hi < t ? hi : t;
}

/// To the nearest integer, ties to even, keeping the sign of zero:
/// math.roundeven. (Adding and taking off 2^23 rounds in the default mode.)
static inline float qcc_round_even(float x) {
  float magic = qcc_copysign(8388608.0f, x);
  float rounded = qcc_copysign((x + magic) - magic, x);
  return qcc_abs(x) < 8388608.0f ? rounded : x;
}

/// Towards minus infinity: math.floor.
static inline float qcc_floor(float x) {
  float r = qcc_round_even(x);
  return r > x ? qcc_copysign(r - 1.0f, x) : r;
}

/// Towards plus infinity: math.ceil.
static inline float qcc_ceil(float x) {
  float r = qcc_round_even(x);
  return r < x ? qcc_copysign(r + 1.0f, x) : r;
}

/// Towards zero: math.trunc.
static inline float qcc_trunc(float x) {
  return qcc_copysign(qcc_floor(qcc_abs(x)), x);
}

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

/// e^x = 2^n (1 + p) with n an integer and 1 + p in [0.7, 1.42].
typedef struct qcc_exp_parts {
  float p;
  int32_t n;
} qcc_exp_parts;

/// For |x| <= 200 (a NaN gives p = NaN and any n). n = round(x log2(e)) is read
/// off the bits of the sum with 1.5 * 2^23; p = e^f - 1 = f + f^2 q(f) where
/// f = x - n ln 2, with ln 2 in two parts.
static inline qcc_exp_parts qcc_exp_split(float x) {
  float shifted = qcc_fma(x, 0x1.715476p+0f, 0x1.8p+23f);
  float n = shifted - 0x1.8p+23f;
  float f = qcc_fma(n, -0x1.62e430p-1f, x);
  f = qcc_fma(n, 0x1.05c610p-29f, f);
  float q = 0x1.6a4b98p-10f;
  q = qcc_fma(q, f, 0x1.123e5cp-7f);
  q = qcc_fma(q, f, 0x1.5558bap-5f);
  q = qcc_fma(q, f, 0x1.55548cp-3f);
  q = qcc_fma(q, f, 0x1.fffffcp-2f);
  qcc_exp_parts parts;
  parts.p = qcc_fma(q, f * f, f);
  parts.n = (int32_t)(qcc_bits(shifted) - 0x4B400000u);
  return parts;
}

/// 2^n for -126 <= n <= 127; any other n gives some float.
static inline float qcc_exp2_int(int32_t n) {
  return qcc_float((uint32_t)(n + 127) << 23);
}

/// 2^k e^x for k in {0, -1}. The factor is applied in two halves, so that
/// results next to overflow and denormal results (rounded once more) come out
/// right.
static inline float qcc_exp_scaled(float x, int32_t k) {
  float clamped = qcc_clamp(x, -110.0f, 100.0f);
  qcc_exp_parts parts = qcc_exp_split(clamped);
  int32_t n = parts.n + k;
  int32_t half = n >> 1;
  float r = parts.p + 1.0f;
  return (r * qcc_exp2_int(half)) * qcc_exp2_int(n - half);
}

/// e^x; 0 and +inf out of range. 1.01 ulp.
static inline float qcc_exp(float x) { return qcc_exp_scaled(x, 0); }

/// e^x - 1, accurate next to 0. 1.5 ulp.
static inline float qcc_expm1(float x) {
  float clamped = qcc_clamp(x, -30.0f, 89.0f);
  qcc_exp_parts parts = qcc_exp_split(clamped);
  float half = qcc_exp2_int(parts.n - 1);
  float r = qcc_fma(parts.p, half, half - 0.5f);
  float twice = r + r;
  return x == 0.0f ? x : twice;
}

/// 1 / (1 + e^-x), from e^-|x|. 2.4 ulp.
static inline float qcc_sigmoid(float x) {
  float e = qcc_exp(-qcc_abs(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

/// x + x^3 p(x^2) up to 0.6, 1 - 2 / (e^2|x| + 1) above. 1.4 ulp.
static inline float qcc_tanh(float x) {
  float a = qcc_abs(x);
  float s = x * x;
  float p = -0x1.8268bap-8f;
  p = qcc_fma(p, s, 0x1.54bfbep-6f);
  p = qcc_fma(p, s, -0x1.b89a7ap-5f);
  p = qcc_fma(p, s, 0x1.1109bep-3f);
  p = qcc_fma(p, s, -0x1.55553ep-2f);
  float small = qcc_fma(p * s, x, x);
  float large = qcc_copysign(1.0f - 2.0f / (qcc_exp(a + a) + 1.0f), x);
  return a < 0.6f ? small : large;
}

/// x + x^3 p(x^2) below 1, e^|x| / 2 - e^-|x| / 2 above. 1.7 ulp.
static inline float qcc_sinh(float x) {
  float a = qcc_abs(x);
  float s = x * x;
  float p = 0x1.75a6f0p-19f;
  p = qcc_fma(p, s, 0x1.a02156p-13f);
  p = qcc_fma(p, s, 0x1.1110e2p-7f);
  p = qcc_fma(p, s, 0x1.555556p-3f);
  float small = qcc_fma(p * s, x, x);
  float h = qcc_exp_scaled(a, -1);
  float large = qcc_copysign(h - 0.25f / h, x);
  return a < 1.0f ? small : large;
}

/// e^|x| / 2 + e^-|x| / 2. 1.5 ulp.
static inline float qcc_cosh(float x) {
  float h = qcc_exp_scaled(qcc_abs(x), -1);
  return h + 0.25f / h;
}

//===----------------------------------------------------------------------===//
// Logarithms and powers
//===----------------------------------------------------------------------===//

/// Natural logarithm: x = 2^n (1 + f) with 1 + f in [2/3, 4/3), result
/// n ln 2 + (f - f^2 / 2 + f^3 q(f)). -inf at 0, NaN below. 0.93 ulp.
static inline float qcc_log(float x) {
  float tiny = x < 0x1p-126f ? 8388608.0f : 1.0f;
  float scaled = x * tiny;
  uint32_t exponent = (qcc_bits(scaled) - 0x3F2AAAABu) & 0xFF800000u;
  float f = qcc_float(qcc_bits(scaled) - exponent) - 1.0f;
  float n = (float)(int32_t)exponent * 0x1p-23f;
  n = x < 0x1p-126f ? n - 23.0f : n;
  float s = f * f;
  float q = -0x1.07ed86p-3f;
  q = qcc_fma(q, f, 0x1.1e7886p-3f);
  q = qcc_fma(q, f, -0x1.f31ddcp-4f);
  q = qcc_fma(q, f, 0x1.1ed36ep-3f);
  q = qcc_fma(q, f, -0x1.559d44p-3f);
  q = qcc_fma(q, f, 0x1.99d064p-3f);
  q = qcc_fma(q, f, -0x1.fffef4p-3f);
  q = qcc_fma(q, f, 0x1.555506p-2f);
  q = qcc_fma(q, f, -0.5f);
  q = qcc_fma(q, s, f);
  float r = qcc_fma(n, 0x1.62e430p-1f, q);
  r = x < __builtin_inff() ? r : x;
  r = x == 0.0f ? -__builtin_inff() : r;
  return x < 0.0f ? __builtin_nanf("") : r;
}

/// log(1 + x), accurate next to 0: the rounding error of u = 1 + x is put back
/// as its share of the derivative. 1.5 ulp.
static inline float qcc_log1p(float x) {
  float u = 1.0f + x;
  float lost = (u - 1.0f) - x;
  float r = qcc_log(u) - lost / u;
  r = u == 0.0f || u == __builtin_inff() ? qcc_log(u) : r;
  return x == 0.0f ? x : r;
}

/// log(1 + e^x) = max(x, 0) + log1p(e^-|x|). 2 ulp.
static inline float qcc_softplus(float x) {
  float positive = 0.0f > x ? 0.0f : x;
  return positive + qcc_log1p(qcc_exp(-qcc_abs(x)));
}

/// x^y for x > 0 and finite: the logarithm in two floats, times y, into exp.
static inline float qcc_pow_positive(float x, float y) {
  float tiny = x < 0x1p-126f ? 8388608.0f : 1.0f;
  float scaled = x * tiny;
  uint32_t exponent = (qcc_bits(scaled) - 0x3F3504F3u) & 0xFF800000u;
  float m = qcc_float(qcc_bits(scaled) - exponent); // in [sqrt(1/2), sqrt(2))
  float n = (float)(int32_t)exponent * 0x1p-23f;
  n = x < 0x1p-126f ? n - 23.0f : n;
  // q_hi + q_lo = (m - 1) / (m + 1); log(m) = 2 atanh(q).
  float d = m - 1.0f;
  float r = 1.0f / (m + 1.0f);
  float q_hi = r * d;
  float q_lo = r * qcc_fma(q_hi, -d, qcc_fma(q_hi, -2.0f, d));
  float s = q_hi * q_hi;
  float c = 0x1.f1407cp-4f;
  c = qcc_fma(c, s, 0x1.23d3d0p-3f);
  c = qcc_fma(c, s, 0x1.999c26p-3f);
  c = qcc_fma(c, s, 0x1.555554p-2f);
  float s_lo = qcc_fma(q_hi, q_lo + q_lo, qcc_fma(q_hi, q_hi, -s));
  float cube = s * q_hi;
  float cube_lo =
      qcc_fma(s, q_lo, qcc_fma(s_lo, q_hi, qcc_fma(s, q_hi, -cube)));
  float tail = qcc_fma(c, cube, qcc_fma(c, cube_lo, q_lo));
  // log(x) = n ln 2 + 2 (q_hi + tail), as log_hi + log_lo.
  float twice = q_hi + q_hi;
  float sum = qcc_fma(n, 0x1.62e430p-1f, twice);
  float back = qcc_fma(n, -0x1.62e430p-1f, sum);
  float low = qcc_fma(n, -0x1.05c610p-29f, qcc_fma(2.0f, tail, twice - back));
  float log_hi = sum + low;
  float log_lo = (sum - log_hi) + low;
  // y log(x); beyond +-200 the result is 0 or +inf whatever the low part.
  float p_hi = qcc_clamp(log_hi * y, -200.0f, 200.0f);
  float p_lo = qcc_fma(log_lo, y, qcc_fma(log_hi, y, -p_hi));
  p_lo = qcc_abs(p_hi) < 200.0f ? p_lo : 0.0f;
  float e = qcc_clamp(p_hi + p_lo, -110.0f, 100.0f);
  float e_lo = (p_hi - (p_hi + p_lo)) + p_lo;
  qcc_exp_parts parts = qcc_exp_split(e);
  float value = qcc_fma(e_lo, parts.p + 1.0f, parts.p) + 1.0f;
  int32_t half = parts.n >> 1;
  return (value * qcc_exp2_int(half)) * qcc_exp2_int(parts.n - half);
}

/// x^y with the special cases of C's pow. x^2 is x * x, x^1 is x. 1.3 ulp.
static inline float qcc_pow(float x, float y) {
  const float inf = __builtin_inff();
  float a = qcc_abs(x);
  // Is y an odd integer? (From 2^24 on all floats are even.)
  int integer = qcc_trunc(y) == y;
  int odd = integer && qcc_trunc(y * 0.5f) != y * 0.5f;
  float finite = qcc_pow_positive(a, y);
  // |x| of 0 or inf: 0 or inf by the sign of y.
  float extreme = (a == 0.0f) == (y > 0.0f) ? 0.0f : inf;
  float r = a == 0.0f || a == inf ? extreme : finite;
  float steep = a == 1.0f ? 1.0f : (a > 1.0f) == (y > 0.0f) ? inf : 0.0f;
  r = qcc_abs(y) == inf ? steep : r;
  r = x < 0.0f && a < inf && !integer ? __builtin_nanf("") : r;
  r = odd ? qcc_copysign(r, x) : r;
  r = x != x || y != y ? x + y : r;
  r = y == 2.0f ? x * x : r;
  r = y == 1.0f ? x : r;
  return x == 1.0f || y == 0.0f ? 1.0f : r;
}

/// sign(x) log1p(a + a^2 / (1 + sqrt(a^2 + 1))) with a = |x|; log(a) + ln 2
/// where a^2 is large. 2.1 ulp.
static inline float qcc_asinh(float x) {
  float a = qcc_abs(x);
  float s = a * a;
  float near = qcc_log1p(a + s / (1.0f + qcc_sqrt(s + 1.0f)));
  float far = qcc_log(a) + 0x1.62e430p-1f;
  return qcc_copysign(a < 0x1p+20f ? near : far, x);
}

/// log1p(t + sqrt(2 t + t^2)) with t = x - 1; log(x) + ln 2 where x is large;
/// NaN below 1. 2 ulp.
static inline float qcc_acosh(float x) {
  float t = x - 1.0f;
  float near = qcc_log1p(t + qcc_sqrt(qcc_fma(t, t, t + t)));
  float far = qcc_log(x) + 0x1.62e430p-1f;
  float r = x > 0x1p+20f ? far : near;
  return x < 1.0f ? __builtin_nanf("") : r;
}

/// log1p(2 |x| / (1 - |x|)) / 2 with the sign of x. 2.4 ulp.
static inline float qcc_atanh(float x) {
  float a = qcc_abs(x);
  float r = 0.5f * qcc_log1p((a + a) / (1.0f - a));
  return a > 1.0f ? __builtin_nanf("") : qcc_copysign(r, x);
}

//===----------------------------------------------------------------------===//
// The error function
//===----------------------------------------------------------------------===//

/// x + x p(x^2) up to 0.9277, 1 - e^q(|x|) above. 1.1 ulp.
static inline float qcc_erf(float x) {
  float a = qcc_abs(x);
  float s = x * x;
  float q = qcc_fma(-0x1.220000p-16f, a, 0x1.91cfb2p-12f);
  float u = qcc_fma(-0x1.fd1438p-9f, a, 0x1.8d6342p-6f);
  q = qcc_fma(q, s, u);
  q = qcc_fma(q, a, -0x1.b55cb8p-4f);
  q = qcc_fma(q, a, -0x1.450aa0p-1f);
  q = qcc_fma(q, a, -0x1.079d0cp-3f);
  q = qcc_fma(q, a, -a);
  // From 4 on the result is 1; q(inf) would be NaN.
  q = a > 4.0f ? -20.0f : q;
  float large = qcc_copysign(1.0f - qcc_exp(q), x);
  float p = -0x1.39898ap-11f;
  p = qcc_fma(p, s, 0x1.4723f4p-8f);
  p = qcc_fma(p, s, -0x1.b689b8p-6f);
  p = qcc_fma(p, s, 0x1.ce1a88p-4f);
  p = qcc_fma(p, s, -0x1.8126e8p-2f);
  p = qcc_fma(p, s, 0x1.06eba6p-3f);
  float small = qcc_fma(p, x, x);
  return a > 0.927734375f ? large : small;
}

//===----------------------------------------------------------------------===//
// Trigonometric functions
//===----------------------------------------------------------------------===//

/// x = n pi / 2 + r with |r| <= pi / 4 and quadrant = n mod 4.
typedef struct qcc_angle {
  float r;
  float quadrant;
} qcc_angle;

/// pi / 2 in three parts: accurate for |x| <= 2^17. Beyond, r is kept within
/// +-0.8 and the result is some number of the function's range.
static inline qcc_angle qcc_reduce_angle(float x) {
  float n = qcc_round_even(x * 0x1.45f306p-1f);
  float r = qcc_fma(n, -0x1.921fb6p+0f, x);
  r = qcc_fma(n, 0x1.777a5cp-25f, r);
  r = qcc_fma(n, 0x1.ee59dap-50f, r);
  qcc_angle angle;
  angle.r = qcc_clamp(r, -0.8f, 0.8f);
  angle.quadrant = n - 4.0f * qcc_floor(n * 0.25f);
  return angle;
}

/// sin(r) for |r| <= 0.8.
static inline float qcc_sin_core(float r) {
  float s = r * r;
  float p = 0x1.7bf19cp-19f;
  p = qcc_fma(p, s, -0x1.a058e4p-13f);
  p = qcc_fma(p, s, 0x1.111174p-7f);
  p = qcc_fma(p, s, -0x1.555556p-3f);
  return qcc_fma(p * s, r, r);
}

/// cos(r) for |r| <= 0.8.
static inline float qcc_cos_core(float r) {
  float s = r * r;
  float p = 0x1.99e0e4p-16f;
  p = qcc_fma(p, s, -0x1.6c0c1ap-10f);
  p = qcc_fma(p, s, 0x1.55554ap-5f);
  p = qcc_fma(p, s, -0.5f);
  return qcc_fma(p, s, 1.0f);
}

/// 1.6 ulp for |x| <= 2^17, NaN for infinities.
static inline float qcc_sin(float x) {
  qcc_angle angle = qcc_reduce_angle(x);
  int odd = angle.quadrant == 1.0f || angle.quadrant == 3.0f;
  float value = odd ? qcc_cos_core(angle.r) : qcc_sin_core(angle.r);
  float r = angle.quadrant >= 2.0f ? -value : value;
  return x == 0.0f ? x : r;
}

/// 1.6 ulp for |x| <= 2^17, NaN for infinities.
static inline float qcc_cos(float x) {
  qcc_angle angle = qcc_reduce_angle(x);
  int odd = angle.quadrant == 1.0f || angle.quadrant == 3.0f;
  float value = odd ? qcc_sin_core(angle.r) : qcc_cos_core(angle.r);
  int negative = angle.quadrant == 1.0f || angle.quadrant == 2.0f;
  return negative ? -value : value;
}

/// sin / cos, or -cos / sin in odd quadrants. 3.1 ulp for |x| <= 2^17.
static inline float qcc_tan(float x) {
  qcc_angle angle = qcc_reduce_angle(x);
  int odd = angle.quadrant == 1.0f || angle.quadrant == 3.0f;
  float s = qcc_sin_core(angle.r);
  float c = qcc_cos_core(angle.r);
  float r = (odd ? -c : s) / (odd ? s : c);
  return x == 0.0f ? x : r;
}

/// z + z^3 p(z^2) with z = |x| or its reciprocal above 1. 2 ulp.
static inline float qcc_atan(float x) {
  float a = qcc_abs(x);
  float z = a > 1.0f ? 1.0f / a : a;
  float s = z * z;
  float p = 0x1.860274p-9f;
  p = qcc_fma(p, s, -0x1.0fbae2p-6f);
  p = qcc_fma(p, s, 0x1.64d822p-5f);
  p = qcc_fma(p, s, -0x1.36862ap-4f);
  p = qcc_fma(p, s, 0x1.b56bc4p-4f);
  p = qcc_fma(p, s, -0x1.231bcap-3f);
  p = qcc_fma(p, s, 0x1.997aeap-3f);
  p = qcc_fma(p, s, -0x1.5554e6p-2f);
  float r = qcc_fma(p * s, z, z);
  r = a > 1.0f ? 0x1.921fb6p+0f - r : r;
  return qcc_copysign(r, x);
}

/// asin(z) for 0 <= z <= 0.5625.
static inline float qcc_asin_core(float z) {
  float s = z * z;
  float p = 0x1.a44d82p-5f;
  p = qcc_fma(p, s, 0x1.2dfc8ap-6f);
  p = qcc_fma(p, s, 0x1.7ea370p-5f);
  p = qcc_fma(p, s, 0x1.329496p-4f);
  p = qcc_fma(p, s, 0x1.555732p-3f);
  return qcc_fma(p * s, z, z);
}

/// asin(|x|) = pi / 2 - 2 asin(sqrt((1 - |x|) / 2)) above 0.5625. 2.2 ulp.
static inline float qcc_asin(float x) {
  float a = qcc_abs(x);
  float z = a > 0.5625f ? qcc_sqrt(0.5f * (1.0f - a)) : a;
  float core = qcc_asin_core(z);
  float r = a > 0.5625f ? qcc_fma(-2.0f, core, 0x1.921fb6p+0f) : core;
  return qcc_copysign(r, x);
}

/// 2 asin(sqrt((1 - x) / 2)), its supplement, or pi / 2 - asin(x) in between.
/// 1.6 ulp.
static inline float qcc_acos(float x) {
  float a = qcc_abs(x);
  float z = a > 0.5625f ? qcc_sqrt(0.5f * (1.0f - a)) : a;
  float core = qcc_asin_core(z);
  float twice = core + core;
  float outer = x > 0.0f ? twice : 0x1.921fb6p+1f - twice;
  float inner = 0x1.921fb6p+0f - qcc_copysign(core, x);
  return a > 0.5625f ? outer : inner;
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// x / (1 + |x|).
static inline float qcc_softsign(float x) { return x / (1.0f + qcc_abs(x)); }

/// 0.5 x (1 + erf(x / sqrt(2))).
static inline float qcc_gelu(float x) {
  return (0.5f * x) * (1.0f + qcc_erf(x * 0x1.6a09e6p-1f));
}

/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
static inline float qcc_gelu_tanh(float x) {
  float cubic = qcc_fma(0.044715f * (x * x), x, x);
  return (0.5f * x) * (1.0f + qcc_tanh(0x1.988454p-1f * cubic));
}

/// x sigmoid(x).
static inline float qcc_silu(float x) { return x * qcc_sigmoid(x); }

/// x tanh(softplus(x)).
static inline float qcc_mish(float x) { return x * qcc_tanh(qcc_softplus(x)); }

/// max(0, min(1, alpha x + beta)), product and sum rounded separately.
static inline float qcc_hard_sigmoid(float x, float alpha, float beta) {
  float line = alpha * x;
  return qcc_clamp(line + beta, 0.0f, 1.0f);
}

/// x hard_sigmoid(x, 1 / 6, 1 / 2).
static inline float qcc_hard_swish(float x) {
  return x * qcc_hard_sigmoid(x, 0x1.555556p-3f, 0.5f);
}

/// x above 0, alpha (e^x - 1) below.
static inline float qcc_elu(float x, float alpha) {
  return x > 0.0f ? x : alpha * qcc_expm1(x);
}

/// gamma elu(x, alpha).
static inline float qcc_selu(float x, float alpha, float gamma) {
  return gamma * qcc_elu(x, alpha);
}

/// x above 0, alpha (e^(x / alpha) - 1) below.
static inline float qcc_celu(float x, float alpha) {
  return x > 0.0f ? x : alpha * qcc_expm1(x / alpha);
}

/// x above or at 0, alpha x below: also qnn.binary prelu.
static inline float qcc_leaky_relu(float x, float alpha) {
  return x < 0.0f ? alpha * x : x;
}

/// x above alpha, else 0.
static inline float qcc_thresholded_relu(float x, float alpha) {
  return x > alpha ? x : 0.0f;
}

/// x + bias below -lambd, x - bias above lambd, 0 in between.
static inline float qcc_shrink(float x, float lambd, float bias) {
  float high = x > lambd ? x - bias : 0.0f;
  return x < -lambd ? x + bias : high;
}

/// -1, 0 or 1; NaN stays NaN, and a zero keeps its sign.
static inline float qcc_sign(float x) {
  return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x;
}

#ifdef __cplusplus
} // extern "C"
#endif

#endif // QCC_ABI_FUNCTIONS_H
