// RUN: qcc-opt %s -qcc-compute-ranges | FileCheck %s --check-prefix=MINMAX
// RUN: qcc-opt %s -qcc-compute-ranges=method=moving-average | FileCheck %s --check-prefix=AVERAGE
// RUN: qcc-opt %s -qcc-compute-ranges="method=percentile percentile=90" | FileCheck %s --check-prefix=PERCENTILE
// RUN: qcc-opt %s -qcc-compute-ranges=method=mse | FileCheck %s --check-prefix=MSE
// RUN: qcc-opt %s -qcc-compute-ranges=method=l3 | FileCheck %s --check-prefix=L3
// RUN: qcc-opt %s -qcc-compute-ranges=method=entropy | FileCheck %s --check-prefix=ENTROPY
// RUN: not qcc-opt %s -qcc-compute-ranges="method=percentile percentile=40" 2>&1 | FileCheck %s --check-prefix=PERCENT-ERROR

// PERCENT-ERROR: error: percentile 4.000000e+01 must be above 50 and at most 100

// Two samples with numbers in bins of width 1: eight near 0.5, one near -1.5 and one near 7.5. Their extremes are -1.5, 7 and -1, 8.
// MINMAX-LABEL: func.func @one
// MINMAX: qnn.range = array<f32: -1.500000e+00, 8.000000e+00>
// AVERAGE-LABEL: func.func @one
// AVERAGE: qnn.range = array<f32: -1.250000e+00, 7.500000e+00>
// A tenth may be left out at each end.
// PERCENTILE-LABEL: func.func @one
// PERCENTILE: qnn.range = array<f32: 0.000000e+00, 1.000000e+00>
// One of ten numbers far out is worth more than finer steps for the rest.
// MSE-LABEL: func.func @one
// MSE: qnn.range = array<f32: -1.{{[0-9e+]+}}, 7.{{[0-9e+]+}}>
// L3-LABEL: func.func @one
// L3: qnn.range = array<f32: -1.{{[0-9e+]+}}, 7.{{[0-9e+]+}}>
// ENTROPY-LABEL: func.func @one
// ENTROPY: qnn.range = array<f32: -{{.*}}, {{.*}}>
func.func @one(%x: tensor<1x5xf32>) -> tensor<1x5xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.statistics = {
    samples = 2 : i64, not_finite = 0 : i64, sum_of_mins = -2.5 : f64, sum_of_maxs = 15.0 : f64,
    halves = [array<f64: 5.0, 7.0, 52.0, -1.5, 7.0>, array<f64: 5.0, 8.0, 66.0, -1.0, 8.0>],
    channel_min = array<f32: 0.0>, channel_max = array<f32: 8.0>,
    bin_exponent = 0 : i64, bin_first = -2 : i64, zeros = 0 : i64, counts = array<i64: 1, 0, 8, 0, 0, 0, 0, 0, 0, 1>}} : tensor<1x5xf32>
  %w = qnn.constant dense<0.5> : tensor<5x5xf32>
  %0 = qnn.linear %x, %w : (tensor<1x5xf32>, tensor<5x5xf32>) -> tensor<1x5xf32>
  return %0 : tensor<1x5xf32>
}

// What a concat joins gets one interval.
// MINMAX-LABEL: func.func @joined
// MINMAX: qnn.range = array<f32: -1.000000e+00, 2.000000e+00>{{.*}} tensor = "a"
// MINMAX: qnn.range = array<f32: -1.000000e+00, 2.000000e+00>{{.*}} tensor = "b"
func.func @joined(%a: tensor<1x2xf32>, %b: tensor<1x2xf32>) -> tensor<1x4xf32> {
  qnn.observe %a {id = 0 : i64, statistics = ["range"], tensor = "a", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = -1.0 : f64, sum_of_maxs = 1.0 : f64,
    halves = [array<f64: 2.0, 0.0, 2.0, -1.0, 1.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: -1.0>, channel_max = array<f32: 1.0>,
    bin_exponent = 0 : i64, bin_first = -1 : i64, zeros = 0 : i64, counts = array<i64: 1, 0, 1>}} : tensor<1x2xf32>
  qnn.observe %b {id = 1 : i64, statistics = ["range"], tensor = "b", qnn.statistics = {
    samples = 1 : i64, not_finite = 0 : i64, sum_of_mins = 1.0 : f64, sum_of_maxs = 2.0 : f64,
    halves = [array<f64: 2.0, 3.0, 5.0, 1.0, 2.0>, array<f64: 0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF0000000000000>],
    channel_min = array<f32: 1.0>, channel_max = array<f32: 2.0>,
    bin_exponent = 0 : i64, bin_first = 1 : i64, zeros = 0 : i64, counts = array<i64: 1, 1>}} : tensor<1x2xf32>
  %w = qnn.constant dense<0.5> : tensor<4x4xf32>
  %c = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %0 = qnn.linear %c, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
