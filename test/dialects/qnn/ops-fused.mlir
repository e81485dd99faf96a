// RUN: qcc-opt %s | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --mlir-print-op-generic | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --emit-bytecode | qcc-opt | FileCheck %s

// Fused ops with their epilogues, and the scalar ops in them.

// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<1x32x32x3xui8>, %w: tensor<16x3x3x3xi8>, %bias: tensor<16xi32>, %m: tensor<16xf32>) {
  // CHECK: qnn.fused_conv %{{.*}}, %{{.*}} extras(%{{.*}}, %{{.*}} : tensor<16xi32>, tensor<16xf32>) {dilations
  // CHECK-SAME: pad_value = array<i32: 128>
  // CHECK-SAME: tensor<1x32x32x3xui8>, tensor<16x3x3x3xi8> -> tensor<1x32x32x16xui8> {
  // CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %[[B:.*]]: i32, %[[M:.*]]: f32):
  // CHECK: arith.addi %[[ACC]], %[[B]] : i32
  // CHECK: %[[Q:.*]] = qnn.round %{{.*}}, %{{.*}} : f32, i32 -> ui8
  // CHECK: qnn.yield %[[Q]] : ui8
  %y = qnn.fused_conv %x, %w extras(%bias, %m : tensor<16xi32>, tensor<16xf32>)
      {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64,
       pad_value = array<i32: 128>} : tensor<1x32x32x3xui8>, tensor<16x3x3x3xi8> -> tensor<1x32x32x16xui8> {
  ^bb0(%acc: i32, %b: i32, %f: f32):
    %0 = arith.addi %acc, %b : i32
    %1 = arith.sitofp %0 : i32 to f32
    %2 = arith.mulf %1, %f : f32
    %z = arith.constant 3 : i32
    %3 = qnn.round %2, %z : f32, i32 -> ui8
    qnn.yield %3 : ui8
  }
  return
}

// A packed weight is one-dimensional; the packing knows its shape.
// CHECK-LABEL: func.func @packed
func.func @packed(%x: tensor<1x8x8x3xui8>, %w: tensor<576xi8>) {
  // CHECK: packing = #qnn.packing<[16, 3, 3, 3], 4, 16 x 4>, pads
  // CHECK-SAME: strategy = {rows = 6 : i64}
  %y = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64, packing = #qnn.packing<[16, 3, 3, 3], 4, 16 x 4>, strategy = {rows = 6 : i64}}
      : tensor<1x8x8x3xui8>, tensor<576xi8> -> tensor<1x6x6x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// CHECK-LABEL: func.func @matmul
func.func @matmul(%x: tensor<2x5x64xf32>, %w: tensor<10x64xf32>, %r: tensor<2x5x10xf32>) {
  // CHECK: qnn.fused_matmul %{{.*}}, %{{.*}} extras(%{{.*}} : tensor<2x5x10xf32>) {transpose_rhs} : tensor<2x5x64xf32>, tensor<10x64xf32> -> tensor<2x5x10xf32> {
  %y = qnn.fused_matmul %x, %w extras(%r : tensor<2x5x10xf32>) {transpose_rhs}
      : tensor<2x5x64xf32>, tensor<10x64xf32> -> tensor<2x5x10xf32> {
  ^bb0(%acc: f32, %res: f32):
    %0 = arith.addf %acc, %res : f32
    qnn.yield %0 : f32
  }
  return
}

// CHECK-LABEL: func.func @pool
func.func @pool(%x: tensor<1x8x8x16xui8>) {
  // CHECK: qnn.fused_pool max %{{[a-z0-9]+}} {
  // CHECK-SAME: tensor<1x8x8x16xui8> -> tensor<1x4x4x16xui8> {
  // CHECK-NEXT: ^bb0(%{{.*}}: ui8):
  %0 = qnn.fused_pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>} : tensor<1x8x8x16xui8> -> tensor<1x4x4x16xui8> {
  ^bb0(%acc: ui8):
    qnn.yield %acc : ui8
  }
  // CHECK: qnn.fused_pool sum
  // CHECK-NEXT: ^bb0(%{{.*}}: i32):
  %1 = qnn.fused_pool sum %x {kernel = array<i64: 8, 8>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>} : tensor<1x8x8x16xui8> -> tensor<1x1x1x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// CHECK-LABEL: func.func @map
func.func @map(%x: tensor<1x4xf32>, %q: tensor<4xui8>) {
  // CHECK: qnn.fused_map(%{{.*}}, %{{.*}} : tensor<1x4xf32>, tensor<4xui8>) -> tensor<1x4xui8> {
  %0 = qnn.fused_map(%x, %q : tensor<1x4xf32>, tensor<4xui8>) -> tensor<1x4xui8> {
  ^bb0(%v: f32, %u: ui8):
    // CHECK: qnn.widen %{{.*}} : ui8 -> i32
    %i = qnn.widen %u : ui8 -> i32
    // CHECK: qnn.reinterpret %{{.*}} : ui8 -> i8
    %s = qnn.reinterpret %u : ui8 -> i8
    // CHECK: qnn.round %{{.*}}, %{{.*}} {hi = 200 : i32, lo = 0 : i32} : f32, i32 -> ui8
    %1 = qnn.round %v, %i {lo = 0 : i32, hi = 200 : i32} : f32, i32 -> ui8
    qnn.yield %1 : ui8
  }
  return
}

// The scalar ops take vectors too: that is how targets vectorise a region.
// CHECK-LABEL: func.func @vectors
func.func @vectors(%v: vector<16xf32>, %z: vector<16xi32>) {
  // CHECK: qnn.round %{{.*}}, %{{.*}} : vector<16xf32>, vector<16xi32> -> vector<16xi8>
  %0 = qnn.round %v, %z : vector<16xf32>, vector<16xi32> -> vector<16xi8>
  return
}

// Where the planner put a value.
// CHECK-LABEL: func.func @buffers
func.func @buffers(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: qnn.buffer = #qnn.buffer<64, [16, 4], 64, 32>
  %0 = qnn.unary exp %x {qnn.buffer = #qnn.buffer<64, [16, 4], 64, 32>} : tensor<2x4xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
