// RUN: qcc-opt %s -qcc-fuse-elementwise | FileCheck %s

// A diamond is one map; what others read too is not taken in.
// CHECK-LABEL: @diamond
// CHECK: %[[SHARED:.*]] = qnn.fused_map(%arg0 : tensor<4xf32>)
// CHECK: math.exp
// CHECK: %[[LAST:.*]] = qnn.fused_map(%[[SHARED]] : tensor<4xf32>)
// CHECK: math.tanh
// CHECK: arith.mulf
// CHECK: return %[[LAST]], %[[SHARED]]
func.func @diamond(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = qnn.unary exp %x : tensor<4xf32> -> tensor<4xf32>
  %1 = qnn.unary tanh %0 : tensor<4xf32> -> tensor<4xf32>
  %2 = qnn.binary mul %1, %0 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %2, %0 : tensor<4xf32>, tensor<4xf32>
}

// A dequantize is repeated in each reader; a real input is divided by the scale, as ONNX says.
// CHECK-LABEL: @quantization
// CHECK: %[[Q:.*]] = qnn.fused_map(%arg0 : tensor<4xf32>) -> tensor<4xui8>
// CHECK: arith.divf
// CHECK: qnn.round
// CHECK: qnn.fused_map(%[[Q]] : tensor<4xui8>) -> tensor<4xf32>
// CHECK: qnn.widen
// CHECK: math.exp
// CHECK: qnn.fused_map(%[[Q]] : tensor<4xui8>) -> tensor<4xf32>
// CHECK: qnn.widen
// CHECK: math.tanh
func.func @quantization(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %q = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %1 = qnn.unary exp %0 : tensor<4xf32> -> tensor<4xf32>
  %2 = qnn.unary tanh %0 : tensor<4xf32> -> tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}

// Shapes that differ are not one map: the smaller tensor would be computed again for each element.
// CHECK-LABEL: @broadcast
// CHECK: qnn.fused_map(%arg1 : tensor<3xf32>) -> tensor<3xf32>
// CHECK: qnn.fused_map(%arg0, %{{.*}} : tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
func.func @broadcast(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = qnn.unary exp %b : tensor<3xf32> -> tensor<3xf32>
  %1 = qnn.binary add %x, %0 : tensor<2x3xf32>, tensor<3xf32> -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
