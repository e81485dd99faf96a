//===- OnnxTypes.cpp - types of the onnx dialect --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "qcc/Onnx/OnnxTypes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc::onnx;

#define GET_TYPEDEF_CLASSES
#include "qcc/Onnx/OnnxTypes.cpp.inc"

void OnnxDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "qcc/Onnx/OnnxTypes.cpp.inc"
      >();
}

bool qcc::onnx::isPresentValueType(Type type) {
  return isa<TensorType, SequenceType, OptionalType, MapType, SparseTensorType,
             qcc::onnx::OpaqueType, UnknownType>(type);
}

bool qcc::onnx::isValueType(Type type) {
  return isPresentValueType(type) || isa<qcc::onnx::NoneType>(type);
}

LogicalResult
SequenceType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     Type elementType) {
  if (!isPresentValueType(elementType))
    return emitError() << "sequence cannot have elements of type "
                       << elementType << " [C1]";
  return success();
}

LogicalResult
OptionalType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     Type elementType) {
  if (!isPresentValueType(elementType))
    return emitError() << "optional cannot have an element of type "
                       << elementType << " [C1]";
  return success();
}

LogicalResult
MapType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                Type keyType, Type valueType) {
  auto integer = dyn_cast<IntegerType>(keyType);
  bool goodKey =
      integer ? llvm::is_contained({8u, 16u, 32u, 64u}, integer.getWidth())
              : isa<StringType>(keyType);
  if (!goodKey)
    return emitError() << "map cannot have keys of type " << keyType << " [C1]";
  if (!isPresentValueType(valueType))
    return emitError() << "map cannot have values of type " << valueType
                       << " [C2]";
  return success();
}

LogicalResult qcc::onnx::OpaqueType::verify(
    llvm::function_ref<InFlightDiagnostic()> emitError, StringRef /*domain*/,
    StringRef name) {
  if (name.empty())
    return emitError() << "opaque type needs a name [C1]";
  return success();
}
