//===- MovementTest.cpp - compiled data movement, bit for bit -------------===//
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

/// One op of one operand.
std::string check(const std::string &op, const std::string &from,
                  const std::string &to) {
  return compareWithInterpreter(
      function({from}, "  %r = " + op + " : " + from + " -> " + to, to), 1);
}

/// One op of two operands that has an axis.
std::string checkAlongAxis(const std::string &name, const std::string &lhs,
                           const std::string &rhs, int64_t axis,
                           const std::string &to) {
  return compareWithInterpreter(
      function({lhs, rhs},
               "  %r = qnn." + name +
                   " %x0, %x1 {axis = " + std::to_string(axis) + " : i64} : (" +
                   lhs + ", " + rhs + ") -> " + to,
               to),
      1);
}

TEST(TransposeTest, AnyPermutationOfAnyElement) {
  struct Case {
    Shape shape, permutation;
  } cases[] = {{{1, 3, 32, 32}, {0, 2, 3, 1}},
               {{1, 32, 32, 3}, {0, 3, 1, 2}},
               {{2, 64, 7, 7}, {0, 2, 3, 1}},
               {{1, 7, 7, 64}, {0, 3, 1, 2}},
               {{5, 6}, {1, 0}},
               {{100, 33}, {1, 0}},
               {{2, 3, 4, 5}, {3, 2, 1, 0}},
               {{16, 16}, {1, 0}},
               {{1, 1000, 1}, {2, 0, 1}},
               {{48, 17, 20}, {1, 0, 2}},
               {{20, 17, 48}, {2, 1, 0}},
               {{3, 5, 2, 19}, {1, 3, 0, 2}}};
  for (const Case &c : cases)
    for (const char *element : {"f32", "ui8", "i64", "i1"}) {
      Shape moved;
      for (int64_t axis : c.permutation)
        moved.push_back(c.shape[axis]);
      EXPECT_EQ(check("qnn.transpose %x0 [" + list(c.permutation) + "]",
                      tensor(c.shape, element), tensor(moved, element)),
                "")
          << tensor(c.shape, element) << " by " << list(c.permutation);
    }
}

TEST(SliceTest, AnyStep) {
  struct Case {
    Shape shape, starts, sizes, steps;
  } cases[] = {{{10, 20}, {2, 3}, {4, 5}, {1, 1}},
               {{10, 20}, {9, 19}, {5, 10}, {-2, -1}},
               {{30}, {0}, {10}, {3}},
               {{4, 8, 16}, {1, 0, 0}, {2, 8, 16}, {1, 1, 1}},
               {{4, 8, 16}, {0, 7, 0}, {4, 8, 16}, {1, -1, 1}}};
  for (const Case &c : cases)
    for (const char *element : {"f32", "ui8"})
      EXPECT_EQ(check("qnn.slice %x0 [" + list(c.starts) + "] [" +
                          list(c.sizes) + "] [" + list(c.steps) + "]",
                      tensor(c.shape, element), tensor(c.sizes, element)),
                "")
          << tensor(c.shape, element) << " from " << list(c.starts);
}

TEST(PadTest, AllModes) {
  struct Case {
    Shape shape, low, high;
  } cases[] = {{{4, 5}, {1, 2}, {3, 0}},
               {{1, 6, 7, 3}, {0, 2, 1, 0}, {0, 3, 5, 0}},
               {{5}, {3}, {4}},
               {{4, 6}, {0, -2}, {1, 3}}};
  for (const char *mode : {"constant", "reflect", "edge", "wrap"})
    for (const char *element : {"f32", "ui8", "i32"})
      for (const Case &c : cases) {
        Shape padded;
        for (size_t i = 0; i < c.shape.size(); ++i)
          padded.push_back(c.shape[i] + c.low[i] + c.high[i]);
        EXPECT_EQ(check("qnn.pad %x0 [" + list(c.low) + "] [" + list(c.high) +
                            "] {mode = #qnn<pad_mode " + mode +
                            ">, value = 3.0}",
                        tensor(c.shape, element), tensor(padded, element)),
                  "")
            << mode << " " << tensor(c.shape, element);
      }
}

