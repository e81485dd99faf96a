// RUN: qcc-opt %s -split-input-file -qcc-plan-memory -qcc-verify-memory-plan | FileCheck %s

// A chain of three: the third value lies where the first one was; the elementwise
// op works in place, and the returned value has no place in the arena.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: qnn.arena_size = 128 : i64
func.func @chain(%x: tensor<4x16xf32>) -> tensor<1x16xf32> {
  // CHECK: qnn.reduce sum %arg0 {{.*}}qnn.buffer = #qnn.buffer<[[A:[0-9]+]], [64, 4], [[A]], 64>
  %0 = qnn.reduce sum %x {axes = array<i64: 0>, keepdims} : tensor<4x16xf32> -> tensor<1x16xf32>
  // CHECK: qnn.fused_map{{.*}}qnn.buffer = #qnn.buffer<[[A]], [64, 4], [[A]], 64>
  %1 = qnn.fused_map(%0 : tensor<1x16xf32>) -> tensor<1x16xf32> {
  ^bb0(%v: f32):
    %a = arith.addf %v, %v : f32
    qnn.yield %a : f32
  }
  // CHECK: qnn.softmax {{.*}}qnn.buffer = #qnn.buffer<[[B:[0-9]+]], [64, 4], [[B]], 64>
  %2 = qnn.softmax %1 {axis = 1 : i64} : tensor<1x16xf32>
  // CHECK: qnn.softmax {{.*}}qnn.buffer = #qnn.buffer<[[A]], [64, 4], [[A]], 64>
  %3 = qnn.softmax %2 {axis = 1 : i64} : tensor<1x16xf32>
  // CHECK-NOT: qnn.buffer
  // CHECK: return
  %4 = qnn.softmax %3 {axis = 1 : i64} : tensor<1x16xf32>
  return %4 : tensor<1x16xf32>
}

// -----

// Not in place: the operand is read again, or has wider elements.
// CHECK-LABEL: func.func @not_in_place
// CHECK-SAME: qnn.arena_size = 144 : i64
func.func @not_in_place(%x: tensor<4x16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  // CHECK: qnn.reduce {{.*}}#qnn.buffer<0, [4], 0, 64>
  %0 = qnn.reduce sum %x {axes = array<i64: 0>} : tensor<4x16xf32> -> tensor<16xf32>
  // CHECK: qnn.fused_map{{.*}}#qnn.buffer<64, [4], 64, 64>
  %1 = qnn.fused_map(%0 : tensor<16xf32>) -> tensor<16xf32> {
  ^bb0(%v: f32):
    qnn.yield %v : f32
  }
  // CHECK: qnn.fused_map{{.*}}#qnn.buffer<128, [1], 128, 16>
  %2 = qnn.fused_map(%1 : tensor<16xf32>) -> tensor<16xi8> {
  ^bb0(%v: f32):
    %z = arith.constant 0 : i32
    %q = qnn.round %v, %z : f32, i32 -> i8
    qnn.yield %q : i8
  }
  %3 = qnn.fused_map(%0, %2 : tensor<16xf32>, tensor<16xi8>) -> tensor<16xf32> {
  ^bb0(%v: f32, %q: i8):
    qnn.yield %v : f32
  }
  %4 = qnn.softmax %3 {axis = 0 : i64} : tensor<16xf32>
  %5 = qnn.softmax %0 {axis = 0 : i64} : tensor<16xf32>
  return %4, %5 : tensor<16xf32>, tensor<16xf32>
}

// -----

// A halo of one row and column on each side and a pitch of 4 channels: 6 x 6 x 4
// bytes, of which element [0, 0, 0, 0] is 28 behind the first.
// CHECK-LABEL: func.func @halo
// CHECK-SAME: qnn.arena_size = 144 : i64
func.func @halo(%x: tensor<1x4x4x3xf32>, %w: tensor<8x3x3x3xi8>) -> tensor<1x4x4x8xui8> {
  // CHECK: qnn.buffer = #qnn.buffer<28, [144, 24, 4, 1], 0, 144>
  %0 = qnn.fused_map(%x : tensor<1x4x4x3xf32>) {qnn.halo = array<i64: 0, 1, 1, 0, 0, 1, 1, 0>, qnn.channels = 4 : i64} -> tensor<1x4x4x3xui8> {
  ^bb0(%v: f32):
    %z = arith.constant 0 : i32
    %q = qnn.round %v, %z : f32, i32 -> ui8
    qnn.yield %q : ui8
  }
  %1 = qnn.fused_conv %0, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<1x4x4x3xui8>, tensor<8x3x3x3xi8> -> tensor<1x4x4x8xui8> {
  ^bb0(%acc: i32):
    %z = arith.constant 0 : i32
    %f = arith.sitofp %acc : i32 to f32
    %q = qnn.round %f, %z : f32, i32 -> ui8
    qnn.yield %q : ui8
  }
  return %1 : tensor<1x4x4x8xui8>
}

// -----

