//===- Movement.cpp - ops that only move elements -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/Qnn/Padding.h"

using namespace mlir;
using namespace qcc::qnn;

namespace {

/// Fills a result whose element at each index is an element of `input`:
/// dimension i of the result moves `strides[i]` elements, from `start` on.
Tensor copyStrided(const Tensor &input, RankedTensorType type, int64_t start,
                   ArrayRef<int64_t> strides) {
  Tensor result = Tensor::uninitialized(type);
  if (type.getNumElements() == 0)
    return result;
  ArrayRef<int64_t> shape = type.getShape();
  int64_t rank = type.getRank();
  int64_t length = rank == 0 ? 1 : shape.back();
  int64_t step = rank == 0 ? 0 : strides.back();
  int64_t rows = type.getNumElements() / length;
  dispatchSize(type.getElementType(), [&]<typename T>(std::type_identity<T>) {
    const T *in = input.data<T>();
    T *out = result.mutableData<T>();
    SmallVector<int64_t> index(std::max<int64_t>(rank, 1) - 1, 0);
    int64_t offset = start;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t i = 0; i < length; ++i)
        *out++ = in[offset + i * step];
      for (int64_t dim = index.size(); dim-- > 0;) {
        offset += strides[dim];
        if (++index[dim] < shape[dim])
          break;
        offset -= strides[dim] * shape[dim];
        index[dim] = 0;
      }
    }
  });
  return result;
}

/// One element of a type from a number.
Tensor scalar(double value, Type element) {
  auto f64 = RankedTensorType::get({}, Float64Type::get(element.getContext()));
  FailureOr<Tensor> result = convert(Tensor::borrow(f64, &value), element);
  assert(succeeded(result) && "not a number");
  // A type that is f64 already would borrow the argument.
  if (!element.isF64())
    return *result;
  Tensor copy = Tensor::uninitialized(f64);
  *copy.mutableData<double>() = value;
  return copy;
}

} // namespace

Evaluated qcc::qnn::evaluateOp(TransposeOp op, Operands operands) {
  SmallVector<int64_t> own = rowMajorStrides(operands[0]->getShape()), strides;
  for (int64_t axis : op.getPermutation())
    strides.push_back(own[axis]);
  return copyStrided(*operands[0], resultType(op), 0, strides);
}

Evaluated qcc::qnn::evaluateOp(ReshapeOp op, Operands operands) {
  return operands[0]->withType(resultType(op));
}

Evaluated qcc::qnn::evaluateOp(BroadcastOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  ArrayRef<int64_t> shape = operands[0]->getShape();
  SmallVector<int64_t> own = rowMajorStrides(shape);
  SmallVector<int64_t> strides(type.getRank(), 0);
  size_t missing = type.getRank() - shape.size();
  for (size_t i = 0; i < shape.size(); ++i)
    strides[missing + i] = shape[i] == 1 ? 0 : own[i];
  return copyStrided(*operands[0], type, 0, strides);
}

Evaluated qcc::qnn::evaluateOp(ConcatOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  Tensor result = Tensor::uninitialized(type);
  int64_t axis = op.getAxis();
  int64_t outer = product(type.getShape().take_front(axis));
  size_t inner = product(type.getShape().drop_front(axis + 1)) *
                 Tensor::elementSize(type.getElementType());
  char *out = result.mutableData<char>();
  for (int64_t o = 0; o < outer; ++o)
    for (const Tensor *operand : operands) {
      size_t bytes = operand->getShape()[axis] * inner;
      std::copy_n(operand->data<char>() + o * bytes, bytes, out);
      out += bytes;
    }
  return result;
}

Evaluated qcc::qnn::evaluateOp(SliceOp op, Operands operands) {
  SmallVector<int64_t> own = rowMajorStrides(operands[0]->getShape()), strides;
  int64_t start = 0;
  for (auto [stride, first, step] :
       llvm::zip_equal(own, op.getStarts(), op.getSteps())) {
    start += stride * first;
    strides.push_back(stride * step);
  }
  return copyStrided(*operands[0], resultType(op), start, strides);
}

Evaluated qcc::qnn::evaluateOp(PadOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  const Tensor &input = *operands[0];
  Tensor result = Tensor::uninitialized(type);
  SmallVector<int64_t> strides = rowMajorStrides(input.getShape());
  int64_t rank = type.getRank();
  // For each dimension and index of the result the offset that it adds, or -1.
  SmallVector<SmallVector<int64_t>> sources(rank);
  for (int64_t dim = 0; dim < rank; ++dim)
    for (int64_t i = 0; i < type.getDimSize(dim); ++i) {
      int64_t source = paddedSource(i - op.getLow()[dim], input.getShape()[dim],
                                    op.getMode());
      sources[dim].push_back(source < 0 ? -1 : source * strides[dim]);
    }
  Tensor value = scalar(op.getValue().convertToDouble(), type.getElementType());
  dispatchSize(type.getElementType(), [&]<typename T>(std::type_identity<T>) {
    const T *in = input.data<T>();
    T *out = result.mutableData<T>();
    T fill = *value.data<T>();
    SmallVector<int64_t> index(rank, 0);
    for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
      int64_t offset = 0;
      bool inside = true;
      for (int64_t dim = 0; dim < rank; ++dim) {
        int64_t source = sources[dim][index[dim]];
        inside &= source >= 0;
        offset += source;
      }
      out[i] = inside ? in[offset] : fill;
      for (int64_t dim = rank; dim-- > 0;) {
        if (++index[dim] < type.getDimSize(dim))
          break;
        index[dim] = 0;
      }
    }
  });
  return result;
}

Evaluated qcc::qnn::evaluateOp(TileOp op, Operands operands) {
  // [a, b] tiled is [r, a, s, b] broadcast.
  RankedTensorType type = resultType(op);
  SmallVector<int64_t> own = rowMajorStrides(operands[0]->getShape());
  SmallVector<int64_t> shape, strides;
  for (auto [repeats, extent, stride] :
       llvm::zip_equal(op.getRepeats(), operands[0]->getShape(), own)) {
    shape.append({repeats, extent});
    strides.append({0, stride});
  }
  auto split = RankedTensorType::get(shape, type.getElementType());
  return copyStrided(*operands[0], split, 0, strides).withType(type);
}

Evaluated qcc::qnn::evaluateOp(GatherOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  const Tensor &input = *operands[0];
  FailureOr<Tensor> indices =
      convert(*operands[1], IntegerType::get(op.getContext(), 64));
  if (failed(indices))
    return emitUndefined(op, operands[1]->getElementType());
  Tensor result = Tensor::uninitialized(type);
  int64_t axis = op.getAxis(), extent = input.getShape()[axis];
  int64_t outer = product(input.getShape().take_front(axis));
  size_t inner = product(input.getShape().drop_front(axis + 1)) *
                 Tensor::elementSize(type.getElementType());
  if (extent == 0 && type.getNumElements() != 0)
    return op.emitError() << "cannot gather from an empty dimension";
  char *out = result.mutableData<char>();
  const int64_t *at = indices->data<int64_t>();
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0, e = indices->getNumElements(); i < e; ++i) {
      int64_t index = at[i] < 0 ? at[i] + extent : at[i];
      index = std::clamp<int64_t>(index, 0, extent - 1);
      std::copy_n(input.data<char>() + (o * extent + index) * inner, inner,
                  out);
      out += inner;
    }
  return result;
}
