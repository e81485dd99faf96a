// RUN: qcc-opt %s -qcc-x86-select-strategy -split-input-file | FileCheck %s

// The producer of a padded convolution's input reserves and fills a halo. Columns that stride 2 does not reach get none.
// CHECK-LABEL: @halo
// CHECK: qnn.fused_map
// CHECK-SAME: qnn.halo = array<i64: 0, 1, 1, 0, 0, 0, 0, 0>
// CHECK-SAME: qnn.halo_value = array<i32: 7>
// CHECK: qnn.fused_conv
// CHECK-SAME: strategy = {avx2 = array<i64: {{[0-9, ]+}}>, avx512 = array<i64: {{[0-9, ]+}}>, block = 16 : i64, kernel = "direct"}
func.func @halo(%x: tensor<1x8x8x16xf32>) -> tensor<1x4x4x16xf32> {
  %q = qnn.fused_map(%x : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xui8> {
  ^bb0(%v: f32):
    %z = arith.constant 7 : i32
    %r = qnn.round %v, %z : f32, i32 -> ui8
    qnn.yield %r : ui8
  }
  %w = qnn.constant dense<1> : tensor<16x3x3x16xi8>
  %y = qnn.fused_conv %q, %w {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64,
      pad_value = array<i32: 7>} : tensor<1x8x8x16xui8>, tensor<16x3x3x16xi8> -> tensor<1x4x4x16xf32> {
  ^bb0(%acc: i32):
    %f = arith.sitofp %acc : i32 to f32
    qnn.yield %f : f32
  }
  return %y : tensor<1x4x4x16xf32>
}

// -----

// The caller's memory has no halo: it is copied.
// CHECK-LABEL: @argument
// CHECK: %[[COPY:.*]] = qnn.fused_map(%arg0 : tensor<1x4x4x1xui8>)
// CHECK-SAME: qnn.halo = array<i64: 0, 1, 1, 0, 0, 1, 1, 0>
// CHECK: qnn.fused_conv %[[COPY]],
func.func @argument(%x: tensor<1x4x4x1xui8>) -> tensor<1x4x4x2xi32> {
  %w = qnn.constant dense<1> : tensor<2x3x3x1xi8>
  %y = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}
      : tensor<1x4x4x1xui8>, tensor<2x3x3x1xi8> -> tensor<1x4x4x2xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %y : tensor<1x4x4x2xi32>
}

// -----

// A strategy that is there stays.
// CHECK-LABEL: @by_hand
// CHECK: strategy = {avx2 = array<i64: 1, 2, 1>, avx512 = array<i64: 1, 3, 1>, block = 16 : i64, kernel = "direct"}
func.func @by_hand(%x: tensor<4x8xui8>) -> tensor<4x16xi32> {
  %w = qnn.constant dense<1> : tensor<16x8xi8>
  %y = qnn.fused_matmul %x, %w {transpose_rhs, strategy = {avx2 = array<i64: 1, 2, 1>, avx512 = array<i64: 1, 3, 1>, block = 16 : i64,
      kernel = "direct"}} : tensor<4x8xui8>, tensor<16x8xi8> -> tensor<4x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %y : tensor<4x16xi32>
}

// -----

// A computed right operand of bytes is brought into the packed order by ops that move numbers, one of floats is read in
// place, once its rows are those of K.
// CHECK-LABEL: @computed
// CHECK: %[[T:.*]] = qnn.transpose %arg1 [0, 2, 1]
// CHECK: %[[RUNS:.*]] = qnn.reshape %[[T]] : tensor<2x6x6xi8> -> tensor<2x6x1x6xi8>
// CHECK: %[[PAD:.*]] = qnn.pad %[[RUNS]] [0, 0, 0, 0] [0, 10, 0, 2]
// CHECK: %[[SPLIT:.*]] = qnn.reshape %[[PAD]] : tensor<2x16x1x8xi8> -> tensor<2x1x16x2x4xi8>
// CHECK: %[[MOVED:.*]] = qnn.transpose %[[SPLIT]] [0, 1, 3, 2, 4]
// CHECK: qnn.reshape %[[MOVED]] : {{.*}} -> tensor<256xi8>
// CHECK: qnn.fused_matmul
// CHECK-SAME: packing = #qnn.packing<[2, 6, 6], 6, 16 x 4>
// CHECK: %[[F:.*]] = qnn.transpose %arg3 [1, 0]
// CHECK: qnn.fused_matmul %arg2, %[[F]] {
func.func @computed(%a: tensor<2x4x6xui8>, %b: tensor<2x6x6xi8>, %c: tensor<4x5xf32>, %d: tensor<3x5xf32>)
    -> (tensor<2x4x6xi32>, tensor<4x3xf32>) {
  %x = qnn.fused_matmul %a, %b : tensor<2x4x6xui8>, tensor<2x6x6xi8> -> tensor<2x4x6xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %y = qnn.fused_matmul %c, %d {transpose_rhs} : tensor<4x5xf32>, tensor<3x5xf32> -> tensor<4x3xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %x, %y : tensor<2x4x6xi32>, tensor<4x3xf32>
}

