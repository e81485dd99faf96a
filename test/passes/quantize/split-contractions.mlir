// RUN: qcc-opt %s -split-input-file -qcc-split-contractions | FileCheck %s

// Both parts are multiplied with the same weights; the bias is added once, and the sum is the ONNX tensor.
// CHECK-LABEL: func.func @parts
// CHECK-SAME: %[[A:.*]]: tensor<1x4xui8>, %[[B:.*]]: tensor<1x4xui8>
// CHECK: %[[W:.*]] = qnn.dequantize {{.*}} as <i8, per_axis = 0, symmetric, narrow>
// CHECK: %[[HIGH:.*]] = qnn.dequantize %[[A]]
// CHECK: %[[LOW:.*]] = qnn.dequantize %[[B]]
// CHECK-NOT: qnn.binary
// CHECK: %[[REST:.*]] = qnn.linear %[[LOW]], %[[W]] :
// CHECK: %[[MAIN:.*]] = qnn.linear %[[HIGH]], %[[W]], %{{.*}} :
// CHECK: qnn.binary add %[[MAIN]], %[[REST]] {qnn.tensor = "y"}
func.func @parts(%a: tensor<1x4xui8>, %b: tensor<1x4xui8>) -> tensor<1x2xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %t = qnn.constant dense<0.002> : tensor<f32>
  %z = qnn.constant dense<128> : tensor<ui8>
  %q = qnn.constant dense<[[1, 2, 3, 4], [-4, 3, -2, 1]]> : tensor<2x4xi8>
  %ws = qnn.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %wz = qnn.constant dense<0> : tensor<2xi8>
  %bias = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %w = qnn.dequantize %q, %ws, %wz as <i8, per_axis = 0, symmetric, narrow> : (tensor<2x4xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x4xf32>
  %0 = qnn.dequantize %a, %s, %z as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %1 = qnn.dequantize %b, %t, %z as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %2 = qnn.binary add %0, %1 : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  %3 = qnn.linear %2, %w, %bias {qnn.tensor = "y"} : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// -----

// In f32 one contraction is enough.
// CHECK-LABEL: func.func @floatWeights
// CHECK: qnn.linear
// CHECK-NOT: qnn.linear
func.func @floatWeights(%a: tensor<1x4xui8>) -> tensor<1x2xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<128> : tensor<ui8>
  %w = qnn.constant dense<0.25> : tensor<2x4xf32>
  %0 = qnn.dequantize %a, %s, %z as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %1 = qnn.binary add %0, %0 : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  %2 = qnn.linear %1, %w : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}
