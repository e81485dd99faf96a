//===- QnnConstants.cpp - reading and making constant tensors -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Constants.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace mlir;

namespace {

/// Constants of more bytes than this become resources.
constexpr size_t kInlineBytes = 1024;

/// The bytes of the elements, and whether they are one element for all.
std::optional<std::pair<ArrayRef<char>, bool>> rawData(Attribute attribute) {
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(attribute))
    return std::make_pair(dense.getRawData(), dense.isSplat());
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (blob)
      return std::make_pair(blob->getData(), false);
  }
  return std::nullopt;
}

template <typename Element, typename Result>
std::optional<std::vector<Result>> readAs(Attribute attribute) {
  std::optional<std::pair<ArrayRef<char>, bool>> data = rawData(attribute);
  if (!data)
    return std::nullopt;
  auto [bytes, isSplat] = *data;
  size_t count = cast<ElementsAttr>(attribute).getNumElements();
  if (bytes.size() < (isSplat ? 1 : count) * sizeof(Element))
    return std::nullopt;
  std::vector<Result> values(count);
  for (size_t i = 0; i < count; ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + (isSplat ? 0 : i * sizeof(Element)),
                sizeof(Element));
    values[i] = element;
  }
  return values;
}

Value createFromBytes(OpBuilder &builder, Location loc, RankedTensorType type,
                      ArrayRef<char> bytes) {
  ElementsAttr value;
  if (bytes.size() <= kInlineBytes)
    value = DenseElementsAttr::getFromRawBuffer(type, bytes);
  else
    value = DenseResourceElementsAttr::get(
        type, "constant",
        HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
  return qcc::qnn::ConstantOp::create(builder, loc, value);
}

template <typename Element>
Value createIntegers(OpBuilder &builder, Location loc, RankedTensorType type,
                     ArrayRef<int64_t> values) {
  std::vector<Element> elements(values.begin(), values.end());
  return createFromBytes(builder, loc, type,
                         {reinterpret_cast<const char *>(elements.data()),
                          elements.size() * sizeof(Element)});
}

} // namespace

std::optional<std::vector<float>> qcc::qnn::readFloats(Attribute attribute) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attribute);
  if (!elements || !elements.getElementType().isF32())
    return std::nullopt;
  return readAs<float, float>(attribute);
}

std::optional<std::vector<float>> qcc::qnn::readFloats(Value value) {
  return readFloats(constantValue(value));
}

std::optional<std::vector<int64_t>>
qcc::qnn::readIntegers(Attribute attribute) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attribute);
  auto type = elements ? dyn_cast<IntegerType>(elements.getElementType())
                       : IntegerType();
  if (!type)
    return std::nullopt;
  switch (type.getWidth()) {
  case 8:
    return type.isUnsigned() ? readAs<uint8_t, int64_t>(attribute)
                             : readAs<int8_t, int64_t>(attribute);
  case 16:
    return type.isUnsigned() ? readAs<uint16_t, int64_t>(attribute)
                             : readAs<int16_t, int64_t>(attribute);
  case 32:
    return type.isUnsigned() ? readAs<uint32_t, int64_t>(attribute)
                             : readAs<int32_t, int64_t>(attribute);
  case 64:
    return readAs<int64_t, int64_t>(attribute);
  default:
    return std::nullopt;
  }
}

std::optional<std::vector<int64_t>> qcc::qnn::readIntegers(Value value) {
  return readIntegers(constantValue(value));
}

Value qcc::qnn::createConstant(OpBuilder &builder, Location loc,
                               ArrayRef<int64_t> shape,
                               ArrayRef<float> values) {
  return createFromBytes(builder, loc,
                         RankedTensorType::get(shape, builder.getF32Type()),
                         {reinterpret_cast<const char *>(values.data()),
                          values.size() * sizeof(float)});
}

Value qcc::qnn::createConstant(OpBuilder &builder, Location loc,
                               ArrayRef<int64_t> shape, IntegerType elementType,
                               ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(shape, elementType);
  switch (elementType.getWidth()) {
  case 8:
    return createIntegers<int8_t>(builder, loc, type, values);
  case 16:
    return createIntegers<int16_t>(builder, loc, type, values);
  case 32:
    return createIntegers<int32_t>(builder, loc, type, values);
  default:
    assert(elementType.getWidth() == 64 && "no such constants are made");
    return createIntegers<int64_t>(builder, loc, type, values);
  }
}
