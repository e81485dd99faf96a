//===- Contraction.cpp - sums of products ---------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One accumulator for each output, which takes its products in the order of K.
// The loops run over K outside and over outputs inside, on weights of shape
// [K, outputs], so that compilers vectorise over outputs: the order of
// additions for each of them stays as it is.
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/abi/numerics.h"

using namespace mlir;
using namespace qcc::qnn;

//===----------------------------------------------------------------------===//
// Inner loops
//===----------------------------------------------------------------------===//

/// acc[n] += x[k] * w[k][n] for each k in order, four of them while an
/// accumulator is at hand.
QCC_VECTOR_CLONES
static void addProducts(float *__restrict acc, const float *__restrict x,
                        const float *__restrict w, int64_t k, int64_t n) {
  int64_t i = 0;
  for (; i + 4 <= k; i += 4, w += 4 * n)
    for (int64_t j = 0; j < n; ++j) {
      float sum = qcc_fma(x[i], w[j], acc[j]);
      sum = qcc_fma(x[i + 1], w[n + j], sum);
      sum = qcc_fma(x[i + 2], w[2 * n + j], sum);
      acc[j] = qcc_fma(x[i + 3], w[3 * n + j], sum);
    }
  for (; i < k; ++i, w += n)
    for (int64_t j = 0; j < n; ++j)
      acc[j] = qcc_fma(x[i], w[j], acc[j]);
}

/// So many rows share each load of weights, and fit in registers with them.
static constexpr int64_t kRows = 6;

/// The same for kRows rows at once, whole vectors of columns only.
QCC_VECTOR_CLONES
static void addProductsOfRows(float *__restrict acc, int64_t stride,
                              const float *const *rows,
                              const float *__restrict w, int64_t k, int64_t n) {
  for (int64_t j = 0; j + kFloatLanes <= n; j += kFloatLanes) {
    FloatVector sums[kRows];
#pragma unroll
    for (int64_t row = 0; row < kRows; ++row)
      sums[row] = *reinterpret_cast<FloatVector *>(acc + row * stride + j);
    for (int64_t i = 0; i < k; ++i) {
      auto weights = *reinterpret_cast<const FloatVector *>(w + i * n + j);
#pragma unroll
      for (int64_t row = 0; row < kRows; ++row)
        sums[row] = __builtin_elementwise_fma(FloatVector{} + rows[row][i],
                                              weights, sums[row]);
    }
#pragma unroll
    for (int64_t row = 0; row < kRows; ++row)
      *reinterpret_cast<FloatVector *>(acc + row * stride + j) = sums[row];
  }
}

/// The same for the columns from `j` on, fewer than a vector has.
QCC_VECTOR_CLONES
static void addProductsOfTail(float *__restrict acc, int64_t stride,
                              const float *const *rows,
                              const float *__restrict w, int64_t k, int64_t n,
                              int64_t j) {
  size_t left = (n - j) * sizeof(float);
  FloatVector sums[kRows] = {};
#pragma unroll
  for (int64_t row = 0; row < kRows; ++row)
    memcpy(&sums[row], acc + row * stride + j, left);
  for (int64_t i = 0; i < k; ++i) {
    // Lanes beyond the tail hold anything, but not from beyond the weights.
    FloatVector weights = {};
    if (i * n + j + kFloatLanes <= k * n)
      weights = *reinterpret_cast<const FloatVector *>(w + i * n + j);
    else
      memcpy(&weights, w + i * n + j, left);
#pragma unroll
    for (int64_t row = 0; row < kRows; ++row)
      sums[row] = __builtin_elementwise_fma(FloatVector{} + rows[row][i],
                                            weights, sums[row]);
  }
#pragma unroll
  for (int64_t row = 0; row < kRows; ++row)
    memcpy(acc + row * stride + j, &sums[row], left);
}

QCC_VECTOR_CLONES
static void addProducts(int32_t *__restrict acc, const int32_t *__restrict x,
                        const int32_t *__restrict w, int64_t k, int64_t n) {
  for (int64_t i = 0; i < k; ++i, w += n)
    for (int64_t j = 0; j < n; ++j)
      acc[j] = static_cast<int32_t>(static_cast<uint32_t>(acc[j]) +
                                    static_cast<uint32_t>(x[i]) *
                                        static_cast<uint32_t>(w[j]));
}

