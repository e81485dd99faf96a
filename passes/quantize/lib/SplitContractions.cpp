//===- SplitContractions.cpp - two parts, two contractions ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Grids.h"

#include "qcc/Analysis/Operands.h"
#include "qcc/Quantize/Passes.h"

namespace qcc::quantize {
#define GEN_PASS_DEF_SPLITCONTRACTIONS
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::operandOfRole;
using qnn::OperandRole;

/// The sum of two dequantized tensors that `op` multiplies with dequantized
/// weights, or null.
static qnn::BinaryOp sumOfParts(qnn::QuantizableOp op) {
  OpOperand *input = operandOfRole(op, OperandRole::activation),
            *weight = operandOfRole(op, OperandRole::weight);
  if (!input || !weight || !op.isIntegerContraction() ||
      !weight->get().getDefiningOp<qnn::DequantizeOp>())
    return {};
  auto sum = input->get().getDefiningOp<qnn::BinaryOp>();
  auto isPart = [&](Value value) {
    return value.getType() == sum.getType() &&
           value.getDefiningOp<qnn::DequantizeOp>();
  };
  return sum && sum.getKind() == qnn::BinaryKind::add && isPart(sum.getLhs()) &&
                 isPart(sum.getRhs())
             ? sum
             : qnn::BinaryOp();
}

static void split(qnn::QuantizableOp op, qnn::BinaryOp sum) {
  OpBuilder builder(op);
  OpOperand *input = operandOfRole(op, OperandRole::activation);
  Operation *second = builder.clone(*op);
  second->removeAttr(qnn::QnnDialect::kTensorAttr);
  second->setOperand(input->getOperandNumber(), sum.getRhs());
  if (OpOperand *bias = operandOfRole(second, OperandRole::bias))
    second->eraseOperand(bias->getOperandNumber());
  input->set(sum.getLhs());
  builder.setInsertionPointAfter(op);
  Value result = op->getResult(0);
  auto whole =
      qnn::BinaryOp::create(builder, op.getLoc(), result.getType(),
                            qnn::BinaryKind::add, result, second->getResult(0));
  // Neither part is the ONNX tensor.
  if (Attribute name = op->removeAttr(qnn::QnnDialect::kTensorAttr))
    whole->setAttr(qnn::QnnDialect::kTensorAttr, name);
  result.replaceAllUsesExcept(whole, whole);
  if (sum.use_empty())
    sum.erase();
}

namespace {
struct SplitContractions
    : quantize::impl::SplitContractionsBase<SplitContractions> {
  using SplitContractionsBase::SplitContractionsBase;

  void runOnOperation() override {
    SmallVector<std::pair<qnn::QuantizableOp, qnn::BinaryOp>> found;
    getOperation().walk([&](qnn::QuantizableOp op) {
      if (qnn::BinaryOp sum = sumOfParts(op))
        found.emplace_back(op, sum);
    });
    for (auto [op, sum] : found)
      split(op, sum);
  }
};
} // namespace
