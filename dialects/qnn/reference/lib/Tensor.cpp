//===- Tensor.cpp - tensors on the host -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Tensor.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace mlir;
using namespace qcc::qnn;

/// Alignment of owned memory: that of the widest vectors.
static constexpr size_t kAlignment = 64;

/// i2, ui4, ...: attributes store them in bytes, without extension.
static bool isNarrowInteger(Type type) {
  return isa<IntegerType>(type) && type.getIntOrFloatBitWidth() < 8 &&
         !type.isInteger(1);
}

/// A copy with the low bits of each byte sign- or zero-extended.
static Tensor extended(const Tensor &tensor) {
  Tensor result = Tensor::uninitialized(tensor.getType());
  Type element = tensor.getElementType();
  unsigned spare = 8 - element.getIntOrFloatBitWidth();
  const uint8_t *in = tensor.data<uint8_t>();
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i) {
    uint8_t shifted = static_cast<uint8_t>(in[i] << spare);
    result.mutableData<uint8_t>()[i] =
        element.isUnsignedInteger()
            ? shifted >> spare
            : static_cast<uint8_t>(static_cast<int8_t>(shifted) >> spare);
  }
  return result;
}

size_t Tensor::elementSize(Type type) {
  if (!type.isIntOrFloat())
    return 0;
  unsigned bits = type.getIntOrFloatBitWidth();
  for (size_t bytes : {1, 2, 4, 8})
    if (bits <= 8 * bytes)
      return isa<FloatType>(type) && bits != 8 * bytes ? 0 : bytes;
  return 0;
}

size_t Tensor::byteSize(RankedTensorType type) {
  return type.getNumElements() * elementSize(type.getElementType());
}

Tensor Tensor::uninitialized(RankedTensorType type) {
  Tensor tensor;
  tensor.type = type;
  // At least one byte, so that an empty tensor is a tensor too.
  size_t size = std::max<size_t>(1, byteSize(type));
  tensor.owner = std::shared_ptr<char[]>(
      static_cast<char *>(llvm::allocate_buffer(size, kAlignment)),
      [size](char *memory) {
        llvm::deallocate_buffer(memory, size, kAlignment);
      });
  tensor.bytes = tensor.owner.get();
  return tensor;
}

Tensor Tensor::zeros(RankedTensorType type) {
  Tensor tensor = uninitialized(type);
  std::memset(tensor.mutableData<char>(), 0, byteSize(type));
  return tensor;
}

Tensor Tensor::borrow(RankedTensorType type, const void *bytes) {
  Tensor tensor;
  tensor.type = type;
  // An empty tensor is a tensor too.
  static const char empty = 0;
  tensor.bytes = bytes ? bytes : &empty;
  return tensor;
}

Tensor Tensor::withType(RankedTensorType newType) const {
  assert(byteSize(newType) == byteSize(type) && "sizes differ");
  Tensor tensor = *this;
  tensor.type = newType;
  return tensor;
}

FailureOr<Tensor> Tensor::fromAttribute(ElementsAttr attribute) {
  auto type = dyn_cast<RankedTensorType>(Type(attribute.getShapedType()));
  if (!type || !type.hasStaticShape() ||
      elementSize(type.getElementType()) == 0)
    return failure();
  size_t size = byteSize(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != size)
      return failure();
    Tensor tensor = borrow(type, blob->getData().data());
    return isNarrowInteger(type.getElementType()) ? extended(tensor) : tensor;
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense)
    return failure();
  // Booleans are packed in the attribute.
  if (type.getElementType().isInteger(1)) {
    Tensor tensor = uninitialized(type);
    char *out = tensor.mutableData<char>();
    for (bool value : dense.getValues<bool>())
      *out++ = value;
    return tensor;
  }
  ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat() || raw.size() == size) {
    Tensor tensor = borrow(type, raw.data());
    return isNarrowInteger(type.getElementType()) ? extended(tensor) : tensor;
  }
  Tensor tensor = uninitialized(type);
  char *out = tensor.mutableData<char>();
  size_t element = elementSize(type.getElementType());
  for (size_t i = 0; i < size; i += element)
    std::memcpy(out + i, raw.data(), element);
  return isNarrowInteger(type.getElementType()) ? extended(tensor) : tensor;
}

ElementsAttr Tensor::toAttribute() const {
  if (isNarrowInteger(getElementType())) {
    // The same bytes as an i8 tensor would have, without extension.
    Tensor bare = uninitialized(type);
    unsigned mask = (1u << getElementType().getIntOrFloatBitWidth()) - 1;
    for (int64_t i = 0, e = getNumElements(); i < e; ++i)
      bare.mutableData<uint8_t>()[i] = data<uint8_t>()[i] & mask;
    return bare.bytesToAttribute();
  }
  return bytesToAttribute();
}

ElementsAttr Tensor::bytesToAttribute() const {
  size_t size = getByteSize(), element = elementSize(getElementType());
  const char *begin = data<char>();
  if (getElementType().isInteger(1)) {
    auto values = ArrayRef(data<bool>(), getNumElements());
    return DenseElementsAttr::get(type, values);
  }
  bool isSplat = size > 0;
  for (size_t i = element; i < size && isSplat; i += element)
    isSplat = std::memcmp(begin, begin + i, element) == 0;
  if (isSplat)
    return DenseElementsAttr::getFromRawBuffer(type, ArrayRef(begin, element));
  if (size <= kInlineBytes)
    return DenseElementsAttr::getFromRawBuffer(type, ArrayRef(begin, size));
  if (!owner)
    return DenseResourceElementsAttr::get(
        type, "constant",
        HeapAsmResourceBlob::allocateAndCopyWithAlign(ArrayRef(begin, size),
                                                      kAlignment));
  return DenseResourceElementsAttr::get(
      type, "constant",
      UnmanagedAsmResourceBlob::allocateWithAlign(
          ArrayRef(begin, size), kAlignment,
          [keep = owner](void *, size_t, size_t) {}));
}
