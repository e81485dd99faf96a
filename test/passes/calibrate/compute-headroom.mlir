// RUN: qcc-opt %s -qcc-compute-headroom | FileCheck %s
// RUN: qcc-opt %s -qcc-compute-headroom -qcc-compute-ranges | FileCheck %s --check-prefix=RANGES
// RUN: qcc-opt %s -qcc-compute-headroom -qcc-compute-ranges -qcc-channel-scales | FileCheck %s --check-prefix=SCALED

// The greatest of 8 samples exceeds their mean by 1/2 + ... + 1/8 = 1.72 lengths of an exponential tail. So the tail is 0.0582 of 8 long
// above, where the mean is 7.2, and a hundred samples reach ln(100/8) tails farther. Below, the mean is -4, and the tail counts as a tenth.
// CHECK-LABEL: func.func @differ
// CHECK: qnn.headroom = array<f32: 1.252
// CHECK-SAME: 1.147
// RANGES-LABEL: func.func @differ
// RANGES: qnn.range = array<f32: -10.02
// RANGES-SAME: 9.176
func.func @differ(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.clamp %0 [0xFF800000, 0x7F800000] : tensor<1x2xf32>
  qnn.observe %1 {id = 0 : i64, statistics = ["range"], tensor = "y", qnn.statistics = {
    samples = 8 : i64, not_finite = 0 : i64, sum_of_mins = -32.0 : f64, sum_of_maxs = 57.6 : f64,
    halves = [array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>, array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>],
    channel_min = array<f32: -8.0, -8.0>, channel_max = array<f32: 8.0, 4.0>,
    bin_exponent = 0 : i64, bin_first = -8 : i64, zeros = 0 : i64, counts = array<i64: 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8>}} : tensor<1x2xf32>
  %2 = qnn.linear %1, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// Samples that all reach the same ends have shown them.
// CHECK-LABEL: func.func @alike
// CHECK-NOT: qnn.headroom
// RANGES-LABEL: func.func @alike
// RANGES: qnn.range = array<f32: -8.000000e+00, 8.000000e+00>
func.func @alike(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.clamp %0 [0xFF800000, 0x7F800000] : tensor<1x2xf32>
  qnn.observe %1 {id = 0 : i64, statistics = ["range"], tensor = "y", qnn.statistics = {
    samples = 8 : i64, not_finite = 0 : i64, sum_of_mins = -64.0 : f64, sum_of_maxs = 64.0 : f64,
    halves = [array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>, array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>],
    channel_min = array<f32: -8.0, -8.0>, channel_max = array<f32: 8.0, 4.0>,
    bin_exponent = 0 : i64, bin_first = -8 : i64, zeros = 0 : i64, counts = array<i64: 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8>}} : tensor<1x2xf32>
  %2 = qnn.linear %1, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// Nothing comes through a clamp.
// CHECK-LABEL: func.func @clamped
// CHECK: qnn.headroom = array<f32: 1.000000e+00, 1.062500e+00>
// RANGES-LABEL: func.func @clamped
// RANGES: qnn.range = array<f32: -8.000000e+00, 8.500000e+00>
// The first channel reaches farther with it than the second one does, which is stored divided by (8 / 8.5)^0.5.
// SCALED-LABEL: func.func @clamped
// SCALED: qnn.range = array<f32: -8.246{{[0-9]+}}, 8.500000e+00>
func.func @clamped(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.clamp %0 [-8.000000e+00, 8.500000e+00] : tensor<1x2xf32>
  qnn.observe %1 {id = 0 : i64, statistics = ["range"], tensor = "y", qnn.statistics = {
    samples = 8 : i64, not_finite = 0 : i64, sum_of_mins = -32.0 : f64, sum_of_maxs = 32.0 : f64,
    halves = [array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>, array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>],
    channel_min = array<f32: -8.0, -8.0>, channel_max = array<f32: 8.0, 4.0>,
    bin_exponent = 0 : i64, bin_first = -8 : i64, zeros = 0 : i64, counts = array<i64: 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8>}} : tensor<1x2xf32>
  %2 = qnn.linear %1, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// A hundred samples are enough.
// CHECK-LABEL: func.func @enough
// CHECK-NOT: qnn.headroom
func.func @enough(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.clamp %0 [0xFF800000, 0x7F800000] : tensor<1x2xf32>
  qnn.observe %1 {id = 0 : i64, statistics = ["range"], tensor = "y", qnn.statistics = {
    samples = 100 : i64, not_finite = 0 : i64, sum_of_mins = -400.0 : f64, sum_of_maxs = 400.0 : f64,
    halves = [array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>, array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>],
    channel_min = array<f32: -8.0, -8.0>, channel_max = array<f32: 8.0, 4.0>,
    bin_exponent = 0 : i64, bin_first = -8 : i64, zeros = 0 : i64, counts = array<i64: 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8>}} : tensor<1x2xf32>
  %2 = qnn.linear %1, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// The ends of what the network reads belong to the data.
// CHECK-LABEL: func.func @input
// CHECK-NOT: qnn.headroom
func.func @input(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.statistics = {
    samples = 8 : i64, not_finite = 0 : i64, sum_of_mins = -32.0 : f64, sum_of_maxs = 32.0 : f64,
    halves = [array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>, array<f64: 8.0, 0.0, 64.0, -8.0, 8.0>],
    channel_min = array<f32: -8.0, -8.0>, channel_max = array<f32: 8.0, 4.0>,
    bin_exponent = 0 : i64, bin_first = -8 : i64, zeros = 0 : i64, counts = array<i64: 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8>}} : tensor<1x2xf32>
  %w = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
