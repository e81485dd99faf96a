//===- NumericsTest.cpp - the numerics headers against table and f64 ------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// test/runtime/numerics/vectors.txt holds `function arguments... = result`, all
// in hexadecimal bit patterns. It fixes the bits; that they are good numbers is
// checked here against the C library in f64.
//
//===----------------------------------------------------------------------===//

#include "qcc/abi/numerics.h"

#include "gtest/gtest.h"

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// This binary may use instructions that the machine does not have.
bool machineIsSupported() {
#ifdef QCC_NEEDS_FMA
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
#else
  return true;
#endif
}

using Unary = float (*)(float);

const std::map<std::string, Unary> kUnary = {
#define QCC_UNARY(name) {#name, qcc_##name}
    QCC_UNARY(round_even), QCC_UNARY(floor),     QCC_UNARY(ceil),
    QCC_UNARY(trunc),      QCC_UNARY(exp),       QCC_UNARY(expm1),
    QCC_UNARY(log),        QCC_UNARY(log1p),     QCC_UNARY(erf),
    QCC_UNARY(tanh),       QCC_UNARY(sigmoid),   QCC_UNARY(softplus),
    QCC_UNARY(sin),        QCC_UNARY(cos),       QCC_UNARY(tan),
    QCC_UNARY(asin),       QCC_UNARY(acos),      QCC_UNARY(atan),
    QCC_UNARY(sinh),       QCC_UNARY(cosh),      QCC_UNARY(asinh),
    QCC_UNARY(acosh),      QCC_UNARY(atanh),     QCC_UNARY(gelu),
    QCC_UNARY(gelu_tanh),  QCC_UNARY(silu),      QCC_UNARY(mish),
    QCC_UNARY(softsign),   QCC_UNARY(hard_swish)
#undef QCC_UNARY
};

using Words = std::vector<uint32_t>;

/// What the functions that are not f32 -> f32 give for a line of the table.
uint32_t evaluateOther(const std::string &name, const Words &a) {
  auto real = [&](size_t i) { return qcc_float(a[i]); };
  auto integer = [&](size_t i) { return static_cast<int32_t>(a[i]); };
  if (name == "pow")
    return qcc_bits(qcc_pow(real(0), real(1)));
  if (name == "maximum")
    return qcc_bits(qcc_maximum(real(0), real(1)));
  if (name == "minimum")
    return qcc_bits(qcc_minimum(real(0), real(1)));
  if (name == "clamp")
    return qcc_bits(qcc_clamp(real(0), real(1), real(2)));
  if (name == "quantize")
    return qcc_quantize(real(0), real(1), integer(2), integer(3), integer(4));
  if (name == "requantize")
    return qcc_requantize(integer(0), real(1), integer(2), integer(3),
                          integer(4));
  if (name == "round_saturate")
    return qcc_round_saturate(real(0), integer(1), integer(2), integer(3));
  if (name == "dequantize")
    return qcc_bits(qcc_dequantize(integer(0), integer(1), real(2)));
  if (name == "f32_to_f16")
    return qcc_f32_to_f16(real(0));
  if (name == "f16_to_f32")
    return qcc_bits(qcc_f16_to_f32(static_cast<uint16_t>(a[0])));
  if (name == "f32_to_bf16")
    return qcc_f32_to_bf16(real(0));
  if (name == "reduce_sum" || name == "reduce_prod") {
    std::vector<float> values;
    for (uint32_t bits : a)
      values.push_back(qcc_float(bits));
    return qcc_bits(name == "reduce_sum"
                        ? qcc_reduce_sum(values.data(), values.size())
                        : qcc_reduce_prod(values.data(), values.size()));
  }
  ADD_FAILURE() << "unknown function " << name;
  return 0;
}

bool isNaN(uint32_t bits) { return (bits & 0x7FFFFFFFu) > 0x7F800000u; }

