// RUN: qcc-opt %s -qcc-fuse-contractions -split-input-file -verify-diagnostics | FileCheck %s

// A quantized convolution: the zero point becomes an offset and the padding value, the clamp the bounds of the rounding.
// Both channels sum to 4, times the zero point of 3.
// CHECK-LABEL: @conv_relu
// CHECK-SAME: %[[Q:[a-z0-9]+]]: tensor<1x4x4x1xui8>
func.func @conv_relu(%q: tensor<1x4x4x1xui8>) -> tensor<1x4x4x2xui8> {
  %sx = qnn.constant dense<0.5> : tensor<f32>
  %zx = qnn.constant dense<3> : tensor<ui8>
  %qw = qnn.constant dense<[[[[1], [2]], [[-3], [4]]], [[[1], [1]], [[1], [1]]]]> : tensor<2x2x2x1xi8>
  %sw = qnn.constant dense<[0.25, 0.125]> : tensor<2xf32>
  %zw = qnn.constant dense<0> : tensor<2xi8>
  %sy = qnn.constant dense<0.0625> : tensor<f32>
  %zy = qnn.constant dense<7> : tensor<ui8>
  %x = qnn.dequantize %q, %sx, %zx as <ui8, per_tensor> : (tensor<1x4x4x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4x4x1xf32>
  %w = qnn.dequantize %qw, %sw, %zw as <i8, per_axis = 0, symmetric> : (tensor<2x2x2x1xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x2x2x1xf32>
  %c = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x4x4x1xf32>, tensor<2x2x2x1xf32>) -> tensor<1x4x4x2xf32>
  %r = qnn.clamp %c [0.0, 1.0] : tensor<1x4x4x2xf32>
  %y = qnn.quantize %r, %sy, %zy as <ui8, per_tensor> : (tensor<1x4x4x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x4x4x2xui8>
  return %y : tensor<1x4x4x2xui8>
}
// CHECK: qnn.fused_conv %[[Q]], %{{.*}} extras(%[[M:.*]] : tensor<2xf32>)
// CHECK-SAME: pad_value = array<i32: 3>
// CHECK-SAME: qnn.accumulator_bound = 1785
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[MC:.*]]: f32):
// CHECK: %[[O:.*]] = arith.constant -12 : i32
// CHECK: %[[I:.*]] = arith.addi %[[ACC]], %[[O]]
// CHECK: %[[F:.*]] = arith.sitofp %[[I]]
// CHECK: %[[V:.*]] = arith.mulf %[[F]], %[[MC]]
// CHECK: %[[R:.*]] = qnn.round %[[V]], %{{.*}} {hi = 23 : i32, lo = 7 : i32}
// CHECK: qnn.yield %[[R]] : ui8
// CHECK-NOT: qnn.dequantize
// CHECK-NOT: qnn.clamp

// -----

// Of two convolutions that meet in an addition the later one takes it in; the other is rounded to its own grid.
// CHECK-LABEL: @residual
func.func @residual(%q: tensor<1x2x2x1xui8>, %r: tensor<1x2x2x1xui8>) -> tensor<1x2x2x1xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<0> : tensor<ui8>
  %qw = qnn.constant dense<2> : tensor<1x1x1x1xi8>
  %sw = qnn.constant dense<0.25> : tensor<f32>
  %zw = qnn.constant dense<0> : tensor<i8>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x1xf32>
  %skip = qnn.dequantize %r, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x1xf32>
  %w = qnn.dequantize %qw, %sw, %zw as <i8, per_tensor> : (tensor<1x1x1x1xi8>, tensor<f32>, tensor<i8>) -> tensor<1x1x1x1xf32>
  %c = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x2x2x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x2x2x1xf32>
  %a = qnn.binary add %c, %skip : tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32> -> tensor<1x2x2x1xf32>
  %y = qnn.quantize %a, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x1xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x1xui8>
  return %y : tensor<1x2x2x1xui8>
}
// CHECK: qnn.fused_conv %{{.*}}, %{{.*}} extras(%arg1 : tensor<1x2x2x1xui8>)
// CHECK: ^bb0(%{{.*}}: i32, %[[SKIP:.*]]: ui8):
// CHECK: qnn.widen %[[SKIP]]
// CHECK: arith.addf
// CHECK: qnn.round
// CHECK-NOT: qnn.binary

// -----

