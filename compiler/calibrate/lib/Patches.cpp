//===- Patches.cpp - a contraction as a matrix product --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patches.h"

#include "Parallel.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/VectorClones.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using qnn::FloatVector;
using qnn::kFloatLanes;

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

/// Products are summed up in tiles of so many rows and columns; matrices are
/// padded to whole tiles.
static constexpr int64_t kTileRows = 4, kTileColumns = 32;

int64_t Patches::groupStride() const {
  return isByTap() ? 1 : llvm::alignTo(depth(), kTileColumns);
}

int64_t Patches::tapStride() const {
  return isByTap() ? llvm::alignTo(numGroups, kTileColumns) : channels;
}

int64_t Patches::size() const {
  return isByTap() ? llvm::alignTo(taps, kTileRows) * tapStride()
                   : numGroups * groupStride();
}

void Patches::gather(const float *input, int64_t position, float *row) const {
  if (kernel.empty()) {
    std::copy_n(input + position * channels, channels, row);
    return;
  }
  size_t spatial = kernel.size();
  SmallVector<int64_t, 4> at(spatial);
  for (size_t i = spatial; i-- > 0;) {
    at[i] = position % resultShape[i + 1];
    position /= resultShape[i + 1];
  }
  int64_t batch = position, allChannels = inputShape.back();
  // Groups that lie side by side are copied as one.
  int64_t pieces = isByTap() ? 1 : numGroups, length = allChannels / pieces;
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
    for (int64_t piece = 0; piece < pieces; ++piece) {
      float *out = row + piece * groupStride() + tap * tapStride();
      if (isInside)
        std::copy_n(pixel + piece * length, length, out);
      else
        std::fill_n(out, length, 0.0f);
    }
  }
}

/// Whether a whole tile of sums fits in vector registers.
static bool hasManyRegisters() {
#if defined(__x86_64__)
  static const bool result = __builtin_cpu_supports("avx512f");
  return result;
#else
  return false;
#endif
}

/// out[a][b] += x[a] * y[b] for each of `count` rows, in order, for kTileRows
/// by `kVectors` vectors.
template <int64_t kVectors>
[[gnu::always_inline]] static inline void
addTile(float *out, int64_t outStride, const float *x, const float *y,
        int64_t stride, int64_t count) {
  FloatVector sums[kTileRows][kVectors];
#pragma unroll
  for (int64_t a = 0; a < kTileRows; ++a)
#pragma unroll
    for (int64_t v = 0; v < kVectors; ++v)
      sums[a][v] = *reinterpret_cast<FloatVector *>(out + a * outStride +
                                                    v * kFloatLanes);
  for (int64_t row = 0; row < count; ++row, x += stride, y += stride)
#pragma unroll
    for (int64_t a = 0; a < kTileRows; ++a)
#pragma unroll
      for (int64_t v = 0; v < kVectors; ++v)
        sums[a][v] = __builtin_elementwise_fma(
            FloatVector{} + x[a],
            FloatVector(
                *reinterpret_cast<const FloatVector *>(y + v * kFloatLanes)),
            sums[a][v]);
#pragma unroll
  for (int64_t a = 0; a < kTileRows; ++a)
#pragma unroll
    for (int64_t v = 0; v < kVectors; ++v)
      *reinterpret_cast<FloatVector *>(out + a * outStride + v * kFloatLanes) =
          sums[a][v];
}

/// The same for a whole tile.
QCC_VECTOR_CLONES
static void addProducts(float *out, int64_t outStride, const float *x,
                        const float *y, int64_t stride, int64_t count) {
  constexpr int64_t kVectors = kTileColumns / kFloatLanes;
  if (hasManyRegisters())
    return addTile<kVectors>(out, outStride, x, y, stride, count);
  for (int64_t v = 0; v < kVectors; ++v)
    addTile<1>(out + v * kFloatLanes, outStride, x, y + v * kFloatLanes, stride,
               count);
}

/// out[a][b] += x[a] * y[b] for each of `count` rows, in order, where all of
/// them are vectors; `x`, `y` and `out` have distances of `tapStride`.
template <int64_t kColumns>
[[gnu::always_inline]] static inline void
addTileOfTaps(float *out, int64_t outStride, const float *x, const float *y,
              int64_t tapStride, int64_t stride, int64_t count) {
  FloatVector sums[kTileRows][kColumns];
#pragma unroll
  for (int64_t a = 0; a < kTileRows; ++a)
#pragma unroll
    for (int64_t b = 0; b < kColumns; ++b)
      sums[a][b] =
          *reinterpret_cast<FloatVector *>(out + a * outStride + b * tapStride);
  for (int64_t row = 0; row < count; ++row, x += stride, y += stride)
#pragma unroll
    for (int64_t a = 0; a < kTileRows; ++a)
#pragma unroll
      for (int64_t b = 0; b < kColumns; ++b)
        sums[a][b] = __builtin_elementwise_fma(
            FloatVector(
                *reinterpret_cast<const FloatVector *>(x + a * tapStride)),
            FloatVector(
                *reinterpret_cast<const FloatVector *>(y + b * tapStride)),
            sums[a][b]);
#pragma unroll
  for (int64_t a = 0; a < kTileRows; ++a)
#pragma unroll
    for (int64_t b = 0; b < kColumns; ++b)
      *reinterpret_cast<FloatVector *>(out + a * outStride + b * tapStride) =
          sums[a][b];
}

