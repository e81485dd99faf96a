//===- Names.cpp - what the user calls a node or a tensor -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/Names.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "qcc/Qnn/Qnn.h"

using namespace mlir;

/// The first name, depth first.
StringRef qcc::analysis::nodeName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (StringRef name = nodeName(part); !name.empty())
        return name;
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return nodeName(call.getCallee());
  return {};
}

std::string qcc::analysis::nodeName(Operation *op) {
  StringRef name = nodeName(op->getLoc());
  return (name.empty() ? op->getName().getStringRef() : name).str();
}

std::string qcc::analysis::tensorName(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function =
        dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
    StringAttr name =
        function ? function.getArgAttrOfType<StringAttr>(
                       argument.getArgNumber(), qnn::QnnDialect::kNameAttr)
                 : StringAttr();
    return name ? name.str()
                : "argument" + std::to_string(argument.getArgNumber());
  }
  Operation *op = value.getDefiningOp();
  if (auto name = op->getAttrOfType<StringAttr>(qnn::QnnDialect::kTensorAttr))
    return name.str();
  return nodeName(op);
}
