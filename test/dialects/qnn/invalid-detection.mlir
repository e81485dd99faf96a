// RUN: qcc-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<1x0x8x3xf32>, %r: tensor<5x4xf32>, %p: tensor<5xi64>) {
  // expected-error @below {{input 'tensor<1x0x8x3xf32>' must be pictures [N, H, W, C] of f32 that are not empty (C1)}}
  // expected-error @below {{'qnn.roi_align' op failed to infer returned types}}
  %0 = qnn.roi_align average %x, %r, %p {height = 2 : i64, width = 2 : i64, samples = 1 : i64, scale = 1.0 : f32}
    : (tensor<1x0x8x3xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<5x2x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x3xf32>, %r: tensor<5x4xf32>, %p: tensor<4xi64>) {
  // expected-error @below {{rois 'tensor<5x4xf32>' and pictures 'tensor<4xi64>' must be [R, 4] of f32 and [R] of i64 (C2)}}
  // expected-error @below {{'qnn.roi_align' op failed to infer returned types}}
  %0 = qnn.roi_align average %x, %r, %p {height = 2 : i64, width = 2 : i64, samples = 1 : i64, scale = 1.0 : f32}
    : (tensor<1x8x8x3xf32>, tensor<5x4xf32>, tensor<4xi64>) -> tensor<5x2x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x3xf32>, %r: tensor<5x4xf32>, %p: tensor<5xi64>) {
  // expected-error @below {{height 2 and width 0 must be at least 1, samples 1 must be 0 to 1024 (C3)}}
  // expected-error @below {{'qnn.roi_align' op failed to infer returned types}}
  %0 = qnn.roi_align average %x, %r, %p {height = 2 : i64, width = 0 : i64, samples = 1 : i64, scale = 1.0 : f32}
    : (tensor<1x8x8x3xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<5x2x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x3xf32>, %r: tensor<5x4xf32>, %p: tensor<5xi64>) {
  // expected-error @below {{height 2 and width 2 must be at least 1, samples 1025 must be 0 to 1024 (C3)}}
  // expected-error @below {{'qnn.roi_align' op failed to infer returned types}}
  %0 = qnn.roi_align average %x, %r, %p {height = 2 : i64, width = 2 : i64, samples = 1025 : i64, scale = 1.0 : f32}
    : (tensor<1x8x8x3xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<5x2x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x3xf32>, %r: tensor<5x4xf32>, %p: tensor<5xi64>) {
  // expected-error @below {{the kind must be average or max, not lp (C4)}}
  // expected-error @below {{'qnn.roi_align' op failed to infer returned types}}
  %0 = qnn.roi_align lp %x, %r, %p {height = 2 : i64, width = 2 : i64, samples = 1 : i64, scale = 1.0 : f32}
    : (tensor<1x8x8x3xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<5x2x2x3xf32>
  return
}
