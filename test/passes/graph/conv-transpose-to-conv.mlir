// RUN: qcc-opt %s -qcc-conv-transpose-to-conv | FileCheck %s

// Stride and kernel alike: a product for each of four places, and what follows goes before they are put in order.
// CHECK-LABEL: @upsample
// CHECK: %[[W:.*]] = qnn.constant dense<{{\[\[\[\[}}1.000000e+00, 5.000000e+00]]], {{\[\[\[}}2.000000e+00, 6.000000e+00]]], {{\[\[\[}}3.000000e+00, 7.000000e+00]]], {{\[\[\[}}4.000000e+00, 8.000000e+00]]]]> : tensor<4x1x1x2xf32>
// CHECK: %[[B:.*]] = qnn.constant dense<5.000000e-01> : tensor<4xf32>
// CHECK: %[[C:.*]] = qnn.conv %arg0, %[[W]], %[[B]] {{.*}}pads = array<i64: 0, 0, 0, 0>{{.*}}-> tensor<1x2x3x4xf32>
// CHECK: %[[R:.*]] = qnn.clamp %[[C]]
// CHECK: %[[S:.*]] = qnn.reshape %[[R]] : tensor<1x2x3x4xf32> -> tensor<1x2x3x1x2x2x1xf32>
// CHECK: %[[T:.*]] = qnn.transpose %[[S]] [0, 1, 4, 2, 5, 3, 6]
// CHECK: %[[Y:.*]] = qnn.reshape %[[T]] {qnn.tensor = "y"} : tensor<1x2x2x3x2x1x1xf32> -> tensor<1x4x6x1xf32>
// CHECK: return %[[Y]]
func.func @upsample(%x: tensor<1x2x3x2xf32>) -> tensor<1x4x6x1xf32> {
  %w = qnn.constant dense<[[[[1.0, 5.0], [2.0, 6.0]], [[3.0, 7.0], [4.0, 8.0]]]]> : tensor<1x2x2x2xf32>
  %b = qnn.constant dense<[0.5]> : tensor<1xf32>
  %0 = qnn.conv_transpose %x, %w, %b {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, groups = 1 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x2x2xf32>, tensor<1xf32>) -> tensor<1x4x6x1xf32>
  %1 = qnn.clamp %0 [0.0, 0x7F800000] {qnn.tensor = "y"} : tensor<1x4x6x1xf32>
  return %1 : tensor<1x4x6x1xf32>
}

// Three taps, stride 2: the even outputs have two of them, the odd ones one and a zero; the last output is a padded one.
// CHECK-LABEL: @three_taps
// CHECK: qnn.constant dense<{{\[\[\[}}3.000000e+00], [1.000000e+00]], {{\[\[}}0.000000e+00], [2.000000e+00]]]> : tensor<2x2x1xf32>
// CHECK: qnn.conv {{.*}}pads = array<i64: 1, 1>{{.*}}-> tensor<1x5x2xf32>
// CHECK: qnn.slice %{{.*}} [0, 1, 0] [1, 8, 1] [1, 1, 1] {{.*}}: tensor<1x10x1xf32> -> tensor<1x8x1xf32>
func.func @three_taps(%x: tensor<1x4x1xf32>) -> tensor<1x8x1xf32> {
  %w = qnn.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32>
  %0 = qnn.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 1, 0>, dilations = array<i64: 1>, output_padding = array<i64: 0>, groups = 1 : i64} : (tensor<1x4x1xf32>, tensor<1x3x1xf32>) -> tensor<1x8x1xf32>
  return %0 : tensor<1x8x1xf32>
}

// What follows may give another type.
// CHECK-LABEL: @predicate
// CHECK: %[[C:.*]] = qnn.conv
// CHECK: qnn.unary is_nan %[[C]] : tensor<1x4x2xf32> -> tensor<1x4x2xi1>
// CHECK: return %{{.*}} : tensor<1x8x1xi1>
func.func @predicate(%x: tensor<1x4x1xf32>) -> tensor<1x8x1xi1> {
  %w = qnn.constant dense<[[[1.0], [2.0]]]> : tensor<1x2x1xf32>
  %0 = qnn.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, output_padding = array<i64: 0>, groups = 1 : i64} : (tensor<1x4x1xf32>, tensor<1x2x1xf32>) -> tensor<1x8x1xf32>
  %1 = qnn.unary is_nan %0 : tensor<1x8x1xf32> -> tensor<1x8x1xi1>
  return %1 : tensor<1x8x1xi1>
}

// Phases of dilated taps are not evenly spread.
// CHECK-LABEL: @dilated
// CHECK: qnn.conv_transpose
func.func @dilated(%x: tensor<1x4x1xf32>) -> tensor<1x11x1xf32> {
  %w = qnn.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32>
  %0 = qnn.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 0, 0>, dilations = array<i64: 2>, output_padding = array<i64: 0>, groups = 1 : i64} : (tensor<1x4x1xf32>, tensor<1x3x1xf32>) -> tensor<1x11x1xf32>
  return %0 : tensor<1x11x1xf32>
}

// Computed weights stay as they are.
// CHECK-LABEL: @computed
// CHECK: qnn.conv_transpose
func.func @computed(%x: tensor<1x4x1xf32>, %w: tensor<1x2x1xf32>) -> tensor<1x8x1xf32> {
  %0 = qnn.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, output_padding = array<i64: 0>, groups = 1 : i64} : (tensor<1x4x1xf32>, tensor<1x2x1xf32>) -> tensor<1x8x1xf32>
  return %0 : tensor<1x8x1xf32>
}
