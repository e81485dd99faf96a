// RUN: qcc-opt %s -qcc-recognize-layer-norm -canonicalize | FileCheck %s

// Mean, variance, quotient, scale and bias.
// CHECK-LABEL: func.func @layer_norm
// CHECK-DAG: %[[S:.*]] = qnn.constant dense<2.000000e+00>
// CHECK-DAG: %[[B:.*]] = qnn.constant dense<3.000000e+00>
// CHECK: %[[N:.*]] = qnn.layer_norm %{{.*}} scale(%[[S]] : tensor<8xf32>) bias(%[[B]] : tensor<8xf32>) {axis = 1 : i64
// CHECK-NEXT: return %[[N]]
func.func @layer_norm(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %scale = qnn.constant dense<2.0> : tensor<8xf32>
  %bias = qnn.constant dense<3.0> : tensor<8xf32>
  %epsilon = qnn.constant dense<1.0e-5> : tensor<f32>
  %0 = qnn.reduce mean %x {axes = array<i64: 1>, keepdims} : tensor<2x8xf32> -> tensor<2x1xf32>
  %1 = qnn.binary sub %x, %0 : tensor<2x8xf32>, tensor<2x1xf32> -> tensor<2x8xf32>
  %2 = qnn.binary mul %1, %1 : tensor<2x8xf32>, tensor<2x8xf32> -> tensor<2x8xf32>
  %3 = qnn.reduce mean %2 {axes = array<i64: 1>, keepdims} : tensor<2x8xf32> -> tensor<2x1xf32>
  %4 = qnn.binary add %3, %epsilon : tensor<2x1xf32>, tensor<f32> -> tensor<2x1xf32>
  %5 = qnn.unary sqrt %4 : tensor<2x1xf32> -> tensor<2x1xf32>
  %6 = qnn.binary div %1, %5 : tensor<2x8xf32>, tensor<2x1xf32> -> tensor<2x8xf32>
  %7 = qnn.binary mul %6, %scale : tensor<2x8xf32>, tensor<8xf32> -> tensor<2x8xf32>
  %8 = qnn.binary add %7, %bias : tensor<2x8xf32>, tensor<8xf32> -> tensor<2x8xf32>
  return %8 : tensor<2x8xf32>
}

// Without a mean, times a reciprocal.
// CHECK-LABEL: func.func @rms_norm
// CHECK: qnn.layer_norm %{{.*}} {axis = 1 : i64, {{.*}}rms}
func.func @rms_norm(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %one = qnn.constant dense<1.0> : tensor<f32>
  %epsilon = qnn.constant dense<1.0e-5> : tensor<f32>
  %0 = qnn.binary mul %x, %x : tensor<2x8xf32>, tensor<2x8xf32> -> tensor<2x8xf32>
  %1 = qnn.reduce mean %0 {axes = array<i64: 1>, keepdims} : tensor<2x8xf32> -> tensor<2x1xf32>
  %2 = qnn.binary add %1, %epsilon : tensor<2x1xf32>, tensor<f32> -> tensor<2x1xf32>
  %3 = qnn.unary sqrt %2 : tensor<2x1xf32> -> tensor<2x1xf32>
  %4 = qnn.binary div %one, %3 : tensor<f32>, tensor<2x1xf32> -> tensor<2x1xf32>
  %5 = qnn.binary mul %x, %4 : tensor<2x8xf32>, tensor<2x1xf32> -> tensor<2x8xf32>
  return %5 : tensor<2x8xf32>
}

// As JAX writes it: sums by a constant, the mean of squares less the square of
// the mean, the scale multiplied with the factor first.
// CHECK-LABEL: func.func @fast_variance
// CHECK: qnn.layer_norm %{{.*}} scale(
func.func @fast_variance(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %scale = qnn.constant dense<2.0> : tensor<8xf32>
  %n = qnn.constant dense<0.125> : tensor<f32>
  %zero = qnn.constant dense<0.0> : tensor<f32>
  %epsilon = qnn.constant dense<1.0e-5> : tensor<f32>
  %0 = qnn.reduce sum %x {axes = array<i64: 1>} : tensor<2x8xf32> -> tensor<2xf32>
  %1 = qnn.binary mul %0, %n : tensor<2xf32>, tensor<f32> -> tensor<2xf32>
  %2 = qnn.binary mul %1, %1 : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %3 = qnn.reshape %1 : tensor<2xf32> -> tensor<2x1xf32>
  %4 = qnn.binary sub %x, %3 : tensor<2x8xf32>, tensor<2x1xf32> -> tensor<2x8xf32>
  %5 = qnn.binary mul %x, %x : tensor<2x8xf32>, tensor<2x8xf32> -> tensor<2x8xf32>
  %6 = qnn.reduce sum %5 {axes = array<i64: 1>} : tensor<2x8xf32> -> tensor<2xf32>
  %7 = qnn.binary mul %6, %n : tensor<2xf32>, tensor<f32> -> tensor<2xf32>
  %8 = qnn.binary sub %7, %2 : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %9 = qnn.binary max %zero, %8 : tensor<f32>, tensor<2xf32> -> tensor<2xf32>
  %10 = qnn.reshape %9 : tensor<2xf32> -> tensor<2x1xf32>
  %11 = qnn.binary add %10, %epsilon : tensor<2x1xf32>, tensor<f32> -> tensor<2x1xf32>
  %12 = qnn.unary sqrt %11 : tensor<2x1xf32> -> tensor<2x1xf32>
  %13 = qnn.unary reciprocal %12 : tensor<2x1xf32> -> tensor<2x1xf32>
  %14 = qnn.binary mul %13, %scale : tensor<2x1xf32>, tensor<8xf32> -> tensor<2x8xf32>
  %15 = qnn.binary mul %4, %14 : tensor<2x8xf32>, tensor<2x8xf32> -> tensor<2x8xf32>
  return %15 : tensor<2x8xf32>
}

// Axes in front are not what the op normalises over.
// CHECK-LABEL: func.func @leading
// CHECK-NOT: qnn.layer_norm
func.func @leading(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %epsilon = qnn.constant dense<1.0e-5> : tensor<f32>
  %0 = qnn.binary mul %x, %x : tensor<2x8xf32>, tensor<2x8xf32> -> tensor<2x8xf32>
  %1 = qnn.reduce mean %0 {axes = array<i64: 0>, keepdims} : tensor<2x8xf32> -> tensor<1x8xf32>
  %2 = qnn.binary add %1, %epsilon : tensor<1x8xf32>, tensor<f32> -> tensor<1x8xf32>
  %3 = qnn.unary sqrt %2 : tensor<1x8xf32> -> tensor<1x8xf32>
  %4 = qnn.binary div %x, %3 : tensor<2x8xf32>, tensor<1x8xf32> -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}
