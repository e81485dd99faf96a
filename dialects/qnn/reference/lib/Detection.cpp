//===- Detection.cpp - regions and boxes --------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/abi/numerics.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qcc::qnn;

//===----------------------------------------------------------------------===//
// RoiAlign
//===----------------------------------------------------------------------===//

namespace {

/// The grid points of one bin along one dimension of a picture.
class GridAxis {
public:
  GridAxis(RoiAlignOp op, const float *roi, int64_t column, int64_t bins,
           int64_t bin, int64_t extent)
      : extent(extent) {
    float scale = op.getScale().convertToFloat(),
          offset = op.getHalfPixel() ? 0.5f : 0.0f;
    float start = roi[column] * scale - offset;
    float length = (roi[column + 2] * scale - offset) - start;
    if (!op.getHalfPixel())
      length = qcc_maximum(length, 1.0f);
    size = length / static_cast<float>(bins);
    float points = std::ceil(size);
    points = points > 0 ? std::min(points, kMaxPoints) : 0.0f;
    grid = op.getSamples() ? static_cast<float>(op.getSamples()) : points;
    base = start + static_cast<float>(bin) * size;
    // Places move one way, so that those inside are one interval: what lies
    // outside, which can be almost all, need not be looked at.
    bool isForward = size >= 0;
    first = findFirst([&](float y) {
      return isForward ? y >= -1 : y <= static_cast<float>(this->extent);
    });
    last = findFirst([&](float y) {
      return isForward ? !(y <= static_cast<float>(this->extent)) : !(y >= -1);
    });
  }

  struct Point {
    int64_t low, high;
    float lowWeight, highWeight;
  };
  Point operator[](int64_t i) const {
    float y = qcc_maximum(place(i), 0.0f);
    Point point;
    int64_t floor = static_cast<int64_t>(y);
    point.low = std::min(floor, extent - 1);
    point.high = std::min(point.low + 1, extent - 1);
    point.highWeight =
        floor >= extent - 1 ? 0.0f : y - static_cast<float>(point.low);
    point.lowWeight = 1.0f - point.highWeight;
    return point;
  }

  bool isAllInside() const {
    return first == 0 && last == static_cast<int64_t>(grid);
  }

  float grid;                  ///< Number of points.
  int64_t first = 0, last = 0; ///< Those inside the picture.

private:
  static constexpr float kMaxPoints = 1 << 24;

  float place(int64_t i) const {
    return base + ((static_cast<float>(i) + 0.5f) * size) / grid;
  }
  template <typename Predicate> int64_t findFirst(Predicate &&holds) const {
    int64_t low = 0, high = static_cast<int64_t>(grid);
    while (low < high) {
      int64_t middle = (low + high) / 2;
      if (holds(place(middle)))
        high = middle;
      else
        low = middle + 1;
    }
    return low;
  }

  int64_t extent;
  float size, base;
};

} // namespace

