// RUN: qcc-opt %s -qcc-x86-pack-weights | FileCheck %s

// Four bytes of the reduction of one output lie together, then the outputs of a block; the fifth byte begins a second step,
// whose rest is zero.
// CHECK-LABEL: @bytes
// CHECK: qnn.constant dense<[1, 2, 3, 4, 6, 7, 8, 9, 5, 0, 0, 0, 10, 0, 0, 0]> : tensor<16xi8>
// CHECK: qnn.fused_matmul
// CHECK-SAME: packing = #qnn.packing<[2, 5], 5, 2 x 4>
func.func @bytes(%x: tensor<3x5xui8>) -> tensor<3x2xi32> {
  %w = qnn.constant dense<[[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]> : tensor<2x5xi8>
  %y = qnn.fused_matmul %x, %w {transpose_rhs, strategy = {kernel = "direct", block = 2 : i64}} : tensor<3x5xui8>, tensor<2x5xi8> -> tensor<3x2xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %y : tensor<3x2xi32>
}

// A matrix that was stored the other way round is packed to the same form.
// CHECK-LABEL: @floats
// CHECK: qnn.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
// CHECK: qnn.fused_matmul
// CHECK-SAME: packing = #qnn.packing<[2, 2], 2, 2 x 1>
// CHECK-SAME: transpose_rhs
func.func @floats(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = qnn.fused_matmul %x, %w {strategy = {kernel = "direct", block = 2 : i64}} : tensor<3x2xf32>, tensor<2x2xf32> -> tensor<3x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %y : tensor<3x2xf32>
}

// Registers of eight columns: behind the weights stand where sums of pairs start, and a bit for each step. The second step is
// marked, because 255 * (100 + 50) is no i16: 128 * (100 + 50 - 7) - (100 + 50) in the first column, 0 in others.
// CHECK-LABEL: @pairs
// CHECK: qnn.constant dense<[100, 1, -100, 2, 0, {{.*}}0, 100, 50, -7, 0, {{.*}}0, -22, 70, 0, 0, 0, {{.*}}0, 2, 0, 0, 0]> : tensor<100xi8>
func.func @pairs(%x: tensor<3x8xui8>) -> tensor<3x8xi32> {
  %w = qnn.constant dense<[[100, 1, -100, 2, 100, 50, -7, 0], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0]]> : tensor<8x8xi8>
  %y = qnn.fused_matmul %x, %w {transpose_rhs, strategy = {kernel = "direct", block = 8 : i64}} : tensor<3x8xui8>, tensor<8x8xi8> -> tensor<3x8xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %y : tensor<3x8xi32>
}

// Both operands are signed: behind the weights stand -128 * (1 + 2) and -128 * (3 - 4) as i32.
// CHECK-LABEL: @corrections
// CHECK: qnn.constant dense<[1, 2, 0, 0, 3, -4, 0, 0, -128, -2, -1, -1, -128, 0, 0, 0]> : tensor<16xi8>
func.func @corrections(%x: tensor<3x2xi8>) -> tensor<3x2xi32> {
  %w = qnn.constant dense<[[1, 2], [3, -4]]> : tensor<2x2xi8>
  %y = qnn.fused_matmul %x, %w {transpose_rhs, strategy = {kernel = "direct", block = 2 : i64}} : tensor<3x2xi8>, tensor<2x2xi8> -> tensor<3x2xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %y : tensor<3x2xi32>
}
