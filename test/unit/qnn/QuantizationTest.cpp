//===- QuantizationTest.cpp - reference evaluation of quantization --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

namespace {

using QuantizationTest = qcc::test::ReferenceTest;

TEST_F(QuantizationTest, PerTensor) {
  expect("%r = qnn.quantize %x, %y, %z as <ui8, per_tensor> : (tensor<6xf32>, "
         "tensor<f32>, tensor<ui8>) -> tensor<6xui8>",
         {"dense<[-100.0, -0.5, 0.25, 0.75, 100.0, 0x7FC00000]> : "
          "tensor<6xf32>",
          "dense<0.5> : tensor<f32>", "dense<10> : tensor<ui8>"},
         "dense<[0, 9, 10, 12, 210, 10]> : tensor<6xui8>");
  expect("%r = qnn.dequantize %x, %y, %z as <ui8, per_tensor> : "
         "(tensor<3xui8>, tensor<f32>, tensor<ui8>) -> tensor<3xf32>",
         {"dense<[0, 10, 255]> : tensor<3xui8>", "dense<0.5> : tensor<f32>",
          "dense<10> : tensor<ui8>"},
         "dense<[-5.0, 0.0, 122.5]> : tensor<3xf32>");
}

TEST_F(QuantizationTest, PerAxis) {
  expect("%r = qnn.quantize %x, %y, %z as <i8, per_axis = 0, symmetric, "
         "narrow> : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xi8>) -> "
         "tensor<2x2xi8>",
         {"dense<[[1.0, -1000.0], [1.0, 3.0]]> : tensor<2x2xf32>",
          "dense<[1.0, 0.1]> : tensor<2xf32>", "dense<0> : tensor<2xi8>"},
         "dense<[[1, -127], [10, 30]]> : tensor<2x2xi8>");
}

/// Three elements in groups of two: the last group is short.
TEST_F(QuantizationTest, PerGroup) {
  expect("%r = qnn.dequantize %x, %y, %z as <i4, per_group = 1 x 2> : "
         "(tensor<2x3xi4>, tensor<2x2xf32>, tensor<2x2xi4>) -> "
         "tensor<2x3xf32>",
         {"dense<[[1, 2, 3], [-8, 7, 0]]> : tensor<2x3xi4>",
          "dense<[[1.0, 10.0], [0.5, 2.0]]> : tensor<2x2xf32>",
          "dense<[[0, 1], [-1, 1]]> : tensor<2x2xi4>"},
         "dense<[[1.0, 2.0, 20.0], [-3.5, 4.0, -2.0]]> : tensor<2x3xf32>");
}

TEST_F(QuantizationTest, BiasInI32) {
  expect("%r = qnn.dequantize %x, %y, %z as <i32, per_axis = 0, symmetric> : "
         "(tensor<2xi32>, tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>",
         {"dense<[100000, -3]> : tensor<2xi32>",
          "dense<[0.5, 2.0]> : tensor<2xf32>", "dense<0> : tensor<2xi32>"},
         "dense<[50000.0, -6.0]> : tensor<2xf32>");
}

} // namespace
