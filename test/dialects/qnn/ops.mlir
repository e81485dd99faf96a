// RUN: qcc-opt %s | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --mlir-print-op-generic | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --emit-bytecode | qcc-opt | FileCheck %s

// Every tensor op and quantization op in each of its forms.

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<4xf32>, %row: tensor<1x4xf32>, %c: tensor<4xi1>, %i: tensor<4xi32>) {
  // CHECK: qnn.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  %0 = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: qnn.unary erf %{{.*}} : tensor<4xf32> -> tensor<4xf32>
  %1 = qnn.unary erf %x : tensor<4xf32> -> tensor<4xf32>
  // CHECK: qnn.unary elu %{{.*}} {alpha = 1.000000e+00 : f32} : tensor<4xf32> -> tensor<4xf32>
  %2 = qnn.unary elu %x {alpha = 1.0 : f32} : tensor<4xf32> -> tensor<4xf32>
  // CHECK: qnn.unary is_nan %{{.*}} : tensor<4xf32> -> tensor<4xi1>
  %3 = qnn.unary is_nan %x : tensor<4xf32> -> tensor<4xi1>
  // CHECK: qnn.clamp %{{.*}}[0.000000e+00, 6.000000e+00] : tensor<4xf32>
  %4 = qnn.clamp %x [0.0, 6.0] : tensor<4xf32>
  // CHECK: qnn.clamp %{{.*}}[0.000000e+00, 0x7F800000] : tensor<4xf32>
  %5 = qnn.clamp %x [0.0, 0x7F800000] : tensor<4xf32>
  // CHECK: qnn.binary add %{{.*}}, %{{.*}} : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x4xf32>
  %6 = qnn.binary add %row, %x : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x4xf32>
  // CHECK: qnn.binary less %{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32> -> tensor<4xi1>
  %7 = qnn.binary less %x, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xi1>
  // CHECK: qnn.binary pow %{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xi32> -> tensor<4xf32>
  %8 = qnn.binary pow %x, %i : tensor<4xf32>, tensor<4xi32> -> tensor<4xf32>
  // CHECK: qnn.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<4xi1>, tensor<4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  %9 = qnn.select %c, %x, %row : tensor<4xi1>, tensor<4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  // CHECK: qnn.cast %{{.*}} : tensor<4xi32> -> tensor<4xf32>
  %10 = qnn.cast %i : tensor<4xi32> -> tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @contractions
func.func @contractions(%x: tensor<1x32x32x3xf32>, %w: tensor<16x3x3x3xf32>, %b: tensor<16xf32>, %v: tensor<1x64xf32>,
                        %m: tensor<10x64xf32>, %l: tensor<2x4x8xf32>, %r: tensor<2x8x4xf32>) {
  // CHECK: qnn.conv %{{.*}}, %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, groups = 1 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>}
  // CHECK-SAME: (tensor<1x32x32x3xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<1x32x32x16xf32>
  %1 = qnn.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
    groups = 1 : i64} : (tensor<1x32x32x3xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<1x32x32x16xf32>
  // CHECK: qnn.conv_transpose %{{.*}}, %{{.*}} {
  // CHECK-SAME: output_padding = array<i64: 1, 1>
  // CHECK-SAME: (tensor<1x32x32x3xf32>, tensor<16x3x3x3xf32>) -> tensor<1x64x64x16xf32>
  %2 = qnn.conv_transpose %x, %w {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
    output_padding = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x32x32x3xf32>, tensor<16x3x3x3xf32>) -> tensor<1x64x64x16xf32>
  // CHECK: qnn.linear %{{.*}}, %{{.*}} : (tensor<1x64xf32>, tensor<10x64xf32>) -> tensor<1x10xf32>
  %3 = qnn.linear %v, %m : (tensor<1x64xf32>, tensor<10x64xf32>) -> tensor<1x10xf32>
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} : (tensor<2x4x8xf32>, tensor<2x8x4xf32>) -> tensor<2x4x4xf32>
  %4 = qnn.matmul %l, %r : (tensor<2x4x8xf32>, tensor<2x8x4xf32>) -> tensor<2x4x4xf32>
  return
}

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: tensor<1x8x8x16xf32>, %v: tensor<2x8xf32>, %s: tensor<8xf32>) {
  // CHECK: qnn.pool max %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>,
  // CHECK-SAME: tensor<1x8x8x16xf32> -> tensor<1x4x4x16xf32>
  %1 = qnn.pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
    dilations = array<i64: 1, 1>} : tensor<1x8x8x16xf32> -> tensor<1x4x4x16xf32>
  // CHECK: qnn.reduce mean %{{.*}} {axes = array<i64: 1, 2>, keepdims} : tensor<1x8x8x16xf32> -> tensor<1x1x1x16xf32>
  %2 = qnn.reduce mean %x {axes = array<i64: 1, 2>, keepdims} : tensor<1x8x8x16xf32> -> tensor<1x1x1x16xf32>
  // CHECK: qnn.arg_reduce %{{.*}} {axis = 1 : i64} : tensor<2x8xf32> -> tensor<2xi64>
  %3 = qnn.arg_reduce %v {axis = 1 : i64} : tensor<2x8xf32> -> tensor<2xi64>
  // CHECK: qnn.softmax %{{.*}} {axis = 1 : i64} : tensor<2x8xf32>
  %4 = qnn.softmax %v {axis = 1 : i64} : tensor<2x8xf32>
  // CHECK: qnn.layer_norm %{{.*}} scale(%{{.*}} : tensor<8xf32>) bias(%{{.*}} : tensor<8xf32>) {axis = 1 : i64, epsilon = {{.*}} : f32} : tensor<2x8xf32> -> tensor<2x8xf32>
  %5 = qnn.layer_norm %v scale(%s : tensor<8xf32>) bias(%s : tensor<8xf32>) {axis = 1 : i64, epsilon = 1.0e-5 : f32}
    : tensor<2x8xf32> -> tensor<2x8xf32>
  // CHECK: qnn.layer_norm %{{.*}} {axis = 0 : i64, epsilon = {{.*}} : f32, rms} : tensor<8xf32> -> tensor<8xf32>
  %6 = qnn.layer_norm %s {axis = 0 : i64, epsilon = 0.0 : f32, rms} : tensor<8xf32> -> tensor<8xf32>
  return
}

