//===- ElementwiseTest.cpp - compiled elementwise ops, bit for bit --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"
#include "Programs.h"

#include "llvm/ADT/bit.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace qcc::test;

namespace {

/// Zeros, denormals, infinities, NaN, and numbers next to where functions
/// change their formula, with both signs.
std::vector<float> specialFloats() {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values;
  for (float base : {0.0f,
                     1e-45f,
                     1e-38f,
                     1.17549435e-38f,
                     1e-20f,
                     0.5f,
                     0.5625f,
                     0.6f,
                     0.9277343f,
                     1.0f,
                     1.5f,
                     2.0f,
                     3.0f,
                     4.0f,
                     16.0f,
                     88.7f,
                     100.0f,
                     104.0f,
                     8388608.0f,
                     1e20f,
                     3.4e38f,
                     infinity,
                     std::numeric_limits<float>::quiet_NaN()})
    for (float value :
         {base, std::nextafter(base, 0.0f), std::nextafter(base, infinity)}) {
      values.push_back(value);
      values.push_back(-value);
    }
  return values;
}

/// Special values, any bits, and many of moderate size.
std::vector<float> interestingFloats(size_t count) {
  std::mt19937 random(3);
  std::vector<float> values = specialFloats();
  while (values.size() < count) {
    uint32_t bits = random();
    float any;
    memcpy(&any, &bits, sizeof any);
    values.push_back(any);
    values.push_back(std::uniform_real_distribution<float>(-10, 10)(random));
  }
  values.resize(count);
  return values;
}

class UnaryTest : public testing::TestWithParam<const char *> {};

TEST_P(UnaryTest, EqualsReferenceForAllKindsOfFloats) {
  const size_t count = 50001;
  std::string type = tensor({count}, "f32"), kind = GetParam();
  bool isPredicate = kind.substr(0, 3) == "is_";
  std::string result = isPredicate ? tensor({count}, "i1") : type;
  std::string program =
      function({},
               "  %c = qnn.constant " + dense<float>(interestingFloats(count)) +
                   " : " + type + "\n  %r = qnn.unary " + kind +
                   " %c {alpha = 0.3 : f32, beta = 0.7 : f32} : " + type +
                   " -> " + result,
               result);
  EXPECT_EQ(compareWithInterpreter(program, 1), "");
}

INSTANTIATE_TEST_SUITE_P(
    AllKinds, UnaryTest,
    testing::Values("abs", "neg", "sign", "floor", "ceil", "round", "sqrt",
                    "reciprocal", "exp", "log", "erf", "sigmoid", "tanh",
                    "softplus", "softsign", "sin", "cos", "tan", "asin", "acos",
                    "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "gelu",
                    "gelu_tanh", "silu", "mish", "hard_sigmoid", "hard_swish",
                    "elu", "selu", "celu", "leaky_relu", "thresholded_relu",
                    "shrink", "is_nan", "is_inf"),
    [](const auto &info) { return std::string(info.param); });

class BinaryTest
    : public testing::TestWithParam<std::tuple<const char *, const char *>> {};

TEST_P(BinaryTest, EqualsReference) {
  auto [kind, element] = GetParam();
  bool isComparison = std::string(kind).find_first_of("elg") == 0;
  std::string type = tensor({77}, element),
              result = isComparison ? tensor({77}, "i1") : type;
  EXPECT_EQ(compareWithInterpreter(function({type, type},
                                            std::string("  %r = qnn.binary ") +
                                                kind + " %x0, %x1 : " + type +
                                                ", " + type + " -> " + result,
                                            result),
                                   5),
            "");
}

auto nameOfBinary = [](const auto &info) {
  return std::string(std::get<0>(info.param)) + "_" + std::get<1>(info.param);
};

INSTANTIATE_TEST_SUITE_P(
    Arithmetic, BinaryTest,
    testing::Combine(
        testing::Values("add", "sub", "mul", "div", "pow", "min", "max", "mod",
                        "fmod", "prelu", "equal", "less", "less_equal",
                        "greater", "greater_equal"),
        testing::Values("f32", "i32", "ui8", "i64", "i8", "ui16", "ui64")),
    nameOfBinary);

INSTANTIATE_TEST_SUITE_P(
    Bits, BinaryTest,
    testing::Combine(testing::Values("bitwise_and", "bitwise_or", "bitwise_xor",
                                     "shift_left", "shift_right"),
                     testing::Values("i32", "ui8", "ui64")),
    nameOfBinary);

TEST(BinaryTest, AllPairsOfSpecialFloats) {
  std::vector<float> special = specialFloats(), a, b;
  for (float x : special)
    for (float y : special) {
      a.push_back(x);
      b.push_back(y);
    }
  std::string type = tensor({static_cast<int64_t>(a.size())}, "f32");
  for (const char *kind : {"pow", "fmod", "mod", "min", "max", "prelu"})
    EXPECT_EQ(
        compareWithInterpreter(
            function({},
                     "  %a = qnn.constant " + dense<float>(a) + " : " + type +
                         "\n  %b = qnn.constant " + dense<float>(b) + " : " +
                         type + "\n  %r = qnn.binary " + kind +
                         " %a, %b : " + type + ", " + type + " -> " + type,
                     type),
            1),
        "")
        << kind;
}

TEST(CastTest, EqualsReference) {
  const char *types[] = {"f32",  "i32", "ui8",  "i8",  "i64", "i1",
                         "ui32", "f16", "bf16", "f64", "ui16"};
  for (const char *from : types)
    for (const char *to : types) {
      if (from == to)
        continue;
      std::string a = tensor({50}, from), b = tensor({50}, to);
      EXPECT_EQ(
          compareWithInterpreter(
              function({a}, "  %r = qnn.cast %x0 : " + a + " -> " + b, b), 9),
          "")
          << from << " to " << to;
    }
}

TEST(MapTest, BroadcastsByNumpysRules) {
  struct Case {
    Shape a, b, result;
  } cases[] = {{{1, 8, 8, 16}, {16}, {1, 8, 8, 16}},
               {{4, 1, 5}, {3, 1}, {4, 3, 5}},
               {{1}, {10}, {10}},
               {{2, 3, 4, 5}, {1, 3, 1, 5}, {2, 3, 4, 5}},
               {{128, 100}, {128, 1}, {128, 100}},
               {{}, {3}, {3}},
               {{0, 3}, {3}, {0, 3}}};
  for (const Case &c : cases) {
    std::string a = tensor(c.a, "f32"), b = tensor(c.b, "f32"),
                r = tensor(c.result, "f32");
    EXPECT_EQ(compareWithInterpreter(
                  function({a, b},
                           "  %r = qnn.binary add %x0, %x1 : " + a + ", " + b +
                               " -> " + r,
                           r),
                  1),
              "")
        << a << b;
  }
}

/// `divf`, `round` to `storage`.
std::string quantizeMap(const std::string &operand, const std::string &from,
                        const std::string &to) {
  return "  %r = qnn.fused_map(" + operand + " : " + from + ") -> " + to +
         " {\n  ^bb0(%v: f32):\n"
         "    %s = arith.constant 0.37 : f32\n"
         "    %z = arith.constant 5 : i32\n"
         "    %0 = arith.divf %v, %s : f32\n"
         "    %1 = qnn.round %0, %z : f32, i32 -> ui8\n"
         "    qnn.yield %1 : ui8\n  }";
}

TEST(MapTest, CoversEveryLength) {
  for (const Shape &shape :
       {Shape{}, Shape{1}, Shape{7}, Shape{16}, Shape{17}, Shape{1, 3, 5, 7},
        Shape{4, 33}, Shape{300, 1000}, Shape{2, 100, 3}, Shape{0}}) {
    std::string from = tensor(shape, "f32"), to = tensor(shape, "ui8");
    EXPECT_EQ(compareWithInterpreter(
                  function({from}, quantizeMap("%x0", from, to), to), 1),
              "")
        << from;
  }
}

// Compiled code does not divide: it multiplies and corrects. Numbers around
// those where the quotient is half of an odd number show every wrong bit of it.
TEST(MapTest, QuotientsRoundLikeDivisions) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  struct Storage {
    const char *name;
    int zeroPoint, low, high;
  } storages[] = {
      {"ui8", 5, 0, 255}, {"i8", -128, -128, 127}, {"ui16", 29328, 0, 65535}};
  std::mt19937 random(1);
  for (const Storage &storage : storages)
    for (float scale : {0.37f, 1.0f, 0x1.fffffep-3f, 1e-12f, 3e9f, 1e-25f,
                        randomFloats(random, 1, 1e-4f, 1)[0],
                        randomFloats(random, 1, 1e-4f, 1)[0]}) {
      std::vector<float> values = {0.0f,          -0.0f, kInfinity, -kInfinity,
                                   std::nanf(""), 1e38f, -1e38f,    1e-40f};
      for (int i = 0; i < 4000; ++i) {
        // One beyond the bounds, too.
        auto k = std::uniform_int_distribution<int>(
            storage.low - storage.zeroPoint - 2,
            storage.high - storage.zeroPoint + 2)(random);
        auto value = static_cast<float>((k + 0.5) * scale);
        for (int ulp = std::uniform_int_distribution<int>(-3, 3)(random); ulp;
             ulp += ulp < 0 ? 1 : -1)
          value = std::nextafter(value, ulp < 0 ? -kInfinity : kInfinity);
        values.push_back(value);
      }
      std::string from = tensor({int64_t(values.size())}, "f32"),
                  to = tensor({int64_t(values.size())}, storage.name);
      char body[400];
      std::snprintf(body, sizeof(body),
                    "  ^bb0(%%v: f32):\n"
                    "    %%s = arith.constant 0x%08X : f32\n"
                    "    %%z = arith.constant %d : i32\n"
                    "    %%0 = arith.divf %%v, %%s : f32\n"
                    "    %%1 = qnn.round %%0, %%z : f32, i32 -> %s\n"
                    "    qnn.yield %%1 : %s\n  }",
                    llvm::bit_cast<uint32_t>(scale), storage.zeroPoint,
                    storage.name, storage.name);
      EXPECT_EQ(
          compareWithInterpreter(function({from},
                                          "  %r = qnn.fused_map(%x0 : " + from +
                                              ") -> " + to + " {\n" + body,
                                          to),
                                 1, values),
          "")
          << storage.name << " " << scale;
    }
}

