// RUN: qcc-opt %s -split-input-file -qcc-verify-qdq -verify-diagnostics

// All violations of a function are listed, not only the first.
func.func @several(%q: tensor<1x2xui8>, %x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = qnn.constant dense<-0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %v = qnn.constant dense<0.5> : tensor<2x2xf32>
  // expected-error @below {{an observer is left after quantization (Q1)}}
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x"} : tensor<1x2xf32>
  // expected-error @below {{scale -5.000000e-01 of channel 0 must be positive and finite (Q2)}}
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  // expected-error @below {{was assigned schemes that were not materialized (Q1)}}
  // expected-error @below {{reads a rounded activation but an f32 weight (Q3)}}
  %1 = qnn.linear %0, %v {qnn.schemes = []} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

func.func @mixed_channels(%q: tensor<1x2xui8>) -> tensor<1x1xf32> {
  %s = qnn.constant dense<0.5> : tensor<2xf32>
  %z = qnn.constant dense<3> : tensor<2xui8>
  %w = qnn.constant dense<5> : tensor<1x2xi8>
  %ws = qnn.constant dense<[0.25, 0.25]> : tensor<2xf32>
  %wz = qnn.constant dense<0> : tensor<2xi8>
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_axis = 1> : (tensor<1x2xui8>, tensor<2xf32>, tensor<2xui8>) -> tensor<1x2xf32>
  %1 = qnn.dequantize %w, %ws, %wz as <i8, per_axis = 1, symmetric, narrow> : (tensor<1x2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<1x2xf32>
  // expected-error @below {{reads a tensor with a grid for each channel, but mixes channels (Q4)}}
  // expected-error @below {{scales of its weight run along axis 1, its output channels along axis 0 (Q6)}}
  %2 = qnn.linear %0, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}

// -----

func.func @bias_scale(%q: tensor<1x1xui8>) -> tensor<1x1xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %w = qnn.constant dense<5> : tensor<1x1xi8>
  %ws = qnn.constant dense<0.25> : tensor<1xf32>
  %wz = qnn.constant dense<0> : tensor<1xi8>
  %b = qnn.constant dense<5> : tensor<1xi32>
  %bz = qnn.constant dense<0> : tensor<1xi32>
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1xf32>
  %1 = qnn.dequantize %w, %ws, %wz as <i8, per_axis = 0, symmetric, narrow> : (tensor<1x1xi8>, tensor<1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
  %2 = qnn.dequantize %b, %ws, %bz as <i32, per_axis = 0, symmetric> : (tensor<1xi32>, tensor<1xf32>, tensor<1xi32>) -> tensor<1xf32>
  // expected-error @below {{scale 2.500000e-01 of its bias in channel 0 is not that of the accumulator, 1.250000e-01 (Q5)}}
  %3 = qnn.linear %0, %1, %2 : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %3 : tensor<1x1xf32>
}

// -----

func.func @changed_grid(%q: tensor<4xui8>) -> tensor<2x2xui8> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %t = qnn.constant dense<0.25> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  // expected-error @below {{only moves numbers, but its result is rounded to another grid than its operand (Q7)}}
  %1 = qnn.reshape %0 : tensor<4xf32> -> tensor<2x2xf32>
  %2 = qnn.quantize %1, %t, %z as <ui8, per_tensor> : (tensor<2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<2x2xui8>
  return %2 : tensor<2x2xui8>
}

// -----

// What keeps the contract passes.
func.func @good(%q: tensor<1x1xui8>) -> tensor<1x1xf32> {
  %s = qnn.constant dense<0.5> : tensor<f32>
  %z = qnn.constant dense<3> : tensor<ui8>
  %w = qnn.constant dense<5> : tensor<1x1xi8>
  %ws = qnn.constant dense<0.25> : tensor<1xf32>
  %wz = qnn.constant dense<0> : tensor<1xi8>
  %0 = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<1x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1xf32>
  %1 = qnn.dequantize %w, %ws, %wz as <i8, per_axis = 0, symmetric, narrow> : (tensor<1x1xi8>, tensor<1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
  %2 = qnn.linear %0, %1 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}
