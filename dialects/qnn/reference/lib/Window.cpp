//===- Window.cpp - windows and pooling -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/abi/numerics.h"

using namespace mlir;
using namespace qcc::qnn;

void Window::forEachPixel(
    function_ref<void(int64_t, ArrayRef<int64_t>)> body) const {
  SmallVector<int64_t> inStrides = rowMajorStrides(input);
  // Of the taps, and how far each is from the first one.
  SmallVector<SmallVector<int64_t>> steps;
  SmallVector<int64_t> distances;
  SmallVector<int64_t> tap(rank(), 0);
  for (int64_t t = 0; t < taps(); ++t) {
    SmallVector<int64_t> step(rank());
    int64_t distance = 0;
    for (size_t i = 0; i < rank(); ++i) {
      step[i] = tap[i] * dilations[i];
      distance += step[i] * inStrides[i + 1];
    }
    steps.push_back(std::move(step));
    distances.push_back(distance);
    for (size_t i = rank(); i-- > 0;) {
      if (++tap[i] < kernel[i])
        break;
      tap[i] = 0;
    }
  }
  SmallVector<int64_t> position(rank() + 1, 0), first(rank()), offsets(taps());
  int64_t pixels = product(result.drop_back());
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    int64_t base = position[0] * inStrides[0];
    bool allInside = true;
    for (size_t i = 0; i < rank(); ++i) {
      first[i] = position[i + 1] * strides[i] - pads[i];
      base += first[i] * inStrides[i + 1];
      allInside &= first[i] >= 0 &&
                   first[i] + (kernel[i] - 1) * dilations[i] < input[i + 1];
    }
    auto isInside = [&](ArrayRef<int64_t> step) {
      for (size_t i = 0; i < rank(); ++i)
        if (first[i] + step[i] < 0 || first[i] + step[i] >= input[i + 1])
          return false;
      return true;
    };
    for (auto [offset, distance, step] :
         llvm::zip_equal(offsets, distances, steps))
      offset = allInside || isInside(step) ? base + distance : -1;
    body(pixel, offsets);
    for (size_t i = rank() + 1; i-- > 0;) {
      if (++position[i] < result[i])
        break;
      position[i] = 0;
    }
  }
}

