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
