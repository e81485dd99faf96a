// RUN: qcc-opt %s -qcc-assign-precision="scheme=.*:w8a16" 2>/dev/null | FileCheck %s --check-prefix=SCHEMES
// RUN: qcc-opt %s -qcc-assign-precision="scheme=.*:w8a16" 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: qcc-opt %s -qcc-assign-precision="scheme=.*:w8a16" -qcc-materialize-qdq 2>/dev/null | FileCheck %s --check-prefix=PAIRS
// RUN: qcc-opt %s -qcc-assign-precision="scheme=.*:w8a16,add2:w8a8" -qcc-materialize-qdq 2>/dev/null | FileCheck %s --check-prefix=ONE
// RUN: qcc-opt %s -qcc-assign-precision="scheme=.*:w8a16" -qcc-materialize-qdq -qcc-quantize-weights -qcc-lower-pipeline 2>/dev/null \
// RUN:   | FileCheck %s --check-prefix=LOWER

// A residual stream of 16 bits: additions read it as it is, contractions read it rounded to 8 bits once more.
// SCHEMES-COUNT-2: qnn.linear {{.*}} qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]
// SCHEMES: qnn.binary add {{.*}} qnn.schemes = [unit, #qnn.scheme<i16, per_tensor>]
// REMARK: {{.*}}quantized as int16 activations because it is computed on the unrounded result of 'fc2'

// The grid of 16 bits has room for twice what was seen: its step is 5 / 65535.
// PAIRS: %[[FIRST:.*]] = qnn.linear
// PAIRS: %[[SCALE:.*]] = qnn.constant dense<7.62951095E-5> : tensor<f32>
// PAIRS: %[[WIDE:.*]] = qnn.quantize %[[FIRST]], %[[SCALE]], %{{.*}} as <i16, per_tensor> {qnn.tensor = "a"}
// PAIRS: %[[STREAM:.*]] = qnn.dequantize %[[WIDE]], %[[SCALE]]
// PAIRS: %[[Q:.*]] = qnn.quantize %[[STREAM]], {{.*}} as <ui8, per_tensor> {qnn.tensor = "a#2"}
// PAIRS: %[[D:.*]] = qnn.dequantize %[[Q]]
// PAIRS: %[[SECOND:.*]] = qnn.linear %[[D]]
// PAIRS: qnn.binary add %[[SECOND]], %[[STREAM]]

// One addition alone can be left with 8 bits.
// ONE-COUNT-1: qnn.quantize {{.*}} as <i16
// ONE-NOT: qnn.quantize {{.*}} as <i16

// LOWER: %[[STREAM:.*]] = qnn.fused_matmul {{.*}} -> tensor<1x2xi16>
// LOWER: qnn.round {{.*}} -> i16
// LOWER: %[[NARROW:.*]] = qnn.fused_map(%[[STREAM]] : tensor<1x2xi16>) {{.*}} -> tensor<1x2xui8>
// LOWER: qnn.fused_matmul %[[NARROW]], {{.*}} extras({{.*}}, %[[STREAM]] :
func.func @stream(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[0.5, -0.25], [0.125, 0.75]]> : tensor<2x2xf32>
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: -1.0, 1.0>} : tensor<1x2xf32>
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc1")
  qnn.observe %0 {id = 1 : i64, statistics = ["range"], tensor = "a", qnn.range = array<f32: -0.5, 2.0>} : tensor<1x2xf32>
  %1 = qnn.linear %0, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc2")
  %2 = qnn.binary add %1, %0 : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x2xf32> loc("add1")
  qnn.observe %2 {id = 2 : i64, statistics = ["range"], tensor = "b", qnn.range = array<f32: -0.5, 2.0>} : tensor<1x2xf32>
  %3 = qnn.linear %2, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc3")
  %4 = qnn.binary add %3, %2 : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x2xf32> loc("add2")
  qnn.observe %4 {id = 3 : i64, statistics = ["range"], tensor = "c", qnn.range = array<f32: -0.5, 2.0>} : tensor<1x2xf32>
  %5 = qnn.linear %4, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc4")
  return %5 : tensor<1x2xf32>
}
