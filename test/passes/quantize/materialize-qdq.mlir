// RUN: qcc-opt %s -split-input-file -qcc-materialize-qdq | FileCheck %s

// One pair for the input, that both readers share, and one for each weight. 127 steps of 0.5 and 0.25 are the weights' scales.
// CHECK-LABEL: func.func @shared
// CHECK-NOT: qnn.observe
// CHECK-DAG: %[[SCALE:.*]] = qnn.constant dense<0.00999999977> : tensor<f32>
// CHECK-DAG: %[[ZERO:.*]] = qnn.constant dense<100> : tensor<ui8>
// CHECK: %[[Q:.*]] = qnn.quantize %arg0, %[[SCALE]], %[[ZERO]] as <ui8, per_tensor> {qnn.tensor = "x"}
// CHECK-NEXT: %[[D:.*]] = qnn.dequantize %[[Q]], %[[SCALE]], %[[ZERO]] as <ui8, per_tensor>
// CHECK: qnn.constant dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>
// CHECK: %[[W:.*]] = qnn.dequantize {{.*}} as <i8, per_axis = 0, symmetric, narrow>
// CHECK: qnn.linear %[[D]], %[[W]]
// CHECK-NOT: qnn.schemes
// CHECK-NOT: qnn.quantize %arg0
// CHECK: qnn.linear %[[D]],
func.func @shared(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: -1.0, 1.55>} : tensor<1x2xf32>
  %v = qnn.constant dense<[[63.5, 1.3], [0.1, -31.75]]> : tensor<2x2xf32>
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// Weights that are all multiples of 0.125 were integers once: that is the scale, not 2/127.
// CHECK-LABEL: func.func @grid
// CHECK: qnn.constant dense<1.250000e-01> : tensor<2xf32>
func.func @grid(%x: tensor<1x8xf32>) -> tensor<1x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: 0.0, 2.55>} : tensor<1x8xf32>
  %v = qnn.constant dense<[[2.0, 1.625, -0.125, 0.0, 0.25, 0.375, -1.0, 1.875], [0.125, 0.625, -0.875, 0.0, 1.5, 1.375, -1.125, 0.5]]> : tensor<2x8xf32>
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x8xf32>, tensor<2x8xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// A grid for each channel.
// CHECK-LABEL: func.func @channels
// CHECK-DAG: qnn.constant dense<[0.00999999977, 2.000000e-02]> : tensor<2xf32>
// CHECK-DAG: qnn.constant dense<[0, 255]> : tensor<2xui8>
// CHECK: qnn.quantize %arg0, {{.*}} as <ui8, per_axis = 3> {qnn.tensor = "x"}
func.func @channels(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: 0.0, 2.55, -5.1, 0.0>} : tensor<1x4x4x2xf32>
  %w = qnn.constant dense<0.5> : tensor<2x1x1x1xf32>
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64,
    qnn.schemes = [#qnn.scheme<ui8, per_axis = 3>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x4x4x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}

// -----

// A bias that would not fit i32 raises the scale of its weights: 2^31 / 2^30 / 0.5.
// CHECK-LABEL: func.func @great_bias
// CHECK: qnn.constant dense<4.000000e+00> : tensor<1xf32>
func.func @great_bias(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: 0.0, 127.5>} : tensor<1x2xf32>
  %v = qnn.constant dense<[[0.01, 0.02]]> : tensor<1x2xf32>
  %b = qnn.constant dense<2147483648.0> : tensor<1xf32>
  %0 = qnn.linear %x, %v, %b {qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>, #qnn.scheme<i32, per_axis = 0, symmetric>]} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----

// A tensor on two grids: the stored numbers of each have a name of their own.
// CHECK-LABEL: func.func @two_grids
// CHECK-DAG: qnn.quantize %arg0, {{.*}} as <ui8, per_tensor> {qnn.tensor = "x"}
// CHECK-DAG: qnn.quantize %arg0, {{.*}} as <i8, per_tensor, symmetric> {qnn.tensor = "x#2"}
func.func @two_grids(%x: tensor<1x2xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: 0.0, 2.55>} : tensor<1x2xf32>
  %v = qnn.constant dense<[[0.5, 0.25]]> : tensor<1x2xf32>
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %1 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<i8, per_tensor, symmetric>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// Two parts: of the number rounded to 16 bits, over twice what was seen, a pair of 0.02 wide steps of [-1.7, 3.4], and one for
// what it leaves.
// CHECK-LABEL: func.func @two_parts
// CHECK: %[[X:.*]] = qnn.binary add
// CHECK: %[[STEP:.*]] = qnn.constant dense<7.7821{{[0-9]*}}E-5> : tensor<f32>
// CHECK: %[[Q16:.*]] = qnn.quantize %[[X]], %[[STEP]], %{{.*}} as <i16, per_tensor> {qnn.tensor = "x"}
// CHECK: %[[WIDE:.*]] = qnn.dequantize %[[Q16]], %[[STEP]],
// CHECK: %[[COARSE:.*]] = qnn.constant dense<0.0200000014> : tensor<f32>
// CHECK: %[[Q:.*]] = qnn.quantize %[[WIDE]], %[[COARSE]], %{{.*}} as <ui8, per_tensor> :
// CHECK: %[[HIGH:.*]] = qnn.dequantize %[[Q]], %[[COARSE]],
// CHECK: %[[REST:.*]] = qnn.binary sub %[[WIDE]], %[[HIGH]]
// CHECK: %[[FINE:.*]] = qnn.constant dense<7.8740{{[0-9]*}}E-5> : tensor<f32>
// CHECK: %[[MIDDLE:.*]] = qnn.constant dense<128> : tensor<ui8>
// CHECK: %[[R:.*]] = qnn.quantize %[[REST]], %[[FINE]], %[[MIDDLE]]
// CHECK: %[[LOW:.*]] = qnn.dequantize %[[R]], %[[FINE]], %[[MIDDLE]]
// CHECK: %[[SUM:.*]] = qnn.binary add %[[HIGH]], %[[LOW]]
// CHECK: qnn.linear %[[SUM]],
func.func @two_parts(%a: tensor<1x300xf32>) -> tensor<1x2xf32> {
  %x = qnn.binary add %a, %a : tensor<1x300xf32>, tensor<1x300xf32> -> tensor<1x300xf32>
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: -0.85, 1.7>} : tensor<1x300xf32>
  %v = qnn.constant dense<63.5> : tensor<2x300xf32>
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<i16, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x300xf32>, tensor<2x300xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// An input is in f32 anyway.
// CHECK-LABEL: func.func @two_parts_of_an_input
// CHECK-NOT: i16
// CHECK: qnn.quantize %arg0, {{.*}} as <ui8, per_tensor> :
// CHECK: qnn.binary sub %arg0, %{{.*}} :
func.func @two_parts_of_an_input(%x: tensor<1x300xf32>) -> tensor<1x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: -0.85, 1.7>} : tensor<1x300xf32>
  %v = qnn.constant dense<63.5> : tensor<2x300xf32>
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<i16, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x300xf32>, tensor<2x300xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// Where few products are summed, all bits are multiplied at once.
// CHECK-LABEL: func.func @words
// CHECK: %[[STEP:.*]] = qnn.constant dense<7.7821{{[0-9]*}}E-5> : tensor<f32>
// CHECK: %[[Q16:.*]] = qnn.quantize %arg0, %[[STEP]], %{{.*}} as <i16, per_tensor> {qnn.tensor = "x"}
// CHECK: %[[WIDE:.*]] = qnn.dequantize %[[Q16]], %[[STEP]],
// CHECK-NOT: ui8
// CHECK: qnn.conv %[[WIDE]],
func.func @words(%x: tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: -0.85, 1.7>} : tensor<1x2x2x2xf32>
  %w = qnn.constant dense<[[[[63.5]]], [[[0.5]]]]> : tensor<2x1x1x1xf32>
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64, qnn.schemes = [#qnn.scheme<i16, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2x2x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x2xf32>
  return %0 : tensor<1x2x2x2xf32>
}

// -----

// What is moved to one place in 16 bits has one grid, twice [-0.85, 1.7] for both. The pair that is read is the one that
// qcc-propagate-qdq puts behind the concat; who reads 8 bits has a pair of its own.
// CHECK-LABEL: func.func @moved
// CHECK: %[[STEP:.*]] = qnn.constant dense<7.7821{{[0-9]*}}E-5> : tensor<f32>
// CHECK: %[[B:.*]] = qnn.dequantize %{{.*}}, %[[STEP]], {{.*}} as <i16, per_tensor>
// CHECK: %[[SAME:.*]] = qnn.constant dense<7.7821{{[0-9]*}}E-5> : tensor<f32>
// CHECK: %[[A:.*]] = qnn.dequantize %{{.*}}, %[[SAME]], {{.*}} as <i16, per_tensor>
// CHECK: %[[ALL:.*]] = qnn.concat %[[A]], %[[B]]
// CHECK: qnn.constant dense<0.0100000007> : tensor<f32>
// CHECK: qnn.quantize %[[ALL]], {{.*}} as <ui8, per_tensor> :
// CHECK: qnn.linear %[[ALL]],
// CHECK: return
func.func @moved(%a: tensor<1x1xf32>, %b: tensor<1x1xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  qnn.observe %a {id = 0 : i64, statistics = ["range"], tensor = "a", qnn.range = array<f32: -0.85, 1.0>} : tensor<1x1xf32>
  qnn.observe %b {id = 1 : i64, statistics = ["range"], tensor = "b", qnn.range = array<f32: -0.25, 1.7>} : tensor<1x1xf32>
  %v = qnn.constant dense<[[63.5, 1.3], [0.1, -31.75]]> : tensor<2x2xf32>
  %0 = qnn.concat %a, %b {axis = 1 : i64, qnn.schemes = [#qnn.scheme<i16, per_tensor>, #qnn.scheme<i16, per_tensor>]} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %1 = qnn.linear %0, %v {qnn.schemes = [#qnn.scheme<i16, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %2 = qnn.linear %0, %v {qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %1, %2 : tensor<1x2xf32>, tensor<1x2xf32>
}