Evaluated qcc::qnn::evaluateOp(RoiAlignOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result = Tensor::uninitialized(resultType(op));
  ArrayRef<int64_t> shape = input.getShape();
  int64_t height = shape[1], width = shape[2], channels = shape[3];
  int64_t rows = op.getHeight(), columns = op.getWidth();
  bool isMax = op.getKind() == PoolKind::max;
  float *out = result.mutableData<float>();
  for (int64_t r = 0, e = operands[1]->getShape()[0]; r < e; ++r) {
    const float *roi = operands[1]->data<float>() + 4 * r;
    int64_t number = operands[2]->data<int64_t>()[r];
    number = number < 0 ? number + shape[0] : number;
    number = std::clamp<int64_t>(number, 0, shape[0] - 1);
    const float *picture =
        input.data<float>() + number * height * width * channels;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < columns; ++column) {
        GridAxis ys(op, roi, 1, rows, row, height),
            xs(op, roi, 0, columns, column, width);
        float points = ys.grid * xs.grid;
        // A point outside is a 0 among those of a maximum.
        bool isInside = points > 0 && ys.isAllInside() && xs.isAllInside();
        float identity =
            isMax && isInside ? -std::numeric_limits<float>::infinity() : 0.0f;
        std::fill_n(out, channels, identity);
        for (int64_t i = ys.first; i < ys.last; ++i)
          for (int64_t j = xs.first; j < xs.last; ++j) {
            GridAxis::Point y = ys[i], x = xs[j];
            auto pixel = [&](int64_t line, int64_t at) {
              return picture + (line * width + at) * channels;
            };
            const float *v00 = pixel(y.low, x.low), *v01 = pixel(y.low, x.high),
                        *v10 = pixel(y.high, x.low),
                        *v11 = pixel(y.high, x.high);
            float w00 = y.lowWeight * x.lowWeight,
                  w01 = y.lowWeight * x.highWeight,
                  w10 = y.highWeight * x.lowWeight,
                  w11 = y.highWeight * x.highWeight;
            for (int64_t c = 0; c < channels; ++c) {
              float p00 = w00 * v00[c], p01 = w01 * v01[c], p10 = w10 * v10[c],
                    p11 = w11 * v11[c];
              if (isMax)
                out[c] = qcc_maximum(
                    out[c],
                    qcc_maximum(qcc_maximum(qcc_maximum(p00, p01), p10), p11));
              else
                out[c] = out[c] + (((p00 + p01) + p10) + p11);
            }
          }
        if (!isMax)
          for (int64_t c = 0; c < channels; ++c)
            out[c] = out[c] / std::max(points, 1.0f);
        out += channels;
      }
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Non-maximum suppression
//===----------------------------------------------------------------------===//

namespace {

/// Where a box begins and ends along x and y.
struct Extent {
  float lowX, highX, lowY, highY, area;

  Extent(const float *box, bool isCenter) {
    if (isCenter) {
      float halfWidth = box[2] / 2.0f, halfHeight = box[3] / 2.0f;
      lowX = box[0] - halfWidth;
      highX = box[0] + halfWidth;
      lowY = box[1] - halfHeight;
      highY = box[1] + halfHeight;
    } else {
      lowX = qcc_minimum(box[1], box[3]);
      highX = qcc_maximum(box[1], box[3]);
      lowY = qcc_minimum(box[0], box[2]);
      highY = qcc_maximum(box[0], box[2]);
    }
    area = (highX - lowX) * (highY - lowY);
  }

  bool overlaps(const Extent &other, float threshold) const {
    float left = qcc_maximum(lowX, other.lowX),
          right = qcc_minimum(highX, other.highX),
          top = qcc_maximum(lowY, other.lowY),
          bottom = qcc_minimum(highY, other.highY);
    if (!(left < right && top < bottom))
      return false;
    float common = (right - left) * (bottom - top);
    float all = (area + other.area) - common;
    return common > 0 && area > 0 && other.area > 0 && all > 0 &&
           common / all > threshold;
  }
};

} // namespace

Evaluated qcc::qnn::evaluateOp(NmsOp op, Operands operands) {
  const Tensor &boxes = *operands[0], &scores = *operands[1];
  float overlap = operands[2]->data<float>()[0];
  const Tensor *threshold = op.getScoreThreshold() ? operands[3] : nullptr;
  int64_t most = op.getMaxBoxes();
  if (op.getLimit())
    most = std::min(most, operands.back()->data<int64_t>()[0]);
  Tensor result = Tensor::uninitialized(resultType(op));
  std::fill_n(result.mutableData<int64_t>(), result.getNumElements(), -1);
  int64_t classes = scores.getShape()[1], count = scores.getShape()[2];
  SmallVector<int64_t> order;
  SmallVector<Extent> extents; // of the boxes of a batch
  for (int64_t row = 0; row < scores.getShape()[0] * classes; ++row) {
    const float *score = scores.data<float>() + row * count;
    if (row % classes == 0) {
      const float *box = boxes.data<float>() + row / classes * count * 4;
      extents.clear();
      for (int64_t i = 0; i < count; ++i)
        extents.emplace_back(box + 4 * i, op.getCenter());
    }
    int64_t *selected = result.mutableData<int64_t>() + row * op.getMaxBoxes();
    order.clear();
    for (int64_t i = 0; i < count; ++i)
      if (threshold ? score[i] > threshold->data<float>()[0]
                    : score[i] == score[i])
        order.push_back(i);
    llvm::stable_sort(
        order, [&](int64_t a, int64_t b) { return score[a] > score[b]; });
    int64_t taken = 0;
    for (int64_t i : order) {
      if (taken >= most)
        break;
      bool isSuppressed =
          llvm::any_of(ArrayRef(selected, taken), [&](int64_t other) {
            return extents[i].overlaps(extents[other], overlap);
          });
      if (!isSuppressed)
        selected[taken++] = i;
    }
  }
  return result;
}

Evaluated qcc::qnn::evaluateOp(CompactOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result = Tensor::uninitialized(resultType(op));
  char *out = result.mutableData<char>();
  std::fill_n(out, result.getByteSize(), 0);
  int64_t row = product(input.getShape().drop_front()) *
                Tensor::elementSize(input.getElementType());
  for (int64_t r = 0, e = input.getShape()[0]; r < e; ++r)
    if (operands[1]->data<bool>()[r])
      out = std::copy_n(input.data<char>() + r * row, row, out);
  return result;
}
