//===- ReductionTest.cpp - reference evaluation of reductions -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

#include "qcc/abi/numerics.h"

namespace {

using ReductionTest = qcc::test::ReferenceTest;

TEST_F(ReductionTest, Kinds) {
  auto check = [&](const char *kind, const char *expected) {
    expect(std::string("%r = qnn.reduce ") + kind +
               " %x {axes = array<i64: 1>} : tensor<2x3xf32> -> tensor<2xf32>",
           {"dense<[[1.0, -2.0, 4.0], [0.5, 3.0, 2.0]]> : tensor<2x3xf32>"},
           std::string("dense<") + expected + "> : tensor<2xf32>", 3e-7);
  };
  check("sum", "[3.0, 5.5]");
  check("mean", "[1.0, 1.83333333]");
  check("max", "[4.0, 3.0]");
  check("min", "[-2.0, 0.5]");
  check("prod", "[-8.0, 3.0]");
  check("l1", "[7.0, 5.5]");
  check("l2", "[4.58257569, 3.64005494]");
  check("log_sum", "[1.09861229, 1.70474809]");
  check("log_sum_exp", "[4.05094576, 3.37153912]");
  check("sum_square", "[21.0, 13.25]");
}

TEST_F(ReductionTest, Axes) {
  std::string x = "dense<[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]> "
                  ": tensor<2x2x2xf32>";
  auto check = [&](const char *axes, const char *type, const char *expected) {
    expect(std::string("%r = qnn.reduce sum %x {axes = array<i64") + axes +
               ">} : tensor<2x2x2xf32> -> " + type,
           {x}, std::string("dense<") + expected + "> : " + type);
  };
  check(": 0", "tensor<2x2xf32>", "[[6.0, 8.0], [10.0, 12.0]]");
  check(": 0, 2", "tensor<2xf32>", "[14.0, 22.0]");
  check(": 1, 2", "tensor<2xf32>", "[10.0, 26.0]");
  check(": 0, 1, 2", "tensor<f32>", "36.0");
  check("", "tensor<2x2x2xf32>",
        "[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]");
  expect("%r = qnn.reduce max %x {axes = array<i64: 1>, keepdims} : "
         "tensor<2x2xi32> -> tensor<2x1xi32>",
         {"dense<[[1, -2], [-4, -3]]> : tensor<2x2xi32>"},
         "dense<[[1], [-3]]> : tensor<2x1xi32>");
}

/// Over the innermost axis, element 16 joins lane 0 before the lanes are added;
/// over another axis, elements are added one after the other.
TEST_F(ReductionTest, OrderOfAddition) {
  // 2^24 + 1 + ... : every later addition of 1 to 2^24 is lost.
  std::string row = "[[16777216.0";
  std::string column = "[[16777216.0]";
  for (int i = 1; i < 32; ++i) {
    row += ", 1.0";
    column += ", [1.0]";
  }
  expect("%r = qnn.reduce sum %x {axes = array<i64: 1>} : tensor<1x32xf32> -> "
         "tensor<1xf32>",
         {"dense<" + row + "]]> : tensor<1x32xf32>"},
         "dense<16777246.0> : tensor<1xf32>");
  expect("%r = qnn.reduce sum %x {axes = array<i64: 0>} : tensor<32x2xf32> -> "
         "tensor<2xf32>",
         {"dense<" +
          [] {
            std::string text = "[[16777216.0, 0.0]";
            for (int i = 1; i < 32; ++i)
              text += ", [1.0, 1.0]";
            return text;
          }() +
          "]> : tensor<32x2xf32>"},
         "dense<[16777216.0, 31.0]> : tensor<2xf32>");
}

TEST_F(ReductionTest, ArgMax) {
  auto check = [&](const char *attributes, const char *expected) {
    expect(std::string("%r = qnn.arg_reduce %x {axis = 1 : i64") + attributes +
               "} : tensor<2x4xf32> -> tensor<2xi64>",
           {"dense<[[1.0, 5.0, 5.0, 0.0], [2.0, 0.0, 2.0, 0.0]]> : "
            "tensor<2x4xf32>"},
           std::string("dense<") + expected + "> : tensor<2xi64>");
  };
  check("", "[1, 0]");
  check(", last", "[2, 2]");
  check(", minimum", "[3, 1]");
  check(", minimum, last", "[3, 3]");
}

TEST_F(ReductionTest, Softmax) {
  std::string x = "dense<[[1.0, 2.0, 3.0], [1000.0, 1000.0, -1000.0]]> : "
                  "tensor<2x3xf32>";
  expect("%r = qnn.softmax %x {axis = 1 : i64} : tensor<2x3xf32>", {x},
         "dense<[[0.0900305732, 0.244728471, 0.665240956], [0.5, 0.5, 0.0]]> : "
         "tensor<2x3xf32>",
         1e-7);
  expect("%r = qnn.softmax %x {axis = 1 : i64, log} : tensor<2x3xf32>", {x},
         "dense<[[-2.40760596, -1.40760596, -0.407605964], [-0.693147181, "
         "-0.693147181, -2000.69315]]> : tensor<2x3xf32>",
         3e-7);
  expect("%r = qnn.softmax %x {axis = 0 : i64} : tensor<2x1xf32>",
         {"dense<[[0.0], [0.0]]> : tensor<2x1xf32>"},
         "dense<0.5> : tensor<2x1xf32>");
}

TEST_F(ReductionTest, LayerNorm) {
  std::string x = "dense<[[1.0, 3.0], [-2.0, 2.0]]> : tensor<2x2xf32>";
  expect("%r = qnn.layer_norm %x scale(%y : tensor<2xf32>) bias(%z : "
         "tensor<2xf32>) {axis = 1 : i64, epsilon = 0.0 : f32} : "
         "tensor<2x2xf32> -> tensor<2x2xf32>",
         {x, "dense<[2.0, 3.0]> : tensor<2xf32>",
          "dense<[10.0, 20.0]> : tensor<2xf32>"},
         "dense<[[8.0, 23.0], [8.0, 23.0]]> : tensor<2x2xf32>");
  expect("%r = qnn.layer_norm %x {axis = 1 : i64, epsilon = 0.0 : f32, rms} : "
         "tensor<2x2xf32> -> tensor<2x2xf32>",
         {x},
         "dense<[[0.447213595, 1.34164079], [-1.0, 1.0]]> : tensor<2x2xf32>",
         3e-7);
}

} // namespace
