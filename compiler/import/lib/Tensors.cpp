//===- Tensors.cpp - constant tensors as attributes ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tensors.h"

#include "Types.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "qcc/Onnx/OnnxTypes.h"
#include "qcc/Onnx/RawTensor.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace qcc::importer;

/// Alignment that programs may expect of the data of a tensor.
static uint64_t getAlignment(Type elementType) {
  if (auto complex = dyn_cast<ComplexType>(elementType))
    elementType = complex.getElementType();
  return std::max<uint64_t>(elementType.getIntOrFloatBitWidth() / 8, 1);
}

//===----------------------------------------------------------------------===//
// Typed fields
//===----------------------------------------------------------------------===//

/// Checks that a typed field has as many entries as the tensor needs.
static LogicalResult checkCount(StringRef field, uint64_t found,
                                uint64_t expected, ReportFn report) {
  if (found == expected)
    return success();
  report(field + " has " + Twine(found) + " values, but the shape asks for " +
         Twine(expected));
  return failure();
}

/// Copies values of the type `FromT` as `ToT`. A value must survive, or, as
/// signed and unsigned are mixed in files, have no bits but those of `ToT`.
template <typename ToT, typename FromT>
static LogicalResult narrow(const FromT *values, uint64_t count, char *out,
                            StringRef field, ReportFn report) {
  for (uint64_t i = 0; i < count; ++i) {
    auto narrowed = static_cast<ToT>(values[i]);
    using UnsignedT = std::make_unsigned_t<ToT>;
    bool survives =
        static_cast<FromT>(narrowed) == values[i] ||
        static_cast<FromT>(static_cast<UnsignedT>(narrowed)) == values[i];
    if (!survives) {
      report("value " + Twine(i) + " of " + field + ", " + Twine(values[i]) +
             ", does not fit into " + Twine(8 * sizeof(ToT)) + " bits");
      return failure();
    }
    std::memcpy(out + i * sizeof(ToT), &narrowed, sizeof(ToT));
  }
  return success();
}

/// Writes `int32_data` in elements of the tensor's own width. Of 4-bit and
/// 2-bit elements each entry holds a byte.
static LogicalResult copyInt32Data(const pb::TensorProto &tensor,
                                   uint64_t elementBytes,
                                   MutableArrayRef<char> out, ReportFn report) {
  uint64_t count = tensor.int32_data_size();
  if (failed(
          checkCount("int32_data", count, out.size() / elementBytes, report)))
    return failure();
  const int32_t *values = tensor.int32_data().data();
  switch (elementBytes) {
  case 1:
    return narrow<int8_t>(values, count, out.data(), "int32_data", report);
  case 2:
    return narrow<int16_t>(values, count, out.data(), "int32_data", report);
  default:
    return narrow<int32_t>(values, count, out.data(), "int32_data", report);
  }
}

/// Packs 6-bit elements, one for each entry, as raw data has them.
static LogicalResult packInt32Data(const pb::TensorProto &tensor,
                                   uint64_t numElements,
                                   MutableArrayRef<char> out, ReportFn report) {
  if (failed(checkCount("int32_data", tensor.int32_data_size(), numElements,
                        report)))
    return failure();
  llvm::fill(out, 0);
  for (uint64_t i = 0; i < numElements; ++i) {
    int32_t value = tensor.int32_data(static_cast<int>(i));
    if (value < 0 || value > 0x3f) {
      report("value " + Twine(i) + " of int32_data, " + Twine(value) +
             ", does not fit into 6 bits");
      return failure();
    }
    for (uint64_t bit = 0; bit < 6; ++bit)
      if ((value >> bit) & 1)
        out[(6 * i + bit) / 8] |= static_cast<char>(1 << (6 * i + bit) % 8);
  }
  return success();
}

/// Copies a field whose entries are stored as raw data is.
template <typename T>
static LogicalResult copyField(const google::protobuf::RepeatedField<T> &values,
                               MutableArrayRef<char> out, StringRef field,
                               ReportFn report) {
  if (failed(checkCount(field, values.size(), out.size() / sizeof(T), report)))
    return failure();
  std::memcpy(out.data(), values.data(), out.size());
  return success();
}

