// RUN: qcc-opt %s | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --mlir-print-op-generic | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --emit-bytecode | qcc-opt | FileCheck %s

// Every op on regions and boxes in each of its forms.

// CHECK-LABEL: func.func @regions
func.func @regions(%x: tensor<1x32x32x16xf32>, %r: tensor<10x4xf32>, %p: tensor<10xi64>) {
  // CHECK: qnn.roi_align average %{{.*}}, %{{.*}}, %{{.*}} {half_pixel, height = 7 : i64, samples = 0 : i64, scale = 2.500000e-01 : f32, width = 7 : i64}
  // CHECK-SAME: (tensor<1x32x32x16xf32>, tensor<10x4xf32>, tensor<10xi64>) -> tensor<10x7x7x16xf32>
  %1 = qnn.roi_align average %x, %r, %p {height = 7 : i64, width = 7 : i64, samples = 0 : i64, scale = 2.5e-1 : f32,
    half_pixel} : (tensor<1x32x32x16xf32>, tensor<10x4xf32>, tensor<10xi64>) -> tensor<10x7x7x16xf32>
  // CHECK: qnn.roi_align max %{{.*}}, %{{.*}}, %{{.*}} {height = 2 : i64, samples = 3 : i64, scale = 1.000000e+00 : f32, width = 4 : i64}
  %2 = qnn.roi_align max %x, %r, %p {height = 2 : i64, width = 4 : i64, samples = 3 : i64, scale = 1.0 : f32}
    : (tensor<1x32x32x16xf32>, tensor<10x4xf32>, tensor<10xi64>) -> tensor<10x2x4x16xf32>
  return
}

// CHECK-LABEL: func.func @boxes
func.func @boxes(%b: tensor<2x50x4xf32>, %s: tensor<2x3x50xf32>, %t: tensor<f32>, %l: tensor<i64>) {
  // CHECK: qnn.nms %{{.*}}, %{{.*}} iou(%{{.*}} : tensor<f32>) {max_boxes = 10 : i64} : tensor<2x50x4xf32>, tensor<2x3x50xf32> -> tensor<2x3x10xi64>
  %1 = qnn.nms %b, %s iou(%t : tensor<f32>) {max_boxes = 10 : i64} : tensor<2x50x4xf32>, tensor<2x3x50xf32> -> tensor<2x3x10xi64>
  // CHECK: qnn.nms %{{.*}}, %{{.*}} iou(%{{.*}} : tensor<f32>) score(%{{.*}} : tensor<f32>) limit(%{{.*}} : tensor<i64>) {center, max_boxes = 50 : i64}
  %2 = qnn.nms %b, %s iou(%t : tensor<f32>) score(%t : tensor<f32>) limit(%l : tensor<i64>) {center, max_boxes = 50 : i64}
    : tensor<2x50x4xf32>, tensor<2x3x50xf32> -> tensor<2x3x50xi64>
  return
}

// CHECK-LABEL: func.func @compact
// CHECK-SAME: -> (tensor<8x3xi64> {qnn.rows = 1 : i64}, tensor<i64>)
func.func @compact(%x: tensor<8x3xi64>, %k: tensor<8xi1>, %n: tensor<i64>)
    -> (tensor<8x3xi64> {qnn.rows = 1 : i64}, tensor<i64>) {
  // CHECK: qnn.compact %{{.*}}, %{{.*}} : (tensor<8x3xi64>, tensor<8xi1>) -> tensor<8x3xi64>
  %1 = qnn.compact %x, %k : (tensor<8x3xi64>, tensor<8xi1>) -> tensor<8x3xi64>
  return %1, %n : tensor<8x3xi64>, tensor<i64>
}
