//===- ContractionTest.cpp - reference evaluation of contractions ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Expected values are those of ONNX Runtime on the same data in its layout.
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

namespace {

using ContractionTest = qcc::test::ReferenceTest;

TEST_F(ContractionTest, Conv) {
  expect("%r = qnn.conv %x, %y, %z {strides = array<i64: 2, 1>, pads = "
         "array<i64: 1, 0, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : "
         "i64} : (tensor<1x4x3x2xf32>, tensor<3x3x2x2xf32>, tensor<3xf32>) -> "
         "tensor<1x2x3x3xf32>",
         {"dense<[[[[1.0, 4.0], [-4.0, -3.0], [-1.0, 2.0]], [[-1.0, 3.0], "
          "[3.0, 3.0], [-1.0, 4.0]], [[1.0, -3.0], [-2.0, 1.0], [0.0, 4.0]], "
          "[[3.0, 0.0], [2.0, -1.0], [4.0, -4.0]]]]> : tensor<1x4x3x2xf32>",
          "dense<[[[[-1.0, -3.0], [1.0, -1.0]], [[-4.0, -1.0], [-2.0, -1.0]], "
          "[[-1.0, 3.0], [4.0, -4.0]]], [[[-3.0, 3.0], [-4.0, -2.0]], [[0.0, "
          "-4.0], [3.0, -4.0]], [[-1.0, 0.0], [-2.0, 1.0]]], [[[1.0, 4.0], "
          "[2.0, -3.0]], [[4.0, -3.0], [0.0, 3.0]], [[-3.0, -1.0], [0.0, "
          "2.0]]]]> : tensor<3x3x2x2xf32>",
          "dense<[3.0, -2.0, -4.0]> : tensor<3xf32>"},
         "dense<[[[[16.0, -20.0, -15.0], [8.0, 2.0, -9.0], [18.0, -9.0, "
         "-15.0]], [[6.0, -14.0, 9.0], [16.0, -40.0, -15.0], [-28.0, -7.0, "
         "-9.0]]]]> : tensor<1x2x3x3xf32>");
}

TEST_F(ContractionTest, GroupedConv1D) {
  expect("%r = qnn.conv %x, %y {strides = array<i64: 1>, pads = array<i64: 0, "
         "0>, dilations = array<i64: 2>, groups = 2 : i64} : "
         "(tensor<1x5x4xf32>, tensor<4x2x2xf32>) -> tensor<1x3x4xf32>",
         {"dense<[[[-1.0, 0.0, 4.0, 1.0], [1.0, 0.0, 0.0, -4.0], [0.0, -1.0, "
          "-1.0, -3.0], [0.0, 0.0, 3.0, 1.0], [2.0, 0.0, 1.0, -1.0]]]> : "
          "tensor<1x5x4xf32>",
          "dense<[[[-4.0, -4.0], [1.0, -3.0]], [[-2.0, -2.0], [0.0, -4.0]], "
          "[[-1.0, -4.0], [-2.0, 3.0]], [[1.0, -2.0], [-4.0, 3.0]]]> : "
          "tensor<4x2x2xf32>"},
         "dense<[[[7.0, 6.0, -15.0, -3.0], [-4.0, -2.0, 13.0, -1.0], [6.0, "
         "2.0, 8.0, -2.0]]]> : tensor<1x3x4xf32>");
}

TEST_F(ContractionTest, DepthwiseConv) {
  expect(
      "%r = qnn.conv %x, %y {strides = array<i64: 1, 1>, pads = array<i64: 0, "
      "0, 0, 0>, dilations = array<i64: 1, 1>, groups = 3 : i64} : "
      "(tensor<1x3x3x3xf32>, tensor<3x2x2x1xf32>) -> tensor<1x2x2x3xf32>",
      {"dense<[[[[-2.0, -3.0, -4.0], [-2.0, 0.0, 2.0], [-1.0, 2.0, -1.0]], "
       "[[-1.0, 4.0, -1.0], [-2.0, -2.0, 4.0], [-1.0, -1.0, 4.0]], [[0.0, "
       "-4.0, 4.0], [-3.0, -4.0, -2.0], [-2.0, 2.0, -1.0]]]]> : "
       "tensor<1x3x3x3xf32>",
       "dense<[[[[-2.0], [-4.0]], [[4.0], [4.0]]], [[[-1.0], [4.0]], [[-2.0], "
       "[4.0]]], [[[0.0], [-1.0]], [[-4.0], [0.0]]]]> : tensor<3x2x2x1xf32>"},
      "dense<[[[[0.0, -13.0, 2.0], [-4.0, 8.0, -15.0]], [[-2.0, -20.0, -20.0], "
      "[-12.0, 14.0, 4.0]]]]> : tensor<1x2x2x3xf32>");
}

TEST_F(ContractionTest, ConvTranspose) {
  expect(
      "%r = qnn.conv_transpose %x, %y {strides = array<i64: 2, 2>, pads = "
      "array<i64: 1, 0, 0, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, "
      "output_padding = array<i64: 1, 0>} : (tensor<1x2x3x2xf32>, "
      "tensor<3x2x2x2xf32>) -> tensor<1x4x5x3xf32>",
      {"dense<[[[[-1.0, -4.0], [2.0, 2.0], [4.0, 1.0]], [[-4.0, -1.0], [4.0, "
       "-3.0], [1.0, 4.0]]]]> : tensor<1x2x3x2xf32>",
       "dense<[[[[-4.0, 2.0], [0.0, 4.0]], [[2.0, 4.0], [1.0, -1.0]]], [[[3.0, "
       "-2.0], [4.0, -1.0]], [[4.0, 2.0], [-2.0, -1.0]]], [[[4.0, 2.0], [2.0, "
       "1.0]], [[2.0, 3.0], [-3.0, -4.0]]]]> : tensor<3x2x2x2xf32>"},
      "dense<[[[[-18.0, -12.0, -14.0], [3.0, 6.0, 19.0], [12.0, 12.0, 10.0], "
      "[0.0, -6.0, -14.0], [12.0, 18.0, 11.0]], [[14.0, -10.0, -18.0], [-4.0, "
      "-15.0, -9.0], [-22.0, 18.0, 10.0], [-12.0, 19.0, 5.0], [4.0, -5.0, "
      "12.0]], [[-12.0, -18.0, -11.0], [-3.0, 9.0, 16.0], [-4.0, 10.0, -1.0], "
      "[7.0, -5.0, 0.0], [18.0, 12.0, 14.0]], [[0.0, 0.0, 0.0], [0.0, 0.0, "
      "0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]]> : "
      "tensor<1x4x5x3xf32>");
}

TEST_F(ContractionTest, GroupedConvTranspose) {
  expect("%r = qnn.conv_transpose %x, %y {strides = array<i64: 1>, pads = "
         "array<i64: 0, 0>, dilations = array<i64: 1>, groups = 2 : i64, "
         "output_padding = array<i64: 0>} : (tensor<1x3x4xf32>, "
         "tensor<2x2x2xf32>) -> tensor<1x4x2xf32>",
         {"dense<[[[4.0, 1.0, -1.0, -1.0], [0.0, 4.0, 3.0, 0.0], [2.0, -2.0, "
          "1.0, 1.0]]]> : tensor<1x3x4xf32>",
          "dense<[[[-1.0, 3.0], [-1.0, 3.0]], [[-1.0, -1.0], [-2.0, 3.0]]]> : "
          "tensor<2x2x2xf32>"},
         "dense<[[[-1.0, 2.0], [11.0, -4.0], [4.0, -8.0], [-8.0, 1.0]]]> : "
         "tensor<1x4x2xf32>");
}

TEST_F(ContractionTest, Linear) {
  expect("%r = qnn.linear %x, %y, %z : (tensor<2x3xf32>, tensor<2x3xf32>, "
         "tensor<2xf32>) -> tensor<2x2xf32>",
         {"dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>",
          "dense<[[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]]> : tensor<2x3xf32>",
          "dense<[10.0, 20.0]> : tensor<2xf32>"},
         "dense<[[8.0, 24.0], [8.0, 33.0]]> : tensor<2x2xf32>");
}

/// The products are fused into the accumulator: (1 + 2^-12)^2 is not
/// rounded.
TEST_F(ContractionTest, AccumulatesWithFusedMultiplyAdd) {
  expect("%r = qnn.linear %x, %y : (tensor<1x2xf32>, tensor<1x2xf32>) -> "
         "tensor<1x1xf32>",
         {"dense<[[1.0, 0x3F800800]]> : tensor<1x2xf32>",
          "dense<[[-1.0, 0x3F800800]]> : tensor<1x2xf32>"},
         "dense<0x3A000400> : tensor<1x1xf32>");
}

TEST_F(ContractionTest, MatmulBroadcastsBatches) {
  expect("%r = qnn.matmul %x, %y : (tensor<2x1x2xf32>, tensor<2x2xf32>) -> "
         "tensor<2x1x2xf32>",
         {"dense<[[[1.0, 2.0]], [[3.0, 4.0]]]> : tensor<2x1x2xf32>",
          "dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>"},
         "dense<[[[7.0, 10.0]], [[15.0, 22.0]]]> : tensor<2x1x2xf32>");
  expect("%r = qnn.matmul %x, %y : (tensor<1x2xf32>, tensor<2x2x2xf32>) -> "
         "tensor<2x1x2xf32>",
         {"dense<[[1.0, 2.0]]> : tensor<1x2xf32>",
          "dense<[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]> : "
          "tensor<2x2x2xf32>"},
         "dense<[[[7.0, 10.0]], [[19.0, 22.0]]]> : tensor<2x1x2xf32>");
}

TEST_F(ContractionTest, MatmulOfIntegers) {
  expect("%r = qnn.matmul %x, %y : (tensor<1x2xi64>, tensor<2x1xi64>) -> "
         "tensor<1x1xi64>",
         {"dense<[[3000000000, 2]]> : tensor<1x2xi64>",
          "dense<[[3], [5]]> : tensor<2x1xi64>"},
         "dense<9000000010> : tensor<1x1xi64>");
}

TEST_F(ContractionTest, Pools) {
  std::string x = "dense<[[[[3.0], [1.0], [-3.0], [-2.0]], [[-2.0], [4.0], "
                  "[-3.0], [1.0]], [[4.0], [0.0], [-4.0], [-2.0]], [[1.0], "
                  "[1.0], [-4.0], [4.0]]]]> : tensor<1x4x4x1xf32>";
  expect("%r = qnn.pool max %x {kernel = array<i64: 3, 3>, strides = "
         "array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = "
         "array<i64: 1, 1>} : tensor<1x4x4x1xf32> -> tensor<1x2x2x1xf32>",
         {x},
         "dense<[[[[4.0], [4.0]], [[4.0], [4.0]]]]> : tensor<1x2x2x1xf32>");
  expect("%r = qnn.pool average %x {kernel = array<i64: 3, 3>, strides = "
         "array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = "
         "array<i64: 1, 1>} : tensor<1x4x4x1xf32> -> tensor<1x2x2x1xf32>",
         {x},
         "dense<[[[[1.5], [-0.3333333432674408]], [[1.3333333730697632], "
         "[-0.3333333432674408]]]]> : tensor<1x2x2x1xf32>",
         1e-6);
  expect(
      "%r = qnn.pool average %x {kernel = array<i64: 3, 3>, count_include_pad, "
      "strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = "
      "array<i64: 1, 1>} : tensor<1x4x4x1xf32> -> tensor<1x2x2x1xf32>",
      {x},
      "dense<[[[[0.6666666865348816], [-0.2222222238779068]], "
      "[[0.8888888955116272], [-0.3333333432674408]]]]> : tensor<1x2x2x1xf32>",
      1e-6);
  expect("%r = qnn.pool lp %x {kernel = array<i64: 2, 2>, strides = array<i64: "
         "1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} "
         ": tensor<1x4x4x1xf32> -> tensor<1x3x3x1xf32>",
         {x},
         "dense<[[[[5.4772257804870605], [5.916079998016357], "
         "[4.795831680297852]], [[6.0], [6.4031243324279785], "
         "[5.4772257804870605]], [[4.242640495300293], [5.74456262588501], "
         "[7.211102485656738]]]]> : tensor<1x3x3x1xf32>",
         1e-6);
}

} // namespace
