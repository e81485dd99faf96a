// RUN: qcc-opt %s -qcc-matmul-to-linear | FileCheck %s

// A weight matrix is transposed; a dequantized one keeps its scales.
// CHECK-LABEL: func.func @weights
// CHECK: qnn.linear %{{.*}} : (tensor<4x3xf32>, tensor<2x3xf32>) -> tensor<4x2xf32>
// CHECK: %[[D:.*]] = qnn.dequantize %{{.*}} as <i8, per_axis = 0, symmetric>
// CHECK: qnn.linear %{{.*}}, %[[D]]
func.func @weights(%x: tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  %w = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %q = qnn.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
  %s = qnn.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %z = qnn.constant dense<0> : tensor<2xi8>
  %0 = qnn.matmul %x, %w : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %1 = qnn.dequantize %q, %s, %z as <i8, per_axis = 1, symmetric> : (tensor<3x2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<3x2xf32>
  %2 = qnn.matmul %x, %1 : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return %0, %2 : tensor<4x2xf32>, tensor<4x2xf32>
}

// Two computed tensors stay a product.
// CHECK-LABEL: func.func @computed
// CHECK: qnn.matmul
func.func @computed(%x: tensor<4x3xf32>, %y: tensor<3x2xf32>) -> tensor<4x2xf32> {
  %0 = qnn.matmul %x, %y : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
