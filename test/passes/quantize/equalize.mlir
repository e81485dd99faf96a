// RUN: qcc-opt %s -split-input-file -qcc-equalize | FileCheck %s

// The weights that write the first channel reach 16, those that read it 1: both become 4. Those of the second channel are even.
// CHECK-LABEL: func.func @pair
// CHECK: %[[W:.*]] = qnn.constant dense<{{\[\[}}4.000000e+00, 5.000000e-01], [-1.000000e+00, 5.000000e-01]]> : tensor<2x2xf32>
// CHECK: %[[B:.*]] = qnn.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf32>
// CHECK: %[[FIRST:.*]] = qnn.linear %{{.*}}, %[[W]], %[[B]]
// CHECK: %[[RELU:.*]] = qnn.clamp %[[FIRST]]
// CHECK: %[[V:.*]] = qnn.constant dense<{{\[\[}}4.000000e+00, 1.000000e+00]]> : tensor<1x2xf32>
// CHECK: qnn.linear %[[RELU]], %[[V]]
func.func @pair(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = qnn.constant dense<[[16.0, 2.0], [-1.0, 0.5]]> : tensor<2x2xf32>
  %b = qnn.constant dense<[8.0, 3.0]> : tensor<2xf32>
  %v = qnn.constant dense<[[1.0, 1.0]]> : tensor<1x2xf32>
  %0 = qnn.linear %x, %w, %b : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x2xf32>
  %2 = qnn.linear %1, %v : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}

// -----

// A depthwise convolution between two others: it absorbs along its only channel axis, and passes on what is left. 64, 1, 1 become
// even in several rounds, through a maximum.
// CHECK-LABEL: func.func @chain
// CHECK: qnn.constant dense<4.000000e+00> : tensor<2x1x1x1xf32>
// CHECK: qnn.constant dense<4.000000e+00> : tensor<2x1x1x1xf32>
// CHECK: qnn.constant dense<4.000000e+00> : tensor<1x1x1x2xf32>
func.func @chain(%x: tensor<1x4x4x1xf32>) -> tensor<1x2x2x1xf32> {
  %w = qnn.constant dense<64.0> : tensor<2x1x1x1xf32>
  %d = qnn.constant dense<1.0> : tensor<2x1x1x1xf32>
  %v = qnn.constant dense<1.0> : tensor<1x1x1x2xf32>
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x4x4x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x4x4x2xf32>
  %1 = qnn.conv %0, %d {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x4x4x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x4x4x2xf32>
  %2 = qnn.pool max %1 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<1x4x4x2xf32> -> tensor<1x2x2x2xf32>
  %3 = qnn.conv %2, %v {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x2x2x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x2x2x1xf32>
  return %3 : tensor<1x2x2x1xf32>
}

// -----

// A bound of 6 is no longer one of the scaled numbers, and a second reader would get them too: nothing changes.
// CHECK-LABEL: func.func @blocked
// CHECK: qnn.constant dense<1.600000e+01>
// CHECK: qnn.constant dense<1.000000e+00>
func.func @blocked(%x: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = qnn.constant dense<16.0> : tensor<1x1xf32>
  %v = qnn.constant dense<1.0> : tensor<1x1xf32>
  %0 = qnn.linear %x, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %1 = qnn.clamp %0 [0.0, 6.0] : tensor<1x1xf32>
  %2 = qnn.linear %1, %v : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %3 = qnn.linear %2, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %3, %2 : tensor<1x1xf32>, tensor<1x1xf32>
}
