// RUN: qcc-opt %s -qcc-convert-onnx-to-qnn --split-input-file --verify-diagnostics

// What depends on how many boxes a NonMaxSuppression selects, and cannot be compiled.

// There is no shape at compile time to be told.
onnx.graph @shape(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  // expected-error@unknown {{cannot convert node 'shape' (Shape, ai.onnx version 15): its result depends on how many boxes are selected; what follows a NonMaxSuppression must treat each of them on its own}}
  %z = onnx.node "Shape" version 15 (%y) : (tensor<?x3xi64>) -> !onnx.unknown loc("shape")
  onnx.return %z : !onnx.unknown
}

// -----

// A sum over all boxes would take in those that are not there.
onnx.graph @sum(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %axis = onnx.initializer "axis" = dense<0> : tensor<1xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  // expected-error@unknown {{cannot convert node 'sum' (ReduceSum, ai.onnx version 13): its result depends on how many boxes are selected; what follows a NonMaxSuppression must treat each of them on its own}}
  %z = onnx.node "ReduceSum" version 13 (%y, %axis) : (tensor<?x3xi64>, tensor<1xi64>) -> !onnx.unknown loc("sum")
  onnx.return %z : !onnx.unknown
}

// -----

// The first two may not be there.
onnx.graph @part(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %start = onnx.initializer "start" = dense<0> : tensor<1xi64>
  %end = onnx.initializer "end" = dense<2> : tensor<1xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  // expected-error@unknown {{cannot convert node 'part' (Slice, ai.onnx version 13): its result depends on how many boxes are selected; what follows a NonMaxSuppression must treat each of them on its own}}
  %z = onnx.node "Slice" version 13 (%y, %start, %end, %start) : (tensor<?x3xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> !onnx.unknown loc("part")
  onnx.return %z : !onnx.unknown
}

// -----

// Boxes of one NonMaxSuppression are not those of another.
onnx.graph @two(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %w = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["w"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  // expected-error@unknown {{cannot convert node 'add' (Add, ai.onnx version 14): its result depends on how many boxes are selected; what follows a NonMaxSuppression must treat each of them on its own}}
  %z = onnx.node "Add" version 14 (%y, %w) : (tensor<?x3xi64>, tensor<?x3xi64>) -> !onnx.unknown loc("add")
  onnx.return %z : !onnx.unknown
}

// -----

// A tensor with a row for each that there can be has rows of its own.
onnx.graph @rows(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"}, %x: tensor<4x3xi64> {onnx.name = "x"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  // expected-error@unknown {{cannot convert node 'mix' (Add, ai.onnx version 14): its result depends on how many boxes are selected; what follows a NonMaxSuppression must treat each of them on its own}}
  %z = onnx.node "Add" version 14 (%y, %x) : (tensor<?x3xi64>, tensor<4x3xi64>) -> !onnx.unknown loc("mix")
  onnx.return %z : !onnx.unknown
}

// -----

// Rows of elements are no boxes.
onnx.graph @flat(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %all = onnx.initializer "all" = dense<-1> : tensor<1xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  // expected-error@unknown {{cannot convert node 'flat' (Reshape, ai.onnx version 14): its result depends on how many boxes are selected; what follows a NonMaxSuppression must treat each of them on its own}}
  %z = onnx.node "Reshape" version 14 (%y, %all) : (tensor<?x3xi64>, tensor<1xi64>) -> !onnx.unknown loc("flat")
  onnx.return %z : !onnx.unknown
}

// -----

// Only the leading dimension of an output can be a bound.
// expected-error@unknown {{the size of dimension 1 of output 'z' depends on how many boxes are selected; only the first dimension may}}
onnx.graph @transposed(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  %z = onnx.node "Transpose" version 13 (%y) : (tensor<?x3xi64>) -> !onnx.unknown loc("t")
  onnx.return %z : !onnx.unknown
}

// -----

// Neither corners nor centers.
onnx.graph @layout(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (!onnx.unknown {onnx.name = "z"}) {
  // expected-error@unknown {{cannot convert node 'nms' (NonMaxSuppression, ai.onnx version 11): attribute 'center_point_box' is 2, must be 0 or 1}}
  %z = onnx.node "NonMaxSuppression" version 11 (%b, %s) attributes {center_point_box = 2 : i64}
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>) -> !onnx.unknown loc("nms")
  onnx.return %z : !onnx.unknown
}

// -----

// More samples than any network takes.
onnx.graph @samples(%x: tensor<1x3x8x8xf32> {onnx.name = "x"}, %r: tensor<5x4xf32> {onnx.name = "r"},
                    %b: tensor<5xi64> {onnx.name = "b"}) -> (!onnx.unknown {onnx.name = "y"}) {
  // expected-error@unknown {{cannot convert node 'align' (RoiAlign, ai.onnx version 16): its operands do not fit each other: height 1 and width 1 must be at least 1, samples 2000 must be 0 to 1024 (C3)}}
  %y = onnx.node "RoiAlign" version 16 (%x, %r, %b) attributes {sampling_ratio = 2000 : i64}
    : (tensor<1x3x8x8xf32>, tensor<5x4xf32>, tensor<5xi64>) -> !onnx.unknown loc("align")
  onnx.return %y : !onnx.unknown
}
