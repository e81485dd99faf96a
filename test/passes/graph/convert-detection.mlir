// RUN: qcc-opt %s -qcc-convert-onnx-to-qnn --split-input-file | FileCheck %s

// Channels are the last dimension; before version 16 pixels had no middle.
// CHECK-LABEL: func.func @main
// CHECK: %[[X:.*]] = qnn.transpose %arg0 [0, 2, 3, 1]
// CHECK: %[[B:.*]] = qnn.cast %arg2 : tensor<5xi32> -> tensor<5xi64>
// CHECK: %[[R:.*]] = qnn.roi_align max %[[X]], %arg1, %[[B]] {height = 2 : i64, qnn.tensor = "y", samples = 0 : i64, scale = 5.000000e-01 : f32, width = 3 : i64}
// CHECK-SAME: -> tensor<5x2x3x3xf32>
// CHECK: qnn.transpose %[[R]] [0, 3, 1, 2]
onnx.graph @regions(%x: tensor<1x3x8x8xf32> {onnx.name = "x"}, %r: tensor<5x4xf32> {onnx.name = "r"},
                    %b: tensor<5xi32> {onnx.name = "b"}) -> (tensor<5x3x2x3xf32> {onnx.name = "y"}) {
  %y = onnx.node "RoiAlign" version 10 (%x, %r, %b) outputs ["y"] attributes {mode = "max", output_height = 2 : i64,
      output_width = 3 : i64, spatial_scale = 0.5 : f32}
    : (tensor<1x3x8x8xf32>, tensor<5x4xf32>, tensor<5xi32>) -> tensor<5x3x2x3xf32>
  onnx.return %y : tensor<5x3x2x3xf32>
}

// -----

// The rows of all classes together; a further result says how many there are.
// CHECK-LABEL: func.func @main
// CHECK-SAME: -> (tensor<4x3xi64> {qnn.name = "y", qnn.rows = 1 : i64}, tensor<i64> {qnn.name = "y.rows"})
// CHECK: %[[S:.*]] = qnn.nms %arg0, %arg1 iou(%{{.*}} : tensor<f32>) score(%{{.*}} : tensor<f32>) {max_boxes = 2 : i64}
// CHECK: %[[K:.*]] = qnn.reshape %{{.*}} : tensor<1x2x2xi1> -> tensor<4xi1>
// CHECK: %[[Y:.*]] = qnn.compact %{{.*}}, %[[K]] {qnn.tensor = "y"} : (tensor<4x3xi64>, tensor<4xi1>) -> tensor<4x3xi64>
// CHECK: %[[N:.*]] = qnn.reduce sum
// CHECK: return %[[Y]], %[[N]]
onnx.graph @boxes(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"})
    -> (tensor<?x3xi64> {onnx.name = "y"}) {
  %m = onnx.initializer "m" = dense<2> : tensor<1xi64>
  %t = onnx.initializer "t" = dense<0.5> : tensor<1xf32>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m, %t, %t) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>, tensor<1xf32>, tensor<1xf32>) -> tensor<?x3xi64>
  onnx.return %y : tensor<?x3xi64>
}

// -----

// A limit that is not known bounds nothing.
// CHECK-LABEL: func.func @main
// CHECK: qnn.nms {{.*}} limit(%{{.*}} : tensor<i64>) {center, max_boxes = 6 : i64}
onnx.graph @limit(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x2x6xf32> {onnx.name = "s"},
                  %m: tensor<1xi64> {onnx.name = "m"}) -> (tensor<?x3xi64> {onnx.name = "y"}) {
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"] attributes {center_point_box = 1 : i64}
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>) -> tensor<?x3xi64>
  onnx.return %y : tensor<?x3xi64>
}

// -----

// The boxes that are selected have as many rows; both outputs share one number.
// CHECK-LABEL: func.func @main
// CHECK-SAME: -> (tensor<6x4xf32> {qnn.name = "z", qnn.rows = 2 : i64}, tensor<6x3xf32> {qnn.name = "f", qnn.rows = 2 : i64},
// CHECK-SAME: tensor<i64> {qnn.name = "z.rows"})
onnx.graph @selected(%b: tensor<1x6x4xf32> {onnx.name = "b"}, %s: tensor<1x1x6xf32> {onnx.name = "s"})
    -> (tensor<?x4xf32> {onnx.name = "z"}, tensor<?x3xf32> {onnx.name = "f"}) {
  %m = onnx.initializer "m" = dense<9> : tensor<i64>
  %two = onnx.initializer "two" = dense<2> : tensor<1xi64>
  %rows = onnx.initializer "rows" = dense<[6, 4]> : tensor<2xi64>
  %one = onnx.initializer "one" = dense<1> : tensor<1xi64>
  %y = onnx.node "NonMaxSuppression" version 11 (%b, %s, %m) outputs ["y"]
    : (tensor<1x6x4xf32>, tensor<1x1x6xf32>, tensor<i64>) -> tensor<?x3xi64>
  %c = onnx.node "Gather" version 13 (%y, %two) outputs ["c"] attributes {axis = 1 : i64}
    : (tensor<?x3xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %q = onnx.node "Squeeze" version 13 (%c, %one) outputs ["q"] : (tensor<?x1xi64>, tensor<1xi64>) -> tensor<?xi64>
  %t = onnx.node "Reshape" version 14 (%b, %rows) outputs ["t"] : (tensor<1x6x4xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  %z = onnx.node "Gather" version 13 (%t, %q) outputs ["z"] : (tensor<6x4xf32>, tensor<?xi64>) -> tensor<?x4xf32>
  %f = onnx.node "Cast" version 13 (%y) outputs ["f"] attributes {to = 1 : i64} : (tensor<?x3xi64>) -> tensor<?x3xf32>
  onnx.return %z, %f : tensor<?x4xf32>, tensor<?x3xf32>
}
