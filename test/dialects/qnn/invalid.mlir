// RUN: qcc-opt %s --split-input-file --verify-diagnostics

// One case for each numbered constraint: schemes, then tensor ops, then quantization ops.

// expected-error @below {{storage type 'i1' must have 2 to 32 bits (C1)}}
func.func private @f() attributes {scheme = #qnn.scheme<i1, per_tensor>}

// -----

// expected-error @below {{storage type 'f32' must be an integer of 2 to 32 bits or a float of at most 8 (C1)}}
func.func private @f() attributes {scheme = #qnn.scheme<f32, per_tensor>}

// -----

// expected-error @below {{axis -1 must not be negative (C2)}}
func.func private @f() attributes {scheme = #qnn.scheme<i8, per_axis = -1>}

// -----

// expected-error @below {{group size 0 must be at least 1 for per_group and 0 otherwise (C3)}}
func.func private @f() attributes {scheme = #qnn.scheme<i8, per_group = 0 x 0>}

// -----

// expected-error @below {{expected per_tensor, per_axis or per_group, got 'per_row'}}
func.func private @f() attributes {scheme = #qnn.scheme<i8, per_row>}

// -----

// expected-error @below {{expected symmetric or narrow}}
func.func private @f() attributes {scheme = #qnn.scheme<i8, per_tensor, wide>}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'qnn.clamp' op interval [1.000000e+00, 0.000000e+00] is empty (C1)}}
  %0 = qnn.clamp %x [1.0, 0.0] : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  // expected-error @below {{shapes [2] and [3] do not broadcast (C1)}}
  // expected-error @below {{'qnn.binary' op failed to infer returned types}}
  %0 = qnn.binary add %x, %y : tensor<2xf32>, tensor<3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>, %y: tensor<2xi32>) {
  // expected-error @below {{element types 'f32' and 'i32' differ (C2)}}
  // expected-error @below {{'qnn.binary' op failed to infer returned types}}
  %0 = qnn.binary add %x, %y : tensor<2xf32>, tensor<2xi32> -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'qnn.binary' op inferred type(s) 'tensor<2xi1>' are incompatible with return type(s) of operation 'tensor<2xf32>'}}
  // expected-error @below {{'qnn.binary' op failed to infer returned types}}
  %0 = qnn.binary less %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @f(%c: tensor<2xi1>, %y: tensor<3xf32>) {
  // expected-error @below {{shapes [2] and [3] do not broadcast (C1)}}
  // expected-error @below {{'qnn.select' op failed to infer returned types}}
  %0 = qnn.select %c, %y, %y : tensor<2xi1>, tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @f(%c: tensor<2xi1>, %x: tensor<2xf32>, %y: tensor<2xi32>) {
  // expected-error @below {{cannot choose between 'tensor<2xf32>' and 'tensor<2xi32>' by 'tensor<2xi1>' (C2)}}
  // expected-error @below {{'qnn.select' op failed to infer returned types}}
  %0 = qnn.select %c, %x, %y : tensor<2xi1>, tensor<2xf32>, tensor<2xi32> -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<4x3x4xf32>) {
  // expected-error @below {{'qnn.conv' op input of rank 4 and weight of rank 3 must have the same rank of at least 3 (C1)}}
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x8x8x4xf32>, tensor<4x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<4x3x3x4xf32>) {
  // expected-error @below {{input of rank 4 needs kernel, strides and dilations of 2 and pads of 4 entries (C1)}}
  // expected-error @below {{'qnn.conv' op failed to infer returned types}}
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x8x8x4xf32>, tensor<4x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<4x3x3x4xf32>) {
  // expected-error @below {{strides and dilations must be at least 1 (C1)}}
  // expected-error @below {{'qnn.conv' op failed to infer returned types}}
  %0 = qnn.conv %x, %w {strides = array<i64: 0, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x8x8x4xf32>, tensor<4x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<4x3x3x4xf32>) {
  // expected-error @below {{'qnn.conv' op groups 3 must divide the 4 output channels (C2)}}
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 3 : i64}
      : (tensor<1x8x8x4xf32>, tensor<4x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<4x3x3x4xf32>) {
  // expected-error @below {{'qnn.conv' op weight reads 4 channels in each of 2 groups, but the input has 4 (C2)}}
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64}
      : (tensor<1x8x8x4xf32>, tensor<4x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x2x8x4xf32>, %w: tensor<4x3x3x4xf32>) {
  // expected-error @below {{window of 3 does not fit dimension 1 of size 2 (C3)}}
  // expected-error @below {{'qnn.conv' op failed to infer returned types}}
  %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x2x8x4xf32>, tensor<4x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<4x3x3x4xf32>, %b: tensor<5xf32>) {
  // expected-error @below {{'qnn.conv' op bias 'tensor<5xf32>' must have 4 elements (C4)}}
  %0 = qnn.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x8x8x4xf32>, tensor<4x3x3x4xf32>, tensor<5xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x2x1xf32>, %w: tensor<1x1x1xf32>) {
  // expected-error @below {{strides, dilations, output_padding and pads must fit rank 3 (C1)}}
  // expected-error @below {{'qnn.conv_transpose' op failed to infer returned types}}
  %0 = qnn.conv_transpose %x, %w {strides = array<i64: 1>, pads = array<i64: 0>, dilations = array<i64: 1>,
      output_padding = array<i64: 0>, groups = 1 : i64} : (tensor<1x2x1xf32>, tensor<1x1x1xf32>) -> tensor<1x2x1xf32>
  return
}

// -----

func.func @f(%x: tensor<1x2x1xf32>, %w: tensor<1x1x1xf32>) {
  // expected-error @below {{padding is larger than the result along dimension 1 (C3)}}
  // expected-error @below {{'qnn.conv_transpose' op failed to infer returned types}}
  %0 = qnn.conv_transpose %x, %w {strides = array<i64: 1>, pads = array<i64: 2, 2>, dilations = array<i64: 1>,
      output_padding = array<i64: 0>, groups = 1 : i64} : (tensor<1x2x1xf32>, tensor<1x1x1xf32>) -> tensor<1x2x1xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %w: tensor<4xf32>) {
  // expected-error @below {{'qnn.linear' op weight of rank 1 must have rank 2, and the input 1 or more (C1)}}
  %0 = qnn.linear %x, %w : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %w: tensor<2x5xf32>) {
  // expected-error @below {{'qnn.linear' op weight reads 5 elements, but the input's last dimension is 4 (C1)}}
  %0 = qnn.linear %x, %w : (tensor<1x4xf32>, tensor<2x5xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %w: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'qnn.linear' op bias 'tensor<3xf32>' must have 2 elements (C2)}}
  %0 = qnn.linear %x, %w, %b : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<3xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{operands must have rank 2 or more (C1)}}
  // expected-error @below {{'qnn.matmul' op failed to infer returned types}}
  %0 = qnn.matmul %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{inner dimensions 3 and 2 differ (C1)}}
  // expected-error @below {{'qnn.matmul' op failed to infer returned types}}
  %0 = qnn.matmul %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3x3xf32>, %y: tensor<4x3x3xf32>) {
  // expected-error @below {{batch dimensions of [2, 3, 3] and [4, 3, 3] do not broadcast (C2)}}
  // expected-error @below {{'qnn.matmul' op failed to infer returned types}}
  %0 = qnn.matmul %x, %y : (tensor<2x3x3xf32>, tensor<4x3x3xf32>) -> tensor<4x3x3xf32>
  return
}

// -----

func.func @f(%x: tensor<4x2xf32>) {
  // expected-error @below {{input of rank 2 must have rank 3 or more (C1)}}
  // expected-error @below {{'qnn.pool' op failed to infer returned types}}
  %0 = qnn.pool max %x {kernel = array<i64: 2>, strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>}
      : tensor<4x2xf32> -> tensor<1x3x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x2xf32>) {
  // expected-error @below {{'qnn.pool' op p must be at least 1, is 0 (C2)}}
  %0 = qnn.pool lp %x {kernel = array<i64: 2>, strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, p = 0 : i64}
      : tensor<1x4x2xf32> -> tensor<1x3x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x2xf32>) {
  // expected-error @below {{'qnn.reduce' op axes [1, 0] must increase and lie within rank 2 (C1)}}
  %0 = qnn.reduce sum %x {axes = array<i64: 1, 0>} : tensor<2x2xf32> -> tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<2x2xf32>) {
  // expected-error @below {{axis 2 is out of range for rank 2 (C1)}}
  // expected-error @below {{'qnn.arg_reduce' op failed to infer returned types}}
  %0 = qnn.arg_reduce %x {axis = 2 : i64} : tensor<2x2xf32> -> tensor<2x2xi64>
  return
}

// -----

func.func @f(%x: tensor<2x2xf32>) {
  // expected-error @below {{'qnn.softmax' op axis -1 is out of range for rank 2 (C1)}}
  %0 = qnn.softmax %x {axis = -1 : i64} : tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{axis 2 is out of range for rank 2 (C1)}}
  // expected-error @below {{'qnn.layer_norm' op failed to infer returned types}}
  %0 = qnn.layer_norm %x {axis = 2 : i64, epsilon = 0.0 : f32} : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %s: tensor<2xf32>) {
  // expected-error @below {{scale and bias must have shape [4], got 'tensor<2xf32>' (C2)}}
  // expected-error @below {{'qnn.layer_norm' op failed to infer returned types}}
  %0 = qnn.layer_norm %x scale(%s : tensor<2xf32>) {axis = 1 : i64, epsilon = 0.0 : f32} : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{permutation must have 2 entries (C1)}}
  // expected-error @below {{'qnn.transpose' op failed to infer returned types}}
  %0 = qnn.transpose %x [0] : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{[0, 0] is not a permutation of the dimensions (C1)}}
  // expected-error @below {{'qnn.transpose' op failed to infer returned types}}
  %0 = qnn.transpose %x [0, 0] : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{'qnn.reshape' op element types 'f32' and 'i32' differ (C1)}}
  %0 = qnn.reshape %x : tensor<2x4xf32> -> tensor<8xi32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{'qnn.reshape' op cannot turn 8 elements into 7 (C2)}}
  %0 = qnn.reshape %x : tensor<2x4xf32> -> tensor<7xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{'qnn.broadcast' op 'tensor<2x4xf32>' does not broadcast to 'tensor<4x4xf32>' (C1)}}
  %0 = qnn.broadcast %x : tensor<2x4xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{axis 2 is out of range for rank 2 (C1)}}
  // expected-error @below {{'qnn.concat' op failed to infer returned types}}
  %0 = qnn.concat %x, %x {axis = 2 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %y: tensor<4xf32>) {
  // expected-error @below {{operands 'tensor<2x4xf32>' and 'tensor<4xf32>' cannot be joined (C1)}}
  // expected-error @below {{'qnn.concat' op failed to infer returned types}}
  %0 = qnn.concat %x, %y {axis = 0 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %y: tensor<2x3xf32>) {
  // expected-error @below {{operands 'tensor<2x4xf32>' and 'tensor<2x3xf32>' differ in dimension 1 (C1)}}
  // expected-error @below {{'qnn.concat' op failed to infer returned types}}
  %0 = qnn.concat %x, %y {axis = 0 : i64} : (tensor<2x4xf32>, tensor<2x3xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{'qnn.slice' op starts, sizes and steps must have 2 entries (C1)}}
  %0 = qnn.slice %x [0] [2, 4] [1, 1] : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{'qnn.slice' op elements 1 to 5 of dimension 1 lie outside its 4 (C2)}}
  %0 = qnn.slice %x [0, 1] [2, 3] [1, 2] : tensor<2x4xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{low and high must have 2 entries (C1)}}
  // expected-error @below {{'qnn.pad' op failed to infer returned types}}
  %0 = qnn.pad %x [0] [0] : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{cropping leaves a negative extent (C2)}}
  // expected-error @below {{'qnn.pad' op failed to infer returned types}}
  %0 = qnn.pad %x [0, -3] [0, -2] : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{repeats must have 2 entries of at least 0 (C1)}}
  // expected-error @below {{'qnn.tile' op failed to infer returned types}}
  %0 = qnn.tile %x [-1, 1] : tensor<2x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{axis 2 is out of range for rank 2 (C1)}}
  // expected-error @below {{'qnn.topk' op failed to infer returned types}}
  %0 = qnn.topk %x {axis = 2 : i64, k = 1 : i64} : tensor<2x4xf32> -> tensor<2x1xi64>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>) {
  // expected-error @below {{k is 5, dimension 1 has 4 elements (C2)}}
  // expected-error @below {{'qnn.topk' op failed to infer returned types}}
  %0 = qnn.topk %x {axis = 1 : i64, k = 5 : i64} : tensor<2x4xf32> -> tensor<2x5xi64>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %i: tensor<3x1xi64>, %u: tensor<3x4xf32>) {
  // expected-error @below {{input of rank 2 and indices of rank 2 must have rank 1 or more, and 1 (C1)}}
  // expected-error @below {{'qnn.scatter' op failed to infer returned types}}
  %0 = qnn.scatter replace %x, %i, %u : (tensor<2x4xf32>, tensor<3x1xi64>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %i: tensor<3xi64>, %u: tensor<2x4xf32>) {
  // expected-error @below {{updates must have shape [3, 4] and the input's element type, got 'tensor<2x4xf32>' (C2)}}
  // expected-error @below {{'qnn.scatter' op failed to infer returned types}}
  %0 = qnn.scatter replace %x, %i, %u : (tensor<2x4xf32>, tensor<3xi64>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %i: tensor<3xi32>, %u: tensor<3x4xf32>) {
  // expected-error @below {{indices of type 'i32' must be i64 (C3)}}
  // expected-error @below {{'qnn.scatter' op failed to infer returned types}}
  %0 = qnn.scatter replace %x, %i, %u : (tensor<2x4xf32>, tensor<3xi32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf16>, %i: tensor<3xi64>, %u: tensor<3x4xf16>) {
  // expected-error @below {{elements of type 'f16' can only be replaced (C4)}}
  // expected-error @below {{'qnn.scatter' op failed to infer returned types}}
  %0 = qnn.scatter max %x, %i, %u : (tensor<2x4xf16>, tensor<3xi64>, tensor<3x4xf16>) -> tensor<2x4xf16>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %i: tensor<3xi64>) {
  // expected-error @below {{axis 2 is out of range for rank 2 (C1)}}
  // expected-error @below {{'qnn.gather' op failed to infer returned types}}
  %0 = qnn.gather %x, %i {axis = 2 : i64} : (tensor<2x4xf32>, tensor<3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %s: tensor<f32>, %z: tensor<ui8>) {
  // expected-error @below {{'qnn.quantize' op stored type 'i8' is not the scheme's 'ui8' (C1)}}
  %0 = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<2x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<2x4xi8>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %s: tensor<f32>, %z: tensor<ui8>) {
  // expected-error @below {{'qnn.quantize' op shapes of 'tensor<2x4xf32>' and 'tensor<8xui8>' differ (C2)}}
  %0 = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<2x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<8xui8>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %s: tensor<f32>, %z: tensor<ui8>) {
  // expected-error @below {{'qnn.quantize' op axis 2 is out of range for rank 2 (C3)}}
  %0 = qnn.quantize %x, %s, %z as <ui8, per_axis = 2> : (tensor<2x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<2x4xui8>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %s: tensor<2xf32>, %z: tensor<4xui8>) {
  // expected-error @below {{'qnn.quantize' op scale and zero point must have shape [4], got 'tensor<2xf32>' (C3)}}
  %0 = qnn.quantize %x, %s, %z as <ui8, per_axis = 1> : (tensor<2x4xf32>, tensor<2xf32>, tensor<4xui8>) -> tensor<2x4xui8>
  return
}

// -----

func.func @f(%x: tensor<2x4xf32>, %s: tensor<f32>, %z: tensor<i8>) {
  // expected-error @below {{'qnn.quantize' op zero point of type 'i8' must have the storage type 'ui8' (C4)}}
  %0 = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<2x4xf32>, tensor<f32>, tensor<i8>) -> tensor<2x4xui8>
  return
}

// -----

func.func @f(%x: tensor<4xi8>, %s: tensor<f32>, %z: tensor<ui8>) {
  // expected-error @below {{'qnn.dequantize' op stored type 'i8' is not the scheme's 'ui8' (C1)}}
  %0 = qnn.dequantize %x, %s, %z as <ui8, per_tensor> : (tensor<4xi8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  return
}