TEST(ConcatTest, AlongAnyAxis) {
  struct Case {
    Shape a, b, result;
    int64_t axis;
    const char *element;
  } cases[] = {{{2, 3, 8}, {2, 5, 8}, {2, 8, 8}, 1, "f32"},
               {{9, 3}, {9, 70}, {9, 73}, 1, "ui8"},
               {{2, 4}, {3, 4}, {5, 4}, 0, "i64"}};
  for (const Case &c : cases)
    EXPECT_EQ(checkAlongAxis("concat", tensor(c.a, c.element),
                             tensor(c.b, c.element), c.axis,
                             tensor(c.result, c.element)),
              "")
        << tensor(c.result, c.element);
}

TEST(TileTest, RepeatsAndBroadcasts) {
  EXPECT_EQ(check("qnn.tile %x0 [3, 2]", "tensor<2x3xf32>", "tensor<6x6xf32>"),
            "");
  EXPECT_EQ(check("qnn.broadcast %x0", "tensor<3x1xui8>", "tensor<2x3x40xui8>"),
            "");
}

// Random indices are far out of range as a rule: they are clamped.
TEST(GatherTest, ClampsIndices) {
  struct Case {
    Shape input, indices, result;
    int64_t axis;
    const char *element, *index;
  } cases[] = {{{20, 7}, {3, 2}, {3, 2, 7}, 0, "f32", "i64"},
               {{4, 100, 33}, {50}, {4, 50, 33}, 1, "ui8", "i8"},
               {{4, 200}, {60}, {4, 60}, 1, "f32", "ui8"},
               {{4, 20}, {}, {4}, 1, "f32", "i32"}};
  for (const Case &c : cases)
    EXPECT_EQ(checkAlongAxis("gather", tensor(c.input, c.element),
                             tensor(c.indices, c.index), c.axis,
                             tensor(c.result, c.element)),
              "")
        << tensor(c.result, c.element);
}

// Views of views, values that work in place, and a copy of a view.
TEST(ProgramTest, ChainsOfStages) {
  EXPECT_EQ(compareWithInterpreter(R"(
func.func @main(%x: tensor<1x8x8x16xf32>) -> tensor<8x128xf32> {
  %0 = qnn.unary tanh %x : tensor<1x8x8x16xf32> -> tensor<1x8x8x16xf32>
  %1 = qnn.reduce mean %0 {axes = array<i64: 1, 2>, keepdims} : tensor<1x8x8x16xf32> -> tensor<1x1x1x16xf32>
  %2 = qnn.binary mul %0, %1 : tensor<1x8x8x16xf32>, tensor<1x1x1x16xf32> -> tensor<1x8x8x16xf32>
  %3 = qnn.transpose %2 [0, 3, 1, 2] : tensor<1x8x8x16xf32> -> tensor<1x16x8x8xf32>
  %4 = qnn.softmax %3 {axis = 3 : i64} : tensor<1x16x8x8xf32>
  %5 = qnn.reshape %4 : tensor<1x16x8x8xf32> -> tensor<16x64xf32>
  %6 = qnn.slice %5 [3, 0] [8, 64] [1, 1] : tensor<16x64xf32> -> tensor<8x64xf32>
  %7 = qnn.softmax %6 {axis = 1 : i64} : tensor<8x64xf32>
  %8 = qnn.concat %7, %6 {axis = 1 : i64} : (tensor<8x64xf32>, tensor<8x64xf32>) -> tensor<8x128xf32>
  return %8 : tensor<8x128xf32>
})",
                                   1),
            "");
}

/// Some rows twice, some from the end, some out of range.
TEST(ScatterTest, RowsOfAnyElement) {
  for (const char *kind : {"replace", "add", "mul", "max", "min"})
    for (const char *element : {"f32", "ui8", "i8", "i32", "ui64"})
      for (const Shape &row : {Shape{}, Shape{1}, Shape{40}, Shape{3, 7}}) {
        Shape rows{6}, updates{9};
        rows.insert(rows.end(), row.begin(), row.end());
        updates.insert(updates.end(), row.begin(), row.end());
        std::string input = tensor(rows, element),
                    update = tensor(updates, element);
        EXPECT_EQ(
            compareWithInterpreter(
                function({input, update},
                         std::string("  %i = qnn.constant dense<[0, 5, -1, 5, "
                                     "6, -7, 2, -6, 2]> : tensor<9xi64>\n"
                                     "  %r = qnn.scatter ") +
                             kind + " %x0, %i, %x1 : (" + input +
                             ", tensor<9xi64>, " + update + ") -> " + input,
                         input),
                3),
            "")
            << kind << " " << input;
      }
}

} // namespace