/// Writes the data of a tensor that is in the message.
static LogicalResult copyEmbedded(const pb::TensorProto &tensor,
                                  RankedTensorType type,
                                  MutableArrayRef<char> out, ReportFn report) {
  if (tensor.has_raw_data()) {
    if (tensor.raw_data().size() != out.size()) {
      report("raw_data has " + Twine(tensor.raw_data().size()) +
             " bytes, but the shape and type ask for " + Twine(out.size()));
      return failure();
    }
    std::memcpy(out.data(), tensor.raw_data().data(), out.size());
    return success();
  }
  if (out.empty())
    return success();
  switch (tensor.data_type()) {
  case pb::TensorProto::FLOAT:
  case pb::TensorProto::COMPLEX64:
    return copyField(tensor.float_data(), out, "float_data", report);
  case pb::TensorProto::DOUBLE:
  case pb::TensorProto::COMPLEX128:
    return copyField(tensor.double_data(), out, "double_data", report);
  case pb::TensorProto::INT64:
    return copyField(tensor.int64_data(), out, "int64_data", report);
  case pb::TensorProto::UINT64:
    return copyField(tensor.uint64_data(), out, "uint64_data", report);
  case pb::TensorProto::UINT32:
    if (failed(checkCount("uint64_data", tensor.uint64_data_size(),
                          out.size() / sizeof(uint32_t), report)))
      return failure();
    return narrow<uint32_t>(tensor.uint64_data().data(),
                            tensor.uint64_data_size(), out.data(),
                            "uint64_data", report);
  case pb::TensorProto::FLOAT6E2M3:
  case pb::TensorProto::FLOAT6E3M2:
    return packInt32Data(tensor, type.getNumElements(), out, report);
  default:
    return copyInt32Data(tensor, getAlignment(type.getElementType()), out,
                         report);
  }
}

//===----------------------------------------------------------------------===//
// TensorImporter
//===----------------------------------------------------------------------===//

FailureOr<AsmResourceBlob>
TensorImporter::openExternal(const pb::TensorProto &tensor, uint64_t numBytes,
                             uint64_t alignment, ReportFn report) {
  StringRef location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
  for (const pb::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef value = entry.value();
    if (entry.key() == "location") {
      location = value;
    } else if (entry.key() == "offset" || entry.key() == "length") {
      uint64_t number = 0;
      if (value.getAsInteger(10, number)) {
        report("the " + entry.key() + " of its external data, '" + value +
               "', is not a number");
        return failure();
      }
      if (entry.key() == "offset")
        offset = number;
      else
        length = number;
    }
  }
  if (location.empty()) {
    report("its external data has no location");
    return failure();
  }
  if (length && *length != numBytes) {
    report("its external data has " + Twine(*length) +
           " bytes, but the shape and type ask for " + Twine(numBytes));
    return failure();
  }
  std::shared_ptr<MappedFile> &data = externalFiles[location];
  if (!data) {
    FailureOr<std::shared_ptr<MappedFile>> opened =
        openExternalData(modelDir, location, report);
    if (failed(opened))
      return failure();
    data = *opened;
  }
  if (offset > data->size() || numBytes > data->size() - offset) {
    report("its external data, " + Twine(numBytes) + " bytes from byte " +
           Twine(offset) + ", is not all in '" + location + "', which has " +
           Twine(data->size()) + " bytes");
    return failure();
  }
  return data->getBlob(offset, numBytes, alignment, report);
}

FailureOr<AsmResourceBlob>
TensorImporter::getData(const pb::TensorProto &tensor, RankedTensorType type,
                        ReportFn report) {
  std::optional<uint64_t> numBytes = qcc::onnx::getRawByteSize(type);
  assert(numBytes && "makeTensorType refuses larger tensors");
  uint64_t alignment = getAlignment(type.getElementType());
  if (tensor.data_location() == pb::TensorProto::EXTERNAL)
    return openExternal(tensor, *numBytes, alignment, report);
  if (tensor.has_segment()) {
    const Payload &payload = payloads[tensor.segment().begin()];
    if (payload.length != *numBytes) {
      report("its data has " + Twine(payload.length) +
             " bytes, but the shape and type ask for " + Twine(*numBytes));
      return failure();
    }
    return file->getBlob(payload.offset, payload.length, alignment, report);
  }
  FailureOr<AsmResourceBlob> blob = allocateBlob(*numBytes, alignment, report);
  if (failed(blob) ||
      failed(copyEmbedded(tensor, type, blob->getMutableData(), report)))
    return failure();
  return blob;
}

