//===- PropagateQdq.cpp - round again after ops that move numbers ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Grids.h"

#include "qcc/Quantize/Passes.h"

namespace qcc::quantize {
#define GEN_PASS_DEF_PROPAGATEQDQ
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;

/// The grid that the op was given all its numbers on, seen from its result;
/// null if it was given none, or several.
static qnn::DequantizeOp commonGrid(qnn::QuantizableOp op,
                                    qnn::SchemeAttr &resultScheme) {
  qnn::DequantizeOp first;
  for (OpOperand &use : op->getOpOperands()) {
    if (op.getOperandRole(use.getOperandNumber()) !=
        qnn::OperandRole::activation)
      continue;
    auto dequantize = use.get().getDefiningOp<qnn::DequantizeOp>();
    if (!dequantize || (first && !haveSameParameters(first, dequantize)))
      return {};
    qnn::SchemeAttr scheme = dequantize.getScheme();
    if (!scheme.isPerTensor()) {
      int64_t axis =
          op.mapAxisToResult(use.getOperandNumber(), scheme.getAxis());
      if (!scheme.isPerAxis() || axis < 0)
        return {};
      scheme = scheme.withAxis(axis);
    }
    first = dequantize;
    resultScheme = scheme;
  }
  return first;
}

namespace {
struct PropagateQdq : quantize::impl::PropagateQdqBase<PropagateQdq> {
  using PropagateQdqBase::PropagateQdqBase;

  void runOnOperation() override {
    OpBuilder builder(&getContext());
    // In program order, so that a chain of moves is followed to its end.
    getOperation().walk([&](qnn::QuantizableOp op) {
      if (!op.isQuantizationTransparent())
        return;
      qnn::SchemeAttr scheme;
      qnn::DequantizeOp grid = commonGrid(op, scheme);
      auto isRounded = [&](Operation *user) {
        auto quantize = dyn_cast<qnn::QuantizeOp>(user);
        return quantize &&
               quantize.getScheme().getStorage() == scheme.getStorage();
      };
      if (!grid || llvm::all_of(op->getUsers(), isRounded))
        return;
      Value result = op->getResult(0);
      auto type = cast<RankedTensorType>(result.getType());
      builder.setInsertionPointAfter(op);
      auto quantize = qnn::QuantizeOp::create(
          builder, op.getLoc(), type.clone(scheme.getStorage()), result,
          grid.getScale(), grid.getZeroPoint(), scheme);
      if (Attribute name = op->getAttr(qnn::QnnDialect::kTensorAttr))
        quantize->setAttr(qnn::QnnDialect::kTensorAttr, name);
      auto dequantize = qnn::DequantizeOp::create(builder, op.getLoc(), type,
                                                  quantize, grid.getScale(),
                                                  grid.getZeroPoint(), scheme);
      result.replaceAllUsesExcept(dequantize, quantize);
    });
  }
};
} // namespace
