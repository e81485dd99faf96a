//===- Patches.cpp - a contraction as a matrix product --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patches.h"

#include "mlir/IR/Threading.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/VectorClones.h"

#include <algorithm>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

std::optional<Patches> Patches::of(Operation *op) {
  Patches patches;
  if (auto linear = dyn_cast<qnn::LinearOp>(op)) {
    auto type = cast<RankedTensorType>(linear.getInput().getType());
    if (!type.hasStaticShape())
      return std::nullopt;
    patches.channels = type.getShape().back();
    patches.numPositions =
        type.getNumElements() / std::max<int64_t>(patches.channels, 1);
    return patches;
  }
  auto conv = dyn_cast<qnn::ConvOp>(op);
  if (!conv)
    return std::nullopt;
  auto input = cast<RankedTensorType>(conv.getInput().getType()),
       weight = cast<RankedTensorType>(conv.getWeight().getType()),
       result = cast<RankedTensorType>(conv.getResult().getType());
  if (!input.hasStaticShape() || !result.hasStaticShape())
    return std::nullopt;
  patches.inputShape.assign(input.getShape().begin(), input.getShape().end());
  patches.resultShape.assign(result.getShape().begin(),
                             result.getShape().end());
  ArrayRef<int64_t> kernel = weight.getShape().drop_front().drop_back();
  patches.kernel.assign(kernel.begin(), kernel.end());
  patches.strides.assign(conv.getStrides().begin(), conv.getStrides().end());
  patches.pads.assign(conv.getPads().begin(), conv.getPads().end());
  patches.dilations.assign(conv.getDilations().begin(),
                           conv.getDilations().end());
  patches.numGroups = conv.getGroups();
  patches.channels = weight.getShape().back();
  patches.taps = 1;
  for (int64_t extent : kernel)
    patches.taps *= extent;
  patches.numPositions =
      result.getNumElements() / std::max<int64_t>(result.getShape().back(), 1);
  return patches;
}

void Patches::gather(const float *input, int64_t position, float *rows) const {
  if (kernel.empty()) {
    std::copy_n(input + position * channels, channels, rows);
    return;
  }
  size_t spatial = kernel.size();
  SmallVector<int64_t, 4> at(spatial);
  for (size_t i = spatial; i-- > 0;) {
    at[i] = position % resultShape[i + 1];
    position /= resultShape[i + 1];
  }
  int64_t batch = position, allChannels = inputShape.back();
  for (int64_t tap = 0; tap < taps; ++tap) {
    int64_t rest = tap, offset = 0, stride = 1;
    bool isInside = true;
    for (size_t i = spatial; i-- > 0;) {
      int64_t k = rest % kernel[i];
      rest /= kernel[i];
      int64_t x = at[i] * strides[i] - pads[i] + k * dilations[i];
      isInside &= x >= 0 && x < inputShape[i + 1];
      offset += x * stride;
      stride *= inputShape[i + 1];
    }
    const float *pixel = input + (batch * stride + offset) * allChannels;
    for (int64_t group = 0; group < numGroups; ++group) {
      float *row = rows + group * depth() + tap * channels;
      if (isInside)
        std::copy_n(pixel + group * channels, channels, row);
      else
        std::fill_n(row, channels, 0.0f);
    }
  }
}

SecondMoments::SecondMoments(int64_t groups, int64_t depth)
    : groups(groups), depth(depth), sums(groups * depth),
      products(groups * depth * depth) {}

/// sums[j] += a * x[j] + b * y[j] + ... for four rows at a time, which halves
/// what goes through memory twice.
QCC_VECTOR_CLONES
static void addScaledRows(float *__restrict sums, const float *rows,
                          int64_t stride, const float *factors, int64_t n) {
  const float *x0 = rows, *x1 = rows + stride, *x2 = rows + 2 * stride,
              *x3 = rows + 3 * stride;
  float f0 = factors[0], f1 = factors[stride], f2 = factors[2 * stride],
        f3 = factors[3 * stride];
  for (int64_t j = 0; j < n; ++j)
    sums[j] += (f0 * x0[j] + f1 * x1[j]) + (f2 * x2[j] + f3 * x3[j]);
}

void SecondMoments::add(MLIRContext *context, ArrayRef<float> rows) {
  int64_t width = groups * depth,
          rowCount = static_cast<int64_t>(rows.size()) / width;
  // Rows of zeros fill up the last four; they add nothing.
  std::vector<float> padded(rows.begin(), rows.end());
  padded.resize((rowCount + 3) / 4 * 4 * width, 0.0f);
  count += rowCount;
  // One owner for each row of a matrix: the sums do not depend on the threads.
  // It goes over the patches in parts that stay in its cache.
  constexpr int64_t kOwned = 16, kPart = 32;
  parallelFor(context, 0, (width + kOwned - 1) / kOwned, [&](size_t block) {
    int64_t begin = static_cast<int64_t>(block) * kOwned,
            end = std::min(begin + kOwned, width);
    for (int64_t part = 0; part < rowCount; part += kPart)
      for (int64_t index = begin; index < end; ++index) {
        int64_t i = index % depth, last = std::min(part + kPart, rowCount);
        float *out = &products[index * depth + i];
        const float *from = padded.data() + index;
        for (int64_t row = part; row < last; ++row)
          sums[index] += from[row * width];
        for (int64_t row = part; row < last; row += 4)
          addScaledRows(out, from + row * width, width, from + row * width,
                        depth - i);
      }
  });
}

std::vector<float> SecondMoments::covariance(int64_t group) const {
  std::vector<float> result(depth * depth);
  const float *from = &products[group * depth * depth];
  const double *sum = &sums[group * depth];
  double n = std::max<uint64_t>(count, 1);
  for (int64_t i = 0; i < depth; ++i)
    for (int64_t j = i; j < depth; ++j) {
      double value = from[i * depth + j] / n - (sum[i] / n) * (sum[j] / n);
      result[i * depth + j] = result[j * depth + i] = static_cast<float>(value);
    }
  return result;
}

std::vector<float> SecondMoments::means() const {
  std::vector<float> result;
  result.reserve(sums.size());
  for (double sum : sums)
    result.push_back(static_cast<float>(sum / std::max<uint64_t>(count, 1)));
  return result;
}
