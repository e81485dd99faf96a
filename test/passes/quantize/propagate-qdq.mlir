// RUN: qcc-opt %s -qcc-propagate-qdq | FileCheck %s

// A maximum and a transpose give numbers of the grid that they read; the axis of a grid per channel moves along, and what
// they store keeps their names.
// CHECK-LABEL: func.func @moves
// CHECK: %[[MAX:.*]] = qnn.pool max
// CHECK-NEXT: %[[Q0:.*]] = qnn.quantize %[[MAX]], %[[S:.*]], %[[Z:.*]] as <ui8, per_axis = 3> {qnn.tensor = "max"}
// CHECK-NEXT: %[[D0:.*]] = qnn.dequantize %[[Q0]], %[[S]], %[[Z]] as <ui8, per_axis = 3>
// CHECK-NEXT: %[[T:.*]] = qnn.transpose %[[D0]]
// CHECK-NEXT: %[[Q1:.*]] = qnn.quantize %[[T]], %[[S]], %[[Z]] as <ui8, per_axis = 1>
// CHECK-NEXT: %[[D1:.*]] = qnn.dequantize %[[Q1]]
// CHECK-NEXT: return %[[D1]]
func.func @moves(%q: tensor<1x4x4x2xui8>) -> tensor<1x2x2x2xf32> {
  %s = qnn.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %z = qnn.constant dense<[0, 3]> : tensor<2xui8>
  %d = qnn.dequantize %q, %s, %z as <ui8, per_axis = 3> : (tensor<1x4x4x2xui8>, tensor<2xf32>, tensor<2xui8>) -> tensor<1x4x4x2xf32>
  %0 = qnn.pool max %d {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, qnn.tensor = "max"} : tensor<1x4x4x2xf32> -> tensor<1x2x2x2xf32>
  %1 = qnn.transpose %0 [0, 3, 1, 2] : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// What is joined from two grids has none, and an average makes new numbers.
// CHECK-LABEL: func.func @not_moved
// CHECK-NOT: qnn.quantize
func.func @not_moved(%p: tensor<1x2x2x2xui8>, %q: tensor<1x2x2x2xui8>) -> (tensor<1x2x2x4xf32>, tensor<1x1x1x2xf32>) {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %t = qnn.constant dense<0.25> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %0 = qnn.dequantize %p, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xf32>
  %1 = qnn.dequantize %q, %t, %z as <ui8, per_tensor> : (tensor<1x2x2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xf32>
  %2 = qnn.concat %0, %1 {axis = 3 : i64} : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x4xf32>
  %3 = qnn.pool average %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<1x2x2x2xf32> -> tensor<1x1x1x2xf32>
  return %2, %3 : tensor<1x2x2x4xf32>, tensor<1x1x1x2xf32>
}

// Grids that came with the model stay: what is rounded after the move already is not rounded twice.
// CHECK-LABEL: func.func @rounded_already
// CHECK-COUNT-1: qnn.quantize
// CHECK-NOT: qnn.quantize
func.func @rounded_already(%p: tensor<4xui8>) -> tensor<2x2xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %0 = qnn.dequantize %p, %s, %z as <ui8, per_tensor> : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %1 = qnn.reshape %0 : tensor<4xf32> -> tensor<2x2xf32>
  %2 = qnn.quantize %1, %s, %z as <ui8, per_tensor> : (tensor<2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<2x2xui8>
  return %2 : tensor<2x2xui8>
}
