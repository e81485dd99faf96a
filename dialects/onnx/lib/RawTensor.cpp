//===- RawTensor.cpp - reads constant tensors in either form --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "qcc/Onnx/RawTensor.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "qcc/Onnx/OnnxAttributes.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace qcc::onnx;

/// Bits that one element takes in `raw_data`; 0 for elements that have no such
/// form.
static unsigned getRawBits(Type elementType) {
  if (auto complex = dyn_cast<ComplexType>(elementType))
    return 2 * getRawBits(complex.getElementType());
  if (elementType.isInteger(1))
    return 8;
  return elementType.isIntOrFloat() ? elementType.getIntOrFloatBitWidth() : 0;
}

std::optional<uint64_t> qcc::onnx::getRawByteSize(ShapedType type) {
  unsigned bits = getRawBits(type.getElementType());
  if (!bits || !type.hasStaticShape())
    return std::nullopt;
  uint64_t total = bits;
  // A zero among the dimensions makes the tensor empty, however large the
  // others are.
  if (llvm::is_contained(type.getShape(), 0))
    return 0;
  for (int64_t dim : type.getShape()) {
    bool overflowed = false;
    total = llvm::SaturatingMultiply<uint64_t>(total, dim, &overflowed);
    if (overflowed)
      return std::nullopt;
  }
  uint64_t bytes = total / 8 + (total % 8 != 0);
  return bytes > static_cast<uint64_t>(INT64_MAX) ? std::nullopt
                                                  : std::optional(bytes);
}

/// Writes element `index` of a packed tensor whose elements have `bits` bits.
static void setPacked(MutableArrayRef<char> bytes, uint64_t index,
                      unsigned bits, uint64_t value) {
  uint64_t bit = index * bits;
  for (unsigned i = 0; i < bits; ++i, ++bit)
    if ((value >> i) & 1)
      bytes[bit / 8] |= static_cast<char>(1u << (bit % 8));
}

/// Reads up to 64 bits from a packed tensor.
static uint64_t getPacked(ArrayRef<char> bytes, uint64_t index, unsigned bits) {
  uint64_t value = 0;
  if (bits % 8 == 0) {
    std::memcpy(&value, bytes.data() + index * (bits / 8), bits / 8);
    return value;
  }
  uint64_t bit = index * bits;
  for (unsigned i = 0; i < bits; ++i, ++bit)
    value |= static_cast<uint64_t>((bytes[bit / 8] >> (bit % 8)) & 1) << i;
  return value;
}

/// Lays out the elements of a dense attribute as raw data.
static void packDense(DenseElementsAttr dense, MutableArrayRef<char> bytes) {
  Type elementType = dense.getElementType();
  unsigned bits = getRawBits(elementType);
  uint64_t index = 0;
  if (isa<ComplexType>(elementType)) {
    // Dense attributes hold complex numbers as raw data does, splats once.
    ArrayRef<char> raw = dense.getRawData();
    for (uint64_t offset = 0; offset < bytes.size(); offset += raw.size())
      std::memcpy(bytes.data() + offset, raw.data(), raw.size());
  } else if (isa<FloatType>(elementType)) {
    for (APFloat value : dense.getValues<APFloat>())
      setPacked(bytes, index++, bits, value.bitcastToAPInt().getZExtValue());
  } else {
    for (APInt value : dense.getValues<APInt>())
      setPacked(bytes, index++, bits, value.getZExtValue());
  }
}

/// Spreads the values of a sparse tensor over the zeroed bytes of the dense
/// one.
static LogicalResult scatterSparse(SparseTensorAttr sparse,
                                   MutableArrayRef<char> bytes) {
  FailureOr<RawTensor> values = RawTensor::get(sparse.getValues());
  FailureOr<RawTensor> indices = RawTensor::get(sparse.getIndices());
  if (failed(values) || failed(indices))
    return failure();
  FailureOr<SmallVector<int64_t>> positions = indices->getInts();
  if (failed(positions))
    return failure();

  RankedTensorType type = sparse.getType();
  int64_t perValue = indices->getType().getRank() == 2 ? type.getRank() : 1;
  unsigned bits = getRawBits(type.getElementType());
  for (int64_t i = 0; i < values->getNumElements(); ++i) {
    int64_t linear = (*positions)[i * perValue];
    if (indices->getType().getRank() == 2) {
      linear = 0;
      for (int64_t axis = 0; axis < perValue; ++axis)
        linear =
            linear * type.getDimSize(axis) + (*positions)[i * perValue + axis];
    }
    if (linear < 0 || linear >= type.getNumElements())
      return failure();
    if (bits > 64)
      std::memcpy(bytes.data() + linear * (bits / 8),
                  values->getBytes().data() + i * (bits / 8), bits / 8);
    else
      setPacked(bytes, linear, bits, getPacked(values->getBytes(), i, bits));
  }
  return success();
}

FailureOr<RawTensor> RawTensor::get(Attribute value) {
  RawTensor result;
  if (auto sparse = dyn_cast_if_present<SparseTensorAttr>(value))
    result.type = sparse.getType();
  else if (isa_and_present<DenseIntOrFPElementsAttr, DenseResourceElementsAttr>(
               value))
    result.type = cast<ElementsAttr>(value).getShapedType();
  else
    return failure();
  std::optional<uint64_t> size = getRawByteSize(result.type);
  if (!size)
    return failure();

  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != *size)
      return failure();
    result.view = blob->getData();
    return result;
  }
  if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    bool sameLayout = !dense.isSplat() &&
                      dense.getElementType().isIntOrFloat() &&
                      dense.getElementType().getIntOrFloatBitWidth() % 8 == 0;
    if (sameLayout) {
      result.view = dense.getRawData();
      return result;
    }
    result.storage.resize(*size);
    packDense(dense, result.storage);
    return result;
  }
  result.storage.resize(*size);
  if (failed(scatterSparse(cast<SparseTensorAttr>(value), result.storage)))
    return failure();
  return result;
}

FailureOr<SmallVector<int64_t>> RawTensor::getInts() const {
  auto integer = dyn_cast<IntegerType>(getElementType());
  if (!integer)
    return failure();
  unsigned bits = getRawBits(integer);
  SmallVector<int64_t> result(getNumElements());
  for (auto [index, element] : llvm::enumerate(result)) {
    uint64_t value = getPacked(getBytes(), index, bits);
    bool isSigned = !integer.isUnsigned() && integer.getWidth() > 1;
    element = isSigned ? llvm::SignExtend64(value, bits)
                       : static_cast<int64_t>(value);
  }
  return result;
}

FailureOr<SmallVector<double>> RawTensor::getDoubles() const {
  SmallVector<double> result;
  if (auto floatType = dyn_cast<FloatType>(getElementType())) {
    unsigned bits = getRawBits(floatType);
    result.resize(getNumElements());
    for (auto [index, element] : llvm::enumerate(result)) {
      APFloat value(floatType.getFloatSemantics(),
                    APInt(bits, getPacked(getBytes(), index, bits)));
      bool losesInfo = false;
      value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
      element = value.convertToDouble();
    }
    return result;
  }
  FailureOr<SmallVector<int64_t>> ints = getInts();
  if (failed(ints))
    return failure();
  bool wraps = getElementType().isUnsignedInteger(64);
  for (int64_t value : *ints)
    result.push_back(wraps ? static_cast<double>(static_cast<uint64_t>(value))
                           : static_cast<double>(value));
  return result;
}
