//===- ConstantEvaluation.cpp - ops on constants become constants ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"

#include "qcc/Qnn/Reference.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

FailureOr<ElementsAttr> graph::evaluateConstant(Operation *op, int64_t limit) {
  if (isa<qnn::DequantizeOp>(op) || op->getNumResults() != 1 ||
      op->getNumOperands() == 0)
    return failure();
  // A cheap look at the operands first: most ops have one that is computed.
  int64_t read = 0;
  for (Value operand : op->getOperands()) {
    ElementsAttr constant = qnn::constantValue(operand);
    if (!constant)
      return failure();
    read += constant.getNumElements();
  }
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape() ||
      type.getNumElements() > std::max(limit, read))
    return failure();
  FailureOr<SmallVector<ElementsAttr>> results = qnn::foldConstants(op);
  if (failed(results))
    return failure();
  return results->front();
}

Value graph::foldOrKeep(Operation *op, RewriterBase &rewriter) {
  FailureOr<ElementsAttr> value = evaluateConstant(op, /*limit=*/0);
  if (failed(value))
    return op->getResult(0);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  return rewriter.replaceOpWithNewOp<qnn::ConstantOp>(op, *value);
}

std::optional<SmallVector<float>> graph::floatElements(Value value) {
  ElementsAttr constant = qnn::constantValue(value);
  if (!constant || !constant.getElementType().isF32())
    return std::nullopt;
  FailureOr<qnn::Tensor> tensor = qnn::Tensor::fromAttribute(constant);
  if (failed(tensor))
    return std::nullopt;
  return SmallVector<float>(
      ArrayRef(tensor->data<float>(), tensor->getNumElements()));
}

std::optional<SmallVector<int64_t>> graph::integerElements(Value value) {
  ElementsAttr constant = qnn::constantValue(value);
  FailureOr<qnn::Tensor> tensor = constant
                                      ? qnn::Tensor::fromAttribute(constant)
                                      : FailureOr<qnn::Tensor>();
  if (failed(tensor))
    return std::nullopt;
  size_t count = tensor->getNumElements();
  if (tensor->getElementType().isSignlessInteger(64))
    return SmallVector<int64_t>(ArrayRef(tensor->data<int64_t>(), count));
  if (!tensor->getElementType().isSignlessInteger(32))
    return std::nullopt;
  ArrayRef<int32_t> narrow(tensor->data<int32_t>(), count);
  return SmallVector<int64_t>(narrow.begin(), narrow.end());
}

Value graph::makeFloats(OpBuilder &builder, Location loc,
                        ArrayRef<int64_t> shape, ArrayRef<float> values) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return qnn::ConstantOp::create(
      builder, loc, qnn::Tensor::borrow(type, values.data()).toAttribute());
}
