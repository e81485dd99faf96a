// RUN: qcc-opt %s -split-input-file -qcc-assign-precision 2>/dev/null | FileCheck %s
// RUN: qcc-opt %s -split-input-file -qcc-assign-precision 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: qcc-opt %s -split-input-file -qcc-assign-precision="keep-float=conv1$" 2>/dev/null | FileCheck %s --check-prefix=KEEP
// RUN: qcc-opt %s -split-input-file -qcc-assign-precision="scheme=.*:w8a8-per-tensor" 2>/dev/null | FileCheck %s --check-prefix=TENSOR

// A convolution reads its input and its weights rounded; its rectifier is fused, so it reads what it always read.
// CHECK-LABEL: func.func @layer
// CHECK: qnn.conv
// CHECK-SAME: qnn.reason = "its weights are constant and its sums are exact in i32"
// CHECK-SAME: qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>, #qnn.scheme<i32, per_axis = 0, symmetric>]
// CHECK: qnn.clamp
// CHECK-SAME: {qnn.reason = "it is computed on the unrounded result of 'conv1'"}
// CHECK: qnn.linear
// CHECK: qnn.softmax
// CHECK-SAME: qnn.reason = "it has no integer form"

// REMARK: {{.*}}quantized as int8 weights per output channel and uint8 activations per tensor because its weights are constant and its sums are exact in i32
// REMARK: {{.*}}fused in f32 because it is computed on the unrounded result of 'conv1'
// REMARK: {{.*}}kept in f32 because it has no integer form

// KEEP-LABEL: func.func @layer
// KEEP: qnn.conv
// KEEP-SAME: qnn.reason = "an option asks for it", strides
// KEEP: qnn.clamp

// TENSOR-LABEL: func.func @layer
// TENSOR: #qnn.scheme<i8, per_tensor, symmetric, narrow>
func.func @layer(%x: tensor<1x8x8x2xf32>) -> tensor<1x3xf32> {
  %w = qnn.constant dense<0.5> : tensor<4x1x1x2xf32>
  %b = qnn.constant dense<0.5> : tensor<4xf32>
  %v = qnn.constant dense<0.5> : tensor<3x256xf32>
  %0 = qnn.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x8x8x2xf32>, tensor<4x1x1x2xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32> loc("conv1")
  %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x8x8x4xf32> loc("relu1")
  %2 = qnn.reshape %1 : tensor<1x8x8x4xf32> -> tensor<1x256xf32> loc("flatten")
  %3 = qnn.linear %2, %v : (tensor<1x256xf32>, tensor<3x256xf32>) -> tensor<1x3xf32> loc("fc")
  %4 = qnn.softmax %3 {axis = 1 : i64} : tensor<1x3xf32> loc("softmax")
  return %4 : tensor<1x3xf32>
}

// -----

// Channels whose ranges differ by 8 get a grid each, for only a depthwise convolution reads them.
// CHECK-LABEL: func.func @depthwise
// CHECK: qnn.observe {{.*}} qnn.range = array<f32: 0.000000e+00, 1.000000e+00, -8.000000e+00, 0.000000e+00, 0.000000e+00, 5.000000e-01>
// CHECK: qnn.conv {{.*}} qnn.schemes = [#qnn.scheme<ui8, per_axis = 3>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]
// REMARK: {{.*}}quantized as int8 weights per output channel and uint8 activations per channel
func.func @depthwise(%x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["channels"], tensor = "x", qnn.range = array<f32: -8.0, 1.0>, qnn.statistics = {
    channel_min = array<f32: 0.0, -8.0, 0.0>, channel_max = array<f32: 1.0, -1.0, 0.5>}} : tensor<1x4x4x3xf32>
  %w = qnn.constant dense<0.5> : tensor<3x1x1x1xf32>
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 3 : i64} : (tensor<1x4x4x3xf32>, tensor<3x1x1x1xf32>) -> tensor<1x4x4x3xf32> loc("dw_conv1")
  return %0 : tensor<1x4x4x3xf32>
}
