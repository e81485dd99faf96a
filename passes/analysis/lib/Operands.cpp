//===- Operands.cpp - what an op reads ------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/Operands.h"

using namespace mlir;
using namespace qcc;

OpOperand *qcc::analysis::operandOfRole(Operation *op, qnn::OperandRole role) {
  auto quantizable = dyn_cast<qnn::QuantizableOp>(op);
  if (!quantizable)
    return nullptr;
  for (OpOperand &operand : op->getOpOperands())
    if (quantizable.getOperandRole(operand.getOperandNumber()) == role)
      return &operand;
  return nullptr;
}

bool qcc::analysis::isTransparent(Operation *op) {
  auto quantizable = dyn_cast_or_null<qnn::QuantizableOp>(op);
  return quantizable && quantizable.isQuantizationTransparent();
}
