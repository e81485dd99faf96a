// RUN: qcc-opt %s -qcc-absorb-statistics=file=%S/Inputs/statistics.json | FileCheck %s
// RUN: not qcc-opt %s -qcc-absorb-statistics=file=%S/Inputs/other-model.json 2>&1 | FileCheck %s --check-prefix=MODEL
// RUN: not qcc-opt %s -qcc-absorb-statistics=file=%S/Inputs/other-schema.json 2>&1 | FileCheck %s --check-prefix=SCHEMA
// RUN: not qcc-opt %s -qcc-absorb-statistics=file=%S/Inputs/no-bins.json 2>&1 | FileCheck %s --check-prefix=BINS
// RUN: not qcc-opt %s -qcc-absorb-statistics=file=%S/Inputs/lacks-tensor.json 2>&1 | FileCheck %s --check-prefix=LACKS
// RUN: not qcc-opt %s -qcc-absorb-statistics=file=%t.missing 2>&1 | FileCheck %s --check-prefix=MISSING

// CHECK: qnn.observe
// CHECK-SAME: qnn.statistics = {bin_exponent = 0 : i64, bin_first = -1 : i64, channel_max = array<f32: 1.000000e+00>
// CHECK-SAME: counts = array<i64: 1, 0, 1>
// MODEL: error: the statistics are of another model: their fingerprint is 0123..., this model's is {{[0-9a-f]+}}...
// SCHEMA: error: '{{.*}}other-schema.json' has schema 'qcc.ranges/9', expected 'qcc.ranges/1'
// BINS: error: '{{.*}}no-bins.json' does not hold statistics: missing value at (root).tensors[0].histogram.counts
// LACKS: error: the statistics lack tensor 'x'
// MISSING: error: cannot read statistics from '{{.*}}': No such file or directory
func.func @main(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x"} : tensor<1x1xf32>
  return %x : tensor<1x1xf32>
}
