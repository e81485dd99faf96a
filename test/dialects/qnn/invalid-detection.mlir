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

// -----

func.func @f(%b: tensor<1x5x4xf32>, %s: tensor<1x2x6xf32>, %t: tensor<f32>) {
  // expected-error @below {{boxes 'tensor<1x5x4xf32>' and scores 'tensor<1x2x6xf32>' must be [B, N, 4] and [B, C, N] of f32 (C1)}}
  // expected-error @below {{'qnn.nms' op failed to infer returned types}}
  %0 = qnn.nms %b, %s iou(%t : tensor<f32>) {max_boxes = 1 : i64} : tensor<1x5x4xf32>, tensor<1x2x6xf32> -> tensor<1x2x1xi64>
  return
}

// -----

func.func @f(%b: tensor<1x6x4xf32>, %s: tensor<1x2x6xf32>, %t: tensor<1xf32>) {
  // expected-error @below {{thresholds must be one f32 and the limit one i64, of rank 0 (C2)}}
  // expected-error @below {{'qnn.nms' op failed to infer returned types}}
  %0 = qnn.nms %b, %s iou(%t : tensor<1xf32>) {max_boxes = 1 : i64} : tensor<1x6x4xf32>, tensor<1x2x6xf32> -> tensor<1x2x1xi64>
  return
}

// -----

func.func @f(%b: tensor<1x6x4xf32>, %s: tensor<1x2x6xf32>, %t: tensor<f32>) {
  // expected-error @below {{max_boxes is 7, must be 0 to 6 (C3)}}
  // expected-error @below {{'qnn.nms' op failed to infer returned types}}
  %0 = qnn.nms %b, %s iou(%t : tensor<f32>) {max_boxes = 7 : i64} : tensor<1x6x4xf32>, tensor<1x2x6xf32> -> tensor<1x2x7xi64>
  return
}

// -----

func.func @f(%x: tensor<f32>, %k: tensor<1xi1>) {
  // expected-error @below {{input of rank 0 has no rows (C1)}}
  // expected-error @below {{'qnn.compact' op failed to infer returned types}}
  %0 = qnn.compact %x, %k : (tensor<f32>, tensor<1xi1>) -> tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<8x3xi64>, %k: tensor<7xi1>) {
  // expected-error @below {{keep 'tensor<7xi1>' must be 'tensor<8xi1>' (C2)}}
  // expected-error @below {{'qnn.compact' op failed to infer returned types}}
  %0 = qnn.compact %x, %k : (tensor<8x3xi64>, tensor<7xi1>) -> tensor<8x3xi64>
  return
}

// -----

// expected-error @below {{result 0 of type 'tensor<f32>' has no rows for 'qnn.rows'}}
func.func @f(%x: tensor<f32>, %n: tensor<i64>) -> (tensor<f32> {qnn.rows = 1 : i64}, tensor<i64>) {
  return %x, %n : tensor<f32>, tensor<i64>
}

// -----

// expected-error @below {{'qnn.rows' of result 0 must be the number of a result of type 'tensor<i64>', not 2 : i64}}
func.func @f(%x: tensor<8xf32>, %n: tensor<i64>) -> (tensor<8xf32> {qnn.rows = 2 : i64}, tensor<i64>) {
  return %x, %n : tensor<8xf32>, tensor<i64>
}

// -----

// expected-error @below {{'qnn.rows' of result 0 must be the number of a result of type 'tensor<i64>', not 1 : i64}}
func.func @f(%x: tensor<8xf32>, %n: tensor<1xi64>) -> (tensor<8xf32> {qnn.rows = 1 : i64}, tensor<1xi64>) {
  return %x, %n : tensor<8xf32>, tensor<1xi64>
}
