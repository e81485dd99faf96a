//===- numerics.h - quantization, reductions, narrow floats -------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The numbers that constant folder, interpreter, every target and the runtime
// agree on to the bit. What holds for functions.h holds here: expressions are
// IEEE operations, in f32 where nothing else is said, to be read as written.
//
// Contractions. f32: one accumulator for each output that starts at +0 and
// takes `qcc_fma(a[k], b[k], acc)` for k in order (for convolutions: taps row
// by row, then channels). 8-bit integers: exact in i32. A bias is added
// afterwards.
//
// Reductions. Adjacent reduced axes at the end of a shape count as one
// innermost axis. An innermost axis is reduced by `qcc_reduce_*`: element i
// goes to lane i mod 16 of sixteen partial results that start at the identity;
// then lane j takes lane j + 8, then j + 4, j + 2, j + 1. The other reduced
// axes come second: one accumulator that starts at the identity and takes
// elements (or results of the innermost axis) in row-major order. `map` is
// applied to each element first.
//
//   kind         map          combine   identity  finish
//   sum          x            a + b     +0
//   mean         x            a + b     +0        a / (float)n
//   l1           |x|          a + b     +0
//   l2           x * x        a + b     +0        sqrt(a)
//   sum_square   x * x        a + b     +0
//   log_sum      x            a + b     +0        log(a)
//   prod         x            a * b     1
//   max          x            maximum   -inf
//   min          x            minimum   +inf
//   log_sum_exp  exp(x - m)   a + b     +0        m + log(a), where m is the
//                maximum, or 0 if that is infinite
//
// Compound ops (their sums and maxima are reductions as above):
//
//   softmax      e[i] = exp(x[i] - max(x)); e[i] / sum(e)
//   log softmax  (x[i] - max(x)) - log(sum(exp(x - max(x))))
//   layer norm   mean = sum(x) / n; d[i] = x[i] - mean (rms: d = x);
//                r = 1 / sqrt(sum(d * d) / n + epsilon);
//                y[i] = (d[i] * r) * scale[i] + bias[i], each step rounded
//   average pool sum over the taps in row-major order from +0, / (float)count
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ABI_NUMERICS_H
#define QCC_ABI_NUMERICS_H

#include "qcc/abi/functions.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

/// A bound of the integer range as f32, rounded towards zero, so that
/// converting it back cannot overflow. Exact up to 2^24 and for -2^31.
static inline float qcc_bound(int32_t bound) {
  return bound > 2147483520 ? 2147483520.0f : (float)bound;
}

/// min(max(round_half_even(value) + zero_point, lo), hi); NaN gives the zero
/// point. All in f32: qnn.round.
static inline int32_t qcc_round_saturate(float value, int32_t zero_point,
                                         int32_t lo, int32_t hi) {
  float rounded = qcc_round_even(value);
  rounded = rounded == rounded ? rounded : 0.0f;
  float shifted = rounded + (float)zero_point;
  return (int32_t)qcc_clamp(shifted, qcc_bound(lo), qcc_bound(hi));
}

/// Real to stored, with a true division: qnn.quantize.
static inline int32_t qcc_quantize(float x, float scale, int32_t zero_point,
                                   int32_t lo, int32_t hi) {
  return qcc_round_saturate(x / scale, zero_point, lo, hi);
}

/// Stored to real: qnn.dequantize. The difference is exact for storage of up to
/// 16 bits; an i32 has a zero point of 0 and is rounded to f32 first.
static inline float qcc_dequantize(int32_t q, int32_t zero_point, float scale) {
  return (float)(q - zero_point) * scale;
}

/// Accumulator to stored: i32 -> f32 -> * multiplier -> round, add, saturate.
static inline int32_t qcc_requantize(int32_t acc, float multiplier,
                                     int32_t zero_point, int32_t lo,
                                     int32_t hi) {
  return qcc_round_saturate((float)acc * multiplier, zero_point, lo, hi);
}

