// RUN: qcc-opt %s -qcc-quantize-pipeline="channel-scales=false ranges=minmax" 2>/dev/null | FileCheck %s
// RUN: qcc-opt %s -qcc-materialize-pipeline="channel-scales=false ranges=minmax" 2>/dev/null | qcc-opt -qcc-round-pipeline | FileCheck %s
// RUN: qcc-opt %s -qcc-quantize-pipeline="keep-float=conv2" 2>/dev/null | FileCheck %s --check-prefix=KEEP

// A residual block: input and the first layer's result are rounded once each, and both readers of the input share its pair. The
// second convolution, its addition and its rectifier are one kernel with nothing rounded inside, and the result stays f32.
// CHECK-LABEL: func.func @block
// CHECK: %[[Q0:.*]] = qnn.quantize %arg0
// CHECK-NEXT: %[[X:.*]] = qnn.dequantize %[[Q0]]
// CHECK: %[[W0:.*]] = qnn.dequantize {{.*}} as <i8, per_axis = 0, symmetric, narrow>
// CHECK: %[[B0:.*]] = qnn.dequantize {{.*}} as <i32, per_axis = 0, symmetric>
// CHECK: %[[C0:.*]] = qnn.conv %[[X]], %[[W0]], %[[B0]]
// CHECK-NOT: qnn.clamp
// CHECK: %[[Q1:.*]] = qnn.quantize %[[C0]]
// CHECK-NEXT: %[[Y:.*]] = qnn.dequantize %[[Q1]]
// CHECK: %[[C1:.*]] = qnn.conv %[[Y]]
// CHECK-NEXT: %[[SUM:.*]] = qnn.binary add %[[C1]], %[[X]]
// CHECK-NEXT: %[[R:.*]] = qnn.clamp %[[SUM]]
// CHECK-NEXT: %[[Q2:.*]] = qnn.quantize %[[R]]
// CHECK-NEXT: %[[D2:.*]] = qnn.dequantize %[[Q2]]
// CHECK: %[[C2:.*]] = qnn.conv %[[D2]]
// CHECK-NEXT: return %[[C2]]

// With the last layer in f32 nothing rounds what it reads: nor what leads there alone.
// KEEP-LABEL: func.func @block
// KEEP-COUNT-2: qnn.quantize
// KEEP-NOT: qnn.quantize
func.func @block(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = -1.0 : f64, sum_of_maxs = 1.0 : f64,
    halves = [array<f64: 2.0, 0.0, 2.0, -1.0, 1.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: -1.0, -1.0>, channel_max = array<f32: 1.0, 1.0>,
    bin_exponent = 0 : i64, bin_first = -1 : i64, zeros = 0 : i64, counts = array<i64: 1, 0, 1>}} : tensor<1x4x4x2xf32>
  %w = qnn.constant dense<[[[[0.5, -0.25]]], [[[0.125, 0.75]]]]> : tensor<2x1x1x2xf32>
  %b = qnn.constant dense<[0.5, -0.25]> : tensor<2xf32>
  %0 = qnn.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32> loc("conv0")
  %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x4x4x2xf32> loc("relu0")
  qnn.observe %1 {id = 1 : i64, statistics = ["range"], tensor = "y", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = 0.0 : f64, sum_of_maxs = 2.0 : f64,
    halves = [array<f64: 2.0, 3.0, 5.0, 1.0, 2.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: 0.0, 0.0>, channel_max = array<f32: 2.0, 2.0>,
    bin_exponent = 0 : i64, bin_first = 1 : i64, zeros = 0 : i64, counts = array<i64: 1, 1>}} : tensor<1x4x4x2xf32>
  %2 = qnn.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x4x4x2xf32> loc("conv1")
  %3 = qnn.binary add %2, %x : tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32> -> tensor<1x4x4x2xf32> loc("add1")
  %4 = qnn.clamp %3 [0.0, 1.5] : tensor<1x4x4x2xf32> loc("relu1")
  qnn.observe %4 {id = 2 : i64, statistics = ["range"], tensor = "z", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = 0.0 : f64, sum_of_maxs = 2.0 : f64,
    halves = [array<f64: 2.0, 3.0, 5.0, -1.0, 2.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: 0.0, 0.0>, channel_max = array<f32: 2.0, 2.0>,
    bin_exponent = 0 : i64, bin_first = 1 : i64, zeros = 0 : i64, counts = array<i64: 1, 1>}} : tensor<1x4x4x2xf32>
  %5 = qnn.conv %4, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x4x4x2xf32> loc("conv2")
  return %5 : tensor<1x4x4x2xf32>
}
