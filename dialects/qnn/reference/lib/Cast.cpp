//===- Cast.cpp - conversion of element types -----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/abi/numerics.h"

#include <cmath>

using namespace mlir;
using namespace qcc::qnn;

namespace {

/// Least and greatest value of an integer type as bounds for a conversion from
/// floats: `low <= x < end`.
struct IntegerRange {
  double low, end;
  int64_t least;
  uint64_t greatest;

  explicit IntegerRange(Type type) {
    unsigned bits = type.getIntOrFloatBitWidth();
    if (type.isUnsignedInteger()) {
      low = 0;
      end = std::ldexp(1.0, bits);
      least = 0;
      greatest = ~uint64_t(0) >> (64 - bits);
    } else {
      low = -std::ldexp(1.0, bits - 1);
      end = std::ldexp(1.0, bits - 1);
      least = static_cast<int64_t>(~uint64_t(0) << (bits - 1));
      greatest = ~uint64_t(0) >> (65 - bits);
    }
  }
};

template <typename From, typename To>
void convertElements(const From *in, To *out, int64_t count, Type type) {
  if constexpr (std::is_same_v<To, bool>) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = in[i] != From(0);
  } else if constexpr (std::is_floating_point_v<To>) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = static_cast<To>(in[i]);
  } else if constexpr (std::is_floating_point_v<From>) {
    IntegerRange range(type);
    for (int64_t i = 0; i < count; ++i) {
      double x = in[i];
      if (x != x)
        out[i] = 0;
      else if (x < range.low)
        out[i] = static_cast<To>(range.least);
      else if (x >= range.end)
        out[i] = static_cast<To>(range.greatest);
      else
        out[i] = static_cast<To>(x);
    }
  } else {
    Wrapping<To> wrap(type);
    for (int64_t i = 0; i < count; ++i)
      out[i] = wrap(static_cast<To>(in[i]));
  }
}

/// f16 or bf16 to f32.
Tensor widen(const Tensor &tensor) {
  auto type = RankedTensorType::get(
      tensor.getShape(), Float32Type::get(tensor.getType().getContext()));
  Tensor result = Tensor::uninitialized(type);
  const uint16_t *in = tensor.data<uint16_t>();
  float *out = result.mutableData<float>();
  bool isBrain = tensor.getElementType().isBF16();
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    out[i] = isBrain ? qcc_bf16_to_f32(in[i]) : qcc_f16_to_f32(in[i]);
  return result;
}

/// f32 to f16 or bf16.
Tensor narrow(const Tensor &tensor, Type element) {
  Tensor result =
      Tensor::uninitialized(RankedTensorType::get(tensor.getShape(), element));
  const float *in = tensor.data<float>();
  uint16_t *out = result.mutableData<uint16_t>();
  bool isBrain = element.isBF16();
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    out[i] = isBrain ? qcc_f32_to_bf16(in[i]) : qcc_f32_to_f16(in[i]);
  return result;
}

} // namespace

FailureOr<Tensor> qcc::qnn::convert(const Tensor &tensor, Type element) {
  Type from = tensor.getElementType();
  if (from == element)
    return tensor;
  Type f32 = Float32Type::get(from.getContext());
  if (isNarrowFloat(from))
    return convert(widen(tensor), element);
  if (isNarrowFloat(element)) {
    FailureOr<Tensor> wide = convert(tensor, f32);
    if (failed(wide))
      return failure();
    return narrow(*wide, element);
  }
  Tensor result;
  bool converted = false;
  (void)dispatchElement(from, [&]<typename From>(std::type_identity<From>) {
    LogicalResult done =
        dispatchElement(element, [&]<typename To>(std::type_identity<To>) {
          result = Tensor::uninitialized(
              RankedTensorType::get(tensor.getShape(), element));
          convertElements(tensor.data<From>(), result.mutableData<To>(),
                          tensor.getNumElements(), element);
        });
    converted = succeeded(done);
  });
  if (!converted)
    return failure();
  return result;
}

Evaluated qcc::qnn::evaluateOp(CastOp op, Operands operands) {
  FailureOr<Tensor> result =
      convert(*operands[0], resultType(op).getElementType());
  if (failed(result))
    return op.emitError() << "cannot convert " << operands[0]->getElementType()
                          << " to " << resultType(op).getElementType();
  return result;
}