// -----

// The product of a bounded integer and a finite constant cannot be NaN, and is small if both are; a quotient can.
// CHECK-LABEL: @nan
// CHECK: qnn.round %{{.*}} {qnn.no_nan}
// CHECK: qnn.round %{{.*}} {qnn.small}
// CHECK: qnn.round %{{.*}} {qnn.small}
// CHECK: qnn.round %{{[0-9a-z]+}}, %{{[0-9a-z_]+}} : f32
func.func @nan(%x: tensor<4x8xui8>) -> (tensor<4x16xui8>, tensor<4x16xui8>, tensor<4x16xui8>, tensor<4x16xui8>) {
  %w = qnn.constant dense<1> : tensor<16x8xi8>
  %m = qnn.constant dense<0.5> : tensor<16xf32>
  %b = qnn.constant dense<-70000> : tensor<16xi32>
  %n = qnn.constant dense<0.125> : tensor<16xf32>
  %y = qnn.fused_matmul %x, %w extras(%m : tensor<16xf32>) {transpose_rhs} : tensor<4x8xui8>, tensor<16x8xi8> -> tensor<4x16xui8> {
  ^bb0(%acc: i32, %s: f32):
    %z = arith.constant 0 : i32
    %0 = arith.sitofp %acc : i32 to f32
    %1 = arith.mulf %0, %s : f32
    %2 = qnn.round %1, %z : f32, i32 -> ui8
    qnn.yield %2 : ui8
  }
  %u = qnn.fused_matmul %x, %w extras(%n : tensor<16xf32>) {transpose_rhs} : tensor<4x8xui8>, tensor<16x8xi8> -> tensor<4x16xui8> {
  ^bb0(%acc: i32, %s: f32):
    %z = arith.constant 0 : i32
    %0 = arith.sitofp %acc : i32 to f32
    %1 = arith.mulf %0, %s : f32
    %2 = qnn.round %1, %z : f32, i32 -> ui8
    qnn.yield %2 : ui8
  }
  %t = qnn.fused_matmul %x, %w extras(%b, %m : tensor<16xi32>, tensor<16xf32>) {transpose_rhs, qnn.accumulator_bound = 300000 : i64} : tensor<4x8xui8>, tensor<16x8xi8> -> tensor<4x16xui8> {
  ^bb0(%acc: i32, %o: i32, %s: f32):
    %z = arith.constant 0 : i32
    %sum = arith.addi %acc, %o : i32
    %0 = arith.sitofp %sum : i32 to f32
    %1 = arith.mulf %0, %s : f32
    %2 = qnn.round %1, %z : f32, i32 -> ui8
    qnn.yield %2 : ui8
  }
  %v = qnn.fused_matmul %x, %w extras(%m : tensor<16xf32>) {transpose_rhs} : tensor<4x8xui8>, tensor<16x8xi8> -> tensor<4x16xui8> {
  ^bb0(%acc: i32, %s: f32):
    %z = arith.constant 0 : i32
    %0 = arith.sitofp %acc : i32 to f32
    %1 = arith.divf %0, %s : f32
    %2 = qnn.round %1, %z : f32, i32 -> ui8
    qnn.yield %2 : ui8
  }
  return %y, %u, %t, %v : tensor<4x16xui8>, tensor<4x16xui8>, tensor<4x16xui8>, tensor<4x16xui8>
}

// -----

// Dwords of the last run would reach behind the caller's memory, of which the reshape is a view.
// CHECK-LABEL: @view
// CHECK: %[[VIEW:.*]] = qnn.reshape %arg0
// CHECK: %[[COPY:.*]] = qnn.fused_map(%[[VIEW]] :
// CHECK: qnn.fused_matmul %[[COPY]],
func.func @view(%x: tensor<2x5x1xui8>) -> tensor<2x3xi32> {
  %v = qnn.reshape %x : tensor<2x5x1xui8> -> tensor<2x5xui8>
  %w = qnn.constant dense<1> : tensor<3x5xi8>
  %y = qnn.fused_matmul %v, %w {transpose_rhs} : tensor<2x5xui8>, tensor<3x5xi8> -> tensor<2x3xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %y : tensor<2x3xi32>
}
