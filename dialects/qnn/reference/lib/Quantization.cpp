//===- Quantization.cpp - quantize and dequantize -------------------------===//
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

namespace {

/// Calls `body(parameter index, first element, length)` for runs of elements
/// that share scale and zero point.
template <typename Body>
void forEachGroup(SchemeAttr scheme, ArrayRef<int64_t> shape, Body &&body) {
  if (scheme.isPerTensor()) {
    body(0, 0, product(shape));
    return;
  }
  int64_t axis = scheme.getAxis(), extent = shape[axis];
  int64_t outer = product(shape.take_front(axis)),
          inner = product(shape.drop_front(axis + 1));
  int64_t group = scheme.getGroup();
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t a = 0; a < extent; ++a) {
      int64_t first = (o * extent + a) * inner;
      if (scheme.isPerAxis()) {
        body(a, first, inner);
        continue;
      }
      // Parameters per group have the tensor's shape with a shorter axis.
      int64_t groups = (extent + group - 1) / group;
      int64_t parameter = (o * groups + a / group) * inner;
      for (int64_t i = 0; i < inner; ++i)
        body(parameter + i, first + i, 1);
    }
}

QCC_VECTOR_CLONES
void quantizeRun(const float *x, int32_t *q, int64_t count, float scale,
                 int32_t zeroPoint, int32_t lo, int32_t hi) {
  for (int64_t i = 0; i < count; ++i)
    q[i] = qcc_quantize(x[i], scale, zeroPoint, lo, hi);
}

QCC_VECTOR_CLONES
void dequantizeRun(const int32_t *q, float *x, int64_t count, float scale,
                   int32_t zeroPoint) {
  for (int64_t i = 0; i < count; ++i)
    x[i] = qcc_dequantize(q[i], zeroPoint, scale);
}

/// The storage as i32, or the error that it cannot be.
FailureOr<Tensor> toI32(Operation *op, const Tensor &tensor) {
  if (!isa<IntegerType>(tensor.getElementType()))
    return emitUndefined(op, tensor.getElementType());
  return convert(tensor, IntegerType::get(op->getContext(), 32));
}

} // namespace

Evaluated qcc::qnn::evaluateOp(QuantizeOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  SchemeAttr scheme = op.getScheme();
  FailureOr<Tensor> zeroPoint = toI32(op, *operands[2]);
  if (failed(zeroPoint))
    return failure();
  Tensor input = toF32(*operands[0]), scale = toF32(*operands[1]);
  int32_t lo = scheme.getMin(), hi = scheme.getMax();
  Tensor wide = Tensor::uninitialized(
      RankedTensorType::get(type.getShape(), zeroPoint->getElementType()));
  const float *x = input.data<float>(), *s = scale.data<float>();
  const int32_t *z = zeroPoint->data<int32_t>();
  int32_t *q = wide.mutableData<int32_t>();
  forEachGroup(scheme, type.getShape(),
               [&](int64_t p, int64_t first, int64_t length) {
                 quantizeRun(x + first, q + first, length, s[p], z[p], lo, hi);
               });
  return convert(wide, type.getElementType());
}

Evaluated qcc::qnn::evaluateOp(DequantizeOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  FailureOr<Tensor> stored = toI32(op, *operands[0]);
  FailureOr<Tensor> zeroPoint = toI32(op, *operands[2]);
  if (failed(stored) || failed(zeroPoint))
    return failure();
  Tensor scale = toF32(*operands[1]);
  Tensor result = Tensor::uninitialized(RankedTensorType::get(
      type.getShape(), Float32Type::get(op.getContext())));
  const int32_t *q = stored->data<int32_t>(), *z = zeroPoint->data<int32_t>();
  const float *s = scale.data<float>();
  float *x = result.mutableData<float>();
  forEachGroup(op.getScheme(), type.getShape(),
               [&](int64_t p, int64_t first, int64_t length) {
                 dequantizeRun(q + first, x + first, length, s[p], z[p]);
               });
  return fromF32(result, type);
}