// Weights that no 8-bit number holds once their zero point is taken off: 128 is taken off them, and the rest, -118, is
// multiplied with the sum of what each output reads, which one matrix product with ones gives for all outputs.
// (0 - 128, 255 - 128, ...; the input's zero point 5 times the sum of weights less their zero point, 232, is the offset.)
// CHECK-LABEL: @wide_weights
func.func @wide_weights(%q: tensor<2x4xui8>) -> tensor<2x1xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<5> : tensor<ui8>
  %qw = qnn.constant dense<[[0, 255, 3, 14]]> : tensor<1x4xui8>
  %zw = qnn.constant dense<10> : tensor<ui8>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<2x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<2x4xf32>
  %w = qnn.dequantize %qw, %s, %zw as <ui8, per_tensor> : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %y = qnn.linear %x, %w : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}
// CHECK-DAG: %[[W:.*]] = qnn.constant dense<{{\[\[}}-128, 127, -125, -114]]> : tensor<1x4xi8>
// CHECK-DAG: %[[ONES:.*]] = qnn.constant dense<1> : tensor<1x4xi8>
// CHECK: %[[SUM:.*]] = qnn.fused_matmul %arg0, %[[ONES]] {qnn.accumulator_bound = 1020 : i64, transpose_rhs} {{.*}} -> tensor<2x1xi32>
// CHECK: qnn.fused_matmul %arg0, %[[W]] extras(%[[SUM]] : tensor<2x1xi32>)
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[S:.*]]: i32):
// CHECK: %[[ZERO:.*]] = arith.constant 118 : i32
// CHECK: %[[C:.*]] = arith.muli %[[S]], %[[ZERO]]
// CHECK: %[[A:.*]] = arith.addi %[[ACC]], %[[C]]
// CHECK: %[[OFFSET:.*]] = arith.constant -1160 : i32
// CHECK: arith.addi %[[A]], %[[OFFSET]]

// -----

// Each channel of a depthwise convolution reads a window of its own. Padding counts as the input's zero point in both.
// CHECK-LABEL: @wide_depthwise_weights
func.func @wide_depthwise_weights(%q: tensor<1x4x4x2xui8>) -> tensor<1x4x4x2xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<5> : tensor<ui8>
  %qw = qnn.constant dense<[[[[0], [255], [3]]], [[[14], [0], [2]]]]> : tensor<2x1x3x1xui8>
  %zw = qnn.constant dense<10> : tensor<ui8>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x4x4x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4x4x2xf32>
  %w = qnn.dequantize %qw, %s, %zw as <ui8, per_tensor> : (tensor<2x1x3x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<2x1x3x1xf32>
  %y = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x4x4x2xf32>, tensor<2x1x3x1xf32>) -> tensor<1x4x4x2xf32>
  return %y : tensor<1x4x4x2xf32>
}
// CHECK: %[[SUM:.*]] = qnn.fused_conv %arg0, %{{.*}} {{{.*}}groups = 2 : i64, pad_value = array<i32: 5>{{.*}}-> tensor<1x4x4x2xi32>
// CHECK: qnn.fused_conv %arg0, %{{.*}} extras(%[[SUM]]
// CHECK-SAME: pad_value = array<i32: 5>

// -----

// 16 bits are multiplied as they are: 32768 * (127 + 1) plus the zero point's offset, 300 * 128, is the most that comes out.
// CHECK-LABEL: @words
func.func @words(%q: tensor<1x4x4x2xi16>) -> tensor<1x4x4x2xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<300> : tensor<i16>
  %qw = qnn.constant dense<[[[[127], [1], [0]]], [[[14], [0], [2]]]]> : tensor<2x1x3x1xi8>
  %zw = qnn.constant dense<0> : tensor<i8>
  %x = qnn.dequantize %q, %s, %z as <i16, per_tensor> : (tensor<1x4x4x2xi16>, tensor<f32>, tensor<i16>) -> tensor<1x4x4x2xf32>
  %w = qnn.dequantize %qw, %s, %zw as <i8, per_tensor> : (tensor<2x1x3x1xi8>, tensor<f32>, tensor<i8>) -> tensor<2x1x3x1xf32>
  %y = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x4x4x2xf32>, tensor<2x1x3x1xf32>) -> tensor<1x4x4x2xf32>
  return %y : tensor<1x4x4x2xf32>
}
// CHECK: qnn.fused_conv %arg0, %{{.*}} extras(%{{.*}} : tensor<2xi32>)
// CHECK-SAME: pad_value = array<i32: 300>
// CHECK-SAME: qnn.accumulator_bound = 4232704
// CHECK-SAME: tensor<1x4x4x2xi16>, tensor<2x1x3x1xi8> -> tensor<1x4x4x2xf32>

// -----