// Reshapes and slices of whole rows are views of anything compact; a transpose is
// one where its readers take any strides; a reshape of a value with a pitch is not.
// CHECK-LABEL: func.func @views
func.func @views(%x: tensor<4x6xf32>) -> (tensor<6x4xf32>, tensor<2xf32>, tensor<24xf32>) {
  // CHECK: qnn.softmax %arg0 {{.*}}qnn.buffer
  %0 = qnn.softmax %x {axis = 1 : i64} : tensor<4x6xf32>
  // CHECK: qnn.reshape %{{.*}} {qnn.view}
  %1 = qnn.reshape %0 : tensor<4x6xf32> -> tensor<2x2x6xf32>
  // CHECK: qnn.slice {{.*}}qnn.view
  %2 = qnn.slice %1 [1, 0, 0] [1, 2, 6] [1, 1, 1] : tensor<2x2x6xf32> -> tensor<1x2x6xf32>
  %3 = qnn.reduce max %2 {axes = array<i64: 0, 2>} : tensor<1x2x6xf32> -> tensor<2xf32>
  // CHECK: qnn.transpose {{.*}}qnn.view
  %4 = qnn.transpose %0 [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>
  %5 = qnn.fused_map(%4 : tensor<6x4xf32>) -> tensor<6x4xf32> {
  ^bb0(%v: f32):
    qnn.yield %v : f32
  }
  // CHECK: qnn.transpose {{.*}}qnn.buffer
  %6 = qnn.transpose %0 [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>
  // CHECK: qnn.softmax {{.*}}qnn.channels
  %7 = qnn.softmax %6 {axis = 1 : i64, qnn.channels = 8 : i64} : tensor<6x4xf32>
  // CHECK: qnn.reshape {{.*}}qnn.buffer
  %8 = qnn.reshape %7 : tensor<6x4xf32> -> tensor<24xf32>
  %9 = qnn.softmax %8 {axis = 0 : i64} : tensor<24xf32>
  return %5, %3, %9 : tensor<6x4xf32>, tensor<2xf32>, tensor<24xf32>
}

// -----

// A reshape of which a halo was asked for is a copy, though its operand is compact.
// CHECK-LABEL: func.func @reshape_with_halo
func.func @reshape_with_halo(%x: tensor<1x1x4x4xf32>, %w: tensor<8x3x3x1xf32>) -> tensor<1x4x4x8xf32> {
  // CHECK: qnn.reshape {{.*}}qnn.buffer = #qnn.buffer<28, [144, 24, 4, 4], 0, 144>
  %0 = qnn.reshape %x {qnn.halo = array<i64: 0, 1, 1, 0, 0, 1, 1, 0>} : tensor<1x1x4x4xf32> -> tensor<1x4x4x1xf32>
  %1 = qnn.fused_conv %0, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<1x4x4x1xf32>, tensor<8x3x3x1xf32> -> tensor<1x4x4x8xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %1 : tensor<1x4x4x8xf32>
}

// -----

// Of a concat of channels, what a map makes for it alone is made in place; a value that somebody else reads, an argument and
// what a softmax makes are copied.
// CHECK-LABEL: func.func @concat
func.func @concat(%x: tensor<3x16xf32>) -> (tensor<3x64xf32>, tensor<3x16xf32>) {
  // CHECK: qnn.fused_map{{.*}}qnn.buffer = #qnn.buffer<[[B:[0-9]+]], [256, 4], [[A:[0-9]+]], 768>
  %0 = qnn.fused_map(%x : tensor<3x16xf32>) -> tensor<3x16xf32> {
  ^bb0(%v: f32):
    %a = arith.addf %v, %v : f32
    qnn.yield %a : f32
  }
  // CHECK: qnn.softmax {{.*}}qnn.buffer = #qnn.buffer<{{[0-9]+}}, [64, 4]
  %1 = qnn.softmax %x {axis = 1 : i64} : tensor<3x16xf32>
  // CHECK: qnn.fused_map{{.*}}qnn.buffer = #qnn.buffer<{{[0-9]+}}, [64, 4]
  %2 = qnn.fused_map(%x : tensor<3x16xf32>) -> tensor<3x16xf32> {
  ^bb0(%v: f32):
    %a = arith.mulf %v, %v : f32
    qnn.yield %a : f32
  }
  // CHECK: qnn.concat {{.*}}qnn.buffer = #qnn.buffer<[[A]], [256, 4], [[A]], 768>, qnn.in_place = array<i64: 1>
  %3 = qnn.concat %1, %0, %2, %x {axis = 1 : i64} : (tensor<3x16xf32>, tensor<3x16xf32>, tensor<3x16xf32>, tensor<3x16xf32>) -> tensor<3x64xf32>
  %4 = qnn.softmax %3 {axis = 1 : i64} : tensor<3x64xf32>
  %5 = qnn.softmax %2 {axis = 1 : i64} : tensor<3x16xf32>
  return %4, %5 : tensor<3x64xf32>, tensor<3x16xf32>
}

// -----

// A concat with a halo, or one that is returned, gets copies.
// CHECK-LABEL: func.func @concat_elsewhere
// CHECK-NOT: qnn.in_place
func.func @concat_elsewhere(%x: tensor<1x4x16xf32>) -> (tensor<1x8x16xf32>, tensor<1x8x16xf32>) {
  %0 = qnn.fused_map(%x : tensor<1x4x16xf32>) -> tensor<1x4x16xf32> {
  ^bb0(%v: f32):
    %a = arith.addf %v, %v : f32
    qnn.yield %a : f32
  }
  %1 = qnn.fused_map(%x : tensor<1x4x16xf32>) -> tensor<1x4x16xf32> {
  ^bb0(%v: f32):
    %a = arith.addf %v, %v : f32
    qnn.yield %a : f32
  }
  %2 = qnn.concat %0, %x {axis = 1 : i64, qnn.halo = array<i64: 0, 1, 0, 0, 1, 0>} : (tensor<1x4x16xf32>, tensor<1x4x16xf32>) -> tensor<1x8x16xf32>
  %3 = qnn.softmax %2 {axis = 2 : i64} : tensor<1x8x16xf32>
  %4 = qnn.concat %1, %x {axis = 1 : i64} : (tensor<1x4x16xf32>, tensor<1x4x16xf32>) -> tensor<1x8x16xf32>
  return %3, %4 : tensor<1x8x16xf32>, tensor<1x8x16xf32>
}
