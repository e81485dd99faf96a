// RUN: qcc-opt %s -qcc-compute-ranges -verify-diagnostics

// An observer that nothing was measured for.
func.func @no_statistics(%x: tensor<1x5xf32>) -> tensor<1x5xf32> {
  // expected-error @below {{tensor 'x' has no statistics; calibrate first}}
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x"} : tensor<1x5xf32>
  return %x : tensor<1x5xf32>
}