TEST(Numerics, Table) {
  if (!machineIsSupported())
    GTEST_SKIP() << "this processor has no FMA";
  std::ifstream table(QCC_VECTORS);
  ASSERT_TRUE(table) << QCC_VECTORS;
  size_t lines = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    std::istringstream words(line);
    std::string name, word;
    words >> name;
    Words arguments;
    while (words >> word && word != "=")
      arguments.push_back(std::stoul(word, nullptr, 16));
    words >> word;
    uint32_t expected = std::stoul(word, nullptr, 16);
    auto unary = kUnary.find(name);
    uint32_t got = unary != kUnary.end()
                       ? qcc_bits(unary->second(qcc_float(arguments.at(0))))
                       : evaluateOther(name, arguments);
    EXPECT_TRUE(got == expected || (isNaN(got) && isNaN(expected)))
        << line << ", got " << std::hex << got;
    ++lines;
  }
  EXPECT_GT(lines, 700u);
}

/// Error of `got` in units of the last place of the nearest f32.
double ulps(float got, double exact) {
  if (std::isnan(exact) || std::isnan(got))
    return std::isnan(exact) && std::isnan(got) ? 0 : kInfinity;
  float nearest = static_cast<float>(exact);
  // Next to overflow either of infinity and the greatest number is right.
  if (std::isinf(nearest) || std::isinf(got))
    return std::signbit(got) == std::signbit(exact) &&
                   std::fabs(exact) > 3.40282e38 && std::fabs(got) > 3.40282e38
               ? 0
               : kInfinity;
  int exponent;
  std::frexp(exact, &exponent);
  double unit = std::ldexp(1.0, std::max(exponent, -125) - 24);
  return std::fabs(got - exact) / unit;
}

struct Bound {
  const char *name;
  double ulp;
  std::function<double(double)> exact;
  double limit = kInfinity;
};

double softplus(double x) {
  return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)));
}

