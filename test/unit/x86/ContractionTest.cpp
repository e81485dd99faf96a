//===- ContractionTest.cpp - contractions without a kernel of their own ---===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"
#include "Programs.h"

#include "gtest/gtest.h"

using namespace qcc::test;

namespace {

TEST(ConvTransposeTest, EqualsReference) {
  struct Case {
    Shape input, weight, strides, pads, dilations, padding, result;
    int64_t groups;
  } cases[] = {{{1, 5, 6, 4},
                {8, 3, 3, 4},
                {2, 2},
                {1, 1, 1, 1},
                {1, 1},
                {1, 1},
                {1, 10, 12, 8},
                1},
               {{2, 4, 6}, {6, 3, 2}, {1}, {0, 0}, {2}, {0}, {2, 8, 6}, 3},
               {{1, 3, 3, 1},
                {2, 3, 3, 1},
                {3, 2},
                {1, 1, 1, 1},
                {1, 1},
                {2, 1},
                {1, 9, 6, 2},
                1}};
  for (const Case &c : cases) {
    std::string x = tensor(c.input, "f32"), w = tensor(c.weight, "f32"),
                bias = tensor({c.weight[0]}, "f32"),
                r = tensor(c.result, "f32");
    EXPECT_EQ(
        compareWithInterpreter(
            function({x, w, bias},
                     "  %r = qnn.conv_transpose %x0, %x1, %x2 {strides = " +
                         array(c.strides) + ", pads = " + array(c.pads) +
                         ", dilations = " + array(c.dilations) +
                         ", output_padding = " + array(c.padding) +
                         ", groups = " + std::to_string(c.groups) +
                         " : i64} : (" + x + ", " + w + ", " + bias + ") -> " +
                         r,
                     r),
            1),
        "")
        << r;
  }
}

// Weights that are computed cannot be packed.
TEST(ConvTest, ComputedWeights) {
  for (bool isFloat : {true, false}) {
    std::string element = isFloat ? "f32" : "ui8",
                weight = isFloat ? "f32" : "i8",
                accumulator = isFloat ? "f32" : "i32";
    std::string x = tensor({1, 6, 5, 4}, element),
                w = tensor({6, 3, 2, 2}, weight),
                r = tensor({1, 6, 5, 6}, accumulator);
    EXPECT_EQ(compareWithInterpreter(
                  function({x, w},
                           "  %r = qnn.fused_conv %x0, %x1 {strides = "
                           "array<i64: 1, 1>, pads = array<i64: 1, 0, 1, 1>, "
                           "dilations = array<i64: 1, 1>, groups = 2 : i64, "
                           "pad_value = array<i32: 1, 2, 3, 4>} : " +
                               x + ", " + w + " -> " + r + " {\n  ^bb0(%acc: " +
                               accumulator + "):\n    qnn.yield %acc : " +
                               accumulator + "\n  }",
                           r),
                  1),
              "")
        << element;
  }
}

TEST(MatmulTest, ComputedOperands) {
  struct Case {
    Shape lhs, rhs, result;
    bool transposed;
  } cases[] = {{{3, 7}, {7, 5}, {3, 5}, false},
               {{3, 7}, {5, 7}, {3, 5}, true},
               {{2, 1, 3, 7}, {4, 7, 5}, {2, 4, 3, 5}, false},
               {{7}, {5, 7}, {5}, true}};
  for (const Case &c : cases)
    for (const char *element : {"f32", "ui8"}) {
      std::string accumulator = element[0] == 'f' ? "f32" : "i32";
      std::string x = tensor(c.lhs, element), w = tensor(c.rhs, element),
                  r = tensor(c.result, accumulator);
      EXPECT_EQ(
          compareWithInterpreter(
              function({x, w},
                       std::string("  %r = qnn.fused_matmul %x0, %x1 ") +
                           (c.transposed ? "{transpose_rhs} " : "") + ": " + x +
                           ", " + w + " -> " + r +
                           " {\n  ^bb0(%acc: " + accumulator +
                           "):\n    qnn.yield %acc : " + accumulator + "\n  }",
                       r),
              1),
          "")
          << r;
    }
}

} // namespace
