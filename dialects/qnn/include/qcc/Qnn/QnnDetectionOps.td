//===- QnnDetectionOps.td - ops on regions and boxes -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNDETECTIONOPS_TD
#define QCC_QNN_QNNDETECTIONOPS_TD

include "qcc/Qnn/QnnTensorOps.td"

def Qnn_RoiAlignOp : Qnn_InferredOp<"roi_align", [Qnn_RowwiseMapping]> {
  let summary = "regions of pictures, each resampled to one size, channels-last";
  let description = [{
    Region r, the corners `rois[r]` = (x1, y1, x2, y2), is cut out of picture `pictures[r]` of `input` [N, H, W, C] and divided
    into `height` by `width` bins. Each bin of each channel becomes the average or the maximum of grid points in it. Negative
    numbers of pictures count from the end, out of range is clamped, as in `qnn.gather`. Along one dimension of the picture,
    in f32, each operation rounded:

    ```
    offset      = half_pixel ? 0.5 : 0
    start       = corner1 * scale - offset
    length      = (corner2 * scale - offset) - start;  without half_pixel: max(length, 1)
    bin         = length / bins
    grid        = samples > 0 ? samples : min(max(ceil(bin), 0), 2^24), 0 for NaN
    place(b, i) = (start + b * bin) + ((i + 0.5) * bin) / grid              for bin b and 0 <= i < grid
    ```

    A point is worth 0 unless -1 <= y <= H and -1 <= x <= W. Otherwise both are clamped to at least 0, the neighbours are
    `low = min(floor(y), H - 1)` and `high = min(low + 1, H - 1)`, the weight of the higher one is `l = y - low`, or 0 if
    `low` is the last one, that of the lower one `h = 1 - l`. An average adds up
    `((hy * hx) * v00 + (hy * lx) * v01 + (ly * hx) * v10) + (ly * lx) * v11` over all points, x innermost, and divides by
    `max(grid_y * grid_x, 1)`. A maximum is that of these four products and of all points, 0 if there are none. The limit of
    `grid` is where f32 ends to tell points apart: so few of them can be inside, wherever a region lies, that time is bounded.

    Constraints: (C1) `input` is [N, H, W, C] of f32, N, H and W at least 1; (C2) `rois` is [R, 4] of f32, `pictures` [R] of
    i64; (C3) `height` and `width` at least 1, 0 <= `samples` <= 1024; (C4) the kind is `average` or `max`.

    ```mlir
    %1 = qnn.roi_align average %x, %r, %p {height = 7 : i64, width = 7 : i64, samples = 0 : i64, scale = 2.5e-1 : f32,
      half_pixel} : (tensor<1x32x32x16xf32>, tensor<10x4xf32>, tensor<10xi64>) -> tensor<10x7x7x16xf32>
    ```
  }];
  let arguments = (ins Qnn_PoolKindAttr:$kind, Qnn_Tensor:$input, Qnn_Tensor:$rois, Qnn_Tensor:$pictures, I64Attr:$height,
                       I64Attr:$width, I64Attr:$samples, F32Attr:$scale, UnitAttr:$half_pixel);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$kind $input `,` $rois `,` $pictures attr-dict `:` functional-type(operands, results)";
}

def Qnn_NmsOp : Qnn_InferredOp<"nms", [AttrSizedOperandSegments]> {
  let summary = "non-maximum suppression: boxes by score, without those that overlap a better one";
  let description = [{
    For each batch b of `boxes` [B, N, 4] and each class c of `scores` [B, C, N], `result[b, c]` are indices of boxes in the
    order in which they are selected, then -1. Boxes come in the order of descending scores, of equal scores the smaller
    index first; those whose score is NaN or not greater than `score_threshold` never come. A box is selected unless it
    overlaps one that has been selected before by more than `iou_threshold`, until there are `min(limit, max_boxes)`.

    A box is two opposite corners (y1, x1, y2, x2), or with `center` (x, y, width, height), the corners of which are
    `x - width / 2` and `x + width / 2`, and so on. Two boxes overlap by more than the threshold t if in f32, all steps rounded
    and all comparisons false for NaN,

    ```
    low_x < high_x and low_y < high_y     low: the greater one of the boxes' least coordinates, high: the less of the greatest
    area = (high_x - low_x) * (high_y - low_y) > 0
    area1 > 0 and area2 > 0               (greatest x - least x) * (greatest y - least y) of each
    union = area1 + area2 - area > 0
    area / union > t
    ```

    With `center` the first corner counts as the least one, whatever the sign of width and height.

    Constraints: (C1) `boxes` is [B, N, 4] and `scores` [B, C, N], of f32; (C2) the thresholds are f32 and the limit i64, of
    rank 0; (C3) 0 <= `max_boxes` <= N.

    ```mlir
    %1 = qnn.nms %b, %s iou(%t : tensor<f32>) score(%u : tensor<f32>) {max_boxes = 100 : i64}
        : tensor<1x1000x4xf32>, tensor<1x80x1000xf32> -> tensor<1x80x100xi64>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$boxes, Qnn_Tensor:$scores, Qnn_Tensor:$iou_threshold,
                       Optional<Qnn_Tensor>:$score_threshold, Optional<Qnn_Tensor>:$limit, I64Attr:$max_boxes,
                       UnitAttr:$center);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = [{$boxes `,` $scores `iou` `(` $iou_threshold `:` type($iou_threshold) `)`
                         (`score` `(` $score_threshold^ `:` type($score_threshold) `)`)?
                         (`limit` `(` $limit^ `:` type($limit) `)`)?
                         attr-dict `:` type($boxes) `,` type($scores) `->` type($result)}];
}

def Qnn_CompactOp : Qnn_InferredOp<"compact", []> {
  let summary = "rows that are kept move to the front";
  let description = [{
    The rows r of `input` [R, a...] for which `keep[r]` holds, in their order, then rows of zeros. How many are kept is
    known only at run time: R is a bound for it.

    Constraints: (C1) `input` has rank 1 or more; (C2) `keep` is [R] of i1.

    ```mlir
    %1 = qnn.compact %x, %k : (tensor<8x3xi64>, tensor<8xi1>) -> tensor<8x3xi64>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$keep);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input `,` $keep attr-dict `:` functional-type(operands, results)";
}

#endif // QCC_QNN_QNNDETECTIONOPS_TD