ElementsAttr TensorImporter::convertStrings(const pb::TensorProto &tensor,
                                            RankedTensorType type,
                                            ReportFn report) {
  if (tensor.data_location() == pb::TensorProto::EXTERNAL) {
    report("strings cannot be external data");
    return {};
  }
  if (failed(checkCount("string_data", tensor.string_data_size(),
                        type.getNumElements(), report)))
    return {};
  SmallVector<StringRef> strings(tensor.string_data().begin(),
                                 tensor.string_data().end());
  return DenseStringElementsAttr::get(type, strings);
}

ElementsAttr TensorImporter::makeAttribute(RankedTensorType type,
                                           StringRef name,
                                           AsmResourceBlob blob) {
  Type elementType = type.getElementType();
  // Narrower elements are not stored in `dense` as they are in raw data.
  bool canInline = elementType.isIntOrFloat() &&
                   (elementType.isInteger(1) ||
                    elementType.getIntOrFloatBitWidth() % 8 == 0);
  if (!canInline || type.getNumElements() > maxInlineElements)
    return DenseResourceElementsAttr::get(
        type, name.empty() ? StringRef("constant") : name, std::move(blob));
  if (elementType.isInteger(1)) {
    SmallVector<bool> values;
    for (char value : blob.getData())
      values.push_back(value != 0);
    return DenseElementsAttr::get(type, ArrayRef<bool>(values));
  }
  return DenseElementsAttr::getFromRawBuffer(type, blob.getData());
}

ElementsAttr TensorImporter::convert(pb::TensorProto &tensor, StringRef name,
                                     ReportFn report) {
  Type elementType = convertElementType(tensor.data_type(), context);
  if (!elementType) {
    report("element type " + Twine(tensor.data_type()) + " is not known");
    return {};
  }
  ArrayRef<int64_t> dims(tensor.dims().data(), tensor.dims().size());
  if (tensor.has_segment())
    dims = payloads[tensor.segment().begin()].dims;
  // makeTensorType takes this one for a dynamic dimension.
  if (llvm::is_contained(dims, ShapedType::kDynamic)) {
    report("dimension " + Twine(ShapedType::kDynamic) + " is negative");
    return {};
  }
  RankedTensorType type = makeTensorType(dims, elementType, report);
  if (!type)
    return {};
  if (isa<qcc::onnx::StringType>(elementType)) {
    if (tensor.has_segment()) {
      report("strings cannot be raw data");
      return {};
    }
    return convertStrings(tensor, type, report);
  }
  FailureOr<AsmResourceBlob> blob = getData(tensor, type, report);
  if (failed(blob))
    return {};
  // The attribute has its own copy: keep no second one until the end.
  tensor.clear_raw_data();
  tensor.clear_float_data();
  tensor.clear_int32_data();
  tensor.clear_int64_data();
  tensor.clear_double_data();
  tensor.clear_uint64_data();
  return makeAttribute(type, name, std::move(*blob));
}

qcc::onnx::SparseTensorAttr
TensorImporter::convert(pb::SparseTensorProto &tensor, StringRef name,
                        ReportFn report) {
  // Only tensors that the skeleton replaced may have a segment, and it leaves
  // sparse ones alone.
  if (tensor.values().has_segment() || tensor.indices().has_segment()) {
    report("segments of tensors are not supported");
    return {};
  }
  Type elementType = convertElementType(tensor.values().data_type(), context);
  ArrayRef<int64_t> dims(tensor.dims().data(), tensor.dims().size());
  if (!elementType || llvm::is_contained(dims, ShapedType::kDynamic)) {
    report("the type of the sparse tensor is not valid");
    return {};
  }
  RankedTensorType type = makeTensorType(dims, elementType, report);
  if (!type)
    return {};
  ElementsAttr values =
      convert(*tensor.mutable_values(), (name + ".values").str(), report);
  if (!values)
    return {};
  ElementsAttr indices;
  if (tensor.has_indices()) {
    indices =
        convert(*tensor.mutable_indices(), (name + ".indices").str(), report);
  } else {
    // A tensor without any value need not say where they are.
    auto none = RankedTensorType::get({0}, IntegerType::get(context, 64));
    indices = DenseElementsAttr::get(none, ArrayRef<int64_t>());
  }
  if (!indices)
    return {};
  std::string problem;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    problem = diagnostic.str();
    return success();
  });
  auto emitError = [&] { return mlir::emitError(UnknownLoc::get(context)); };
  auto result = qcc::onnx::SparseTensorAttr::getChecked(emitError, context,
                                                        values, indices, type);
  if (!result)
    report(problem);
  return result;
}
