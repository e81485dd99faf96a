//===- Reduction.cpp - reductions, softmax, normalisation -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Orders of accumulation are those that qcc/abi/numerics.h states.
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/abi/numerics.h"

#include <cmath>

using namespace mlir;
using namespace qcc::qnn;

namespace {

/// A shape split for a reduction: `rows` runs of `inner` consecutive elements
/// that are reduced first, and for each run the result that it belongs to.
struct Split {
  int64_t inner = 1;
  SmallVector<int64_t> targets;

  Split(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
    size_t rank = shape.size(), kept = rank;
    auto isReduced = [&](size_t dim) {
      return llvm::is_contained(axes, static_cast<int64_t>(dim));
    };
    while (kept > 0 && isReduced(kept - 1))
      inner *= shape[--kept];
    // Strides of the result over the leading dimensions, 0 where reduced.
    SmallVector<int64_t> strides(kept, 0);
    int64_t stride = 1;
    for (size_t dim = kept; dim-- > 0;) {
      if (isReduced(dim))
        continue;
      strides[dim] = stride;
      stride *= shape[dim];
    }
    int64_t rows = product(shape.take_front(kept));
    targets.reserve(rows);
    SmallVector<int64_t> index(kept, 0);
    for (int64_t row = 0; row < rows; ++row) {
      int64_t target = 0;
      for (size_t dim = 0; dim < kept; ++dim)
        target += index[dim] * strides[dim];
      targets.push_back(target);
      for (size_t dim = kept; dim-- > 0;) {
        if (++index[dim] < shape[dim])
          break;
        index[dim] = 0;
      }
    }
  }

