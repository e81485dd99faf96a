// RUN: qcc-opt %s -qcc-expand-math -split-input-file | FileCheck %s

// A function on vectors: no library call is left, every product that feeds a sum
// is one fused operation, and only exact math ops remain.
// CHECK-LABEL: func.func @tanh
func.func @tanh(%x: vector<16xf32>) -> vector<16xf32> {
  // CHECK-NOT: math.tanh
  // CHECK-NOT: math.exp
  // CHECK: math.absf
  // CHECK: math.fma
  // CHECK: arith.divf
  // CHECK: math.copysign
  // CHECK: arith.select {{.*}} : vector<16xi1>, vector<16xf32>
  %0 = math.tanh %x : vector<16xf32>
  return %0 : vector<16xf32>
}

// -----

// A function that calls another one of the dialect is expanded to the end.
// CHECK-LABEL: func.func @asinh
func.func @asinh(%x: f32) -> f32 {
  // CHECK-NOT: math.{{log|log1p|asinh}}
  // CHECK: math.sqrt
  // CHECK: return
  %0 = math.asinh %x : f32
  return %0 : f32
}

// -----

// A remainder by C's fmod and an integer power are exact and call nothing.
// CHECK-LABEL: func.func @exact
func.func @exact(%x: f32, %y: f32, %i: i32, %j: i32) -> (f32, i32) {
  // CHECK-NOT: arith.remf
  // CHECK-NOT: math.ipowi
  // CHECK: return
  %0 = arith.remf %x, %y : f32
  %1 = math.ipowi %i, %j : i32
  return %0, %1 : f32, i32
}

// -----

// Only f32 is defined: other types are left for the caller to refuse.
// CHECK-LABEL: func.func @double
func.func @double(%x: f64) -> f64 {
  // CHECK: math.exp
  %0 = math.exp %x : f64
  return %0 : f64
}
