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
                  : dense<int8_t>(randomBytes(random, c.weights, -128, 127))) +
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

class MatmulTest : public testing::TestWithParam<MatmulCase> {};

TEST_P(MatmulTest, EqualsInterpreter) {
  EXPECT_EQ(compareWithInterpreter(program(GetParam()), 6), "");
}

INSTANTIATE_TEST_SUITE_P(
    Constant, MatmulTest,
    testing::Values(
        MatmulCase{"1x64", "10x64", "1x10", "ui8", "i8", true, true, 640},
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