// CHECK-LABEL: func.func @movement
func.func @movement(%x: tensor<2x3xf32>, %p: tensor<1x3x32x32xf32>, %i: tensor<5xi64>, %u: tensor<5x3xf32>) {
  // CHECK: qnn.transpose %{{.*}}[0, 2, 3, 1] : tensor<1x3x32x32xf32> -> tensor<1x32x32x3xf32>
  %1 = qnn.transpose %p [0, 2, 3, 1] : tensor<1x3x32x32xf32> -> tensor<1x32x32x3xf32>
  // CHECK: qnn.reshape %{{.*}} : tensor<2x3xf32> -> tensor<6xf32>
  %2 = qnn.reshape %x : tensor<2x3xf32> -> tensor<6xf32>
  // CHECK: qnn.broadcast %{{.*}} : tensor<2x3xf32> -> tensor<4x2x3xf32>
  %3 = qnn.broadcast %x : tensor<2x3xf32> -> tensor<4x2x3xf32>
  // CHECK: qnn.concat %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  %4 = qnn.concat %x, %x {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  // CHECK: qnn.slice %{{.*}}[0, 2] [2, 2] [1, -1] : tensor<2x3xf32> -> tensor<2x2xf32>
  %5 = qnn.slice %x [0, 2] [2, 2] [1, -1] : tensor<2x3xf32> -> tensor<2x2xf32>
  // CHECK: qnn.pad %{{.*}}[0, 1] [0, 1] {value = 1.000000e+00 : f64} : tensor<2x3xf32> -> tensor<2x5xf32>
  %6 = qnn.pad %x [0, 1] [0, 1] {value = 1.0 : f64} : tensor<2x3xf32> -> tensor<2x5xf32>
  // CHECK: qnn.pad %{{.*}}[1, 0] [0, 0] {mode = #qnn<pad_mode reflect>} : tensor<2x3xf32> -> tensor<3x3xf32>
  %7 = qnn.pad %x [1, 0] [0, 0] {mode = #qnn<pad_mode reflect>} : tensor<2x3xf32> -> tensor<3x3xf32>
  // CHECK: qnn.tile %{{.*}}[1, 2] : tensor<2x3xf32> -> tensor<2x6xf32>
  %8 = qnn.tile %x [1, 2] : tensor<2x3xf32> -> tensor<2x6xf32>
  // CHECK: qnn.gather %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<2x3xf32>, tensor<5xi64>) -> tensor<2x5xf32>
  %9 = qnn.gather %x, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<5xi64>) -> tensor<2x5xf32>
  // CHECK: qnn.topk %{{.*}} {axis = 1 : i64, k = 2 : i64, smallest} : tensor<2x3xf32> -> tensor<2x2xi64>
  %10 = qnn.topk %x {axis = 1 : i64, k = 2 : i64, smallest} : tensor<2x3xf32> -> tensor<2x2xi64>
  // CHECK: qnn.scatter add %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<5xi64>, tensor<5x3xf32>) -> tensor<2x3xf32>
  %11 = qnn.scatter add %x, %i, %u : (tensor<2x3xf32>, tensor<5xi64>, tensor<5x3xf32>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func.func @quantization
func.func @quantization(%x: tensor<4x64xf32>, %s: tensor<f32>, %z: tensor<ui8>, %cs: tensor<4xf32>, %cz: tensor<4xi8>,
                        %gs: tensor<4x2xf32>, %gz: tensor<4x2xi4>) {
  // CHECK: %[[Q:.*]] = qnn.quantize %{{.*}}, %{{.*}}, %{{.*}} as <ui8, per_tensor> : (tensor<4x64xf32>, tensor<f32>, tensor<ui8>) -> tensor<4x64xui8>
  %0 = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<4x64xf32>, tensor<f32>, tensor<ui8>) -> tensor<4x64xui8>
  // CHECK: qnn.dequantize %[[Q]], %{{.*}}, %{{.*}} as <ui8, per_tensor> : (tensor<4x64xui8>, tensor<f32>, tensor<ui8>) -> tensor<4x64xf32>
  %1 = qnn.dequantize %0, %s, %z as <ui8, per_tensor> : (tensor<4x64xui8>, tensor<f32>, tensor<ui8>) -> tensor<4x64xf32>
  // CHECK: as <i8, per_axis = 0, symmetric, narrow>
  %2 = qnn.quantize %x, %cs, %cz as <i8, per_axis = 0, symmetric, narrow>
    : (tensor<4x64xf32>, tensor<4xf32>, tensor<4xi8>) -> tensor<4x64xi8>
  // CHECK: as <i4, per_group = 1 x 32, symmetric>
  %3 = qnn.quantize %x, %gs, %gz as <i4, per_group = 1 x 32, symmetric>
    : (tensor<4x64xf32>, tensor<4x2xf32>, tensor<4x2xi4>) -> tensor<4x64xi4>
  // CHECK: qnn.observe %{{.*}} {id = 3 : i64, statistics = ["range", "histogram"], tensor = "conv1_out"} : tensor<4x64xf32>
  qnn.observe %x {id = 3 : i64, statistics = ["range", "histogram"], tensor = "conv1_out"} : tensor<4x64xf32>
  return
}

// A result may be less or more static than what is inferred.
// CHECK-LABEL: func.func @dynamic
func.func @dynamic(%x: tensor<?x4xf32>, %y: tensor<2x4xf32>) {
  // CHECK: qnn.binary add %{{.*}}, %{{.*}} : tensor<?x4xf32>, tensor<2x4xf32> -> tensor<2x4xf32>
  %0 = qnn.binary add %x, %y : tensor<?x4xf32>, tensor<2x4xf32> -> tensor<2x4xf32>
  // CHECK: qnn.unary exp %{{.*}} : tensor<?x4xf32> -> tensor<?x4xf32>
  %1 = qnn.unary exp %x : tensor<?x4xf32> -> tensor<?x4xf32>
  return
}