// NCHW in, NHWC out, in one stage: the transpose is a view.
TEST(MapTest, ReadsTransposedOperands) {
  for (auto [channels, size] :
       {std::pair<int64_t, int64_t>{3, 32}, {4, 8}, {64, 7}, {10, 9}, {1, 6}}) {
    std::string from = tensor({1, channels, size, size}, "f32"),
                moved = tensor({1, size, size, channels}, "f32"),
                to = tensor({1, size, size, channels}, "ui8");
    EXPECT_EQ(
        compareWithInterpreter(
            function({from},
                     "  %t = qnn.transpose %x0 [0, 2, 3, 1] : " + from +
                         " -> " + moved + "\n" + quantizeMap("%t", moved, to),
                     to),
            1),
        "")
        << from;
  }
}

TEST(QuantizeTest, TakesParametersOfAnyGranularity) {
  struct Case {
    std::string scheme, storage;
    Shape parameters;
  } cases[] = {{"<ui8, per_tensor>", "ui8", {}},
               {"<i8, per_axis = 1>", "i8", {6}},
               {"<i8, per_axis = 0>", "i8", {5}},
               {"<ui8, per_group = 1 x 4>", "ui8", {5, 2}},
               {"<ui8, per_group = 0 x 2>", "ui8", {3, 6}},
               {"<i16, per_tensor>", "i16", {}}};
  for (const Case &c : cases) {
    std::string real = tensor({5, 6}, "f32"),
                stored = tensor({5, 6}, c.storage),
                scale = tensor(c.parameters, "f32"),
                zero = tensor(c.parameters, c.storage);
    EXPECT_EQ(compareWithInterpreter(
                  function({real, scale, zero},
                           "  %r = qnn.quantize %x0, %x1, %x2 as " + c.scheme +
                               " : (" + real + ", " + scale + ", " + zero +
                               ") -> " + stored,
                           stored),
                  1),
              "")
        << c.scheme;
    EXPECT_EQ(compareWithInterpreter(
                  function({stored, scale, zero},
                           "  %r = qnn.dequantize %x0, %x1, %x2 as " +
                               c.scheme + " : (" + stored + ", " + scale +
                               ", " + zero + ") -> " + real,
                           real),
                  1),
              "")
        << c.scheme;
  }
}

} // namespace
