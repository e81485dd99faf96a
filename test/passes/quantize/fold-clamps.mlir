// RUN: qcc-opt %s -qcc-fold-clamps | FileCheck %s

// Numbers below 0 saturate to 0, numbers above 6 to 255 = 6 / scale: the quantize does what the clamp did.
// CHECK-LABEL: func.func @folds
// CHECK-NOT: qnn.clamp
// CHECK: qnn.quantize %arg0
func.func @folds(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = qnn.constant dense<0.0235294122> : tensor<f32>
  %z = qnn.constant dense<0> : tensor<ui8>
  %0 = qnn.clamp %x [0.0, 6.0] : tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z as <ui8, per_tensor> : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// The grid reaches below 0.
// CHECK-LABEL: func.func @inside
// CHECK: qnn.clamp
func.func @inside(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<1> : tensor<ui8>
  %0 = qnn.clamp %x [0.0, 0x7F800000] : tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z as <ui8, per_tensor> : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// Somebody else reads the clamped numbers.
// CHECK-LABEL: func.func @shared
// CHECK: qnn.clamp
func.func @shared(%x: tensor<4xf32>) -> (tensor<4xui8>, tensor<4xf32>) {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<0> : tensor<ui8>
  %0 = qnn.clamp %x [0.0, 0x7F800000] : tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z as <ui8, per_tensor> : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1, %0 : tensor<4xui8>, tensor<4xf32>
}
