// RUN: qcc-opt %s -qcc-fold-constants=limit=8 | FileCheck %s

// A chain folds in one sweep.
// CHECK-LABEL: func.func @chain
// CHECK: %[[C:.*]] = qnn.constant dense<[3.000000e+00, 5.000000e+00]> : tensor<2xf32>
// CHECK: return %[[C]]
func.func @chain() -> tensor<2xf32> {
  %a = qnn.constant dense<[4.0, 16.0]> : tensor<2xf32>
  %b = qnn.constant dense<1.0> : tensor<f32>
  %0 = qnn.unary sqrt %a : tensor<2xf32> -> tensor<2xf32>
  %1 = qnn.binary add %0, %b : tensor<2xf32>, tensor<f32> -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// A result that is larger than the limit and than its operands stays an op.
// CHECK-LABEL: func.func @large
// CHECK: qnn.broadcast
func.func @large() -> tensor<3x3xf32> {
  %a = qnn.constant dense<4.0> : tensor<f32>
  %0 = qnn.broadcast %a : tensor<f32> -> tensor<3x3xf32>
  return %0 : tensor<3x3xf32>
}

// A dequantized constant is a quantized weight: it stays.
// CHECK-LABEL: func.func @weight
// CHECK: qnn.dequantize
func.func @weight() -> tensor<2xf32> {
  %q = qnn.constant dense<[1, 2]> : tensor<2xi8>
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<0> : tensor<i8>
  %0 = qnn.dequantize %q, %s, %z as <i8, per_tensor, symmetric> : (tensor<2xi8>, tensor<f32>, tensor<i8>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
