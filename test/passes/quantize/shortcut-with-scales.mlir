// RUN: qcc-opt %s -qcc-compute-ranges -qcc-channel-scales -qcc-assign-precision -qcc-materialize-qdq 2>/dev/null | FileCheck %s

// A shortcut that only an addition reads keeps its place in memory when channel scales put a product before and after it: it is
// rounded between the two.
// CHECK-LABEL: func.func @shortcut
// CHECK: %[[FIRST:.*]] = qnn.linear
// CHECK: %[[SCALED:.*]] = qnn.binary mul %[[FIRST]]
// CHECK: %[[Q:.*]] = qnn.quantize %[[SCALED]]
// CHECK-NEXT: %[[D:.*]] = qnn.dequantize %[[Q]]
// CHECK: %[[SECOND:.*]] = qnn.linear
// CHECK: %[[RESTORED:.*]] = qnn.binary mul %[[D]]
// CHECK-NEXT: qnn.binary add %[[SECOND]], %[[RESTORED]]
func.func @shortcut(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = -1.0 : f64, sum_of_maxs = 1.0 : f64,
    halves = [array<f64: 2.0, 0.0, 2.0, -1.0, 1.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: -1.0, -1.0>, channel_max = array<f32: 1.0, 1.0>,
    bin_exponent = 0 : i64, bin_first = -1 : i64, zeros = 0 : i64, counts = array<i64: 1, 0, 1>}} : tensor<1x2xf32>
  %w = qnn.constant dense<[[0.5, -0.25], [0.125, 0.75]]> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  qnn.observe %0 {id = 1 : i64, statistics = ["range"], tensor = "y", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = 0.0 : f64, sum_of_maxs = 2.0 : f64,
    halves = [array<f64: 2.0, 3.0, 5.0, 1.0, 2.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: 0.0, 0.0>, channel_max = array<f32: 2.0, 0.5>,
    bin_exponent = 0 : i64, bin_first = 1 : i64, zeros = 0 : i64, counts = array<i64: 1, 1>}} : tensor<1x2xf32>
  %1 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %2 = qnn.binary add %1, %0 : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x2xf32>
  qnn.observe %2 {id = 2 : i64, statistics = ["range"], tensor = "z", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = 0.0 : f64, sum_of_maxs = 2.0 : f64,
    halves = [array<f64: 2.0, 3.0, 5.0, 1.0, 2.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: 0.0, 0.0>, channel_max = array<f32: 2.0, 2.0>,
    bin_exponent = 0 : i64, bin_first = 1 : i64, zeros = 0 : i64, counts = array<i64: 1, 1>}} : tensor<1x2xf32>
  %3 = qnn.linear %2, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// What a measurement asks of the addition is asked of the product that reads for it.
// CHECK-LABEL: func.func @measured
// CHECK: qnn.quantize {{.*}} as <i16, per_tensor>
// CHECK: qnn.binary mul {{.*}}qnn.measured_precision = "w8a16"
// CHECK-NEXT: qnn.binary add {{.*}}qnn.measured_precision = "w8a16"
func.func @measured(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = -1.0 : f64, sum_of_maxs = 1.0 : f64,
    halves = [array<f64: 2.0, 0.0, 2.0, -1.0, 1.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: -1.0, -1.0>, channel_max = array<f32: 1.0, 1.0>,
    bin_exponent = 0 : i64, bin_first = -1 : i64, zeros = 0 : i64, counts = array<i64: 1, 0, 1>}} : tensor<1x2xf32>
  %w = qnn.constant dense<[[0.5, -0.25], [0.125, 0.75]]> : tensor<2x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  qnn.observe %0 {id = 1 : i64, statistics = ["range"], tensor = "y", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = 0.0 : f64, sum_of_maxs = 2.0 : f64,
    halves = [array<f64: 2.0, 3.0, 5.0, 1.0, 2.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: 0.0, 0.0>, channel_max = array<f32: 2.0, 0.5>,
    bin_exponent = 0 : i64, bin_first = 1 : i64, zeros = 0 : i64, counts = array<i64: 1, 1>}} : tensor<1x2xf32>
  %1 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %2 = qnn.binary add %1, %0 {qnn.measured_precision = "w8a16"} : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x2xf32>
  qnn.observe %2 {id = 2 : i64, statistics = ["range"], tensor = "z", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = 0.0 : f64, sum_of_maxs = 2.0 : f64,
    halves = [array<f64: 2.0, 3.0, 5.0, 1.0, 2.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: 0.0, 0.0>, channel_max = array<f32: 2.0, 2.0>,
    bin_exponent = 0 : i64, bin_first = 1 : i64, zeros = 0 : i64, counts = array<i64: 1, 1>}} : tensor<1x2xf32>
  %3 = qnn.linear %2, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}
