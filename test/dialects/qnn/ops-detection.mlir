// RUN: qcc-opt %s | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --mlir-print-op-generic | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --emit-bytecode | qcc-opt | FileCheck %s

// Every op on regions in each of its forms.

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