// The sums of many such products may leave 32 bits.
// CHECK-LABEL: @many_words
func.func @many_words(%q: tensor<1x259xi16>) -> tensor<1x1xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<300> : tensor<i16>
  %qw = qnn.constant dense<1> : tensor<1x259xi8>
  %zw = qnn.constant dense<0> : tensor<i8>
  %x = qnn.dequantize %q, %s, %z as <i16, per_tensor> : (tensor<1x259xi16>, tensor<f32>, tensor<i16>) -> tensor<1x259xf32>
  %w = qnn.dequantize %qw, %s, %zw as <i8, per_tensor> : (tensor<1x259xi8>, tensor<f32>, tensor<i8>) -> tensor<1x259xf32>
  // expected-remark @below {{kept in f32 because integer kernels take 8-bit operands, or signed 16-bit activations}}
  %y = qnn.linear %x, %w : (tensor<1x259xf32>, tensor<1x259xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
// CHECK: qnn.fused_matmul {{.*}} : tensor<1x259xf32>, tensor<1x259xf32> -> tensor<1x1xf32>

// -----

// A float layer keeps its arithmetic; its bias and activation move into the epilogue.
// CHECK-LABEL: @float_linear
func.func @float_linear(%x: tensor<2x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = qnn.linear %x, %w, %b : (tensor<2x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = qnn.unary tanh %0 : tensor<2x3xf32> -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
// CHECK: qnn.fused_matmul %arg0, %arg1 extras(%arg2 : tensor<3xf32>) {transpose_rhs}
// CHECK: ^bb0(%[[ACC:.*]]: f32, %[[B:.*]]: f32):
// CHECK: %[[S:.*]] = arith.addf %[[ACC]], %[[B]]
// CHECK: %[[T:.*]] = math.tanh %[[S]]
// CHECK: qnn.yield %[[T]] : f32

// -----

// The average of stored integers: an exact sum, then one multiplication. Padding adds nothing to the real sum.
// CHECK-LABEL: @average
func.func @average(%q: tensor<1x4x4x8xui8>) -> tensor<1x1x1x8xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<10> : tensor<ui8>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x4x4x8xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4x4x8xf32>
  %p = qnn.pool average %x {kernel = array<i64: 4, 4>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<1x4x4x8xf32> -> tensor<1x1x1x8xf32>
  %y = qnn.quantize %p, %s, %z as <ui8, per_tensor> : (tensor<1x1x1x8xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x1x1x8xui8>
  return %y : tensor<1x1x1x8xui8>
}
// CHECK: qnn.fused_pool sum %arg0
// CHECK-SAME: pad_value = array<i32: 10>
// CHECK: arith.constant -160 : i32
// CHECK: arith.constant 6.250000e-02 : f32
// CHECK: qnn.round

// -----

// What is dequantized for maps stays stored; they dequantize it themselves, and take a product that only one of them reads with
// it.
// CHECK-LABEL: @stored_for_maps
func.func @stored_for_maps(%x: tensor<2x4xf32>, %w: tensor<3x4xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<10> : tensor<ui16>
  %c = qnn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = qnn.linear %x, %w : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  %q = qnn.quantize %0, %s, %z as <ui16, per_tensor> : (tensor<2x3xf32>, tensor<f32>, tensor<ui16>) -> tensor<2x3xui16>
  %d = qnn.dequantize %q, %s, %z as <ui16, per_tensor> : (tensor<2x3xui16>, tensor<f32>, tensor<ui16>) -> tensor<2x3xf32>
  %1 = qnn.linear %x, %w : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  %2 = qnn.binary mul %d, %c : tensor<2x3xf32>, tensor<3xf32> -> tensor<2x3xf32>
  %3 = qnn.binary add %1, %2 : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
  %4 = qnn.unary tanh %d : tensor<2x3xf32> -> tensor<2x3xf32>
  return %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>
}
// CHECK: %[[STORED:.*]] = qnn.fused_matmul {{.*}} -> tensor<2x3xui16>
// CHECK: %[[D:.*]] = qnn.dequantize %[[STORED]]
// CHECK: qnn.fused_matmul {{.*}} extras(%[[STORED]], %{{.*}} : tensor<2x3xui16>, tensor<3xf32>)
// CHECK: ^bb0(%[[ACC:.*]]: f32, %[[X:.*]]: ui16, %[[C:.*]]: f32):
// CHECK: %[[WIDE:.*]] = qnn.widen %[[X]]
// CHECK: arith.mulf %{{.*}}, %[[C]]
// CHECK: arith.addf %[[ACC]],
// CHECK: qnn.unary tanh %[[D]]

// -----

// Channel scales are positive: they go through a rectifier, whose bound becomes that of the rounding, and into the one product with
// the scales of weights, and so do those with which an addend was stored.
// CHECK-LABEL: @channel_scales
func.func @channel_scales(%q: tensor<1x2x2x1xui8>, %r: tensor<1x2x2x2xui8>) -> tensor<1x2x2x2xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<0> : tensor<ui8>
  %qw = qnn.constant dense<2> : tensor<2x1x1x1xi8>
  %sw = qnn.constant dense<0.25> : tensor<f32>
  %zw = qnn.constant dense<0> : tensor<i8>
  %stored = qnn.constant dense<[1.0, 8.0]> : tensor<2xf32>
  %restored = qnn.constant dense<[2.0, 1.0]> : tensor<2xf32>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x1xf32>
  %skip = qnn.dequantize %r, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xf32>
  %addend = qnn.binary mul %skip, %restored : tensor<1x2x2x2xf32>, tensor<2xf32> -> tensor<1x2x2x2xf32>
  %w = qnn.dequantize %qw, %sw, %zw as <i8, per_tensor> : (tensor<2x1x1x1xi8>, tensor<f32>, tensor<i8>) -> tensor<2x1x1x1xf32>
  %c = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x2x2x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x2xf32>
  %a = qnn.binary add %c, %addend : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32> -> tensor<1x2x2x2xf32>
  %relu = qnn.clamp %a [0.0, 0x7F800000] : tensor<1x2x2x2xf32>
  %d = qnn.binary mul %relu, %stored : tensor<1x2x2x2xf32>, tensor<2xf32> -> tensor<1x2x2x2xf32>
  %y = qnn.quantize %d, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  return %y : tensor<1x2x2x2xui8>
}
// 0.5 * 0.25 / 0.5 and 0.5 * 2 / 0.5, times 1; 0.25 and 1, times 8.
// CHECK-DAG: %[[M:.*]] = qnn.constant dense<[2.500000e-01, 2.000000e+00]>
// CHECK-DAG: %[[MS:.*]] = qnn.constant dense<[2.000000e+00, 8.000000e+00]>
// CHECK: qnn.fused_conv %{{.*}}, %{{.*}} extras(%[[M]], %arg1, %[[MS]] :
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[MC:.*]]: f32, %[[SKIP:.*]]: ui8, %[[MSC:.*]]: f32):
// CHECK-NEXT: %[[F:.*]] = arith.sitofp %[[ACC]]
// CHECK-NEXT: %[[V:.*]] = arith.mulf %[[F]], %[[MC]]
// CHECK-NEXT: %[[I:.*]] = qnn.widen %[[SKIP]]
// CHECK-NEXT: %[[S:.*]] = arith.sitofp %[[I]]
// CHECK-NEXT: %[[W:.*]] = arith.mulf %[[S]], %[[MSC]]
// CHECK-NEXT: %[[A:.*]] = arith.addf %[[V]], %[[W]]
// CHECK-NEXT: arith.constant
// CHECK-NEXT: %[[R:.*]] = qnn.round %[[A]], %{{.*}} {hi = 255 : i32, lo = 0 : i32}
// CHECK-NEXT: qnn.yield %[[R]]

// -----

// A bound that would differ from channel to channel stays a clamp before the channel scales.
// CHECK-LABEL: @bounded_channel_scales
func.func @bounded_channel_scales(%q: tensor<1x2x2x1xui8>) -> tensor<1x2x2x2xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<0> : tensor<ui8>
  %qw = qnn.constant dense<2> : tensor<2x1x1x1xi8>
  %sw = qnn.constant dense<0.25> : tensor<f32>
  %zw = qnn.constant dense<0> : tensor<i8>
  %stored = qnn.constant dense<[1.0, 8.0]> : tensor<2xf32>
  %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x1xf32>
  %w = qnn.dequantize %qw, %sw, %zw as <i8, per_tensor> : (tensor<2x1x1x1xi8>, tensor<f32>, tensor<i8>) -> tensor<2x1x1x1xf32>
  %c = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x2x2x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x2xf32>
  %relu = qnn.clamp %c [0.0, 6.0] : tensor<1x2x2x2xf32>
  %d = qnn.binary mul %relu, %stored : tensor<1x2x2x2xf32>, tensor<2xf32> -> tensor<1x2x2x2xf32>
  %y = qnn.quantize %d, %s, %z as <ui8, per_tensor> : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  return %y : tensor<1x2x2x2xui8>
}
// CHECK: %[[M:.*]] = qnn.constant dense<[2.000000e+00, 1.600000e+01]>
// CHECK: extras(%[[M]] : tensor<2xf32>)
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[MC:.*]]: f32):
// CHECK: %[[F:.*]] = arith.sitofp %[[ACC]]
// CHECK: %[[SCALE:.*]] = arith.constant 1.250000e-01 : f32
// CHECK: %[[V:.*]] = arith.mulf %[[F]], %[[SCALE]]
// CHECK: arith.constant 6.0
// CHECK: %[[D:.*]] = arith.mulf %{{.*}}, %[[MC]]
// CHECK: qnn.round %[[D]]
