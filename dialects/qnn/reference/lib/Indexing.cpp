//===- Indexing.cpp - where the greatest elements are, and scatters -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/abi/numerics.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;
using namespace qcc::qnn;

Evaluated qcc::qnn::evaluateOp(TopKOp op, Operands operands) {
  Type element = operands[0]->getElementType();
  Tensor input = isNarrowFloat(element) ? toF32(*operands[0]) : *operands[0];
  Tensor result = Tensor::uninitialized(resultType(op));
  int64_t axis = op.getAxis(), k = op.getK();
  ArrayRef<int64_t> shape = input.getShape();
  int64_t extent = shape[axis], outer = product(shape.take_front(axis)),
          inner = product(shape.drop_front(axis + 1));
  LogicalResult defined = dispatchElement(
      input.getElementType(), [&]<typename T>(std::type_identity<T>) {
        const T *in = input.data<T>();
        int64_t *out = result.mutableData<int64_t>();
        // A total order with NaN at the top.
        auto less = [](T x, T y) { return x < y || (x == x && y != y); };
        SmallVector<int64_t> order(extent);
        for (int64_t o = 0; o < outer; ++o)
          for (int64_t i = 0; i < inner; ++i) {
            const T *run = in + o * extent * inner + i;
            std::iota(order.begin(), order.end(), 0);
            llvm::stable_sort(order, [&](int64_t a, int64_t b) {
              T x = run[a * inner], y = run[b * inner];
              return op.getSmallest() ? less(x, y) : less(y, x);
            });
            for (int64_t j = 0; j < k; ++j)
              out[(o * k + j) * inner + i] = order[j];
          }
      });
  if (failed(defined))
    return emitUndefined(op, element);
  return result;
}

/// What an element and its update give.
template <typename T>
static T combine(ScatterKind kind, Type type, T old, T update) {
  if constexpr (std::is_floating_point_v<T>) {
    switch (kind) {
    case ScatterKind::replace:
      return update;
    case ScatterKind::add:
      return old + update;
    case ScatterKind::mul:
      return old * update;
    case ScatterKind::max:
      return qcc_maximum(old, update);
    case ScatterKind::min:
      return qcc_minimum(old, update);
    }
  } else {
    switch (kind) {
    case ScatterKind::replace:
      return update;
    case ScatterKind::add:
      return Wrapping<T>(type)(
          static_cast<T>(uint64_t(old) + uint64_t(update)));
    case ScatterKind::mul:
      return Wrapping<T>(type)(
          static_cast<T>(uint64_t(old) * uint64_t(update)));
    case ScatterKind::max:
      return std::max(old, update);
    case ScatterKind::min:
      return std::min(old, update);
    }
  }
  llvm_unreachable("all kinds are handled");
}

Evaluated qcc::qnn::evaluateOp(ScatterOp op, Operands operands) {
  const Tensor &input = *operands[0], &updates = *operands[2];
  Type element = input.getElementType();
  Tensor result = Tensor::uninitialized(input.getType());
  std::copy_n(input.data<char>(), input.getByteSize(),
              result.mutableData<char>());
  int64_t rows = input.getShape().front(),
          row = product(input.getShape().drop_front());
  auto write = [&]<typename T>(std::type_identity<T>, auto &&function) {
    const int64_t *index = operands[1]->data<int64_t>();
    const T *update = updates.data<T>();
    for (int64_t u = 0, e = operands[1]->getNumElements(); u < e;
         ++u, update += row) {
      int64_t at = index[u] < 0 ? index[u] + rows : index[u];
      if (at < 0 || at >= rows)
        continue;
      T *out = result.mutableData<T>() + at * row;
      for (int64_t i = 0; i < row; ++i)
        out[i] = function(out[i], update[i]);
    }
  };
  if (op.getKind() == ScatterKind::replace) {
    dispatchSize(element, [&]<typename T>(std::type_identity<T> type) {
      write(type, [](T, T update) { return update; });
    });
    return result;
  }
  LogicalResult defined =
      dispatchElement(element, [&]<typename T>(std::type_identity<T> type) {
        write(type, [&](T old, T update) {
          return combine(op.getKind(), element, old, update);
        });
      });
  if (failed(defined))
    return emitUndefined(op, element);
  return result;
}
