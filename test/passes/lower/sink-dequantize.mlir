// RUN: qcc-opt %s -qcc-sink-dequantize | FileCheck %s

// A maximum of stored numbers is the stored maximum; the pair around it goes.
// CHECK-LABEL: @max_pool
// CHECK-NEXT: %[[P:.*]] = qnn.pool max %arg0 {{.*}} : tensor<1x4x4x8xui8> -> tensor<1x2x2x8xui8>
// CHECK-NEXT: return %[[P]]
func.func @max_pool(%q: tensor<1x4x4x8xui8>) -> tensor<1x2x2x8xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x4x4x8xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4x4x8xf32>
  %p = qnn.pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<1x4x4x8xf32> -> tensor<1x2x2x8xf32>
  %y = qnn.quantize %p, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x8xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x8xui8>
  return %y : tensor<1x2x2x8xui8>
}

// Zero padding of the real tensor is padding by the zero point.
// CHECK-LABEL: @pad
// CHECK: qnn.pad %arg0 [0, 1] [0, 1] {value = 3.000000e+00 : f64} : tensor<1x4xui8> -> tensor<1x6xui8>
func.func @pad(%q: tensor<1x4xui8>) -> tensor<1x6xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %p = qnn.pad %x [0, 1] [0, 1] : tensor<1x4xf32> -> tensor<1x6xf32>
  return %p : tensor<1x6xf32>
}

// Parts of different scales are not joined as integers.
// CHECK-LABEL: @concat_scales
// CHECK: qnn.dequantize
// CHECK: qnn.dequantize
// CHECK: qnn.concat %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
func.func @concat_scales(%a: tensor<1x4xui8>, %b: tensor<1x4xui8>) -> tensor<1x8xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %t = qnn.constant dense<0.25> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %x = qnn.dequantize %a, %s, %z as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %y = qnn.dequantize %b, %t, %z as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %c = qnn.concat %x, %y {axis = 1 : i64} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  return %c : tensor<1x8xf32>
}

// Each part of a quantized concatenation is rounded where it is computed.
// CHECK-LABEL: @hoist
// CHECK-DAG: %[[A:.*]] = qnn.unary tanh %arg0
// CHECK-DAG: %[[QA:.*]] = qnn.quantize %[[A]]
// CHECK: qnn.concat %[[QA]], %{{.*}} : (tensor<1x4xui8>, tensor<1x4xui8>) -> tensor<1x8xui8>
func.func @hoist(%a: tensor<1x4xf32>) -> tensor<1x8xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %x = qnn.unary tanh %a : tensor<1x4xf32> -> tensor<1x4xf32>
  %y = qnn.unary erf %a : tensor<1x4xf32> -> tensor<1x4xf32>
  %c = qnn.concat %x, %y {axis = 1 : i64} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  %q = qnn.quantize %c, %s, %z as <ui8, per_tensor> : (tensor<1x8xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x8xui8>
  return %q : tensor<1x8xui8>
}
