// RUN: qcc-opt %s -qcc-one-hot-to-gather -canonicalize | FileCheck %s

// Rows are gathered from a table with the bias added, and with a row of the
// bias alone at each end for indices outside.
// CHECK-LABEL: func.func @one_hot
// CHECK-DAG: qnn.constant dense<{{\[}}[5.000000e-01, 1.000000e+00], [1.500000e+00, 5.000000e+00], [2.500000e+00, 6.000000e+00], [3.500000e+00, 7.000000e+00], [5.000000e-01, 1.000000e+00]]>
// CHECK-NOT: qnn.linear
// CHECK: qnn.binary max
// CHECK: qnn.binary min
// CHECK: %[[I:.*]] = qnn.binary add
// CHECK: qnn.gather %{{.*}}, %[[I]] {axis = 0 : i64} : (tensor<5x2xf32>, tensor<1x4xi32>) -> tensor<1x4x2xf32>
func.func @one_hot(%x: tensor<1x4x1xi32>) -> tensor<1x4x2xf32> {
  %iota = qnn.constant dense<[0, 1, 2]> : tensor<3xi32>
  %w = qnn.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %b = qnn.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %0 = qnn.binary equal %x, %iota : tensor<1x4x1xi32>, tensor<3xi32> -> tensor<1x4x3xi1>
  %1 = qnn.cast %0 : tensor<1x4x3xi1> -> tensor<1x4x3xf32>
  %2 = qnn.linear %1, %w, %b : (tensor<1x4x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x4x2xf32>
  return %2 : tensor<1x4x2xf32>
}

// Classes in another order are no one-hot encoding.
// CHECK-LABEL: func.func @order
// CHECK: qnn.linear
func.func @order(%x: tensor<1x4x1xi32>) -> tensor<1x4x2xf32> {
  %iota = qnn.constant dense<[0, 2, 1]> : tensor<3xi32>
  %w = qnn.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = qnn.binary equal %x, %iota : tensor<1x4x1xi32>, tensor<3xi32> -> tensor<1x4x3xi1>
  %1 = qnn.cast %0 : tensor<1x4x3xi1> -> tensor<1x4x3xf32>
  %2 = qnn.linear %1, %w : (tensor<1x4x3xf32>, tensor<2x3xf32>) -> tensor<1x4x2xf32>
  return %2 : tensor<1x4x2xf32>
}
