//===- InsertCopies.cpp - a memory of its own for each result -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Lower/Layout.h"
#include "qcc/Lower/Passes.h"

namespace qcc::lower {
#define GEN_PASS_DEF_INSERTCOPIESPASS
#include "qcc/Lower/Passes.h.inc"
} // namespace qcc::lower

using namespace mlir;
using namespace qcc;
using namespace qcc::lower;

Value lower::insertCopy(OpBuilder &builder, Location loc, Value value) {
  auto map = qnn::FusedMapOp::create(builder, loc, value.getType(),
                                     ValueRange(value), DictionaryAttr());
  OpBuilder::InsertionGuard guard(builder);
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  Block *block = builder.createBlock(&map.getEpilogue(), {}, {element}, {loc});
  qnn::YieldOp::create(builder, loc, block->getArgument(0));
  return map.getResult();
}

namespace {

/// True if code can compute `value` straight into the caller's memory: an op of
/// this function makes it, perhaps reshaped, and nobody else reads it.
bool canBeOutput(Value value) {
  while (value.hasOneUse()) {
    Operation *op = value.getDefiningOp();
    if (!op || isa<qnn::ConstantOp>(op))
      return false;
    if (!isa<qnn::ReshapeOp>(op))
      return true;
    value = op->getOperand(0);
  }
  return false;
}

struct InsertCopiesPass : lower::impl::InsertCopiesPassBase<InsertCopiesPass> {
  void runOnOperation() override {
    Operation *terminator = getOperation().getBody().front().getTerminator();
    OpBuilder builder(terminator);
    for (OpOperand &operand : terminator->getOpOperands()) {
      Value value = operand.get();
      if (canBeOutput(value))
        continue;
      Location loc =
          value.getDefiningOp() ? value.getLoc() : terminator->getLoc();
      operand.set(insertCopy(builder, loc, value));
    }
  }
};

} // namespace
