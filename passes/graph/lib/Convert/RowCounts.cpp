//===- RowCounts.cpp - dimensions that are known at run time --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RowCounts.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

LogicalResult RowCounts::propagate(Operation *op) {
  std::optional<Rows> result;
  auto rowwise = dyn_cast<qnn::RowwiseOp>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    std::optional<Rows> rows = lookup(operand.get());
    if (!rows)
      continue;
    if (!rowwise)
      return failure();
    int64_t axis =
        rowwise.mapRowsToResult(operand.getOperandNumber(), rows->axis);
    if (axis < 0 ||
        (result && (result->axis != axis || result->count != rows->count)))
      return failure();
    result = {axis, rows->count};
  }
  if (!result)
    return success();
  // An operand with a row for each that there can be would be cut off without
  // a word. Constants of that form are made by conversions.
  for (OpOperand &operand : op->getOpOperands()) {
    if (lookup(operand.get()) || qnn::constantValue(operand.get()))
      continue;
    auto type = cast<RankedTensorType>(operand.get().getType());
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (type.getDimSize(axis) != 1 &&
          rowwise.mapRowsToResult(operand.getOperandNumber(), axis) ==
              result->axis)
        return failure();
  }
  set(op->getResult(0), *result);
  return success();
}
