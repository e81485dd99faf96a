// RUN: qcc-opt %s --canonicalize | FileCheck %s

// Folds and canonical forms: what is always right and always better.

// An interval of all numbers changes nothing; Relu does.
// CHECK-LABEL: func.func @clamp
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
func.func @clamp(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[RELU:.*]] = qnn.clamp
  // CHECK: return %[[X]], %[[RELU]]
  %0 = qnn.clamp %x [0xFF800000, 0x7F800000] : tensor<4xf32>
  %1 = qnn.clamp %x [0.0, 0x7F800000] : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// Ops that give their operand back.
// CHECK-LABEL: func.func @identities
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
func.func @identities(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>,
                                               tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  // CHECK-NEXT: return %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]]
  %0 = qnn.cast %x : tensor<2x3xf32> -> tensor<2x3xf32>
  %1 = qnn.transpose %x [0, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  %2 = qnn.reshape %x : tensor<2x3xf32> -> tensor<2x3xf32>
  %3 = qnn.broadcast %x : tensor<2x3xf32> -> tensor<2x3xf32>
  %4 = qnn.concat %x {axis = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = qnn.slice %x [0, 0] [2, 3] [1, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  %6 = qnn.pad %x [0, 0] [0, 0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return %0, %1, %2, %3, %4, %5, %6 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>,
    tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// A slice that reverses has the type of its operand, but not its elements.
// CHECK-LABEL: func.func @reverse
func.func @reverse(%x: tensor<3xf32>) -> tensor<3xf32> {
  // CHECK: qnn.slice
  %0 = qnn.slice %x [2] [3] [-1] : tensor<3xf32> -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @transposes
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>)
func.func @transposes(%x: tensor<2x3x4xf32>) -> (tensor<4x3x2xf32>, tensor<2x3x4xf32>) {
  // The composed op stands for the same ONNX tensor.
  // CHECK: %[[T:.*]] = qnn.transpose %[[X]] [2, 1, 0] {qnn.tensor = "y"}
  // CHECK: return %[[T]], %[[X]]
  %0 = qnn.transpose %x [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  %1 = qnn.transpose %0 [0, 2, 1] {qnn.tensor = "y"} : tensor<4x2x3xf32> -> tensor<4x3x2xf32>
  %2 = qnn.transpose %0 [1, 2, 0] : tensor<4x2x3xf32> -> tensor<2x3x4xf32>
  return %1, %2 : tensor<4x3x2xf32>, tensor<2x3x4xf32>
}

// Moving a dimension of size 1 moves no element.
// CHECK-LABEL: func.func @transpose_of_ones
func.func @transpose_of_ones(%x: tensor<1x16x1x1xf32>) -> tensor<1x1x1x16xf32> {
  // CHECK-NOT: qnn.transpose
  // CHECK: qnn.reshape %{{.*}} : tensor<1x16x1x1xf32> -> tensor<1x1x1x16xf32>
  %0 = qnn.transpose %x [0, 2, 3, 1] : tensor<1x16x1x1xf32> -> tensor<1x1x1x16xf32>
  return %0 : tensor<1x1x1x16xf32>
}

// CHECK-LABEL: func.func @reshapes
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
func.func @reshapes(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // CHECK-NEXT: %[[R:.*]] = qnn.reshape %[[X]] : tensor<2x3xf32> -> tensor<3x2xf32>
  // CHECK-NEXT: return %[[R]]
  %0 = qnn.reshape %x : tensor<2x3xf32> -> tensor<6xf32>
  %1 = qnn.reshape %0 : tensor<6xf32> -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// Quantization is the meaning of the model: the pair stays.
// CHECK-LABEL: func.func @quantization
func.func @quantization(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<ui8>) -> tensor<4xf32> {
  // CHECK: qnn.quantize
  // CHECK: qnn.dequantize
  %0 = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %1 = qnn.dequantize %0, %s, %z as <ui8, per_tensor> : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// An observer has no result, but is not dead.
// CHECK-LABEL: func.func @observe
func.func @observe(%x: tensor<4xf32>) {
  // CHECK: qnn.observe
  qnn.observe %x {id = 0 : i64, statistics = ["range"], tensor = "x"} : tensor<4xf32>
  return
}
