//===- Liveness.cpp - when the memory of a value is in use ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Liveness.h"

#include "qcc/Lower/Layout.h"

using namespace mlir;
using namespace qcc::lower;

StageLiveness::StageLiveness(func::FuncOp function) {
  int64_t next = 0;
  for (Operation &op : function.getBody().front()) {
    int64_t position = next++;
    positions[&op] = position;
    for (Value result : op.getResults())
      lastUses[result] = position;
    if (isView(&op))
      continue;
    for (Value operand : op.getOperands())
      lastUses[underlyingValue(operand)] = position;
  }
}
