// RUN: qcc-opt %s -qcc-reduce-to-pool | FileCheck %s

// CHECK-LABEL: @mean
// CHECK: %[[P:.*]] = qnn.pool average %arg0 {{.*}}kernel = array<i64: 8, 4>{{.*}} : tensor<1x8x4x16xf32> -> tensor<1x1x1x16xf32>
// CHECK: qnn.reshape %[[P]] : tensor<1x1x1x16xf32> -> tensor<1x16xf32>
func.func @mean(%x: tensor<1x8x4x16xf32>) -> tensor<1x16xf32> {
  %0 = qnn.reduce mean %x {axes = array<i64: 1, 2>} : tensor<1x8x4x16xf32> -> tensor<1x16xf32>
  return %0 : tensor<1x16xf32>
}

// Channels are not a window.
// CHECK-LABEL: @channels
// CHECK: qnn.reduce mean
func.func @channels(%x: tensor<1x8x4x16xf32>) -> tensor<1x8x4x1xf32> {
  %0 = qnn.reduce mean %x {axes = array<i64: 3>, keepdims} : tensor<1x8x4x16xf32> -> tensor<1x8x4x1xf32>
  return %0 : tensor<1x8x4x1xf32>
}
