//===- Types.cpp - ONNX types as types of the onnx dialect --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Types.h"

#include "mlir/IR/Builders.h"
#include "qcc/Onnx/OnnxTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcc::importer;

Type qcc::importer::convertElementType(int32_t dataType, MLIRContext *context) {
  auto signless = [&](unsigned width) {
    return IntegerType::get(context, width);
  };
  auto unsignedInt = [&](unsigned width) {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  switch (dataType) {
  case pb::TensorProto::FLOAT:
    return Float32Type::get(context);
  case pb::TensorProto::UINT8:
    return unsignedInt(8);
  case pb::TensorProto::INT8:
    return signless(8);
  case pb::TensorProto::UINT16:
    return unsignedInt(16);
  case pb::TensorProto::INT16:
    return signless(16);
  case pb::TensorProto::INT32:
    return signless(32);
  case pb::TensorProto::INT64:
    return signless(64);
  case pb::TensorProto::STRING:
    return qcc::onnx::StringType::get(context);
  case pb::TensorProto::BOOL:
    return signless(1);
  case pb::TensorProto::FLOAT16:
    return Float16Type::get(context);
  case pb::TensorProto::DOUBLE:
    return Float64Type::get(context);
  case pb::TensorProto::UINT32:
    return unsignedInt(32);
  case pb::TensorProto::UINT64:
    return unsignedInt(64);
  case pb::TensorProto::COMPLEX64:
    return ComplexType::get(Float32Type::get(context));
  case pb::TensorProto::COMPLEX128:
    return ComplexType::get(Float64Type::get(context));
  case pb::TensorProto::BFLOAT16:
    return BFloat16Type::get(context);
  case pb::TensorProto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case pb::TensorProto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case pb::TensorProto::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case pb::TensorProto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case pb::TensorProto::UINT4:
    return unsignedInt(4);
  case pb::TensorProto::INT4:
    return signless(4);
  case pb::TensorProto::FLOAT4E2M1:
    return Float4E2M1FNType::get(context);
  case pb::TensorProto::FLOAT8E8M0:
    return Float8E8M0FNUType::get(context);
  case pb::TensorProto::UINT2:
    return unsignedInt(2);
  case pb::TensorProto::INT2:
    return signless(2);
  case pb::TensorProto::FLOAT6E2M3:
    return Float6E2M3FNType::get(context);
  case pb::TensorProto::FLOAT6E3M2:
    return Float6E3M2FNType::get(context);
  default:
    return {};
  }
}

RankedTensorType qcc::importer::makeTensorType(ArrayRef<int64_t> shape,
                                               Type elementType,
                                               ReportFn report) {
  // No element of ONNX takes more than 16 bytes.
  uint64_t bytes = 16;
  bool overflowed = false, anyOverflowed = false, empty = false;
  for (int64_t dim : shape) {
    if (ShapedType::isDynamic(dim))
      continue;
    if (dim < 0) {
      report("dimension " + Twine(dim) + " is negative");
      return {};
    }
    empty |= dim == 0;
    bytes = llvm::SaturatingMultiply<uint64_t>(bytes, dim, &overflowed);
    anyOverflowed |= overflowed || bytes > INT64_MAX;
  }
  if (anyOverflowed && !empty) {
    std::string text;
    for (int64_t dim : shape)
      text +=
          (text.empty() ? "" : "x") +
          (ShapedType::isDynamic(dim) ? std::string("?") : std::to_string(dim));
    report("a tensor of the shape " + text + " is too large");
    return {};
  }
  return RankedTensorType::get(shape, elementType);
}

/// Tensor types and those of sparse tensors have the same two fields.
template <typename TensorT>
static Type convertTensorType(const TensorT &type, MLIRContext *context,
                              ReportFn report) {
  if (type.elem_type() == pb::TensorProto::UNDEFINED)
    return qcc::onnx::UnknownType::get(context);
  Type elementType = convertElementType(type.elem_type(), context);
  if (!elementType) {
    report("element type " + Twine(type.elem_type()) + " is not known");
    return {};
  }
  if (!type.has_shape())
    return UnrankedTensorType::get(elementType);
  SmallVector<int64_t> shape;
  for (const auto &dim : type.shape().dim()) {
    // Some exporters (PaddlePaddle's) write -1 for a dimension that they do not
    // know, as ONNX Runtime reads it. The value that MLIR takes for a dynamic
    // dimension is another negative one: it must not pass for that.
    bool isKnown = dim.has_dim_value() && dim.dim_value() != -1;
    if (isKnown && dim.dim_value() < 0) {
      report("dimension " + Twine(dim.dim_value()) + " is negative");
      return {};
    }
    shape.push_back(isKnown ? dim.dim_value() : ShapedType::kDynamic);
  }
  return makeTensorType(shape, elementType, report);
}

Type qcc::importer::convertType(const pb::TypeProto &type, MLIRContext *context,
                                ReportFn report) {
  switch (type.value_case()) {
  case pb::TypeProto::kTensorType:
    return convertTensorType(type.tensor_type(), context, report);
  case pb::TypeProto::kSparseTensorType: {
    Type dense = convertTensorType(type.sparse_tensor_type(), context, report);
    auto tensor = dyn_cast_if_present<TensorType>(dense);
    return tensor ? qcc::onnx::SparseTensorType::get(context, tensor) : dense;
  }
  case pb::TypeProto::kSequenceType: {
    Type element =
        convertType(type.sequence_type().elem_type(), context, report);
    return element ? qcc::onnx::SequenceType::get(context, element) : Type();
  }
  case pb::TypeProto::kOptionalType: {
    Type element =
        convertType(type.optional_type().elem_type(), context, report);
    return element ? qcc::onnx::OptionalType::get(context, element) : Type();
  }
  case pb::TypeProto::kMapType: {
    Type key = convertElementType(type.map_type().key_type(), context);
    Type value = convertType(type.map_type().value_type(), context, report);
    if (!value)
      return {};
    auto integer = dyn_cast_if_present<IntegerType>(key);
    bool goodKey = isa_and_present<qcc::onnx::StringType>(key) ||
                   (integer && integer.getWidth() >= 8);
    if (!goodKey) {
      report("a map cannot have keys of the type " +
             Twine(type.map_type().key_type()));
      return {};
    }
    return qcc::onnx::MapType::get(context, key, value);
  }
  case pb::TypeProto::kOpaqueType:
    if (type.opaque_type().name().empty()) {
      report("an opaque type has no name");
      return {};
    }
    return qcc::onnx::OpaqueType::get(context, type.opaque_type().domain(),
                                      type.opaque_type().name());
  case pb::TypeProto::VALUE_NOT_SET:
    return qcc::onnx::UnknownType::get(context);
  }
  report("the kind of a type is not known");
  return {};
}

/// Strings taken from the dimensions of a tensor type; null if all are empty.
static ArrayAttr collectFromDims(
    const pb::TypeProto &type, MLIRContext *context,
    llvm::function_ref<StringRef(const pb::TensorShapeProto::Dimension &)>
        get) {
  if (!type.has_tensor_type() || !type.tensor_type().has_shape() ||
      type.tensor_type().elem_type() == pb::TensorProto::UNDEFINED)
    return {};
  SmallVector<StringRef> strings;
  for (const auto &dim : type.tensor_type().shape().dim())
    strings.push_back(get(dim));
  if (llvm::all_of(strings, [](StringRef string) { return string.empty(); }))
    return {};
  return Builder(context).getStrArrayAttr(strings);
}

ArrayAttr qcc::importer::getDimParams(const pb::TypeProto &type,
                                      MLIRContext *context) {
  return collectFromDims(type, context, [](const auto &dim) -> StringRef {
    return dim.dim_param();
  });
}

ArrayAttr qcc::importer::getDimDenotations(const pb::TypeProto &type,
                                           MLIRContext *context) {
  return collectFromDims(type, context, [](const auto &dim) -> StringRef {
    return dim.denotation();
  });
}
