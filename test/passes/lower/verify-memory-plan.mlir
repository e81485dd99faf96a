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

// -----

// The second part lies 4 bytes from where the concat wants it.
func.func @part_elsewhere(%x: tensor<3x16xf32>) -> tensor<3x32xf32> {
  // expected-note@+1 {{the value is made here}}
  %0 = qnn.fused_map(%x : tensor<3x16xf32>) {qnn.buffer = #qnn.buffer<0, [128, 4], 0, 384>} -> tensor<3x16xf32> {
  ^bb0(%v: f32):
    qnn.yield %v : f32
  }
  // expected-error@+2 {{'qnn.fused_map' op overwrites bytes of a value that is read later}}
  // expected-note@+1 {{the value is made here}}
  %1 = qnn.fused_map(%x : tensor<3x16xf32>) {qnn.buffer = #qnn.buffer<60, [128, 4], 0, 384>} -> tensor<3x16xf32> {
  ^bb0(%v: f32):
    qnn.yield %v : f32
  }
  // expected-error@+2 {{'qnn.concat' op does not find operand 1 in its own buffer, where qnn.in_place says it is}}
  // expected-error@+1 {{'qnn.concat' op overwrites bytes of a value that is read later}}
  %2 = qnn.concat %0, %1 {axis = 1 : i64, qnn.in_place = array<i64: 0, 1>, qnn.buffer = #qnn.buffer<0, [128, 4], 0, 384>} : (tensor<3x16xf32>, tensor<3x16xf32>) -> tensor<3x32xf32>
  %3 = qnn.softmax %2 {axis = 1 : i64} : tensor<3x32xf32>
  return %3 : tensor<3x32xf32>
}
