//===- MatmulTest.cpp - compiled matrix products, bit for bit -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"

#include "gtest/gtest.h"

using namespace qcc::test;

namespace {

struct MatmulCase {
  const char *lhs, *rhs, *result, *lhsElement, *rhsElement;
  bool transposed = false, isConstant = false;
  int64_t weights = 0; ///< Elements of a constant right operand.
};

void PrintTo(const MatmulCase &c, std::ostream *stream) {
  *stream << c.lhs << c.lhsElement << " by " << c.rhs << c.rhsElement
          << (c.transposed ? ", transposed" : "")
          << (c.isConstant ? ", constant" : "");
}

std::string program(const MatmulCase &c) {
  std::mt19937 random(5);
  bool isFloat = std::string(c.lhsElement) == "f32";
  std::string accumulator = isFloat ? "f32" : "i32";
  auto tensor = [](const char *shape, const std::string &element) {
    return "tensor<" + std::string(shape) + "x" + element + ">";
  };
  std::string lhs = tensor(c.lhs, c.lhsElement),
              rhs = tensor(c.rhs, c.rhsElement),
              result = tensor(c.result, accumulator);
  std::string s = "func.func @main(%a: " + lhs +
                  (c.isConstant ? "" : ", %b: " + rhs) + ", %e: " + result +
                  ") -> " + result + " {\n";
  if (c.isConstant)
    s += "  %b = qnn.constant " +
         (isFloat ? dense<float>(randomFloats(random, c.weights, -1, 1))
                  : dense<int8_t>(randomWeights(random, c.weights))) +
         " : " + rhs + "\n";
  s += "  %y = qnn.fused_matmul %a, %b extras(%e : " + result + ")" +
       (c.transposed ? " {transpose_rhs}" : "") + " : " + lhs + ", " + rhs +
       " -> " + result + " {\n  ^bb0(%acc: " + accumulator +
       ", %x: " + accumulator + "):\n    %0 = arith.add" +
       (isFloat ? "f" : "i") + " %acc, %x : " + accumulator +
       "\n    qnn.yield %0 : " + accumulator +
       "\n  }\n  return %y : " + result + "\n}\n";
  return s;
}

/// Bytes at the ends of their range by weights at the ends of theirs and about
/// where the sum of two products leaves i16.
TEST(PairsTest, ExtremesEqualInterpreter) {
  std::mt19937 random(3);
  const int8_t weights[] = {127, -128, 64, -64, 65, -65, 63, 0};
  constexpr size_t kRun = 150, kColumns = 24;
  // The second tile has two vectors, which the pass would not choose.
  const char *strategies[] = {
      "", ", strategy = {kernel = \"direct\", block = 16 : i64, avx2 = "
          "array<i64: 1, 3, 2>, avx512 = array<i64: 1, 3, 1>}"};
  for (auto [element, strategy] :
       {std::pair<std::string, std::string>{"ui8", strategies[0]},
        {"ui8", strategies[1]},
        {"i8", strategies[0]},
        {"i8", strategies[1]}}) {
    // In the last eight columns no pair is too large, in the first all are.
    std::vector<int8_t> matrix(kColumns * kRun);
    for (size_t i = 0; i < matrix.size(); ++i)
      matrix[i] = i < 8 * kRun    ? weights[random() % 2]
                  : i < 16 * kRun ? weights[random() % 8]
                                  : weights[2 + random() % 2];
    EXPECT_EQ(compareWithInterpreter(
                  "func.func @main(%x: tensor<7x150xf32>) -> tensor<7x24xi32> "
                  "{\n  %q = qnn.fused_map(%x : tensor<7x150xf32>) -> "
                  "tensor<7x150x" +
                      element +
                      "> {\n  ^bb0(%v: f32):\n"
                      "    %k = arith.constant 1.0e4 : f32\n"
                      "    %z = arith.constant 0 : i32\n"
                      "    %s = arith.mulf %v, %k : f32\n"
                      "    %r = qnn.round %s, %z : f32, i32 -> " +
                      element + "\n    qnn.yield %r : " + element +
                      "\n  }\n  %w = qnn.constant " + dense<int8_t>(matrix) +
                      " : tensor<24x150xi8>\n"
                      "  %y = qnn.fused_matmul %q, %w {transpose_rhs" +
                      strategy +
                      "} : "
                      "tensor<7x150x" +
                      element +
                      ">, tensor<24x150xi8> -> tensor<7x24xi32> {\n"
                      "  ^bb0(%acc: i32):\n    qnn.yield %acc : i32\n  }\n"
                      "  return %y : tensor<7x24xi32>\n}\n",
                  4),
              "")
        << element << strategy;
  }
}

class MatmulTest : public testing::TestWithParam<MatmulCase> {};

TEST_P(MatmulTest, EqualsInterpreter) {
  EXPECT_EQ(compareWithInterpreter(program(GetParam()), 6), "");
}

INSTANTIATE_TEST_SUITE_P(
    Constant, MatmulTest,
    testing::Values(
        MatmulCase{"1x64", "10x64", "1x10", "ui8", "i8", true, true, 640},
        MatmulCase{"1x64", "10x64", "1x10", "i16", "i8", true, true, 640},
        MatmulCase{"2x5x33", "33x70", "2x5x70", "i16", "i8", false, true, 2310},
        MatmulCase{"2x5x33", "33x70", "2x5x70", "i8", "i8", false, true, 2310},
        MatmulCase{"3x7x20", "3x20x18", "3x7x18", "i8", "i8", false, true,
                   1080},
        MatmulCase{"17x30", "130x30", "17x130", "f32", "f32", true, true, 3900},
        MatmulCase{"64", "40x64", "40", "f32", "f32", true, true, 2560}));

INSTANTIATE_TEST_SUITE_P(
    Computed, MatmulTest,
    testing::Values(MatmulCase{"2x9x16", "2x16x24", "2x9x24", "ui8", "i8"},
                    MatmulCase{"2x9x10", "2x21x10", "2x9x21", "i8", "i8", true},
                    MatmulCase{"4x6", "6x5", "4x5", "ui8", "ui8"},
                    MatmulCase{"2x3x9x16", "2x3x24x16", "2x3x9x24", "f32",
                               "f32", true},
                    MatmulCase{"2x1x9x16", "3x16x7", "2x3x9x7", "f32", "f32"},
                    MatmulCase{"5x16", "4x16x33", "4x5x33", "f32", "f32"}));

} // namespace
