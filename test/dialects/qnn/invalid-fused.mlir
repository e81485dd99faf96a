// RUN: qcc-opt %s --split-input-file --verify-diagnostics

// One case for each numbered constraint of the fused ops and of the scalar ops in their epilogues.

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op input and weight must have the same rank of at least 3 (C1)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x4xi8> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op kernel, strides, dilations and pads must fit an input of rank 4 (C1)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op strides and dilations must be at least 1 (C1)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 0>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op result dimension 2 is 5, should be 6 (C1)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x5x4xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op result 'tensor<1x6x6x5xi32>' must have 4 channels and the input's batch (C1)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x6x5xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xf32>) {
  // expected-error @below {{'qnn.fused_conv' op operands must both be 8-bit integers or both f32, or i16 and i8, got 'ui8' and 'f32' (C2)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xf32> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op epilogue must have arguments of types ['i32'] (C3)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: f32):
    %c = arith.constant 0 : i32
    qnn.yield %c : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>, %b: tensor<3xf32>) {
  // expected-error @below {{'qnn.fused_conv' op extra operand 'tensor<3xf32>' does not broadcast to 'tensor<1x6x6x4xi32>' (C4)}}
  %0 = qnn.fused_conv %x, %w extras(%b : tensor<3xf32>) {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: i32, %e: f32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op epilogue must yield one 'ui8' (C5)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x6x4xui8> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xui8>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op pad_value must have 1 or 4 elements, has 2 (C6)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64, pad_value = array<i32: 1, 2>} : tensor<1x8x8x4xui8>, tensor<4x3x3x4xi8> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %w: tensor<3xf32>) {
  // expected-error @below {{'qnn.fused_matmul' op rhs must have rank 2 or more (C1)}}
  %0 = qnn.fused_matmul %x, %w : tensor<2x3xf32>, tensor<3xf32> -> tensor<2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %w: tensor<4x5xf32>) {
  // expected-error @below {{'qnn.fused_matmul' op inner dimensions 3 and 4 differ (C1)}}
  %0 = qnn.fused_matmul %x, %w : tensor<2x3xf32>, tensor<4x5xf32> -> tensor<2x5xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

func.func @f(%x: tensor<3xf32>, %w: tensor<2x3x5xf32>) {
  // expected-error @below {{'qnn.fused_matmul' op lhs must have rank 2 or more (C1)}}
  %0 = qnn.fused_matmul %x, %w : tensor<3xf32>, tensor<2x3x5xf32> -> tensor<2x5xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

func.func @f(%x: tensor<3x2x3xf32>, %w: tensor<2x3x5xf32>) {
  // expected-error @below {{'qnn.fused_matmul' op batch dimensions do not broadcast (C1)}}
  %0 = qnn.fused_matmul %x, %w : tensor<3x2x3xf32>, tensor<2x3x5xf32> -> tensor<2x2x5xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %w: tensor<5x3xf32>) {
  // expected-error @below {{'qnn.fused_matmul' op result shape must be [2, 5] (C1)}}
  %0 = qnn.fused_matmul %x, %w {transpose_rhs} : tensor<2x3xf32>, tensor<5x3xf32> -> tensor<2x4xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

func.func @f(%x: tensor<1x4x2xf32>) {
  // expected-error @below {{'qnn.fused_pool' op kind must be max or sum, is average (C1)}}
  %0 = qnn.fused_pool average %x {kernel = array<i64: 2>, strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>}
      : tensor<1x4x2xf32> -> tensor<1x3x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'qnn.fused_map' op epilogue must have arguments of types ['f32'] (C3)}}
  %0 = qnn.fused_map(%x : tensor<4xf32>) -> tensor<4xf32> {
    %c = arith.constant 0.0 : f32
    qnn.yield %c : f32
  }
  return
}

// -----

func.func @f(%x: f32, %z: i32) {
  // expected-error @below {{'qnn.round' op bounds [0, 300] do not lie within 'ui8' (C1)}}
  %0 = qnn.round %x, %z {lo = 0 : i32, hi = 300 : i32} : f32, i32 -> ui8
  return
}

// -----

func.func @f(%x: f32, %z: i32) {
  // expected-error @below {{'qnn.round' op result type 'i64' must have 2 to 32 bits (C2)}}
  %0 = qnn.round %x, %z : f32, i32 -> i64
  return
}

// -----

func.func @f(%x: ui8) {
  // expected-error @below {{'qnn.reinterpret' op 'ui8' and 'i16' must have the same width (C1)}}
  %0 = qnn.reinterpret %x : ui8 -> i16
  return
}

// -----

func.func @f(%x: tensor<4x2xf32>) {
  // expected-error @below {{'qnn.fused_pool' op input of rank 2 must have rank 3 or more (C2)}}
  %0 = qnn.fused_pool max %x {kernel = array<i64: 2>, strides = array<i64: 1>, pads = array<i64: 0, 0>,
    dilations = array<i64: 1>} : tensor<4x2xf32> -> tensor<3x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

// Unsigned numbers of 16 bits have no instruction.
func.func @f(%x: tensor<1x8x8x4xui16>, %w: tensor<4x3x3x4xi8>) {
  // expected-error @below {{'qnn.fused_conv' op operands must both be 8-bit integers or both f32, or i16 and i8, got 'ui16' and 'i8' (C2)}}
  %0 = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : tensor<1x8x8x4xui16>, tensor<4x3x3x4xi8> -> tensor<1x6x6x4xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}
