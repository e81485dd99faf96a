// RUN: qcc-opt %s -qcc-assign-precision 2>/dev/null | FileCheck %s
// RUN: qcc-opt %s -qcc-assign-precision 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: qcc-opt %s -qcc-assign-precision="scheme=asked|moved:w8a8" 2>/dev/null | FileCheck %s --check-prefix=ASKED
// RUN: qcc-opt %s -qcc-assign-precision="scheme=asked|moved:w8a8x2" 2>/dev/null | FileCheck %s --check-prefix=PARTS

// What a measurement asks for holds, unless an option matches the node.
// CHECK-LABEL: func.func @measured
// CHECK: qnn.linear {{.*}}{qnn.measured_precision = "f32", qnn.reason = "a measurement names its rounding as a main source of the outputs' error"}
// CHECK: qnn.linear {{.*}}qnn.measured_precision = "w8a8x2"{{.*}}#qnn.scheme<i16, per_tensor>
// REMARK: {{.*}}kept in f32 because a measurement names its rounding as a main source of the outputs' error
// REMARK: {{.*}}quantized as int8 weights per output channel and int16 activations per tensor because a measurement names
// ASKED-LABEL: func.func @measured
// ASKED: qnn.linear {{.*}}{qnn.measured_precision = "f32"
// ASKED: qnn.linear {{.*}}{qnn.reason = "its weights are constant and its sums are exact in i32", qnn.schemes = [#qnn.scheme<ui8, per_tensor>
func.func @measured(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %v = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %v {qnn.measured_precision = "f32"} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("free")
  %1 = qnn.linear %x, %v {qnn.measured_precision = "w8a8x2"} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("asked")
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// What an op moves for a contraction of two parts is 16 bits wide.
// PARTS-LABEL: func.func @moves
// PARTS: qnn.reshape %arg0 {qnn.reason = "it only moves stored numbers", qnn.schemes = [#qnn.scheme<i16, per_tensor>]}
// PARTS: qnn.linear {{.*}}qnn.schemes = [#qnn.scheme<i16, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]
func.func @moves(%x: tensor<2x1xf32>) -> tensor<1x2xf32> {
  %v = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.reshape %x : tensor<2x1xf32> -> tensor<1x2xf32>
  %1 = qnn.linear %0, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("moved")
  return %1 : tensor<1x2xf32>
}
