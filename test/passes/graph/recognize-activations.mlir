// RUN: qcc-opt %s -qcc-recognize-activations -canonicalize | FileCheck %s

// CHECK-LABEL: func.func @silu
// CHECK-NEXT: qnn.unary silu %{{.*}} {qnn.tensor = "y"}
// CHECK-NEXT: return
func.func @silu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = qnn.unary sigmoid %x : tensor<4xf32> -> tensor<4xf32>
  %1 = qnn.binary mul %0, %x {qnn.tensor = "y"} : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// As PyTorch's old exporter writes it: x * (erf(x / sqrt(2)) + 1) * 0.5.
// CHECK-LABEL: func.func @gelu
// CHECK-NEXT: qnn.unary gelu %
// CHECK-NEXT: return
func.func @gelu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %root = qnn.constant dense<1.41421354> : tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32>
  %half = qnn.constant dense<0.5> : tensor<f32>
  %0 = qnn.binary div %x, %root : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %1 = qnn.unary erf %0 : tensor<4xf32> -> tensor<4xf32>
  %2 = qnn.binary add %1, %one : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %3 = qnn.binary mul %x, %2 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %4 = qnn.binary mul %3, %half : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// As JAX writes it: x * (0.5 * (1 + tanh(0.797885 * (x + x * x * 0.044715 x)))).
// CHECK-LABEL: func.func @gelu_tanh
// CHECK-NEXT: qnn.unary gelu_tanh
// CHECK-NEXT: return
func.func @gelu_tanh(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = qnn.constant dense<4.471500e-02> : tensor<f32>
  %b = qnn.constant dense<0.797884583> : tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32>
  %half = qnn.constant dense<0.5> : tensor<f32>
  %0 = qnn.binary mul %a, %x : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  %1 = qnn.binary mul %x, %0 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %2 = qnn.binary mul %x, %1 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %3 = qnn.binary add %x, %2 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %4 = qnn.binary mul %b, %3 : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  %5 = qnn.unary tanh %4 : tensor<4xf32> -> tensor<4xf32>
  %6 = qnn.binary add %one, %5 : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  %7 = qnn.binary mul %half, %6 : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  %8 = qnn.binary mul %x, %7 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %8 : tensor<4xf32>
}

// CHECK-LABEL: func.func @hard_swish
// CHECK-NEXT: qnn.unary hard_swish
// CHECK-NEXT: return
func.func @hard_swish(%x: tensor<4xf32>) -> tensor<4xf32> {
  %three = qnn.constant dense<3.0> : tensor<f32>
  %six = qnn.constant dense<6.0> : tensor<f32>
  %0 = qnn.binary add %x, %three : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %1 = qnn.clamp %0 [0.0, 6.0] : tensor<4xf32>
  %2 = qnn.binary div %1, %six : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %3 = qnn.binary mul %x, %2 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// A softmax whose maximum is guarded against nothing.
// CHECK-LABEL: func.func @softmax
// CHECK-NEXT: qnn.softmax %{{.*}} {axis = 1 : i64}
// CHECK-NEXT: return
func.func @softmax(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %none = qnn.constant dense<0xFF800000> : tensor<f32>
  %0 = qnn.reduce max %x {axes = array<i64: 1>} : tensor<2x5xf32> -> tensor<2xf32>
  %1 = qnn.binary max %none, %0 : tensor<f32>, tensor<2xf32> -> tensor<2xf32>
  %2 = qnn.reshape %1 : tensor<2xf32> -> tensor<2x1xf32>
  %3 = qnn.binary sub %x, %2 : tensor<2x5xf32>, tensor<2x1xf32> -> tensor<2x5xf32>
  %4 = qnn.unary exp %3 : tensor<2x5xf32> -> tensor<2x5xf32>
  %5 = qnn.reduce sum %4 {axes = array<i64: 1>, keepdims} : tensor<2x5xf32> -> tensor<2x1xf32>
  %6 = qnn.binary div %4, %5 : tensor<2x5xf32>, tensor<2x1xf32> -> tensor<2x5xf32>
  return %6 : tensor<2x5xf32>
}

// The sigmoid of another tensor is a gate, and another constant no GELU.
// CHECK-LABEL: func.func @gate
// CHECK: qnn.unary sigmoid
// CHECK: qnn.unary erf
func.func @gate(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %one = qnn.constant dense<1.0> : tensor<f32>
  %half = qnn.constant dense<0.5> : tensor<f32>
  %0 = qnn.unary sigmoid %y : tensor<4xf32> -> tensor<4xf32>
  %1 = qnn.binary mul %0, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %2 = qnn.unary erf %x : tensor<4xf32> -> tensor<4xf32>
  %3 = qnn.binary add %2, %one : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %4 = qnn.binary mul %x, %3 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %5 = qnn.binary mul %4, %half : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  return %1, %5 : tensor<4xf32>, tensor<4xf32>
}
