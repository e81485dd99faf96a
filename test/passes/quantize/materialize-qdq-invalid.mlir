// RUN: qcc-opt %s -split-input-file -qcc-materialize-qdq -verify-diagnostics

// Nothing is known of what the op is to read rounded.
func.func @no_range(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x2xf32> {
  %v = qnn.constant dense<0.5> : tensor<2x2xf32>
  // expected-error @below {{tensor 'x' has no range; calibrate and compute ranges first}}
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<ui8, per_tensor>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// An attribute written by hand that does not fit the op.
func.func @wrong_count(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %v = qnn.constant dense<0.5> : tensor<2x2xf32>
  // expected-error @below {{has 1 schemes for 2 operands}}
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<ui8, per_tensor>]} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @wrong_ranges(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  // expected-error @below {{tensor 'x' has 1 ranges, but #qnn.scheme<ui8, per_axis = 1> needs 3}}
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x", qnn.range = array<f32: 0.0, 1.0>} : tensor<1x3xf32>
  %v = qnn.constant dense<0.5> : tensor<2x3xf32>
  %0 = qnn.linear %x, %v {qnn.schemes = [#qnn.scheme<ui8, per_axis = 1>, #qnn.scheme<i8, per_axis = 0, symmetric, narrow>]} : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
