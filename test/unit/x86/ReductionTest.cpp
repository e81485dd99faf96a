//===- ReductionTest.cpp - compiled pools and reductions, bit for bit -----===//
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

struct Pool {
  std::string kind;
  Shape input, kernel, strides, pads, dilations;
  std::string attributes = "";
};

std::string check(const Pool &pool, const std::string &element) {
  size_t rank = pool.kernel.size();
  Shape result = {pool.input.front()};
  for (size_t i = 0; i < rank; ++i)
    result.push_back((pool.input[i + 1] + pool.pads[i] + pool.pads[rank + i] -
                      pool.dilations[i] * (pool.kernel[i] - 1) - 1) /
                         pool.strides[i] +
                     1);
  result.push_back(pool.input.back());
  std::string accumulator =
      pool.kind == "max" || element == "f32" ? element : "i32";
  std::string x = tensor(pool.input, element), r = tensor(result, accumulator);
  return compareWithInterpreter(
      function({x},
               "  %r = qnn.fused_pool " + pool.kind + " %x0 {kernel = " +
                   array(pool.kernel) + ", strides = " + array(pool.strides) +
                   ", pads = " + array(pool.pads) +
                   ", dilations = " + array(pool.dilations) + pool.attributes +
                   "} : " + x + " -> " + r + " {\n  ^bb0(%acc: " + accumulator +
                   "):\n    qnn.yield %acc : " + accumulator + "\n  }",
               r),
      1);
}

TEST(PoolTest, EqualsReference) {
  for (const char *element : {"f32", "ui8", "i8"}) {
    for (int64_t c : {3, 16, 64, 100, 129})
      for (const Pool &pool :
           {Pool{"max", {1, 13, 11, c}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}},
            Pool{"max", {2, 8, 8, c}, {2, 2}, {2, 2}, {0, 0, 0, 0}, {1, 1}},
            Pool{"sum", {1, 8, 8, c}, {8, 8}, {1, 1}, {0, 0, 0, 0}, {1, 1}},
            Pool{"sum", {1, 9, 8, c}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}},
            Pool{"max", {1, 9, 8, c}, {3, 3}, {1, 1}, {2, 2, 2, 2}, {2, 2}},
            Pool{"max", {1, 9, 8, c}, {3, 2}, {1, 1}, {3, 2, 3, 2}, {1, 1}}})
        EXPECT_EQ(check(pool, element), "")
            << pool.kind << " of " << tensor(pool.input, element);
    EXPECT_EQ(check({"max", {1, 30, 5}, {3}, {2}, {1, 1}, {1}}, element), "");
    EXPECT_EQ(check({"sum",
                     {1, 6, 6, 6, 5},
                     {2, 3, 2},
                     {1, 2, 1},
                     {1, 1, 0, 1, 1, 0},
                     {1, 1, 2}},
                    element),
              "");
  }
}

TEST(PoolTest, PaddingCountsAsThePadValue) {
  Pool pool{"sum", {1, 9, 8, 20}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}};
  pool.attributes = ", pad_value = array<i32: 77>";
  EXPECT_EQ(check(pool, "ui8"), "");
  pool.attributes = ", pad_value = array<i32: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, "
                    "10, 11, 12, 13, 14, 15, 16, 17, 18, 255>";
  EXPECT_EQ(check(pool, "ui8"), "");
}

TEST(PoolTest, EpilogueReadsExtras) {
  EXPECT_EQ(compareWithInterpreter(R"(
func.func @main(%x: tensor<1x8x8x20xui8>, %m: tensor<20xf32>, %o: tensor<1x1x1x20xui8>) -> tensor<1x1x1x20xui8> {
  %0 = qnn.fused_pool sum %x extras(%m, %o : tensor<20xf32>, tensor<1x1x1x20xui8>) {kernel = array<i64: 8, 8>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<1x8x8x20xui8> -> tensor<1x1x1x20xui8> {
  ^bb0(%acc: i32, %m0: f32, %o0: ui8):
    %f = arith.sitofp %acc : i32 to f32
    %g = arith.mulf %f, %m0 : f32
    %w = qnn.widen %o0 : ui8 -> i32
    %h = arith.sitofp %w : i32 to f32
    %s = arith.addf %g, %h : f32
    %z = arith.constant 3 : i32
    %y = qnn.round %s, %z : f32, i32 -> ui8
    qnn.yield %y : ui8
  }
  return %0 : tensor<1x1x1x20xui8>
})",
                                   1),
            "");
}

class ReduceTest : public testing::TestWithParam<const char *> {};

