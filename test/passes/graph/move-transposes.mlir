// RUN: qcc-opt %s -split-input-file -qcc-move-transposes | FileCheck %s

// Elementwise ops, also with constants, and slices and pads between two
// transposes that undo each other work in the other layout.
// CHECK-LABEL: func.func @chain
// CHECK-NOT: qnn.transpose
// CHECK: qnn.constant dense<{{.*}}> : tensor<1x1x1x2xf32>
// CHECK: qnn.binary mul %{{.*}} : tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>
// CHECK: qnn.slice %{{.*}}[0, 0, 0, 0] [1, 2, 4, 2] [1, 2, 1, 1]
// CHECK: qnn.pad %{{.*}}[0, 0, 0, 1] [0, 0, 0, 1]
// CHECK-NOT: qnn.transpose
func.func @chain(%x: tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32> {
  %c = qnn.constant dense<[[[[2.0]], [[3.0]]]]> : tensor<1x2x1x1xf32>
  %0 = qnn.transpose %x [0, 3, 1, 2] : tensor<1x4x4x2xf32> -> tensor<1x2x4x4xf32>
  %1 = qnn.clamp %0 [0.0, 6.0] : tensor<1x2x4x4xf32>
  %2 = qnn.binary mul %1, %c : tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %3 = qnn.slice %2 [0, 0, 0, 0] [1, 2, 2, 4] [1, 1, 2, 1] : tensor<1x2x4x4xf32> -> tensor<1x2x2x4xf32>
  %4 = qnn.pad %3 [0, 1, 0, 0] [0, 1, 0, 0] : tensor<1x2x2x4xf32> -> tensor<1x4x2x4xf32>
  %5 = qnn.transpose %4 [0, 2, 3, 1] : tensor<1x4x2x4xf32> -> tensor<1x2x4x4xf32>
  return %5 : tensor<1x2x4x4xf32>
}

// -----

// Heads of a detector: each is flattened, then all are joined and transposed.
// CHECK-LABEL: func.func @heads
// CHECK-NOT: qnn.transpose
// CHECK: qnn.reshape %{{.*}} : tensor<1x4x4x85xf32> -> tensor<1x16x85xf32>
// CHECK: qnn.concat %{{.*}} {axis = 1 : i64}
// CHECK-NOT: qnn.transpose
func.func @heads(%x: tensor<1x4x4x85xf32>, %y: tensor<1x2x2x85xf32>) -> tensor<1x20x85xf32> {
  %0 = qnn.transpose %x [0, 3, 1, 2] : tensor<1x4x4x85xf32> -> tensor<1x85x4x4xf32>
  %1 = qnn.transpose %y [0, 3, 1, 2] : tensor<1x2x2x85xf32> -> tensor<1x85x2x2xf32>
  %2 = qnn.reshape %0 : tensor<1x85x4x4xf32> -> tensor<1x85x16xf32>
  %3 = qnn.reshape %1 : tensor<1x85x2x2xf32> -> tensor<1x85x4xf32>
  %4 = qnn.concat %2, %3 {axis = 2 : i64} : (tensor<1x85x16xf32>, tensor<1x85x4xf32>) -> tensor<1x85x20xf32>
  %5 = qnn.transpose %4 [0, 2, 1] : tensor<1x85x20xf32> -> tensor<1x20x85xf32>
  return %5 : tensor<1x20x85xf32>
}

// -----

// Axes of reductions and softmax follow; what is reduced away vanishes from the
// permutation.
// CHECK-LABEL: func.func @axes
// CHECK: qnn.softmax %{{.*}} {axis = 3 : i64}
// CHECK: %[[R:.*]] = qnn.reduce sum %{{.*}} {axes = array<i64: 1>} : tensor<2x4x5x3xf32> -> tensor<2x5x3xf32>
// CHECK: qnn.transpose %[[R]] [0, 2, 1]
func.func @axes(%x: tensor<2x4x5x3xf32>) -> tensor<2x3x5xf32> {
  %0 = qnn.transpose %x [0, 3, 1, 2] : tensor<2x4x5x3xf32> -> tensor<2x3x4x5xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64} : tensor<2x3x4x5xf32>
  %2 = qnn.reduce sum %1 {axes = array<i64: 2>} : tensor<2x3x4x5xf32> -> tensor<2x3x5xf32>
  return %2 : tensor<2x3x5xf32>
}

// -----

// What is left above a dequantize moves integers.
// CHECK-LABEL: func.func @quantized
// CHECK: %[[T:.*]] = qnn.transpose %{{.*}} [0, 2, 1] : tensor<1x3x4xui8> -> tensor<1x4x3xui8>
// CHECK: qnn.dequantize %[[T]], {{.*}} as <ui8, per_axis = 2>
func.func @quantized(%q: tensor<1x3x4xui8>, %s: tensor<3xf32>, %z: tensor<3xui8>) -> tensor<1x4x3xf32> {
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_axis = 1> : (tensor<1x3x4xui8>, tensor<3xf32>, tensor<3xui8>) -> tensor<1x3x4xf32>
  %1 = qnn.transpose %0 [0, 2, 1] : tensor<1x3x4xf32> -> tensor<1x4x3xf32>
  return %1 : tensor<1x4x3xf32>
}

// -----

// A sum with a tensor in the other layout is not worth another transpose, ...
// CHECK-LABEL: func.func @unequal
// CHECK: %[[T:.*]] = qnn.transpose
// CHECK-NEXT: qnn.binary add %[[T]], %{{.*}}
// CHECK-NOT: qnn.transpose
func.func @unequal(%x: tensor<2x3x4xf32>, %y: tensor<2x4x3xf32>) -> tensor<2x4x3xf32> {
  %0 = qnn.transpose %x [0, 2, 1] : tensor<2x3x4xf32> -> tensor<2x4x3xf32>
  %1 = qnn.binary add %0, %y : tensor<2x4x3xf32>, tensor<2x4x3xf32> -> tensor<2x4x3xf32>
  return %1 : tensor<2x4x3xf32>
}

// -----

// ... unless the sum is transposed back.
// CHECK-LABEL: func.func @across
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[Y:.*]]: tensor<2x4x3xf32>
// CHECK: %[[T:.*]] = qnn.transpose %[[Y]] [0, 2, 1]
// CHECK: %[[R:.*]] = qnn.binary add %[[X]], %[[T]]
// CHECK: return %[[R]]
func.func @across(%x: tensor<2x3x4xf32>, %y: tensor<2x4x3xf32>) -> tensor<2x3x4xf32> {
  %0 = qnn.transpose %x [0, 2, 1] : tensor<2x3x4xf32> -> tensor<2x4x3xf32>
  %1 = qnn.binary add %0, %y : tensor<2x4x3xf32>, tensor<2x4x3xf32> -> tensor<2x4x3xf32>
  %2 = qnn.transpose %1 [0, 2, 1] : tensor<2x4x3xf32> -> tensor<2x3x4xf32>
  return %2 : tensor<2x3x4xf32>
}
