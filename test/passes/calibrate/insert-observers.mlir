// RUN: qcc-opt %s -split-input-file -qcc-insert-observers | FileCheck %s
// RUN: qcc-opt %s -split-input-file -qcc-calibrate-pipeline | FileCheck %s

// The input and what the second convolution reads are observed; the unrounded result of the first, which only its own rectifier
// reads, and the result of the network are not.
// CHECK-LABEL: func.func @two_convolutions
// CHECK-NEXT: qnn.observe %arg0 {id = 0 : i64, statistics = ["range", "histogram", "channels"], tensor = "picture"}
// CHECK: qnn.conv %arg0
// CHECK-NEXT: %[[RELU:.*]] = qnn.clamp
// CHECK-NEXT: qnn.observe %[[RELU]] {id = 1 : i64, {{.*}}, tensor = "relu1"}
// CHECK-NEXT: qnn.conv %[[RELU]]
// CHECK-NOT: qnn.observe
func.func @two_convolutions(%x: tensor<1x8x8x4xf32> {qnn.name = "picture"}) -> tensor<1x8x8x4xf32> {
  %w = qnn.constant dense<0.5> : tensor<4x1x1x4xf32>
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x8x8x4xf32>, tensor<4x1x1x4xf32>) -> tensor<1x8x8x4xf32>
  %1 = qnn.clamp %0 [0.0, 0x7F800000] {qnn.tensor = "relu1"} : tensor<1x8x8x4xf32>
  %2 = qnn.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x8x8x4xf32>, tensor<4x1x1x4xf32>) -> tensor<1x8x8x4xf32>
  return %2 : tensor<1x8x8x4xf32>
}

// -----

// Of two convolutions that meet in an add, the later computes the add: only the earlier one's result is observed.
// CHECK-LABEL: func.func @add_joins_the_later
// CHECK: %[[FIRST:.*]] = qnn.linear
// CHECK-NEXT: qnn.observe %[[FIRST]] {{.*}} tensor = "first"
// CHECK-NEXT: %[[SECOND:.*]] = qnn.linear
// CHECK-NEXT: %[[SUM:.*]] = qnn.binary add %[[SECOND]], %[[FIRST]]
// CHECK-NEXT: qnn.observe %[[SUM]] {{.*}} tensor = "sum"
func.func @add_joins_the_later(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %w = qnn.constant dense<0.5> : tensor<4x4xf32>
  %0 = qnn.linear %x, %w {qnn.tensor = "first"} : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.linear %x, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.binary add %1, %0 {qnn.tensor = "sum"} : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  %3 = qnn.linear %2, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  return %3 : tensor<1x4xf32>
}

// -----

// Ops that only move numbers are looked through; an average is not one of them. It reads f32 where no contraction stores its
// operand as integers.
// CHECK-LABEL: func.func @moves
// CHECK-NOT: qnn.observe %arg0
// CHECK: %[[MAX:.*]] = qnn.pool max
// CHECK-NEXT: %[[MEAN:.*]] = qnn.reduce mean %[[MAX]]
// CHECK-NEXT: qnn.observe %[[MEAN]]
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: qnn.linear
func.func @moves(%x: tensor<1x4x8x8xf32>) -> tensor<1x3xf32> {
  %w = qnn.constant dense<0.5> : tensor<3x4xf32>
  %0 = qnn.transpose %x [0, 2, 3, 1] : tensor<1x4x8x8xf32> -> tensor<1x8x8x4xf32>
  %1 = qnn.pool max %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xf32>
  %2 = qnn.reduce mean %1 {axes = array<i64: 1, 2>} : tensor<1x4x4x4xf32> -> tensor<1x4xf32>
  %3 = qnn.reshape %2 : tensor<1x4xf32> -> tensor<1x4xf32>
  %4 = qnn.linear %3, %w : (tensor<1x4xf32>, tensor<3x4xf32>) -> tensor<1x3xf32>
  return %4 : tensor<1x3xf32>
}

// -----

// Nothing is rounded for an op without weights that are known, nor where no contraction follows.
// CHECK-LABEL: func.func @float_stays
// CHECK-NOT: qnn.observe
func.func @float_stays(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = qnn.linear %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = qnn.unary sigmoid %0 : tensor<4x4xf32> -> tensor<4x4xf32>
  %2 = qnn.softmax %1 {axis = 1 : i64} : tensor<4x4xf32>
  return %2 : tensor<4x4xf32>
}

// -----

// A network that brings its grids is not observed.
// CHECK-LABEL: func.func @has_grids
// CHECK-NOT: qnn.observe
func.func @has_grids(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<0> : tensor<ui8>
  %w = qnn.constant dense<0.5> : tensor<4x4xf32>
  %q = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<1x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x4xui8>
  %d = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %0 = qnn.linear %d, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

// One name may stand for one tensor only.
// CHECK-LABEL: func.func @names_are_unique
// CHECK: tensor = "t"}
// CHECK: tensor = "t#2"}
func.func @names_are_unique(%x: tensor<1x4xf32> {qnn.name = "t"}) -> tensor<1x4xf32> {
  %w = qnn.constant dense<0.5> : tensor<4x4xf32>
  %0 = qnn.linear %x, %w {qnn.tensor = "t"} : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.linear %0, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// -----

// A product of a result and a function of it is one kernel with what gave the result.
// CHECK-LABEL: func.func @diamond
// CHECK: qnn.linear
// CHECK-NEXT: qnn.unary sigmoid
// CHECK-NEXT: %[[SILU:.*]] = qnn.binary mul
// CHECK-NEXT: qnn.observe %[[SILU]]
func.func @diamond(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %w = qnn.constant dense<0.5> : tensor<4x4xf32>
  %0 = qnn.linear %x, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.unary sigmoid %0 : tensor<1x4xf32> -> tensor<1x4xf32>
  %2 = qnn.binary mul %0, %1 : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  %3 = qnn.linear %2, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  return %3 : tensor<1x4xf32>
}
