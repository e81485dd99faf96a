//===- OnnxAttributes.cpp - attributes of the onnx dialect ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "qcc/Onnx/OnnxAttributes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc::onnx;

#include "qcc/Onnx/OnnxEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "qcc/Onnx/OnnxAttributes.cpp.inc"

void OnnxDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "qcc/Onnx/OnnxAttributes.cpp.inc"
      >();
}

LogicalResult
SparseTensorAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                         ElementsAttr values, ElementsAttr indices,
                         RankedTensorType type) {
  ShapedType valuesType = values.getShapedType();
  if (valuesType.getRank() != 1 ||
      valuesType.getElementType() != type.getElementType())
    return emitError()
           << "values of a sparse tensor must have rank 1 and element type "
           << type.getElementType() << ", not " << valuesType << " [C1]";
  ShapedType indicesType = indices.getShapedType();
  bool shapeFits = indicesType.getRank() >= 1 && indicesType.getRank() <= 2 &&
                   indicesType.getDimSize(0) == valuesType.getDimSize(0) &&
                   (indicesType.getRank() == 1 ||
                    indicesType.getDimSize(1) == type.getRank());
  if (!shapeFits || !indicesType.getElementType().isSignlessInteger(64))
    return emitError() << "indices of a sparse tensor must be int64, one or "
                          "one row for each value, not "
                       << indicesType << " [C2]";
  if (!type.hasStaticShape())
    return emitError() << "sparse tensor must have a static shape, not " << type
                       << " [C3]";
  return success();
}

LogicalResult
AttributeRefAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                         StringRef name, AttributeKind /*kind*/) {
  if (name.empty())
    return emitError() << "reference to an attribute needs its name [C1]";
  return success();
}