QCC_VECTOR_CLONES
static void addProductsOfTaps(float *out, int64_t outStride, const float *x,
                              const float *y, int64_t tapStride, int64_t stride,
                              int64_t count) {
  if (hasManyRegisters())
    return addTileOfTaps<kTileRows>(out, outStride, x, y, tapStride, stride,
                                    count);
  for (int64_t b = 0; b < kTileRows; ++b)
    addTileOfTaps<1>(out + b * tapStride, outStride, x, y + b * tapStride,
                     tapStride, stride, count);
}

QCC_VECTOR_CLONES
static void addRows(double *__restrict sums, const float *__restrict rows,
                    int64_t stride, int64_t count, int64_t n) {
  for (int64_t row = 0; row < count; ++row, rows += stride)
    for (int64_t i = 0; i < n; ++i)
      sums[i] += rows[i];
}

FirstMoments::FirstMoments(const Patches &patches)
    : patches(patches), sums(patches.size()) {}

void FirstMoments::add(MLIRContext *context, ArrayRef<float> rows) {
  constexpr int64_t kOwnedColumns = 512;
  int64_t size = patches.size();
  if (size == 0)
    return; // Of a contraction that adds up nothing.
  int64_t rowCount = static_cast<int64_t>(rows.size()) / size;
  count += rowCount;
  parallelForSmall(
      context, 0, llvm::divideCeil(size, kOwnedColumns), [&](size_t block) {
        int64_t begin = static_cast<int64_t>(block) * kOwnedColumns;
        addRows(&sums[begin], rows.data() + begin, size, rowCount,
                std::min(kOwnedColumns, size - begin));
      });
}

double FirstMoments::mean(int64_t group, int64_t i) const {
  int64_t place = group * patches.groupStride() +
                  (patches.isByTap() ? i * patches.tapStride() : i);
  return sums[place] / static_cast<double>(std::max<uint64_t>(count, 1));
}

SecondMoments::SecondMoments(const Patches &patches)
    : patches(patches), first(patches) {
  int64_t taps = llvm::alignTo(patches.numTaps(), kTileRows),
          depth = llvm::alignTo(patches.depth(), kTileRows);
  products.resize(patches.isByTap()
                      ? taps * taps * patches.tapStride()
                      : patches.groups() * depth * patches.groupStride());
}

void SecondMoments::add(MLIRContext *context, ArrayRef<float> rows) {
  int64_t size = patches.size();
  if (size == 0)
    return;
  int64_t rowCount = static_cast<int64_t>(rows.size()) / size;
  first.add(context, rows);
  // One owner for each sum: it does not depend on the threads. Rows are taken
  // in parts that stay in its cache.
  constexpr int64_t kPart = 64, kOwnedRows = 16;
  if (patches.isByTap()) {
    int64_t taps = llvm::alignTo(patches.numTaps(), kTileRows),
            tapStride = patches.tapStride();
    parallelForSmall(context, 0, tapStride / kFloatLanes, [&](size_t block) {
      const float *from = rows.data() + block * kFloatLanes;
      float *to = products.data() + block * kFloatLanes;
      for (int64_t part = 0; part < rowCount; part += kPart)
        for (int64_t i = 0; i < taps; i += kTileRows)
          for (int64_t j = i; j < taps; j += kTileRows)
            addProductsOfTaps(to + (i * taps + j) * tapStride, taps * tapStride,
                              from + part * size + i * tapStride,
                              from + part * size + j * tapStride, tapStride,
                              size, std::min(kPart, rowCount - part));
    });
    return;
  }
  int64_t depth = llvm::alignTo(patches.depth(), kTileRows),
          columns = patches.groupStride(),
          blocks = llvm::divideCeil(depth, kOwnedRows);
  parallelForSmall(context, 0, patches.groups() * blocks, [&](size_t owned) {
    int64_t group = static_cast<int64_t>(owned) / blocks,
            begin = static_cast<int64_t>(owned) % blocks * kOwnedRows,
            end = std::min(begin + kOwnedRows, depth);
    for (int64_t part = 0; part < rowCount; part += kPart) {
      const float *from = rows.data() + part * size + group * columns;
      for (int64_t i = begin; i < end; i += kTileRows)
        for (int64_t j = i / kTileColumns * kTileColumns; j < columns;
             j += kTileColumns)
          addProducts(&products[(group * depth + i) * columns + j], columns,
                      from + i, from + j, size,
                      std::min(kPart, rowCount - part));
    }
  });
}

std::vector<float> SecondMoments::covariance(int64_t group) const {
  int64_t n = patches.depth(), columns = patches.groupStride(),
          taps = llvm::alignTo(patches.numTaps(), kTileRows);
  std::vector<float> result(n * n);
  auto product = [&](int64_t i, int64_t j) {
    return patches.isByTap()
               ? products[(i * taps + j) * patches.tapStride() + group]
               : products[(group * llvm::alignTo(n, kTileRows) + i) * columns +
                          j];
  };
  double total = std::max<uint64_t>(first.positions(), 1);
  std::vector<double> means(n);
  for (int64_t i = 0; i < n; ++i)
    means[i] = first.mean(group, i);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = i; j < n; ++j) {
      double value = product(i, j) / total - means[i] * means[j];
      result[i * n + j] = result[j * n + i] = static_cast<float>(value);
    }
  return result;
}
