// RUN: qcc-opt %s -split-input-file -qcc-convert-onnx-to-qnn | FileCheck %s

// A convolution is channels-last: activations and weight are transposed.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x8x8xf32> {qnn.name = "x"}) -> (tensor<1x4x6x6xf32> {qnn.name = "y"})
// CHECK-DAG: %[[W:.*]] = qnn.constant dense<{{.*}}> : tensor<4x3x3x3xf32>
// CHECK-DAG: %[[T:.*]] = qnn.transpose %[[X]] [0, 2, 3, 1]
// CHECK: %[[C:.*]] = qnn.conv %[[T]], %[[W]]
// CHECK-SAME: qnn.tensor = "y"
// CHECK: %[[Y:.*]] = qnn.transpose %[[C]] [0, 3, 1, 2] {qnn.tensor = "y"}
// CHECK: return %[[Y]]
onnx.graph @conv(%x: tensor<1x3x8x8xf32> {onnx.name = "x"}) -> (!onnx.unknown {onnx.name = "y"}) {
  %w = onnx.initializer "w" = dense<1.0> : tensor<4x3x3x3xf32>
  %y = onnx.node "Conv" version 11 (%x, %w) outputs ["y"] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> !onnx.unknown
  onnx.return %y : !onnx.unknown
}

// -----

// Relu and Clip are clamps; Identity and Dropout vanish.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[R:.*]] = qnn.clamp %[[X]]{{ ?}}{{.}}0.000000e+00, 0x7F800000{{.}} {qnn.tensor = "r"}
// CHECK-NEXT: %[[C:.*]] = qnn.clamp %[[R]]{{ ?}}{{.}}0.000000e+00, 6.000000e+00{{.}} {qnn.tensor = "y"}
// CHECK-NEXT: return %[[C]]
onnx.graph @activations(%x: tensor<4xf32> {onnx.name = "x"}) -> (tensor<4xf32> {onnx.name = "y"}) {
  %none = onnx.none
  %low = onnx.initializer "low" = dense<0.0> : tensor<f32>
  %high = onnx.initializer "high" = dense<6.0> : tensor<f32>
  %i = onnx.node "Identity" version 16 (%x) : (tensor<4xf32>) -> !onnx.unknown
  %r = onnx.node "Relu" version 14 (%i) outputs ["r"] : (!onnx.unknown) -> !onnx.unknown
  %d = onnx.node "Dropout" version 13 (%r) : (!onnx.unknown) -> !onnx.unknown
  %y = onnx.node "Clip" version 13 (%d, %low, %high) outputs ["y"]
    : (!onnx.unknown, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  onnx.return %y : tensor<4xf32>
}

// -----

// Gemm with a weight is a linear; with computed operands a product and a sum.
// CHECK-LABEL: func.func @main
// CHECK: %[[L:.*]] = qnn.linear %{{.*}}, %{{.*}}, %{{.*}} {qnn.tensor = "l"} : (tensor<2x8xf32>, tensor<4x8xf32>, tensor<4xf32>)
// CHECK: %[[T:.*]] = qnn.transpose %[[L]] [1, 0]
// CHECK: %[[M:.*]] = qnn.matmul %[[L]], %[[T]]
// CHECK: qnn.binary add %[[M]]
onnx.graph @gemm(%x: tensor<2x8xf32> {onnx.name = "x"}, %c: tensor<2x2xf32> {onnx.name = "c"})
    -> (tensor<2x2xf32> {onnx.name = "y"}) {
  %w = onnx.initializer "w" = dense<1.0> : tensor<4x8xf32>
  %b = onnx.initializer "b" = dense<1.0> : tensor<4xf32>
  %l = onnx.node "Gemm" version 13 (%x, %w, %b) outputs ["l"] attributes {transB = 1 : i64}
    : (tensor<2x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %y = onnx.node "Gemm" version 13 (%l, %l, %c) attributes {transB = 1 : i64}
    : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  onnx.return %y : tensor<2x2xf32>
}

// -----

// A quantized weight stays a dequantized constant, its axis moved along.
// CHECK-LABEL: func.func @main
// CHECK: %[[W:.*]] = qnn.dequantize %{{.*}}, %{{.*}}, %{{.*}} as <i8, per_axis = 0, symmetric>
// CHECK-SAME: -> tensor<2x3x3x1xf32>
// CHECK: qnn.conv %{{.*}}, %[[W]] {{.*}}groups = 2
onnx.graph @qdq(%x: tensor<1x2x4x4xf32> {onnx.name = "x"}) -> (tensor<1x2x2x2xf32> {onnx.name = "y"}) {
  %q = onnx.initializer "q" = dense<1> : tensor<2x1x3x3xi8>
  %s = onnx.initializer "s" = dense<[0.5, 0.25]> : tensor<2xf32>
  %z = onnx.initializer "z" = dense<0> : tensor<2xi8>
  %w = onnx.node "DequantizeLinear" version 13 (%q, %s, %z) attributes {axis = 0 : i64}
    : (tensor<2x1x3x3xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x1x3x3xf32>
  %y = onnx.node "Conv" version 11 (%x, %w) attributes {group = 2 : i64}
    : (tensor<1x2x4x4xf32>, tensor<2x1x3x3xf32>) -> tensor<1x2x2x2xf32>
  onnx.return %y : tensor<1x2x2x2xf32>
}

// -----

// Half is computed in f32; inputs and outputs keep their type.
// CHECK-LABEL: func.func @main
// CHECK-SAME: tensor<4xf16> {qnn.name = "x"}) -> (tensor<4xf16> {qnn.name = "y"})
// CHECK: qnn.cast %{{.*}} : tensor<4xf16> -> tensor<4xf32>
// CHECK: qnn.binary add %{{.*}} : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
// CHECK: qnn.cast %{{.*}} : tensor<4xf32> -> tensor<4xf16>
onnx.graph @half(%x: tensor<4xf16> {onnx.name = "x"}) -> (tensor<4xf16> {onnx.name = "y"}) {
  %c = onnx.initializer "c" = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf16>
  %y = onnx.node "Add" version 14 (%x, %c) : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  onnx.return %y : tensor<4xf16>
}
