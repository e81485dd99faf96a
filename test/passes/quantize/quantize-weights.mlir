// RUN: qcc-opt %s -qcc-quantize-weights -canonicalize | FileCheck %s

// Halves go to the even number; narrow storage leaves -128 out.
// CHECK-LABEL: func.func @rows
// CHECK: qnn.constant dense<{{\[\[}}1, 2, 2], [-127, 127, 0]]> : tensor<2x3xi8>
func.func @rows() -> tensor<2x3xi8> {
  %w = qnn.constant dense<[[0.5, 1.0, 1.25], [-200.0, 200.0, 0.5]]> : tensor<2x3xf32>
  %s = qnn.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %z = qnn.constant dense<0> : tensor<2xi8>
  %q = qnn.quantize %w, %s, %z as <i8, per_axis = 0, symmetric, narrow> : (tensor<2x3xf32>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x3xi8>
  return %q : tensor<2x3xi8>
}

// Along the last axis.
// CHECK-LABEL: func.func @columns
// CHECK: qnn.constant dense<{{\[\[}}13, 12], [14, 13]]> : tensor<2x2xui8>
func.func @columns() -> tensor<2x2xui8> {
  %w = qnn.constant dense<[[1.0, 1.0], [2.0, 2.0]]> : tensor<2x2xf32>
  %s = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %z = qnn.constant dense<12> : tensor<2xui8>
  %q = qnn.quantize %w, %s, %z as <ui8, per_axis = 1> : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xui8>) -> tensor<2x2xui8>
  return %q : tensor<2x2xui8>
}

// What is computed is not folded.
// CHECK-LABEL: func.func @computed
// CHECK: qnn.quantize
func.func @computed(%x: tensor<2xf32>) -> tensor<2xui8> {
  %s = qnn.constant dense<1.0> : tensor<f32>
  %z = qnn.constant dense<12> : tensor<ui8>
  %q = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<2xf32>, tensor<f32>, tensor<ui8>) -> tensor<2xui8>
  return %q : tensor<2xui8>
}
