// RUN: qcc-opt %s -qcc-fold-channel-affine -canonicalize | FileCheck %s

// A scale goes into the rows of the weight and into the bias, an offset into
// the bias.
// CHECK-LABEL: func.func @after
// CHECK-DAG: %[[W:.*]] = qnn.constant dense<{{\[}}[2.000000e+00, 4.000000e+00], [9.000000e+00, 1.200000e+01]]>
// CHECK-DAG: %[[B:.*]] = qnn.constant dense<[3.000000e+00, 4.000000e+00]>
// CHECK: %[[L:.*]] = qnn.linear %{{.*}}, %[[W]], %[[B]] {qnn.tensor = "y"}
// CHECK: return %[[L]]
func.func @after(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = qnn.constant dense<1.0> : tensor<2xf32>
  %scale = qnn.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = qnn.constant dense<1.0> : tensor<f32>
  %0 = qnn.linear %x, %w, %b {qnn.tensor = "l"} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = qnn.binary mul %0, %scale : tensor<1x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  %2 = qnn.binary add %offset, %1 {qnn.tensor = "y"} : tensor<f32>, tensor<1x2xf32> -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// A scale before goes into the columns; an offset only where nothing is padded.
// CHECK-LABEL: func.func @before
// CHECK: qnn.constant dense<{{.*}}[2.000000e+00, 6.000000e+00]
// CHECK: %[[S:.*]] = qnn.binary sub
// CHECK: qnn.conv %[[S]]
func.func @before(%x: tensor<1x3x3x2xf32>) -> tensor<1x3x3x1xf32> {
  %w = qnn.constant dense<[[[[1.0, 2.0]]]]> : tensor<1x1x1x2xf32>
  %scale = qnn.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = qnn.constant dense<1.0> : tensor<f32>
  %0 = qnn.binary sub %x, %offset : tensor<1x3x3x2xf32>, tensor<f32> -> tensor<1x3x3x2xf32>
  %1 = qnn.binary mul %0, %scale : tensor<1x3x3x2xf32>, tensor<2xf32> -> tensor<1x3x3x2xf32>
  %2 = qnn.conv %1, %w {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x3x3x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x3x3x1xf32>
  return %2 : tensor<1x3x3x1xf32>
}

// What somebody else reads unscaled stays unscaled; a quantized weight keeps
// its grid.
// CHECK-LABEL: func.func @kept
// CHECK: qnn.linear
// CHECK: qnn.binary mul
// CHECK: qnn.linear
// CHECK: qnn.binary mul
func.func @kept(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %c = qnn.constant dense<1.0> : tensor<2x2xf32>
  %scale = qnn.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %0 = qnn.linear %x, %c : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.binary mul %0, %scale : tensor<1x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  %2 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %3 = qnn.binary mul %2, %scale : tensor<1x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %0, %1, %3 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}