//===----------------------------------------------------------------------===//
// Reductions over an innermost axis
//===----------------------------------------------------------------------===//

enum { QCC_REDUCE_LANES = 16 };

/// sum of x[0..n).
static inline float qcc_reduce_sum(const float *x, size_t n) {
  float lanes[QCC_REDUCE_LANES] = {0.0f};
  for (size_t i = 0; i < n; ++i)
    lanes[i % QCC_REDUCE_LANES] += x[i];
  for (size_t half = QCC_REDUCE_LANES / 2; half > 0; half /= 2)
    for (size_t j = 0; j < half; ++j)
      lanes[j] += lanes[j + half];
  return lanes[0];
}

/// Product of x[0..n).
static inline float qcc_reduce_prod(const float *x, size_t n) {
  float lanes[QCC_REDUCE_LANES];
  for (size_t j = 0; j < QCC_REDUCE_LANES; ++j)
    lanes[j] = 1.0f;
  for (size_t i = 0; i < n; ++i)
    lanes[i % QCC_REDUCE_LANES] *= x[i];
  for (size_t half = QCC_REDUCE_LANES / 2; half > 0; half /= 2)
    for (size_t j = 0; j < half; ++j)
      lanes[j] *= lanes[j + half];
  return lanes[0];
}

/// Maximum of x[0..n), -inf if n is 0. The order does not matter.
static inline float qcc_reduce_max(const float *x, size_t n) {
  float acc = -__builtin_inff();
  for (size_t i = 0; i < n; ++i)
    acc = qcc_maximum(acc, x[i]);
  return acc;
}

/// Minimum of x[0..n), +inf if n is 0. The order does not matter.
static inline float qcc_reduce_min(const float *x, size_t n) {
  float acc = __builtin_inff();
  for (size_t i = 0; i < n; ++i)
    acc = qcc_minimum(acc, x[i]);
  return acc;
}

//===----------------------------------------------------------------------===//
// f16 and bf16: to f32 exactly, from f32 with round half to even
//===----------------------------------------------------------------------===//

static inline float qcc_bf16_to_f32(uint16_t h) {
  return qcc_float((uint32_t)h << 16);
}

/// A NaN becomes the quiet NaN 0x7FC0 with its sign.
static inline uint16_t qcc_f32_to_bf16(float x) {
  uint32_t bits = qcc_bits(x);
  uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  uint32_t nan = ((bits >> 16) & 0x8000u) | 0x7FC0u;
  return (uint16_t)(x != x ? nan : rounded);
}

/// The exponent is rebiased by a multiplication by 2^112, which denormals
/// survive.
static inline float qcc_f16_to_f32(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
  uint32_t magnitude = (uint32_t)(h & 0x7FFFu) << 13;
  float finite = qcc_float(magnitude) * 0x1p+112f;
  uint32_t special = magnitude | 0x7F800000u; // infinity or NaN
  return qcc_float(sign |
                   (magnitude >= 0x0F800000u ? special : qcc_bits(finite)));
}

/// Overflow gives infinity. A NaN becomes 0x7E00 with its sign.
static inline uint16_t qcc_f32_to_f16(float x) {
  uint32_t bits = qcc_bits(x);
  uint32_t sign = (bits >> 16) & 0x8000u;
  uint32_t a = bits & 0x7FFFFFFFu;
  // Normal results: rebias, add half of the last place (less one unless odd).
  uint32_t normal = (a - 0x38000000u + 0xFFFu + ((a >> 13) & 1u)) >> 13;
  // Denormal results: adding 0.5 aligns the bits, with correct rounding.
  uint32_t denormal = qcc_bits(qcc_float(a) + 0.5f) - 0x3F000000u;
  uint32_t r = a < 0x38800000u ? denormal : normal;
  r = a >= 0x477FF000u ? 0x7C00u : r;
  r = a > 0x7F800000u ? 0x7E00u : r;
  return (uint16_t)(sign | r);
}

#ifdef __cplusplus
} // extern "C"
#endif

#endif // QCC_ABI_NUMERICS_H
