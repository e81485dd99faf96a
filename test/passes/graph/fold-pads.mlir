// RUN: qcc-opt %s -qcc-fold-pads | FileCheck %s

// Zeros around the spatial dimensions are what a convolution pads with.
// CHECK-LABEL: func.func @conv
// CHECK-NOT: qnn.pad
// CHECK: qnn.conv %{{.*}}pads = array<i64: 2, 1, 0, 1>
func.func @conv(%x: tensor<1x4x4x2xf32>, %w: tensor<2x3x3x2xf32>) -> tensor<1x4x4x2xf32> {
  %0 = qnn.pad %x [0, 1, 1, 0] [0, 0, 1, 0] : tensor<1x4x4x2xf32> -> tensor<1x5x6x2xf32>
  %1 = qnn.conv %0, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x5x6x2xf32>, tensor<2x3x3x2xf32>) -> tensor<1x4x4x2xf32>
  return %1 : tensor<1x4x4x2xf32>
}

// Channels are not padded by a convolution.
// CHECK-LABEL: func.func @channels
// CHECK: qnn.pad
func.func @channels(%x: tensor<1x4x4x1xf32>, %w: tensor<2x3x3x2xf32>) -> tensor<1x2x2x2xf32> {
  %0 = qnn.pad %x [0, 0, 0, 0] [0, 0, 0, 1] : tensor<1x4x4x1xf32> -> tensor<1x4x4x2xf32>
  %1 = qnn.conv %0, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x4x4x2xf32>, tensor<2x3x3x2xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// The zeros of an explicit pad count in an average.
// CHECK-LABEL: func.func @average
// CHECK-NOT: qnn.pad
// CHECK: qnn.pool average %{{.*}}count_include_pad{{.*}}pads = array<i64: 1, 0, 1, 0>
func.func @average(%x: tensor<1x4x4x2xf32>) -> tensor<1x5x3x2xf32> {
  %0 = qnn.pad %x [0, 1, 0, 0] [0, 1, 0, 0] : tensor<1x4x4x2xf32> -> tensor<1x6x4x2xf32>
  %1 = qnn.pool average %0 {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
    dilations = array<i64: 1, 1>} : tensor<1x6x4x2xf32> -> tensor<1x5x3x2xf32>
  return %1 : tensor<1x5x3x2xf32>
}

// A maximum of zeros is not a maximum of nothing.
// CHECK-LABEL: func.func @max
// CHECK: qnn.pad
func.func @max(%x: tensor<1x4x4x2xf32>) -> tensor<1x5x3x2xf32> {
  %0 = qnn.pad %x [0, 1, 0, 0] [0, 1, 0, 0] : tensor<1x4x4x2xf32> -> tensor<1x6x4x2xf32>
  %1 = qnn.pool max %0 {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
    dilations = array<i64: 1, 1>} : tensor<1x6x4x2xf32> -> tensor<1x5x3x2xf32>
  return %1 : tensor<1x5x3x2xf32>
}
