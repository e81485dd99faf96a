//===- QnnOps.cpp - generated op definitions -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace qcc::qnn;

#include "qcc/Qnn/QnnInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "qcc/Qnn/QnnOps.cpp.inc"

ElementsAttr qcc::qnn::constantValue(Value value) {
  auto op = value.getDefiningOp<ConstantOp>();
  return op ? op.getValue() : ElementsAttr();
}

int64_t RoundOp::getLow() {
  if (std::optional<uint32_t> lo = getLo())
    return static_cast<int32_t>(*lo);
  return SchemeAttr::perTensor(getElementTypeOrSelf(getResult().getType()))
      .getMin();
}

int64_t RoundOp::getHigh() {
  if (std::optional<uint32_t> hi = getHi())
    return static_cast<int32_t>(*hi);
  return SchemeAttr::perTensor(getElementTypeOrSelf(getResult().getType()))
      .getMax();
}
