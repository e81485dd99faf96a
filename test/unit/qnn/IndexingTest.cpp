//===- IndexingTest.cpp - reference evaluation of topk and scatter --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

namespace {

using IndexingTest = qcc::test::ReferenceTest;

/// NaN is the greatest, of equal numbers the first one leads.
TEST_F(IndexingTest, TopK) {
  auto check = [&](const char *options, const char *expected) {
    expect(std::string("%r = qnn.topk %x {axis = 1 : i64, k = 3 : i64") +
               options + "} : tensor<1x4xf32> -> tensor<1x3xi64>",
           {"dense<[[3.0, 1.0, 3.0, 0x7FC00000]]> : tensor<1x4xf32>"},
           std::string("dense<") + expected + "> : tensor<1x3xi64>");
  };
  check("", "[[3, 0, 2]]");
  check(", smallest", "[[1, 0, 2]]");
}

TEST_F(IndexingTest, TopKAlongOuterAxis) {
  expect("%r = qnn.topk %x {axis = 0 : i64, k = 2 : i64} : tensor<3x2xui8> -> "
         "tensor<2x2xi64>",
         {"dense<[[200, 1], [7, 5], [250, 3]]> : tensor<3x2xui8>"},
         "dense<[[2, 1], [0, 2]]> : tensor<2x2xi64>");
}

/// Updates come in order; those without a place are left out.
TEST_F(IndexingTest, Scatter) {
  auto check = [&](const char *kind, const char *expected) {
    expect(std::string("%r = qnn.scatter ") + kind +
               " %x, %y, %z : (tensor<3xf32>, tensor<5xi64>, tensor<5xf32>) "
               "-> tensor<3xf32>",
           {"dense<[1.0, 2.0, 3.0]> : tensor<3xf32>",
            "dense<[1, -2, 3, 0, -4]> : tensor<5xi64>",
            "dense<[5.0, 7.0, 9.0, 0.5, 8.0]> : tensor<5xf32>"},
           std::string("dense<") + expected + "> : tensor<3xf32>");
  };
  check("replace", "[0.5, 7.0, 3.0]");
  check("add", "[1.5, 14.0, 3.0]");
  check("mul", "[0.5, 70.0, 3.0]");
  check("max", "[1.0, 7.0, 3.0]");
  check("min", "[0.5, 2.0, 3.0]");
}

TEST_F(IndexingTest, ScatterOfRowsWraps) {
  expect("%r = qnn.scatter add %x, %y, %z : (tensor<2x2xi8>, tensor<3xi64>, "
         "tensor<3x2xi8>) -> tensor<2x2xi8>",
         {"dense<[[1, 2], [3, 127]]> : tensor<2x2xi8>",
          "dense<[1, 2, -1]> : tensor<3xi64>",
          "dense<[[1, 1], [50, 50], [10, 0]]> : tensor<3x2xi8>"},
         "dense<[[1, 2], [14, -128]]> : tensor<2x2xi8>");
}

} // namespace
