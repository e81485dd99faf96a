// RUN: qcc-opt %s -qcc-convert-onnx-to-qnn --split-input-file --verify-diagnostics

// More samples than any network takes.
onnx.graph @samples(%x: tensor<1x3x8x8xf32> {onnx.name = "x"}, %r: tensor<5x4xf32> {onnx.name = "r"},
                    %b: tensor<5xi64> {onnx.name = "b"}) -> (!onnx.unknown {onnx.name = "y"}) {
  // expected-error@unknown {{cannot convert node 'align' (RoiAlign, ai.onnx version 16): its operands do not fit each other: height 1 and width 1 must be at least 1, samples 2000 must be 0 to 1024 (C3)}}
  %y = onnx.node "RoiAlign" version 16 (%x, %r, %b) attributes {sampling_ratio = 2000 : i64}
    : (tensor<1x3x8x8xf32>, tensor<5x4xf32>, tensor<5xi64>) -> !onnx.unknown loc("align")
  onnx.return %y : !onnx.unknown
}
