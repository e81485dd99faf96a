// RUN: qcc-opt %s -qcc-convert-onnx-to-qnn=shapes=x:3x7 | FileCheck %s
// RUN: not qcc-opt %s -qcc-convert-onnx-to-qnn=shapes=z:3x7 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not qcc-opt %s -qcc-convert-onnx-to-qnn=shapes=x:3 2>&1 | FileCheck %s --check-prefix=RANK

// A shape of one input gives the dimensions of the other one; shape arithmetic
// is folded away.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<3x7xf32> {qnn.dim_names = ["N", "T"], qnn.name = "x"}
// CHECK-SAME: %{{.*}}: tensor<7xf32> {qnn.dim_names = ["T"], qnn.name = "y"}
// CHECK-NEXT: %[[R:.*]] = qnn.reshape %[[X]] {{.*}}: tensor<3x7xf32> -> tensor<21x1xf32>
// CHECK-NEXT: return %[[R]]
// NAME: shape 'z:3x7': the model has no such input; its inputs are 'x', 'y'
// RANK: shape 'x:3': the input has rank 2
onnx.graph @g(%x: tensor<?x?xf32> {onnx.name = "x", onnx.dim_params = ["N", "T"]},
              %y: tensor<?xf32> {onnx.name = "y", onnx.dim_params = ["T"]}) -> (!onnx.unknown {onnx.name = "z"}) {
  %one = onnx.initializer "one" = dense<1> : tensor<1xi64>
  %shape = onnx.node "Shape" version 15 (%x) : (tensor<?x?xf32>) -> !onnx.unknown
  %count = onnx.node "ReduceProd" version 13 (%shape) : (!onnx.unknown) -> !onnx.unknown
  %both = onnx.node "Concat" version 13 (%count, %one) attributes {axis = 0 : i64} : (!onnx.unknown, tensor<1xi64>) -> !onnx.unknown
  %z = onnx.node "Reshape" version 14 (%x, %both) outputs ["z"] : (tensor<?x?xf32>, !onnx.unknown) -> !onnx.unknown
  onnx.return %z : !onnx.unknown
}
