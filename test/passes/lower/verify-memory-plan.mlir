// RUN: qcc-opt %s -split-input-file -verify-diagnostics -qcc-verify-memory-plan

// The second value lies on the first, which the third op still reads.
func.func @overlap(%x: tensor<16xf32>) -> tensor<16xf32> {
  // expected-note@+1 {{the value is made here}}
  %0 = qnn.softmax %x {axis = 0 : i64, qnn.buffer = #qnn.buffer<0, [4], 0, 64>} : tensor<16xf32>
  // expected-error@+1 {{'qnn.softmax' op overwrites bytes of a value that is read later}}
  %1 = qnn.softmax %0 {axis = 0 : i64, qnn.buffer = #qnn.buffer<0, [4], 0, 64>} : tensor<16xf32>
  %2 = qnn.fused_map(%0, %1 : tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32> {
  ^bb0(%a: f32, %b: f32):
    qnn.yield %b : f32
  }
  return %2 : tensor<16xf32>
}

// -----

// Read through a view, it is still read.
func.func @through_view(%x: tensor<16xf32>) -> tensor<4x4xf32> {
  // expected-note@+1 {{the value is made here}}
  %0 = qnn.softmax %x {axis = 0 : i64, qnn.buffer = #qnn.buffer<0, [4], 0, 64>} : tensor<16xf32>
  %1 = qnn.reshape %0 {qnn.view} : tensor<16xf32> -> tensor<4x4xf32>
  // expected-error@+1 {{'qnn.softmax' op overwrites bytes of a value that is read later}}
  %2 = qnn.softmax %x {axis = 0 : i64, qnn.buffer = #qnn.buffer<0, [4], 0, 64>} : tensor<16xf32>
  %3 = qnn.softmax %1 {axis = 0 : i64} : tensor<4x4xf32>
  return %3 : tensor<4x4xf32>
}

// -----

func.func @outside(%x: tensor<16xf32>) -> tensor<16xf32> {
  // expected-error@+1 {{'qnn.softmax' op has elements in bytes [0, 64) outside its buffer [0, 60)}}
  %0 = qnn.softmax %x {axis = 0 : i64, qnn.buffer = #qnn.buffer<0, [4], 0, 60>} : tensor<16xf32>
  // expected-error@+1 {{'qnn.softmax' op has a buffer that begins at 68, which is not a multiple of 64}}
  %1 = qnn.softmax %0 {axis = 0 : i64, qnn.buffer = #qnn.buffer<68, [4], 68, 64>} : tensor<16xf32>
  return %1 : tensor<16xf32>
}
