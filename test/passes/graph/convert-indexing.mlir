// RUN: qcc-opt %s -qcc-convert-onnx-to-qnn --split-input-file | FileCheck %s

// The values of TopK are gathered from the flat tensor; 4 elements lie between two along axis 0.
// CHECK-LABEL: func.func @main
// CHECK: %[[I:.*]] = qnn.topk %arg0 {axis = 0 : i64, k = 2 : i64, qnn.tensor = "i"} : tensor<3x4xf32> -> tensor<2x4xi64>
// CHECK: qnn.binary mul %{{.*}}, %{{.*}} : tensor<2x4xi64>, tensor<i64> -> tensor<2x4xi64>
// CHECK: %[[FLAT:.*]] = qnn.reshape %arg0 : tensor<3x4xf32> -> tensor<12xf32>
// CHECK: %[[V:.*]] = qnn.gather %[[FLAT]], %{{.*}} {axis = 0 : i64, qnn.tensor = "v"}
// CHECK: return %[[V]], %[[I]]
onnx.graph @topk(%x: tensor<3x4xf32> {onnx.name = "x"})
    -> (tensor<2x4xf32> {onnx.name = "v"}, tensor<2x4xi64> {onnx.name = "i"}) {
  %k = onnx.initializer "k" = dense<2> : tensor<1xi64>
  %v, %i = onnx.node "TopK" version 11 (%x, %k) outputs ["v", "i"] attributes {axis = 0 : i64}
    : (tensor<3x4xf32>, tensor<1xi64>) -> (tensor<2x4xf32>, tensor<2x4xi64>)
  onnx.return %v, %i : tensor<2x4xf32>, tensor<2x4xi64>
}

// -----

// Elements are rows of length 1.
// CHECK-LABEL: func.func @main
// CHECK: qnn.scatter add %{{.*}} : (tensor<9xf32>, tensor<6xi64>, tensor<6xf32>) -> tensor<9xf32>
onnx.graph @elements(%x: tensor<3x3xf32> {onnx.name = "x"}, %i: tensor<2x3xi64> {onnx.name = "i"},
                     %u: tensor<2x3xf32> {onnx.name = "u"}) -> (tensor<3x3xf32> {onnx.name = "y"}) {
  %y = onnx.node "ScatterElements" version 18 (%x, %i, %u) outputs ["y"] attributes {axis = 1 : i64, reduction = "add"}
    : (tensor<3x3xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<3x3xf32>
  onnx.return %y : tensor<3x3xf32>
}

// -----

// Two coordinates name a row of the first two dimensions as one.
// CHECK-LABEL: func.func @main
// CHECK: qnn.scatter replace %{{.*}} : (tensor<6x4xf32>, tensor<5xi64>, tensor<5x4xf32>) -> tensor<6x4xf32>
onnx.graph @parts(%x: tensor<2x3x4xf32> {onnx.name = "x"}, %i: tensor<5x2xi64> {onnx.name = "i"},
                  %u: tensor<5x4xf32> {onnx.name = "u"}) -> (tensor<2x3x4xf32> {onnx.name = "y"}) {
  %y = onnx.node "ScatterND" version 13 (%x, %i, %u) outputs ["y"]
    : (tensor<2x3x4xf32>, tensor<5x2xi64>, tensor<5x4xf32>) -> tensor<2x3x4xf32>
  onnx.return %y : tensor<2x3x4xf32>
}
