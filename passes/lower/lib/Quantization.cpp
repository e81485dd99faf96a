//===- Quantization.cpp - constant parameters of quantize and dequantize --===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Lower/Quantization.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace qcc::qnn;
using namespace qcc::lower;

namespace {

/// Raw bytes of a constant, one element after the other, and whether one
/// element stands for all.
struct RawElements {
  ArrayRef<char> bytes;
  bool splat = false;
};

std::optional<RawElements> rawElements(ElementsAttr value) {
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(value))
    return RawElements{dense.getRawData(), dense.isSplat()};
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(value))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return RawElements{blob->getData(), false};
  return std::nullopt;
}

template <typename T, typename Result>
void append(const RawElements &raw, int64_t count,
            SmallVectorImpl<Result> &out) {
  for (int64_t i = 0; i < count; ++i) {
    T element;
    memcpy(&element, raw.bytes.data() + (raw.splat ? 0 : i * sizeof(T)),
           sizeof(T));
    out.push_back(static_cast<Result>(element));
  }
}

template <typename Op> std::optional<Parameters> parametersOf(Op op) {
  if (op.getScheme().getGranularity() == Granularity::per_group)
    return std::nullopt;
  Parameters result{constantFloats(op.getScale()),
                    constantIntegers(op.getZeroPoint())};
  if (result.scales.empty() || result.zeroPoints.size() != result.scales.size())
    return std::nullopt;
  return result;
}

template <typename Other> bool sameParameters(DequantizeOp a, Other b) {
  std::optional<Parameters> x = constantParameters(a),
                            y = constantParameters(b);
  return x && y && x->scales == y->scales && x->zeroPoints == y->zeroPoints;
}

template <typename T>
Value makeDense(OpBuilder &builder, Location loc, ArrayRef<T> values,
                ArrayRef<int64_t> shape, Type element) {
  auto type = RankedTensorType::get(shape, element);
  return ConstantOp::create(builder, loc, DenseElementsAttr::get(type, values));
}

} // namespace

SmallVector<float> qcc::lower::constantFloats(Value value) {
  SmallVector<float> result;
  ElementsAttr attribute = constantValue(value);
  std::optional<RawElements> raw = rawElements(attribute);
  if (raw && attribute.getElementType().isF32())
    append<float>(*raw, attribute.getNumElements(), result);
  return result;
}

SmallVector<int64_t> qcc::lower::constantIntegers(Value value) {
  SmallVector<int64_t> result;
  ElementsAttr attribute = constantValue(value);
  std::optional<RawElements> raw = rawElements(attribute);
  if (!raw || !isa<IntegerType>(attribute.getElementType()))
    return result;
  int64_t count = attribute.getNumElements();
  bool isUnsigned = attribute.getElementType().isUnsignedInteger();
  switch (attribute.getElementType().getIntOrFloatBitWidth()) {
  case 8:
    isUnsigned ? append<uint8_t>(*raw, count, result)
               : append<int8_t>(*raw, count, result);
    break;
  case 16:
    isUnsigned ? append<uint16_t>(*raw, count, result)
               : append<int16_t>(*raw, count, result);
    break;
  case 32:
    isUnsigned ? append<uint32_t>(*raw, count, result)
               : append<int32_t>(*raw, count, result);
    break;
  case 64:
    append<int64_t>(*raw, count, result);
    break;
  default:
    break;
  }
  return result;
}

std::optional<Parameters> qcc::lower::constantParameters(DequantizeOp op) {
  return parametersOf(op);
}
std::optional<Parameters> qcc::lower::constantParameters(QuantizeOp op) {
  return parametersOf(op);
}
bool qcc::lower::haveSameParameters(DequantizeOp a, DequantizeOp b) {
  return sameParameters(a, b);
}
bool qcc::lower::haveSameParameters(DequantizeOp a, QuantizeOp b) {
  return sameParameters(a, b);
}

Value qcc::lower::makeConstant(OpBuilder &builder, Location loc,
                               ArrayRef<float> values,
                               ArrayRef<int64_t> shape) {
  return makeDense(builder, loc, values, shape, builder.getF32Type());
}
Value qcc::lower::makeConstant(OpBuilder &builder, Location loc,
                               ArrayRef<int32_t> values,
                               ArrayRef<int64_t> shape) {
  return makeDense(builder, loc, values, shape, builder.getI32Type());
}
Value qcc::lower::makeConstant(OpBuilder &builder, Location loc,
                               ArrayRef<int8_t> values,
                               ArrayRef<int64_t> shape) {
  return makeDense(builder, loc, values, shape, builder.getIntegerType(8));
}
