// RUN: qcc-opt %s -qcc-quantize-biases -verify-diagnostics | FileCheck %s

// On the accumulator's grid, 0.5 times 0.25 and 0.5.
// CHECK-LABEL: func.func @fits
// CHECK-DAG: %[[B:.*]] = qnn.constant dense<[8, -4]> : tensor<2xi32>
// CHECK-DAG: %[[S:.*]] = qnn.constant dense<[1.250000e-01, 2.500000e-01]> : tensor<2xf32>
// CHECK: %[[D:.*]] = qnn.dequantize %[[B]], %[[S]], {{.*}} as <i32, per_axis = 0, symmetric>
// CHECK: qnn.linear {{.*}}, {{.*}}, %[[D]]
func.func @fits(%q: tensor<1x1xui8>) -> tensor<1x2xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %w = qnn.constant dense<5> : tensor<2x1xi8>
  %ws = qnn.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %wz = qnn.constant dense<0> : tensor<2xi8>
  %b = qnn.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1xf32>
  %1 = qnn.dequantize %w, %ws, %wz as <i8, per_axis = 0, symmetric, narrow> : (tensor<2x1xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x1xf32>
  %2 = qnn.linear %0, %1, %b : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @does_not_fit
// CHECK: qnn.linear {{.*}} : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>)
// CHECK-NOT: i32
func.func @does_not_fit(%q: tensor<1x1xui8>) -> tensor<1x1xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %w = qnn.constant dense<5> : tensor<1x1xi8>
  %ws = qnn.constant dense<0.25> : tensor<1xf32>
  %wz = qnn.constant dense<0> : tensor<1xi8>
  %b = qnn.constant dense<1.0e12> : tensor<1xf32>
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1xf32>
  %1 = qnn.dequantize %w, %ws, %wz as <i8, per_axis = 0, symmetric, narrow> : (tensor<1x1xi8>, tensor<1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
  // expected-remark @below {{bias kept in f32 because that of channel 0 does not fit i32 on the accumulator's grid}}
  %2 = qnn.linear %0, %1, %b : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}