TEST_P(ReduceTest, EqualsReference) {
  std::string kind = GetParam();
  bool isFloatOnly = kind == "l2" || kind.substr(0, 4) == "log_";
  struct Case {
    Shape shape, axes;
  } cases[] = {{{4, 33}, {1}},
               {{4, 33}, {0}},
               {{2, 3, 40}, {0, 2}},
               {{2, 5, 6, 7}, {1, 2}},
               {{2, 5, 6, 7}, {1, 2, 3}},
               {{3, 4, 5, 37}, {0, 2}},
               {{10}, {0}},
               {{2, 3, 4}, {}},
               {{1, 8, 8, 64}, {1, 2}},
               {{3, 1, 5}, {1}}};
  for (const Case &c : cases)
    for (const char *element : {"f32", "i32", "ui8", "i64", "f16"})
      for (bool keepdims : {true, false}) {
        if (isFloatOnly && element[0] != 'f')
          continue;
        Shape result;
        for (int64_t i = 0; i < static_cast<int64_t>(c.shape.size()); ++i) {
          bool isReduced =
              std::find(c.axes.begin(), c.axes.end(), i) != c.axes.end();
          if (!isReduced || keepdims)
            result.push_back(isReduced ? 1 : c.shape[i]);
        }
        std::string x = tensor(c.shape, element), r = tensor(result, element);
        EXPECT_EQ(compareWithInterpreter(
                      function({x},
                               "  %r = qnn.reduce " + kind +
                                   " %x0 {axes = " + array(c.axes) +
                                   (keepdims ? ", keepdims" : "") + "} : " + x +
                                   " -> " + r,
                               r),
                      1),
                  "")
            << x << " along " << list(c.axes);
      }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, ReduceTest,
                         testing::Values("sum", "mean", "max", "min", "prod",
                                         "l1", "l2", "log_sum", "log_sum_exp",
                                         "sum_square"),
                         [](const auto &info) {
                           return std::string(info.param);
                         });

TEST(ArgReduceTest, EqualsReference) {
  for (const char *element : {"f32", "ui8", "i32", "i1"})
    for (const char *flags :
         {"", ", minimum", ", last", ", minimum, last", ", keepdims"})
      for (auto [shape, axis, kept] :
           {std::tuple<Shape, int64_t, Shape>{{4, 33}, 1, {4}},
            {{4, 33}, 0, {33}},
            {{2, 3, 4}, 1, {2, 4}}}) {
        Shape result = kept;
        if (std::string(flags) == ", keepdims")
          result.insert(result.begin() + axis, 1);
        std::string x = tensor(shape, element), r = tensor(result, "i64");
        EXPECT_EQ(compareWithInterpreter(
                      function({x},
                               "  %r = qnn.arg_reduce %x0 {axis = " +
                                   std::to_string(axis) + " : i64" + flags +
                                   "} : " + x + " -> " + r,
                               r),
                      1),
                  "")
            << x << flags;
      }
}

TEST(TopKTest, AlongAnyAxis) {
  for (auto [shape, axis, k] :
       {std::tuple<Shape, int64_t, int64_t>{{3, 20}, 1, 5},
        {{300}, 0, 300},
        {{2, 9, 5}, 1, 4},
        {{2, 9}, 1, 0},
        {{1, 1}, 1, 1}})
    for (const char *element : {"f32", "f16", "f64", "ui8", "i8", "i64"})
      for (const char *smallest : {"", ", smallest"}) {
        Shape places = shape;
        places[axis] = k;
        std::string x = tensor(shape, element), r = tensor(places, "i64");
        EXPECT_EQ(
            compareWithInterpreter(
                function({x},
                         "  %r = qnn.topk %x0 {axis = " + std::to_string(axis) +
                             " : i64, k = " + std::to_string(k) + " : i64" +
                             smallest + "} : " + x + " -> " + r,
                         r),
                7),
            "")
            << x << smallest;
      }
}

TEST(SoftmaxTest, AlongAnyAxis) {
  for (auto [shape, axis] : {std::pair<Shape, int64_t>{{1, 10}, 1},
                             {{3, 1000}, 1},
                             {{4, 5, 6}, 1},
                             {{4, 37, 40}, 1},
                             {{8, 3}, 0},
                             {{2, 10, 1, 1}, 1},
                             {{5, 16}, 1},
                             // Rows of one element: stores of one lane.
                             {{20, 1}, 1},
                             {{1, 1}, 1}})
    for (const char *element : {"f32", "f16", "bf16"})
      for (const char *log : {"", ", log"}) {
        std::string x = tensor(shape, element);
        EXPECT_EQ(
            compareWithInterpreter(function({x},
                                            "  %r = qnn.softmax %x0 {axis = " +
                                                std::to_string(axis) +
                                                " : i64" + log + "} : " + x,
                                            x),
                                   1),
            "")
            << x << log;
      }
}

TEST(LayerNormTest, WithAndWithoutParameters) {
  for (auto [shape, axis] : {std::pair<Shape, int64_t>{{4, 64}, 1},
                             {{2, 3, 50}, 2},
                             {{2, 5, 7}, 1},
                             {{3, 1}, 1}})
    for (const char *rms : {"", ", rms"}) {
      std::string x = tensor(shape, "f32"),
                  p = tensor({shape.begin() + axis, shape.end()}, "f32"),
                  attributes = " {axis = " + std::to_string(axis) +
                               " : i64, epsilon = 1.0e-5 : f32" + rms + "} : ";
      EXPECT_EQ(compareWithInterpreter(
                    function({x, p, p},
                             "  %r = qnn.layer_norm %x0 scale(%x1 : " + p +
                                 ") bias(%x2 : " + p + ")" + attributes + x +
                                 " -> " + x,
                             x),
                    1),
                "")
          << x << rms;
      EXPECT_EQ(compareWithInterpreter(function({x},
                                                "  %r = qnn.layer_norm %x0" +
                                                    attributes + x + " -> " + x,
                                                x),
                                       1),
                "")
          << x << rms;
    }
}

} // namespace
