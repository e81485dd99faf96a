// RUN: qcc-opt %s -qcc-convert-onnx-to-qnn=shapes=x:1x3x48x192 | FileCheck %s
// RUN: not qcc-opt %s -qcc-convert-onnx-to-qnn 2>&1 | FileCheck %s --check-prefix=MISSING

// Some exporters call all dimensions that they do not know "?", which is no name.
// CHECK: func.func @main(%{{.*}}: tensor<1x3x48x192xf32>
// MISSING: dimension 2 of input 'x' is not known: give it with -shape=x:...
onnx.graph @g(%x: tensor<?x3x?x?xf32> {onnx.name = "x", onnx.dim_params = ["", "", "?", "?"]}) -> (!onnx.unknown {onnx.name = "y"}) {
  %y = onnx.node "Relu" version 14 (%x) outputs ["y"] : (tensor<?x3x?x?xf32>) -> !onnx.unknown
  onnx.return %y : !onnx.unknown
}