/// Element types that only matrix products of a graph's bookkeeping have.
template <typename T>
static void addProducts(T *acc, const T *x, const T *w, int64_t k, int64_t n) {
  for (int64_t i = 0; i < k; ++i, w += n)
    for (int64_t j = 0; j < n; ++j) {
      if constexpr (std::is_floating_point_v<T>)
        acc[j] = __builtin_fma(x[i], w[j], acc[j]);
      else
        acc[j] = static_cast<T>(static_cast<uint64_t>(acc[j]) +
                                static_cast<uint64_t>(x[i]) *
                                    static_cast<uint64_t>(w[j]));
    }
}

/// acc[row][n] += x[row][k] * w[k][n], where rows of x lie anywhere and those
/// of `acc` are `stride` apart.
template <typename T>
static void addProductsOfRows(T *acc, int64_t stride, ArrayRef<const T *> rows,
                              const T *w, int64_t k, int64_t n) {
  if constexpr (std::is_same_v<T, float>)
    if (static_cast<int64_t>(rows.size()) == kRows) {
      addProductsOfRows(acc, stride, rows.data(), w, k, n);
      int64_t done = n / kFloatLanes * kFloatLanes;
      if (done < n)
        addProductsOfTail(acc, stride, rows.data(), w, k, n, done);
      return;
    }
  for (auto [i, row] : llvm::enumerate(rows))
    addProducts(acc + i * stride, row, w, k, n);
}

/// acc[c] += x[c] * w[c]: one tap of a depthwise convolution.
QCC_VECTOR_CLONES
static void addLanes(float *__restrict acc, const float *__restrict x,
                     const float *__restrict w, int64_t n) {
  for (int64_t j = 0; j < n; ++j)
    acc[j] = qcc_fma(x[j], w[j], acc[j]);
}

QCC_VECTOR_CLONES
static void addLanes(int32_t *__restrict acc, const int32_t *__restrict x,
                     const int32_t *__restrict w, int64_t n) {
  for (int64_t j = 0; j < n; ++j)
    acc[j] = static_cast<int32_t>(static_cast<uint32_t>(acc[j]) +
                                  static_cast<uint32_t>(x[j]) *
                                      static_cast<uint32_t>(w[j]));
}

