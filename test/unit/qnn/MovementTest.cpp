//===- MovementTest.cpp - reference evaluation of data movement -----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

namespace {

using MovementTest = qcc::test::ReferenceTest;

TEST_F(MovementTest, Transpose) {
  expect("%r = qnn.transpose %x [2, 0, 1] : tensor<1x2x3xi8> -> "
         "tensor<3x1x2xi8>",
         {"dense<[[[1, 2, 3], [4, 5, 6]]]> : tensor<1x2x3xi8>"},
         "dense<[[[1, 4]], [[2, 5]], [[3, 6]]]> : tensor<3x1x2xi8>");
}

TEST_F(MovementTest, ReshapeAndBroadcast) {
  expect("%r = qnn.reshape %x : tensor<2x2xf32> -> tensor<4xf32>",
         {"dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>"},
         "dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>");
  expect("%r = qnn.broadcast %x : tensor<2x1xi64> -> tensor<2x2x2xi64>",
         {"dense<[[1], [2]]> : tensor<2x1xi64>"},
         "dense<[[[1, 1], [2, 2]], [[1, 1], [2, 2]]]> : tensor<2x2x2xi64>");
}

TEST_F(MovementTest, ConcatAndSlice) {
  expect("%r = qnn.concat %x, %y {axis = 1 : i64} : (tensor<2x1xi32>, "
         "tensor<2x2xi32>) -> tensor<2x3xi32>",
         {"dense<[[1], [2]]> : tensor<2x1xi32>",
          "dense<[[3, 4], [5, 6]]> : tensor<2x2xi32>"},
         "dense<[[1, 3, 4], [2, 5, 6]]> : tensor<2x3xi32>");
  expect("%r = qnn.slice %x [1, 3] [1, 2] [1, -2] : tensor<2x4xi32> -> "
         "tensor<1x2xi32>",
         {"dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi32>"},
         "dense<[[7, 5]]> : tensor<1x2xi32>");
}

TEST_F(MovementTest, Pad) {
  auto check = [&](const char *attributes, const char *expected) {
    expect(std::string("%r = qnn.pad %x [2] [3] ") + attributes +
               " : tensor<3xf32> -> tensor<8xf32>",
           {"dense<[1.0, 2.0, 3.0]> : tensor<3xf32>"},
           std::string("dense<") + expected + "> : tensor<8xf32>");
  };
  check("{value = 9.0 : f64}", "[9.0, 9.0, 1.0, 2.0, 3.0, 9.0, 9.0, 9.0]");
  check("{mode = #qnn<pad_mode edge>}",
        "[1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0]");
  check("{mode = #qnn<pad_mode reflect>}",
        "[3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0, 2.0]");
  check("{mode = #qnn<pad_mode wrap>}",
        "[2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0]");
  expect("%r = qnn.pad %x [-1] [1] {value = 7.0 : f64} : tensor<3xui8> -> "
         "tensor<3xui8>",
         {"dense<[1, 2, 3]> : tensor<3xui8>"},
         "dense<[2, 3, 7]> : tensor<3xui8>");
}

TEST_F(MovementTest, Tile) {
  expect("%r = qnn.tile %x [2, 2] : tensor<1x2xi32> -> tensor<2x4xi32>",
         {"dense<[[1, 2]]> : tensor<1x2xi32>"},
         "dense<[[1, 2, 1, 2], [1, 2, 1, 2]]> : tensor<2x4xi32>");
}

TEST_F(MovementTest, GatherClampsIndices) {
  expect("%r = qnn.gather %x, %y {axis = 1 : i64} : (tensor<2x3xi32>, "
         "tensor<4xi64>) -> tensor<2x4xi32>",
         {"dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>",
          "dense<[2, -1, -9, 9]> : tensor<4xi64>"},
         "dense<[[3, 3, 1, 3], [6, 6, 4, 6]]> : tensor<2x4xi32>");
}

} // namespace
