//===- Signature.cpp - the entry function as people call it -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Signature.h"

#include "qcc/Qnn/DType.h"
#include "qcc/Qnn/Qnn.h"

using namespace mlir;
using namespace qcc::driver;

/// Name, type and shape of an argument or result.
static FailureOr<qcc::package::Value> describe(Type type,
                                               DictionaryAttr attributes,
                                               StringRef otherwise,
                                               Location location) {
  auto tensor = cast<RankedTensorType>(type);
  if (!tensor.hasStaticShape()) {
    emitError(location) << otherwise << " of type " << tensor
                        << " must have a static shape; give one with -shape=";
    return failure();
  }
  std::optional<qcc_dtype> dtype = qcc::qnn::dtypeOf(tensor.getElementType());
  if (!dtype)
    return emitError(location)
           << "inputs and outputs of type " << tensor.getElementType()
           << " are not supported";
  qcc::package::Value value;
  StringAttr name =
      attributes ? attributes.getAs<StringAttr>(qcc::qnn::QnnDialect::kNameAttr)
                 : StringAttr();
  value.name = name ? name.str() : otherwise.str();
  value.dtype = *dtype;
  value.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
  return value;
}

LogicalResult qcc::driver::describeSignature(func::FuncOp entry,
                                             package::Model &model) {
  FunctionType type = entry.getFunctionType();
  for (auto [i, input] : llvm::enumerate(type.getInputs())) {
    FailureOr<package::Value> value =
        describe(input, entry.getArgAttrDict(i), "input" + std::to_string(i),
                 entry.getLoc());
    if (failed(value))
      return failure();
    model.inputs.push_back(*value);
  }
  for (auto [i, result] : llvm::enumerate(type.getResults())) {
    FailureOr<package::Value> value =
        describe(result, entry.getResultAttrDict(i),
                 "output" + std::to_string(i), entry.getLoc());
    if (failed(value))
      return failure();
    if (auto rows = entry.getResultAttrOfType<IntegerAttr>(
            i, qcc::qnn::QnnDialect::kRowsAttr))
      value->rows = rows.getInt();
    model.outputs.push_back(*value);
  }
  return success();
}
