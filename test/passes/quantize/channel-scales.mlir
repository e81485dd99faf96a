// RUN: qcc-opt %s -split-input-file -qcc-channel-scales | FileCheck %s

// Channels that reach 4 and 1 are divided by 1 and 0.5, and the weights that read them are multiplied by as much. The add that reads
// them too gets them multiplied back. Both channels then lie within 4.
// CHECK-LABEL: func.func @scales
// CHECK: %[[RELU:.*]] = qnn.clamp
// CHECK-NEXT: %[[I:.*]] = qnn.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: %[[X:.*]] = qnn.binary mul %[[RELU]], %[[I]]
// CHECK-NEXT: qnn.observe %[[X]] {{.*}} qnn.range = array<f32: 0.000000e+00, 4.000000e+00>
// CHECK: %[[V:.*]] = qnn.constant dense<{{\[\[}}3.000000e+00, 1.500000e+00], [4.000000e+00, 2.000000e+00]]>
// CHECK-NEXT: %[[Y:.*]] = qnn.linear %[[X]], %[[V]]
// CHECK: %[[S:.*]] = qnn.constant dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32>
// CHECK-NEXT: %[[R:.*]] = qnn.binary mul %[[X]], %[[S]]
// CHECK-NEXT: qnn.binary add %[[Y]], %[[R]]
func.func @scales(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<1.0> : tensor<2x2xf32>
  %v = qnn.constant dense<[[3.0, 3.0], [4.0, 4.0]]> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x2xf32>
  qnn.observe %1 {id = 0 : i64, statistics = ["channels"], tensor = "y", qnn.range = array<f32: 0.0, 4.0>, qnn.statistics = {
    channel_min = array<f32: 0.0, 0.0>, channel_max = array<f32: 4.0, 1.0>}} : tensor<1x2xf32>
  %2 = qnn.linear %1, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %3 = qnn.binary add %2, %1 : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x2xf32>
  %4 = qnn.linear %3, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %4 : tensor<1x2xf32>
}

// -----

// What is joined is scaled together: the greatest of all channels counts, and the reader's weights take the scales of all parts.
// CHECK-LABEL: func.func @joined
// CHECK: %[[A:.*]] = qnn.binary mul {{.*}} : tensor<1x1xf32>, tensor<1xf32>
// CHECK: %[[B:.*]] = qnn.binary mul {{.*}} : tensor<1x1xf32>, tensor<1xf32>
// CHECK: qnn.observe %[[A]] {{.*}} qnn.range = array<f32: 0.000000e+00, 4.000000e+00>
// CHECK: qnn.observe %[[B]] {{.*}} qnn.range = array<f32: 0.000000e+00, 4.000000e+00>
// CHECK: %[[C:.*]] = qnn.concat %[[A]], %[[B]]
// CHECK: qnn.constant dense<{{\[\[}}1.000000e+00, 5.000000e-01]]>
// CHECK-NEXT: qnn.linear %[[C]]
func.func @joined(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = qnn.constant dense<1.0> : tensor<1x1xf32>
  %v = qnn.constant dense<1.0> : tensor<1x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %1 = qnn.linear %x, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  qnn.observe %0 {id = 0 : i64, statistics = ["channels"], tensor = "a", qnn.range = array<f32: 0.0, 4.0>, qnn.statistics = {
    channel_min = array<f32: 0.0>, channel_max = array<f32: 4.0>}} : tensor<1x1xf32>
  qnn.observe %1 {id = 1 : i64, statistics = ["channels"], tensor = "b", qnn.range = array<f32: 0.0, 4.0>, qnn.statistics = {
    channel_min = array<f32: 0.0>, channel_max = array<f32: 1.0>}} : tensor<1x1xf32>
  %2 = qnn.concat %0, %1 {axis = 1 : i64} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %3 = qnn.linear %2, %v : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  return %3 : tensor<1x1xf32>
}

// -----

// A convolution in groups has no weights to put the scales in; the network's input is not ours to scale.
// CHECK-LABEL: func.func @blocked
// CHECK-NOT: qnn.binary
func.func @blocked(%x: tensor<1x1x1x4xf32>) -> tensor<1x1x1x4xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["channels"], tensor = "x", qnn.range = array<f32: 0.0, 4.0>, qnn.statistics = {
    channel_min = array<f32: 0.0, 0.0, 0.0, 0.0>, channel_max = array<f32: 4.0, 1.0, 1.0, 1.0>}} : tensor<1x1x1x4xf32>
  %w = qnn.constant dense<1.0> : tensor<4x1x1x4xf32>
  %v = qnn.constant dense<1.0> : tensor<4x1x1x2xf32>
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x1x1x4xf32>, tensor<4x1x1x4xf32>) -> tensor<1x1x1x4xf32>
  qnn.observe %0 {id = 1 : i64, statistics = ["channels"], tensor = "y", qnn.range = array<f32: 0.0, 4.0>, qnn.statistics = {
    channel_min = array<f32: 0.0, 0.0, 0.0, 0.0>, channel_max = array<f32: 4.0, 1.0, 1.0, 1.0>}} : tensor<1x1x1x4xf32>
  %1 = qnn.conv %0, %v {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x1x1x4xf32>, tensor<4x1x1x2xf32>) -> tensor<1x1x1x4xf32>
  return %1 : tensor<1x1x1x4xf32>
}