namespace {

template <typename T> T lowest() {
  if constexpr (std::is_floating_point_v<T>)
    return -std::numeric_limits<T>::infinity();
  else
    return std::numeric_limits<T>::lowest();
}

/// acc[c] = max(acc[c], x[c]).
QCC_VECTOR_CLONES
void takeGreatest(float *__restrict acc, const float *__restrict x, int64_t n) {
  for (int64_t c = 0; c < n; ++c)
    acc[c] = qcc_maximum(acc[c], x[c]);
}

template <typename T> void takeGreatest(T *acc, const T *x, int64_t n) {
  for (int64_t c = 0; c < n; ++c)
    acc[c] = x[c] > acc[c] ? x[c] : acc[c];
}

/// acc[c] += x[c].
template <typename Acc, typename In>
void addChannels(Acc *acc, const In *x, int64_t n) {
  for (int64_t c = 0; c < n; ++c)
    acc[c] += static_cast<Acc>(x[c]);
}

/// Folds the taps inside the input with `combine(accumulators, inputs,
/// channels)`, for each pixel. Taps in the padding are handed to
/// `pad(accumulators)`.
template <typename In, typename Acc, typename Combine, typename Pad>
Tensor foldTaps(const Tensor &input, const Window &window, Type accumulator,
                Acc identity, Combine combine, Pad pad) {
  Tensor result =
      Tensor::uninitialized(RankedTensorType::get(window.result, accumulator));
  const In *in = input.data<In>();
  int64_t channels = window.channels();
  window.forEachPixel([&](int64_t pixel, ArrayRef<int64_t> offsets) {
    Acc *acc = result.mutableData<Acc>() + pixel * channels;
    std::fill_n(acc, channels, identity);
    for (int64_t offset : offsets) {
      if (offset < 0)
        pad(acc);
      else
        combine(acc, in + offset, channels);
    }
  });
  return result;
}

auto nothing = [](auto *) {};

/// Elements of the padded input that a window of count_include_pad covers: taps
/// beyond the padding (through `ceil_mode`) do not count.
int64_t countPadded(const Window &window, int64_t pixel) {
  int64_t count = 1;
  for (size_t i = window.rank(); i-- > 0;) {
    int64_t extent = window.result[i + 1];
    int64_t begin = pixel % extent * window.strides[i] - window.pads[i];
    pixel /= extent;
    int64_t end = window.input[i + 1] + window.pads[window.rank() + i];
    int64_t inside = 0;
    for (int64_t tap = 0; tap < window.kernel[i]; ++tap)
      inside += begin + tap * window.dilations[i] < end;
    count *= inside;
  }
  return count;
}

Tensor averagePool(const Tensor &input, const Window &window,
                   bool includePadding) {
  Tensor result =
      foldTaps<float, float>(input, window, input.getElementType(), 0.0f,
                             addChannels<float, float>, nothing);
  int64_t channels = window.channels();
  window.forEachPixel([&](int64_t pixel, ArrayRef<int64_t> offsets) {
    int64_t count = includePadding
                        ? countPadded(window, pixel)
                        : llvm::count_if(offsets, [](int64_t offset) {
                            return offset >= 0;
                          });
    float *acc = result.mutableData<float>() + pixel * channels;
    for (int64_t c = 0; c < channels; ++c)
      acc[c] = acc[c] / static_cast<float>(count);
  });
  return result;
}

/// (sum |x|^p)^(1/p); p of 1 and 2 need no powers.
Tensor normPool(const Tensor &input, const Window &window, int64_t p) {
  float power = static_cast<float>(p);
  auto term = [=](float x) {
    float a = qcc_abs(x);
    return p == 1 ? a : p == 2 ? a * a : qcc_pow(a, power);
  };
  Tensor result = foldTaps<float, float>(
      input, window, input.getElementType(), 0.0f,
      [&](float *acc, const float *x, int64_t n) {
        for (int64_t c = 0; c < n; ++c)
          acc[c] += term(x[c]);
      },
      nothing);
  float *out = result.mutableData<float>();
  for (int64_t i = 0, e = result.getNumElements(); i < e && p != 1; ++i)
    out[i] = p == 2 ? qcc_sqrt(out[i]) : qcc_pow(out[i], 1.0f / power);
  return result;
}

} // namespace

Tensor qcc::qnn::accumulatePool(const Tensor &input, const Window &window,
                                bool maximum, ArrayRef<int32_t> padValue) {
  Type element = input.getElementType();
  Type accumulator = maximum || element.isF32()
                         ? element
                         : IntegerType::get(element.getContext(), 32);
  int64_t channels = window.channels();
  Tensor result;
  LogicalResult done =
      dispatchElement(element, [&]<typename T>(std::type_identity<T>) {
        if (maximum) {
          result = foldTaps<T, T>(
              input, window, element, lowest<T>(),
              [](T *acc, const T *x, int64_t n) { takeGreatest(acc, x, n); },
              nothing);
          return;
        }
        using Acc = std::conditional_t<std::is_floating_point_v<T>, T, int32_t>;
        auto pad = [&](Acc *acc) {
          for (int64_t c = 0; c < channels && !padValue.empty(); ++c)
            acc[c] += static_cast<Acc>(padValue[padValue.size() == 1 ? 0 : c]);
        };
        result = foldTaps<T, Acc>(input, window, accumulator, Acc(0),
                                  addChannels<Acc, T>, pad);
      });
  assert(succeeded(done) && "not a number");
  (void)done;
  return result;
}

Evaluated qcc::qnn::evaluateOp(PoolOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  Type element = type.getElementType();
  bool narrow = isNarrowFloat(element);
  Tensor input = narrow ? toF32(*operands[0]) : *operands[0];
  Window window{input.getShape(), type.getShape(), op.getKernel(),
                op.getStrides(),  op.getPads(),    op.getDilations()};
  Tensor result;
  if (op.getKind() == PoolKind::max) {
    result = accumulatePool(input, window, /*maximum=*/true, {});
  } else {
    if (!isa<FloatType>(element))
      return emitUndefined(op, element);
    input = toF32(input);
    switch (op.getKind()) {
    case PoolKind::average:
      result = averagePool(input, window, op.getCountIncludePad());
      break;
    case PoolKind::lp:
      result = normPool(input, window, op.getP());
      break;
    default:
      result = accumulatePool(input, window, /*maximum=*/false, {});
      break;
    }
  }
  return fromF32(result, type);
}