  int64_t rows() const { return targets.size(); }
};

/// How to combine f32 partial results.
enum class Combine { sum, prod, max, min };

float identity(Combine combine) {
  switch (combine) {
  case Combine::sum:
    return 0.0f;
  case Combine::prod:
    return 1.0f;
  case Combine::max:
    return -INFINITY;
  case Combine::min:
    return INFINITY;
  }
  llvm_unreachable("all kinds are handled");
}

float combineTwo(Combine combine, float a, float b) {
  switch (combine) {
  case Combine::sum:
    return a + b;
  case Combine::prod:
    return a * b;
  case Combine::max:
    return qcc_maximum(a, b);
  case Combine::min:
    return qcc_minimum(a, b);
  }
  llvm_unreachable("all kinds are handled");
}

float combineRow(Combine combine, const float *x, int64_t n) {
  switch (combine) {
  case Combine::sum:
    return qcc_reduce_sum(x, n);
  case Combine::prod:
    return qcc_reduce_prod(x, n);
  case Combine::max:
    return qcc_reduce_max(x, n);
  case Combine::min:
    return qcc_reduce_min(x, n);
  }
  llvm_unreachable("all kinds are handled");
}

/// Reduces `x` (as many elements as `split` covers) into `out`.
void reduce(Combine combine, const float *x, const Split &split, float *out,
            int64_t results) {
  std::fill_n(out, results, identity(combine));
  for (int64_t row = 0; row < split.rows(); ++row) {
    const float *run = x + row * split.inner;
    // Where the innermost axis is kept there are no lanes.
    float value =
        split.inner == 1 ? *run : combineRow(combine, run, split.inner);
    float &target = out[split.targets[row]];
    target = combineTwo(combine, target, value);
  }
}

Tensor reduceF32(ReduceKind kind, const Tensor &input, ArrayRef<int64_t> axes,
                 RankedTensorType type) {
  Split split(input.getShape(), axes);
  Tensor result = Tensor::uninitialized(
      RankedTensorType::get(type.getShape(), input.getElementType()));
  const float *x = input.data<float>();
  float *out = result.mutableData<float>();
  int64_t elements = input.getNumElements(), results = type.getNumElements();
  SmallVector<float> mapped;
  auto mapWith = [&](auto &&function) {
    mapped.reserve(elements);
    for (int64_t i = 0; i < elements; ++i)
      mapped.push_back(function(x[i]));
    reduce(Combine::sum, mapped.data(), split, out, results);
  };
  auto finish = [&](auto &&function) {
    for (int64_t i = 0; i < results; ++i)
      out[i] = function(out[i]);
  };
  switch (kind) {
  case ReduceKind::sum:
    reduce(Combine::sum, x, split, out, results);
    break;
  case ReduceKind::mean: {
    reduce(Combine::sum, x, split, out, results);
    int64_t count = 1;
    for (int64_t axis : axes)
      count *= input.getShape()[axis];
    finish([=](float sum) { return sum / static_cast<float>(count); });
    break;
  }
  case ReduceKind::max:
    reduce(Combine::max, x, split, out, results);
    break;
  case ReduceKind::min:
    reduce(Combine::min, x, split, out, results);
    break;
  case ReduceKind::prod:
    reduce(Combine::prod, x, split, out, results);
    break;
  case ReduceKind::l1:
    mapWith(qcc_abs);
    break;
  case ReduceKind::l2:
    mapWith([](float v) { return v * v; });
    finish(qcc_sqrt);
    break;
  case ReduceKind::sum_square:
    mapWith([](float v) { return v * v; });
    break;
  case ReduceKind::log_sum:
    reduce(Combine::sum, x, split, out, results);
    finish(qcc_log);
    break;
  case ReduceKind::log_sum_exp: {
    SmallVector<float> maxima(results);
    reduce(Combine::max, x, split, maxima.data(), results);
    for (float &maximum : maxima)
      maximum = qcc_abs(maximum) == INFINITY ? 0.0f : maximum;
    mapped.reserve(elements);
    for (int64_t row = 0; row < split.rows(); ++row)
      for (int64_t i = 0; i < split.inner; ++i)
        mapped.push_back(
            qcc_exp(x[row * split.inner + i] - maxima[split.targets[row]]));
    reduce(Combine::sum, mapped.data(), split, out, results);
    for (int64_t i = 0; i < results; ++i)
      out[i] = maxima[i] + qcc_log(out[i]);
    break;
  }
  }
  return result;
}

/// Integers: exact up to wrapping, in index order; a mean truncates. Fails for
/// the kinds that need roots and logarithms.
template <typename T>
LogicalResult reduceInteger(ReduceKind kind, const Tensor &input,
                            ArrayRef<int64_t> axes, Tensor &result) {
  using Wide = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
  Split split(input.getShape(), axes);
  Type type = input.getElementType();
  int64_t results = result.getNumElements();
  Wide start = 0;
  if (kind == ReduceKind::prod)
    start = 1;
  if (kind == ReduceKind::max)
    start = std::numeric_limits<T>::lowest();
  if (kind == ReduceKind::min)
    start = std::numeric_limits<T>::max();
  SmallVector<Wide> acc(results, start);
  const T *x = input.data<T>();
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= input.getShape()[axis];
  for (int64_t row = 0; row < split.rows(); ++row) {
    Wide &target = acc[split.targets[row]];
    for (int64_t i = 0; i < split.inner; ++i) {
      Wide v = *x++;
      // Unsigned arithmetic: sums and products wrap.
      uint64_t a = target, b = v;
      switch (kind) {
      case ReduceKind::sum:
      case ReduceKind::mean:
        target = a + b;
        break;
      case ReduceKind::l1:
        target = a + (v < Wide(0) ? 0 - b : b);
        break;
      case ReduceKind::sum_square:
        target = a + b * b;
        break;
      case ReduceKind::prod:
        target = a * b;
        break;
      case ReduceKind::max:
        target = std::max(target, v);
        break;
      case ReduceKind::min:
        target = std::min(target, v);
        break;
      default:
        return failure();
      }
    }
  }
  T *out = result.mutableData<T>();
  Wrapping<T> wrap(type);
  for (int64_t i = 0; i < results; ++i) {
    Wide value = acc[i];
    if (kind == ReduceKind::mean && count != 0)
      value = value / static_cast<Wide>(count);
    out[i] = wrap(static_cast<T>(value));
  }
  return success();
}

} // namespace

Evaluated qcc::qnn::evaluateOp(ReduceOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  const Tensor &input = *operands[0];
  Type element = input.getElementType();
  if (op.getAxes().empty() && element.isInteger(1))
    return input;
  // f64 is reduced in f32, like every function that numerics.h defines.
  if (isa<FloatType>(element))
    return fromF32(reduceF32(op.getKind(), toF32(input), op.getAxes(), type),
                   type);
  Tensor result = Tensor::uninitialized(type);
  LogicalResult defined = failure();
  (void)dispatchElement(element, [&]<typename T>(std::type_identity<T>) {
    if constexpr (std::is_same_v<T, bool>) {
      // "All" and "any".
      if (op.getKind() == ReduceKind::max || op.getKind() == ReduceKind::min) {
        Type byte = IntegerType::get(op.getContext(), 8);
        Tensor bytes = *convert(input, byte);
        Tensor reduced =
            Tensor::uninitialized(RankedTensorType::get(type.getShape(), byte));
        defined =
            reduceInteger<int8_t>(op.getKind(), bytes, op.getAxes(), reduced);
        result = *convert(reduced, element);
      }
    } else if constexpr (std::is_integral_v<T>) {
      defined = reduceInteger<T>(op.getKind(), input, op.getAxes(), result);
    }
  });
  // Roots and logarithms of integers go through f32.
  if (failed(defined) && !element.isInteger(1))
    return convert(reduceF32(op.getKind(), toF32(input), op.getAxes(), type),
                   element);
  if (failed(defined))
    return emitUndefined(op, element);
  return result;
}

