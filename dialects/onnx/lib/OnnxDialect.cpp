//===- OnnxDialect.cpp - the onnx dialect ---------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "qcc/Onnx/OnnxDialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "qcc/Onnx/OnnxOps.h"

using namespace mlir;
using namespace qcc::onnx;

#include "qcc/Onnx/OnnxDialect.cpp.inc"

void OnnxDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "qcc/Onnx/OnnxOps.cpp.inc"
      >();
}

/// Reports that the attribute `name` should have been `expected`.
static LogicalResult expected(Operation *op, StringAttr name,
                              const Twine &expected) {
  return op->emitOpError() << "attribute '" << name.getValue() << "' must be "
                           << expected;
}

static bool isDictionaryOf(Attribute attr,
                           llvm::function_ref<bool(Attribute)> accepts) {
  auto dictionary = dyn_cast<DictionaryAttr>(attr);
  return dictionary && llvm::all_of(dictionary, [&](NamedAttribute entry) {
           return accepts(entry.getValue());
         });
}

LogicalResult OnnxDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attr) {
  StringAttr name = attr.getName();
  Attribute value = attr.getValue();
  bool ofModel =
      llvm::is_contained({kIrVersion, kOpsetImports, kProducerName,
                          kProducerVersion, kModelDomain, kModelVersion},
                         name.getValue());
  if (ofModel && !isa<ModuleOp>(op))
    return op->emitOpError()
           << "attribute '" << name.getValue() << "' belongs on a module";
  if (llvm::is_contained({kIrVersion, kModelVersion}, name.getValue())) {
    if (!isa<IntegerAttr>(value))
      return expected(op, name, "an integer");
  } else if (llvm::is_contained(
                 {kProducerName, kProducerVersion, kModelDomain, kDocString},
                 name.getValue())) {
    if (!isa<StringAttr>(value))
      return expected(op, name, "a string");
  } else if (name == kOpsetImports) {
    if (!isDictionaryOf(
            value, [](Attribute entry) { return isa<IntegerAttr>(entry); }))
      return expected(op, name, "a dictionary of integers");
  } else if (name == kMetadata) {
    if (!isDictionaryOf(value, llvm::IsaPred<StringAttr>))
      return expected(op, name, "a dictionary of strings");
  } else if (name == kQuantizationAnnotations) {
    auto isDictionaryOfStrings = [](Attribute entry) {
      return isDictionaryOf(entry, llvm::IsaPred<StringAttr>);
    };
    if (!isDictionaryOf(value, isDictionaryOfStrings))
      return expected(op, name, "a dictionary of dictionaries of strings");
  }
  return success();
}

/// Checks the attribute of one argument or result of the type `type`.
static LogicalResult verifyValueAttribute(Operation *op, Type type,
                                          NamedAttribute attr) {
  StringAttr name = attr.getName();
  if (name == OnnxDialect::kValueName) {
    auto string = dyn_cast<StringAttr>(attr.getValue());
    if (!string || string.empty())
      return expected(op, name, "a string that is not empty [C1]");
  } else if (name == OnnxDialect::kDimParams ||
             name == OnnxDialect::kDimDenotations) {
    auto array = dyn_cast<ArrayAttr>(attr.getValue());
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!array || !tensor ||
        static_cast<int64_t>(array.size()) != tensor.getRank() ||
        !llvm::all_of(array, llvm::IsaPred<StringAttr>))
      return expected(op, name,
                      "an array of strings, one for each dimension [C3]");
  } else if (name == OnnxDialect::kDenotation ||
             name == OnnxDialect::kDocString) {
    if (!isa<StringAttr>(attr.getValue()))
      return expected(op, name, "a string");
  }
  return success();
}

LogicalResult OnnxDialect::verifyRegionArgAttribute(Operation *op,
                                                    unsigned regionIndex,
                                                    unsigned argIndex,
                                                    NamedAttribute attr) {
  return verifyValueAttribute(
      op, op->getRegion(regionIndex).getArgument(argIndex).getType(), attr);
}

LogicalResult OnnxDialect::verifyRegionResultAttribute(Operation *op,
                                                       unsigned /*regionIndex*/,
                                                       unsigned resultIndex,
                                                       NamedAttribute attr) {
  return verifyValueAttribute(
      op, cast<FunctionOpInterface>(op).getResultTypes()[resultIndex], attr);
}