double sigmoid(double x) {
  double e = std::exp(-std::fabs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

TEST(Numerics, ErrorsAgainstF64) {
  if (!machineIsSupported())
    GTEST_SKIP() << "this processor has no FMA";
#define QCC_STD(name) [](double x) { return std::name(x); }
  const Bound bounds[] = {
      {"round_even", 0, QCC_STD(nearbyint)},
      {"floor", 0, QCC_STD(floor)},
      {"ceil", 0, QCC_STD(ceil)},
      {"trunc", 0, QCC_STD(trunc)},
      {"exp", 1.01, QCC_STD(exp)},
      {"expm1", 1.5, QCC_STD(expm1)},
      {"log", 0.93, QCC_STD(log)},
      {"log1p", 1.5, QCC_STD(log1p)},
      {"erf", 1.11, QCC_STD(erf)},
      {"tanh", 1.4, QCC_STD(tanh)},
      {"sigmoid", 2.4, sigmoid},
      {"softplus", 2.0, softplus},
      {"sin", 1.6, QCC_STD(sin), 131072},
      {"cos", 1.6, QCC_STD(cos), 131072},
      {"tan", 3.1, QCC_STD(tan), 131072},
      {"asin", 2.2, QCC_STD(asin)},
      {"acos", 1.6, QCC_STD(acos)},
      {"atan", 2.0, QCC_STD(atan)},
      {"sinh", 1.7, QCC_STD(sinh)},
      {"cosh", 1.5, QCC_STD(cosh)},
      {"asinh", 2.1, QCC_STD(asinh)},
      {"acosh", 2.0, QCC_STD(acosh)},
      {"atanh", 2.4, QCC_STD(atanh)},
  };
#undef QCC_STD
  // A prime step through all bit patterns.
  for (const Bound &bound : bounds) {
    Unary function = kUnary.at(bound.name);
    double worst = 0;
    float where = 0;
    for (uint64_t bits = 0; bits < 0x100000000; bits += 20011) {
      float x = qcc_float(static_cast<uint32_t>(bits));
      if (std::fabs(x) > bound.limit)
        continue;
      double error = ulps(function(x), bound.exact(x));
      if (error > worst) {
        worst = error;
        where = x;
      }
    }
    EXPECT_LE(worst, bound.ulp) << bound.name << " at " << where;
  }
}

TEST(Numerics, PowAgainstF64) {
  if (!machineIsSupported())
    GTEST_SKIP() << "this processor has no FMA";
  double worst = 0;
  for (float y : {-3.0f, -1.0f, -0.5f, 0.1f, 0.5f, 1.5f, 2.2f, 3.0f, 7.0f})
    for (uint64_t bits = 0; bits < 0x100000000; bits += 160009) {
      float x = qcc_float(static_cast<uint32_t>(bits));
      worst = std::max(worst, ulps(qcc_pow(x, y), std::pow(double(x), y)));
    }
  EXPECT_LE(worst, 1.3);
}

TEST(Numerics, PowSpecialCases) {
  const float inf = INFINITY;
  const float special[] = {0.0f, -0.0f, 1.0f, -1.0f, 2.0f,   -2.0f, 3.0f, -3.0f,
                           0.5f, -0.5f, inf,  -inf,  1e-40f, 3e38f, NAN};
  for (float x : special)
    for (float y : special) {
      double exact = std::pow(double(x), double(y));
      float got = qcc_pow(x, y);
      EXPECT_LE(ulps(got, exact), 1.3) << x << " ^ " << y;
      if (!std::isnan(exact))
        EXPECT_EQ(std::signbit(got), std::signbit(exact)) << x << " ^ " << y;
    }
}

TEST(Numerics, HalfRoundTrip) {
  for (uint32_t h = 0; h < 0x10000; ++h) {
    float x = qcc_f16_to_f32(static_cast<uint16_t>(h));
    float y = qcc_bf16_to_f32(static_cast<uint16_t>(h));
    if (x == x)
      EXPECT_EQ(qcc_f32_to_f16(x), h);
    if (y == y)
      EXPECT_EQ(qcc_f32_to_bf16(y), h);
  }
}

#if defined(__FLT16_MAX__)
TEST(Numerics, HalfRounding) {
  if (!machineIsSupported())
    GTEST_SKIP() << "this processor has no FMA";
  for (uint64_t bits = 0; bits < 0x100000000; bits += 4099) {
    float x = qcc_float(static_cast<uint32_t>(bits));
    if (x != x)
      continue;
    _Float16 half = static_cast<_Float16>(x);
    uint16_t expected;
    memcpy(&expected, &half, sizeof expected);
    ASSERT_EQ(qcc_f32_to_f16(x), expected) << x;
  }
}
#endif

TEST(Numerics, QuantizeEdges) {
  const float inf = INFINITY;
  EXPECT_EQ(qcc_quantize(0.5f, 1.0f, 0, -128, 127), 0);
  EXPECT_EQ(qcc_quantize(1.5f, 1.0f, 0, -128, 127), 2);
  EXPECT_EQ(qcc_quantize(-2.5f, 1.0f, 0, -128, 127), -2);
  EXPECT_EQ(qcc_quantize(inf, 1.0f, 3, 0, 255), 255);
  EXPECT_EQ(qcc_quantize(-inf, 1.0f, 3, 0, 255), 0);
  EXPECT_EQ(qcc_quantize(NAN, 1.0f, 3, 0, 255), 3);
  EXPECT_EQ(qcc_quantize(1e30f, 1.0f, 0, INT32_MIN, INT32_MAX), 2147483520);
  EXPECT_EQ(qcc_quantize(-1e30f, 1.0f, 0, INT32_MIN, INT32_MAX), INT32_MIN);
  EXPECT_EQ(qcc_dequantize(0, 255, 0.5f), -127.5f);
}

} // namespace
