//===- QnnDialect.cpp - dialect registration -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"

using namespace mlir;
using namespace qcc::qnn;

#include "qcc/Qnn/QnnDialect.cpp.inc"

namespace {
/// Epilogues and entry functions hold nothing that inlining could break.
struct QnnInlinerInterface : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void QnnDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "qcc/Qnn/QnnOps.cpp.inc"
      >();
  addInterfaces<QnnInlinerInterface>();
}

Operation *QnnDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || Type(elements.getShapedType()) != type)
    return nullptr;
  return ConstantOp::create(builder, loc, elements);
}

LogicalResult QnnDialect::verifyRegionResultAttribute(
    Operation *op, unsigned, unsigned result, NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (attribute.getName() != kRowsAttr || !function)
    return success();
  ArrayRef<Type> types = function.getResultTypes();
  auto type = dyn_cast<RankedTensorType>(types[result]);
  if (!type || type.getRank() == 0)
    return op->emitError() << "result " << result << " of type "
                           << types[result] << " has no rows for '" << kRowsAttr
                           << "'";
  auto count = dyn_cast<IntegerAttr>(attribute.getValue());
  auto scalar =
      RankedTensorType::get({}, IntegerType::get(op->getContext(), 64));
  if (!count || count.getValue().uge(types.size()) ||
      types[count.getInt()] != scalar)
    return op->emitError() << "'" << kRowsAttr << "' of result " << result
                           << " must be the number of a result of type "
                           << scalar << ", not " << attribute.getValue();
  return success();
}
