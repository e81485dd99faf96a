// RUN: qcc-opt %s -split-input-file -verify-diagnostics -qcc-convert-onnx-to-qnn

// All nodes that cannot be converted are reported, as one error, each with what is at fault.
// What reads their results is not.
// expected-error@+1 {{4 parts of the model cannot be converted}}
onnx.graph @several(%x: tensor<1x3x8x8xf32> {onnx.name = "x"}) -> (!onnx.unknown {onnx.name = "y"}) {
  // expected-note@unknown {{cannot convert node 'first' (Frobnicate, com.acme version 1): the operator is not supported}}
  %a = onnx.node "Frobnicate" domain "com.acme" version 1 (%x) : (tensor<1x3x8x8xf32>) -> !onnx.unknown loc("first")
  // expected-note@unknown {{cannot convert node 'second' (Relu, ai.onnx version 99): this version is not supported (supported: 1, 6, 13, 14)}}
  %b = onnx.node "Relu" version 99 (%x) : (tensor<1x3x8x8xf32>) -> !onnx.unknown loc("second")
  // expected-note@unknown {{cannot convert node 'third' (MaxPool, ai.onnx version 12): attribute 'kernel_shape' is missing}}
  %c = onnx.node "MaxPool" version 12 (%x) : (tensor<1x3x8x8xf32>) -> !onnx.unknown loc("third")
  // expected-note@unknown {{cannot convert node 'fourth' (Pad, ai.onnx version 2): attribute 'mode' is 'mirror', must be constant, reflect, edge or wrap}}
  %d = onnx.node "Pad" version 2 (%x) attributes {mode = "mirror", pads = array<i64: 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<1x3x8x8xf32>) -> !onnx.unknown loc("fourth")
  %y = onnx.node "Add" version 14 (%a, %d) : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown loc("fifth")
  onnx.return %y : !onnx.unknown
}

// -----

// Types that do not fit are an error at the node, not a crash.
onnx.graph @shapes(%x: tensor<2x3xf32> {onnx.name = "x"}, %y: tensor<4x5xf32> {onnx.name = "y"}) -> (!onnx.unknown {onnx.name = "z"}) {
  // expected-error@unknown {{cannot convert node 'sum' (Add, ai.onnx version 14): its operands do not fit each other: shapes [2, 3] and [4, 5] do not broadcast (C1)}}
  %z = onnx.node "Add" version 14 (%x, %y) : (tensor<2x3xf32>, tensor<4x5xf32>) -> !onnx.unknown loc("sum")
  onnx.return %z : !onnx.unknown
}

// -----

// A dimension without a value is an error that says how to give one.
// expected-error@+1 {{dimension 1 ('T') of input 'x' is not known: give it with -shape=x:...}}
onnx.graph @dims(%x: tensor<1x?xf32> {onnx.name = "x", onnx.dim_params = ["", "T"]}) -> (tensor<1x?xf32> {onnx.name = "y"}) {
  onnx.return %x : tensor<1x?xf32>
}

// -----

// Sizes that no memory has: of an input, and of what is computed.
// expected-error@+1 {{input 'x' is a 'tensor<1x1x1000x2147483648xf32>': tensors may have at most 1 GiB}}
onnx.graph @input(%x: tensor<1x1x1000x2147483648xf32> {onnx.name = "x"}) -> (!onnx.unknown {onnx.name = "y"}) {
  %y = onnx.node "Relu" version 14 (%x) : (tensor<1x1x1000x2147483648xf32>) -> !onnx.unknown loc("relu")
  onnx.return %y : !onnx.unknown
}

// -----

onnx.graph @computed(%x: tensor<65536x1xf32> {onnx.name = "x"}, %y: tensor<1x65536xf32> {onnx.name = "y"}) -> (!onnx.unknown {onnx.name = "z"}) {
  // expected-error@unknown {{cannot convert node 'sum' (Add, ai.onnx version 14): it computes a tensor<65536x65536xf32>: tensors may have at most 1 GiB}}
  %z = onnx.node "Add" version 14 (%x, %y) : (tensor<65536x1xf32>, tensor<1x65536xf32>) -> !onnx.unknown loc("sum")
  onnx.return %z : !onnx.unknown
}

// -----

// What the operator needs and the node leaves out.
onnx.graph @missing(%x: tensor<2x3xf32> {onnx.name = "x"}) -> (!onnx.unknown {onnx.name = "z"}) {
  %none = onnx.none
  // expected-error@unknown {{cannot convert node 'sum' (Add, ai.onnx version 14): input 1 is missing}}
  %z = onnx.node "Add" version 14 (%x, %none) : (tensor<2x3xf32>, !onnx.none) -> !onnx.unknown loc("sum")
  onnx.return %z : !onnx.unknown
}
