//===- Loops.cpp - what the reference loops share -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Loops.h"

using namespace mlir;
using namespace qcc::qnn;

SmallVector<int64_t> qcc::qnn::rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

Tensor qcc::qnn::toF32(const Tensor &tensor) {
  FailureOr<Tensor> result =
      convert(tensor, Float32Type::get(tensor.getType().getContext()));
  assert(succeeded(result) && "element type cannot be converted");
  return *result;
}

Tensor qcc::qnn::fromF32(const Tensor &tensor, RankedTensorType type) {
  FailureOr<Tensor> result = convert(tensor, type.getElementType());
  assert(succeeded(result) && "element type cannot be converted");
  return *result;
}

BroadcastLoop::BroadcastLoop(ArrayRef<int64_t> shape,
                             ArrayRef<ArrayRef<int64_t>> operands) {
  // Strides for each dimension of the result, 0 where an operand repeats.
  SmallVector<SmallVector<int64_t>> full;
  for (ArrayRef<int64_t> operand : operands) {
    SmallVector<int64_t> own = rowMajorStrides(operand);
    SmallVector<int64_t> &padded = full.emplace_back(shape.size(), 0);
    size_t missing = shape.size() - operand.size();
    for (size_t i = 0; i < operand.size(); ++i)
      padded[missing + i] = operand[i] == 1 ? 0 : own[i];
  }
  strides.resize(operands.size());
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1)
      continue;
    bool joins = !extents.empty() &&
                 llvm::all_of(llvm::zip_equal(strides, full), [&](auto pair) {
                   auto &[joined, own] = pair;
                   return joined.back() == own[i] * shape[i];
                 });
    if (!joins)
      extents.push_back(shape[i]);
    else
      extents.back() *= shape[i];
    for (auto [joined, own] : llvm::zip_equal(strides, full)) {
      if (!joins)
        joined.push_back(own[i]);
      else
        joined.back() = own[i];
    }
  }
  if (extents.empty()) {
    extents.push_back(1);
    for (SmallVector<int64_t> &joined : strides)
      joined.push_back(0);
  }
}

void BroadcastLoop::forEachRun(
    function_ref<void(int64_t, ArrayRef<int64_t>, int64_t)> body) const {
  if (llvm::is_contained(extents, 0))
    return;
  size_t outer = extents.size() - 1;
  int64_t length = extents.back();
  int64_t runs = product(ArrayRef(extents).drop_back());
  SmallVector<int64_t> index(outer, 0), offsets(strides.size(), 0);
  for (int64_t run = 0; run < runs; ++run) {
    body(run * length, offsets, length);
    for (size_t dim = outer; dim-- > 0;) {
      bool wraps = ++index[dim] == extents[dim];
      for (auto [offset, stride] : llvm::zip_equal(offsets, strides))
        offset += wraps ? -stride[dim] * (extents[dim] - 1) : stride[dim];
      if (!wraps)
        break;
      index[dim] = 0;
    }
  }
}