Evaluated qcc::qnn::evaluateOp(ArgReduceOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  Type element = operands[0]->getElementType();
  Tensor input = isNarrowFloat(element) ? toF32(*operands[0]) : *operands[0];
  Tensor result = Tensor::uninitialized(type);
  int64_t *out = result.mutableData<int64_t>();
  int64_t axis = op.getAxis();
  ArrayRef<int64_t> shape = input.getShape();
  int64_t extent = shape[axis], outer = product(shape.take_front(axis)),
          inner = product(shape.drop_front(axis + 1));
  bool minimum = op.getMinimum(), last = op.getLast();
  LogicalResult defined = dispatchElement(
      input.getElementType(), [&]<typename T>(std::type_identity<T>) {
        const T *x = input.data<T>();
        for (int64_t o = 0; o < outer; ++o)
          for (int64_t i = 0; i < inner; ++i) {
            const T *run = x + o * extent * inner + i;
            int64_t best = 0;
            for (int64_t a = 1; a < extent; ++a) {
              T candidate = run[a * inner], leader = run[best * inner];
              bool better = minimum ? candidate < leader : candidate > leader;
              if (better || (last && candidate == leader))
                best = a;
            }
            *out++ = best;
          }
      });
  if (failed(defined))
    return emitUndefined(op, element);
  return result;
}

Evaluated qcc::qnn::evaluateOp(SoftmaxOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  if (!isa<FloatType>(type.getElementType()))
    return emitUndefined(op, type.getElementType());
  Tensor input = toF32(*operands[0]);
  Tensor result = Tensor::uninitialized(input.getType());
  int64_t axis = op.getAxis();
  ArrayRef<int64_t> shape = type.getShape();
  Split split(shape, axis);
  int64_t extent = shape[axis], outer = product(shape.take_front(axis)),
          inner = product(shape.drop_front(axis + 1));
  int64_t results = outer * inner, elements = type.getNumElements();
  SmallVector<float> maxima(results), sums(results), powers(elements);
  const float *x = input.data<float>();
  float *y = result.mutableData<float>();
  reduce(Combine::max, x, split, maxima.data(), results);
  auto group = [&](int64_t i) {
    return i / (extent * inner) * inner + i % inner;
  };
  for (int64_t i = 0; i < elements; ++i)
    powers[i] = qcc_exp(x[i] - maxima[group(i)]);
  reduce(Combine::sum, powers.data(), split, sums.data(), results);
  if (op.getLog())
    for (float &sum : sums)
      sum = qcc_log(sum);
  for (int64_t i = 0; i < elements; ++i)
    y[i] = op.getLog() ? (x[i] - maxima[group(i)]) - sums[group(i)]
                       : powers[i] / sums[group(i)];
  return fromF32(result, type);
}

Evaluated qcc::qnn::evaluateOp(LayerNormOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  if (!isa<FloatType>(type.getElementType()))
    return emitUndefined(op, type.getElementType());
  Tensor input = toF32(*operands[0]);
  Tensor result = Tensor::uninitialized(input.getType());
  size_t next = 1;
  Tensor scale, bias;
  if (op.getScale())
    scale = toF32(*operands[next++]);
  if (op.getBias())
    bias = toF32(*operands[next]);
  int64_t axis = op.getAxis();
  int64_t n = product(type.getShape().drop_front(axis)),
          rows = product(type.getShape().take_front(axis));
  float count = static_cast<float>(n);
  float epsilon = op.getEpsilon().convertToFloat();
  SmallVector<float> deviations(n), squares(n);
  for (int64_t row = 0; row < rows; ++row) {
    const float *x = input.data<float>() + row * n;
    float *y = result.mutableData<float>() + row * n;
    float mean = op.getRms() ? 0.0f : qcc_reduce_sum(x, n) / count;
    for (int64_t i = 0; i < n; ++i) {
      deviations[i] = op.getRms() ? x[i] : x[i] - mean;
      squares[i] = deviations[i] * deviations[i];
    }
    float variance = qcc_reduce_sum(squares.data(), n) / count;
    float factor = 1.0f / qcc_sqrt(variance + epsilon);
    for (int64_t i = 0; i < n; ++i) {
      y[i] = deviations[i] * factor;
      if (scale)
        y[i] = y[i] * scale.data<float>()[i];
      if (bias)
        y[i] = y[i] + bias.data<float>()[i];
    }
  }
  return fromF32(result, type);
}