/// [rows, columns] to [columns, rows], in blocks that stay in the cache.
template <typename T>
static void transpose(const T *matrix, int64_t rows, int64_t columns,
                      T *result) {
  constexpr int64_t kBlock = 16;
  for (int64_t top = 0; top < rows; top += kBlock)
    for (int64_t left = 0; left < columns; left += kBlock)
      for (int64_t j = left, right = std::min(left + kBlock, columns);
           j < right; ++j)
        for (int64_t i = top, bottom = std::min(top + kBlock, rows); i < bottom;
             ++i)
          result[j * rows + i] = matrix[i * columns + j];
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

namespace {

/// Shape of a weight [O, K..., C / groups].
struct Filters {
  int64_t outputs, taps, depth, groups;

  Filters(ArrayRef<int64_t> weight, int64_t groups)
      : outputs(weight.front()), taps(product(weight.drop_front().drop_back())),
        depth(weight.back()), groups(groups) {}

  bool isDepthwise() const { return depth == 1 && outputs == groups; }
  int64_t outputsPerGroup() const { return outputs / groups; }
};

} // namespace

/// Weights for `addPixel`: [group][tap][channel][output of the group], or
/// [tap][channel] if depthwise.
template <typename T>
static SmallVector<T> arrangeWeights(const T *weight, const Filters &filters) {
  int64_t k = filters.taps * filters.depth,
          parts = filters.isDepthwise() ? 1 : filters.groups,
          outputs = filters.outputs / parts;
  SmallVector<T> result;
  result.resize_for_overwrite(filters.outputs * k);
  for (int64_t part = 0; part < parts; ++part)
    transpose(weight + part * outputs * k, outputs, k,
              result.data() + part * outputs * k);
  return result;
}

/// Adds to the outputs of one pixel what the taps that read `rows` contribute.
/// A null row is left out.
template <typename T>
static void addPixel(T *acc, ArrayRef<const T *> rows, const T *weights,
                     const Filters &filters) {
  if (filters.isDepthwise()) {
    for (auto [tap, row] : llvm::enumerate(rows))
      if (row)
        addLanes(acc, row, weights + tap * filters.groups, filters.groups);
    return;
  }
  int64_t outputs = filters.outputsPerGroup();
  for (int64_t group = 0; group < filters.groups; ++group) {
    T *out = acc + group * outputs;
    for (const T *row : rows) {
      if (row)
        addProducts(out, row + group * filters.depth, weights, filters.depth,
                    outputs);
      weights += filters.depth * outputs;
    }
  }
}

/// The same for pixels whose outputs lie one after the other, with `rows` of
/// [pixel][tap], none of them null.
template <typename T>
static void addPixels(T *acc, ArrayRef<const T *> rows, const T *weights,
                      const Filters &filters) {
  int64_t pixels = rows.size() / filters.taps;
  if (filters.isDepthwise()) {
    for (int64_t pixel = 0; pixel < pixels; ++pixel)
      addPixel<T>(acc + pixel * filters.outputs,
                  rows.slice(pixel * filters.taps, filters.taps), weights,
                  filters);
    return;
  }
  int64_t outputs = filters.outputsPerGroup();
  SmallVector<const T *, kRows> ofTap(pixels);
  for (int64_t group = 0; group < filters.groups; ++group)
    for (int64_t tap = 0; tap < filters.taps; ++tap) {
      for (int64_t pixel = 0; pixel < pixels; ++pixel)
        ofTap[pixel] = rows[pixel * filters.taps + tap] + group * filters.depth;
      addProductsOfRows<T>(acc + group * outputs, filters.outputs, ofTap,
                           weights, filters.depth, outputs);
      weights += filters.depth * outputs;
    }
}

/// The window of a convolution in which taps that are neighbours in memory are
/// one: those along the last axis, on an input that has its padding there.
struct JoinedTaps {
  SmallVector<int64_t> input, kernel, pads;
  int64_t joined = 1; ///< So many are one.

  JoinedTaps(const Window &window, int64_t groups)
      : input(window.input), kernel(window.kernel), pads(window.pads) {
    if (groups != 1 || window.dilations.back() != 1)
      return;
    joined = kernel.back();
    size_t last = window.rank() - 1;
    int64_t reach =
        (window.result[last + 1] - 1) * window.strides[last] + joined;
    input[last + 1] = std::max(pads[last] + input[last + 1], reach);
    kernel[last] = 1;
    pads[last] = 0;
  }

  Window window(const Window &original) const {
    return {input, original.result,   kernel, original.strides,
            pads,  original.dilations};
  }
};

/// `input` as `taps` has it.
template <typename T>
static Tensor withPadding(const Tensor &input, const Window &window,
                          const JoinedTaps &taps, ArrayRef<T> padding) {
  if (taps.input == input.getShape())
    return input;
  Tensor result = Tensor::uninitialized(
      RankedTensorType::get(taps.input, input.getElementType()));
  int64_t channels = window.channels(),
          before = window.pads[window.rank() - 1] * channels,
          from = window.input[window.rank()] * channels,
          row = taps.input[window.rank()] * channels;
  const T *in = input.data<T>();
  T *out = result.mutableData<T>();
  for (T *end = out + result.getNumElements(); out < end;
       out += row, in += from) {
    for (int64_t i = 0; i < row; i += channels)
      llvm::copy(padding, out + i);
    std::copy_n(in, from, out + before);
  }
  return result;
}

template <typename T>
static Tensor convolve(const Tensor &input, const Tensor &weight,
                       const Window &original, int64_t groups,
                       ArrayRef<int32_t> padValue) {
  SmallVector<T> padding(original.channels(), T(0));
  for (size_t c = 0; c < padding.size() && !padValue.empty(); ++c)
    padding[c] = static_cast<T>(padValue[padValue.size() == 1 ? 0 : c]);
  JoinedTaps joined(original, groups);
  Window window = joined.window(original);
  Tensor padded = withPadding<T>(input, original, joined, padding);
  Filters filters(weight.getShape(), groups);
  filters.taps /= joined.joined;
  filters.depth *= joined.joined;
  SmallVector<T> weights = arrangeWeights(weight.data<T>(), filters);
  // What a tap in the padding reads.
  SmallVector<T> outside;
  for (int64_t i = 0; i < joined.joined; ++i)
    llvm::append_range(outside, padding);
  Tensor result = Tensor::zeros(
      RankedTensorType::get(window.result, input.getElementType()));
  const T *in = padded.data<T>();
  T *out = result.mutableData<T>();
  SmallVector<const T *> rows;
  window.forEachPixel([&](int64_t /*pixel*/, ArrayRef<int64_t> offsets) {
    for (int64_t offset : offsets)
      rows.push_back(offset < 0 ? outside.data() : in + offset);
    if (static_cast<int64_t>(rows.size()) < kRows * filters.taps)
      return;
    addPixels<T>(out, rows, weights.data(), filters);
    out += kRows * filters.outputs;
    rows.clear();
  });
  addPixels<T>(out, rows, weights.data(), filters);
  return result;
}

/// 8-bit integers as the i32 they stand for; f32 as it is.
static Tensor toAccumulatorType(const Tensor &tensor) {
  if (tensor.getElementType().isF32())
    return tensor;
  return *convert(tensor, IntegerType::get(tensor.getType().getContext(), 32));
}

Tensor qcc::qnn::accumulateConv(const Tensor &input, const Tensor &weight,
                                const Window &window, int64_t groups,
                                ArrayRef<int32_t> padValue) {
  Tensor x = toAccumulatorType(input), w = toAccumulatorType(weight);
  if (x.getElementType().isF32())
    return convolve<float>(x, w, window, groups, padValue);
  return convolve<int32_t>(x, w, window, groups, padValue);
}

/// Adds an f32 bias to each row of outputs.
static void addBias(Tensor &result, const Tensor &bias) {
  Tensor addend = toF32(bias);
  const float *b = addend.data<float>();
  float *out = result.mutableData<float>();
  int64_t n = bias.getNumElements();
  for (float *end = out + result.getNumElements(); out < end; out += n)
    for (int64_t i = 0; i < n; ++i)
      out[i] += b[i];
}

Evaluated qcc::qnn::evaluateOp(ConvOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  if (!isa<FloatType>(type.getElementType()))
    return emitUndefined(op, type.getElementType());
  Tensor input = toF32(*operands[0]), weight = toF32(*operands[1]);
  Window window{input.getShape(),
                type.getShape(),
                weight.getShape().drop_front().drop_back(),
                op.getStrides(),
                op.getPads(),
                op.getDilations()};
  Tensor result =
      convolve<float>(input, weight, window, op.getGroups(), /*padValue=*/{});
  if (op.getBias())
    addBias(result, *operands[2]);
  return fromF32(result, type);
}

Evaluated qcc::qnn::evaluateOp(ConvTransposeOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  if (!isa<FloatType>(type.getElementType()))
    return emitUndefined(op, type.getElementType());
  Tensor input = toF32(*operands[0]), weight = toF32(*operands[1]);
  Filters filters(weight.getShape(), op.getGroups());
  SmallVector<float> weights = arrangeWeights(weight.data<float>(), filters);
  Tensor result = Tensor::zeros(
      RankedTensorType::get(type.getShape(), input.getElementType()));
  ArrayRef<int64_t> kernel = weight.getShape().drop_front().drop_back();
  size_t spatial = kernel.size();
  SmallVector<int64_t> inStrides = rowMajorStrides(input.getShape());
  SmallVector<int64_t> position(spatial + 1, 0);
  SmallVector<const float *> rows(filters.taps);
  int64_t pixels = product(type.getShape().drop_back());
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    SmallVector<int64_t> tap(spatial, 0);
    for (const float *&row : rows) {
      // The input pixel whose copy of the kernel puts this tap here, if any.
      int64_t offset = position[0] * inStrides[0];
      bool exists = true;
      for (size_t i = 0; i < spatial && exists; ++i) {
        int64_t at =
            position[i + 1] + op.getPads()[i] - op.getDilations()[i] * tap[i];
        int64_t stride = op.getStrides()[i];
        exists = at >= 0 && at % stride == 0 &&
                 at / stride < input.getShape()[i + 1];
        offset += at / stride * inStrides[i + 1];
      }
      row = exists ? input.data<float>() + offset : nullptr;
      for (size_t i = spatial; i-- > 0;) {
        if (++tap[i] < kernel[i])
          break;
        tap[i] = 0;
      }
    }
    addPixel<float>(result.mutableData<float>() + pixel * filters.outputs, rows,
                    weights.data(), filters);
    for (size_t i = spatial + 1; i-- > 0;) {
      if (++position[i] < type.getDimSize(i))
        break;
      position[i] = 0;
    }
  }
  if (op.getBias())
    addBias(result, *operands[2]);
  return fromF32(result, type);
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// numpy matmul of [..., M, K] and [..., K, N], or [..., N, K] transposed. A
/// `lhs` of any rank counts as rows if `rhs` is a matrix.
template <typename T>
static Tensor multiply(const Tensor &lhs, const Tensor &rhs, bool transposeRhs,
                       ArrayRef<int64_t> shape) {
  Tensor result =
      Tensor::zeros(RankedTensorType::get(shape, lhs.getElementType()));
  ArrayRef<int64_t> b = rhs.getShape();
  int64_t k = lhs.getShape().back(), n = shape.back();
  bool batched = b.size() > 2;
  int64_t m = batched ? shape[shape.size() - 2] : product(shape.drop_back());
  SmallVector<int64_t> batches;
  if (batched)
    llvm::append_range(batches, shape.drop_back(2));
  BroadcastLoop loop(
      batches, {batched ? lhs.getShape().drop_back(2) : ArrayRef<int64_t>(),
                b.drop_back(2)});
  const T *x = lhs.data<T>(), *w = rhs.data<T>();
  T *out = result.mutableData<T>();
  loop.forEachRun([&](int64_t at, ArrayRef<int64_t> offsets, int64_t length) {
    for (int64_t i = 0; i < length; ++i) {
      const T *rows = x + (offsets[0] + i * loop.stride(0)) * m * k;
      const T *matrix = w + (offsets[1] + i * loop.stride(1)) * k * n;
      SmallVector<T> columns;
      if (transposeRhs) {
        columns.resize_for_overwrite(k * n);
        transpose(matrix, n, k, columns.data());
        matrix = columns.data();
      }
      SmallVector<const T *, kRows> together;
      for (int64_t row = 0; row < m; row += kRows) {
        together.clear();
        for (int64_t r = row; r < std::min(row + kRows, m); ++r)
          together.push_back(rows + r * k);
        addProductsOfRows<T>(out + ((at + i) * m + row) * n, n, together,
                             matrix, k, n);
      }
    }
  });
  return result;
}

Tensor qcc::qnn::accumulateMatmul(const Tensor &lhs, const Tensor &rhs,
                                  bool transposeRhs, ArrayRef<int64_t> shape) {
  Tensor x = toAccumulatorType(lhs), w = toAccumulatorType(rhs);
  if (x.getElementType().isF32())
    return multiply<float>(x, w, transposeRhs, shape);
  return multiply<int32_t>(x, w, transposeRhs, shape);
}

Evaluated qcc::qnn::evaluateOp(LinearOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  if (!isa<FloatType>(type.getElementType()))
    return emitUndefined(op, type.getElementType());
  Tensor result = multiply<float>(toF32(*operands[0]), toF32(*operands[1]),
                                  /*transposeRhs=*/true, type.getShape());
  if (op.getBias())
    addBias(result, *operands[2]);
  return fromF32(result, type);
}

Evaluated qcc::qnn::evaluateOp(MatmulOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  Type element = type.getElementType();
  if (isNarrowFloat(element))
    return fromF32(multiply<float>(toF32(*operands[0]), toF32(*operands[1]),
                                   /*transposeRhs=*/false, type.getShape()),
                   type);
  Tensor result;
  (void)dispatchElement(element, [&]<typename T>(std::type_identity<T>) {
    if constexpr (!std::is_same_v<T, bool>)
      result = multiply<T>(*operands[0], *operands[1],
                           /*transposeRhs=*/false, type.getShape());
  });
  if (!result)
    return emitUndefined(op, element);
  return result;
}

//===----------------------------------------------------------------------===//
// Packed weights
//===----------------------------------------------------------------------===//

Tensor qcc::qnn::unpack(const Tensor &packed, PackingAttr packing, int64_t rows,
                        int64_t columns) {
  ArrayRef<int64_t> shape = packing.getShape();
  int64_t run = packing.getRun(), block = packing.getBlock(),
          interleave = packing.getInterleave();
  auto type = RankedTensorType::get(shape, packed.getElementType());
  int64_t matrices = type.getNumElements() / (rows * columns);
  int64_t stepsPerRun = llvm::divideCeil(run, interleave),
          steps = columns / run * stepsPerRun,
          blocks = llvm::divideCeil(rows, block);
  Tensor result = Tensor::uninitialized(type);
  dispatchSize(packed.getElementType(), [&]<typename T>(std::type_identity<T>) {
    const T *in = packed.data<T>();
    T *out = result.mutableData<T>();
    for (int64_t m = 0; m < matrices; ++m)
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < columns; ++column) {
          int64_t inRun = column % run;
          int64_t step = column / run * stepsPerRun + inRun / interleave;
          int64_t at = (m * blocks + row / block) * steps + step;
          at = (at * block + row % block) * interleave + inRun % interleave;
          *out++ = in[at];
        }
  });
  return result;
}
