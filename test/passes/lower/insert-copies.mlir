// RUN: qcc-opt %s -split-input-file -qcc-insert-copies | FileCheck %s

// What an op makes for the return alone needs no copy, reshaped or not.
// CHECK-LABEL: func.func @direct
func.func @direct(%x: tensor<2x4xf32>) -> tensor<8xf32> {
  // CHECK-NOT: fused_map
  %0 = qnn.softmax %x {axis = 1 : i64} : tensor<2x4xf32>
  %1 = qnn.reshape %0 : tensor<2x4xf32> -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// Arguments, constants, reshapes of them, and values with another reader do.
// CHECK-LABEL: func.func @copies
func.func @copies(%x: tensor<2x4xui8>) -> (tensor<2x4xui8>, tensor<8xui8>, tensor<2xf32>, tensor<2x4xui8>, tensor<2x4xui8>) {
  %0 = qnn.reshape %x : tensor<2x4xui8> -> tensor<8xui8>
  %1 = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %2 = qnn.transpose %x [0, 1] : tensor<2x4xui8> -> tensor<2x4xui8>
  // CHECK: %[[A:.*]] = qnn.fused_map(%arg0 : tensor<2x4xui8>)
  // CHECK: ^bb0(%[[V:.*]]: ui8):
  // CHECK-NEXT: qnn.yield %[[V]] : ui8
  // CHECK: %[[B:.*]] = qnn.fused_map
  // CHECK: %[[C:.*]] = qnn.fused_map
  // CHECK: %[[D:.*]] = qnn.fused_map
  // CHECK: return %[[A]], %[[B]], %[[C]], %[[D]], %{{.*}}
  return %x, %0, %1, %2, %2 : tensor<2x4xui8>, tensor<8xui8>, tensor<2xf32>, tensor<2x4xui8>, tensor<2x4xui8>
}
