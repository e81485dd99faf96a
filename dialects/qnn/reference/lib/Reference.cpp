//===- Reference.cpp - what every op computes -----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Reference.h"

#include "Evaluate.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc::qnn;

/// Static shapes, element types that tensors can have, operands as typed.
static LogicalResult checkTypes(Operation *op, Operands operands) {
  auto check = [&](Value value) -> LogicalResult {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape())
      return op->emitError() << "cannot evaluate " << value.getType()
                             << ", the shape must be static";
    if (Tensor::elementSize(type.getElementType()) == 0)
      return op->emitError()
             << "cannot evaluate elements of type " << type.getElementType();
    return success();
  };
  for (Value value : op->getOperands())
    if (failed(check(value)))
      return failure();
  for (Value value : op->getResults())
    if (failed(check(value)))
      return failure();
  assert(operands.size() == op->getNumOperands() && "one tensor per operand");
  for (auto [tensor, value] : llvm::zip_equal(operands, op->getOperands())) {
    if (tensor->getType().getShape() != typeOf(value).getShape() ||
        tensor->getElementType() != typeOf(value).getElementType())
      return op->emitError() << "operand is " << tensor->getType()
                             << ", the op expects " << value.getType();
  }
  return success();
}

FailureOr<SmallVector<Tensor>> qcc::qnn::evaluate(Operation *op,
                                                  Operands operands) {
  if (failed(checkTypes(op, operands)))
    return failure();
  auto single = [&](auto typed) -> FailureOr<SmallVector<Tensor>> {
    Evaluated result = evaluateOp(typed, operands);
    if (failed(result))
      return failure();
    return SmallVector<Tensor>{*result};
  };
  return TypeSwitch<Operation *, FailureOr<SmallVector<Tensor>>>(op)
      .Case([&](ConstantOp constant) -> FailureOr<SmallVector<Tensor>> {
        FailureOr<Tensor> value = Tensor::fromAttribute(constant.getValue());
        if (failed(value))
          return op->emitError("the data of this constant is not available");
        return SmallVector<Tensor>{*value};
      })
      .Case<UnaryOp, ClampOp, BinaryOp, SelectOp, CastOp, ConvOp,
            ConvTransposeOp, LinearOp, MatmulOp, PoolOp, ReduceOp, ArgReduceOp,
            SoftmaxOp, LayerNormOp, TransposeOp, ReshapeOp, BroadcastOp,
            ConcatOp, SliceOp, PadOp, TileOp, GatherOp, TopKOp, ScatterOp,
            RoiAlignOp, NmsOp, CompactOp, QuantizeOp, DequantizeOp, FusedConvOp,
            FusedMatmulOp, FusedPoolOp, FusedMapOp>(single)
      .Case([](ObserveOp) { return SmallVector<Tensor>(); })
      .Default([](Operation *other) {
        return other->emitError() << "'" << other->getName().getStringRef()
                                  << "' has no reference evaluation";
      });
}

FailureOr<SmallVector<ElementsAttr>> qcc::qnn::foldConstants(Operation *op,
                                                             size_t maxBytes) {
  if (isa<ConstantOp>(op) || !isa_and_nonnull<QnnDialect>(op->getDialect()) ||
      !isPure(op))
    return failure();
  for (Type type : op->getResultTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape() ||
        Tensor::byteSize(tensor) > maxBytes)
      return failure();
  }
  SmallVector<Tensor> tensors;
  for (Value operand : op->getOperands()) {
    ElementsAttr value = constantValue(operand);
    FailureOr<Tensor> tensor =
        value ? Tensor::fromAttribute(value) : FailureOr<Tensor>();
    if (failed(tensor))
      return failure();
    tensors.push_back(*tensor);
  }
  SmallVector<const Tensor *> operands;
  for (const Tensor &tensor : tensors)
    operands.push_back(&tensor);
  // What cannot be computed stays in the graph, where whoever needs it says so.
  ScopedDiagnosticHandler quiet(op->getContext(),
                                [](Diagnostic &) { return success(); });
  FailureOr<SmallVector<Tensor>> results = evaluate(op, operands);
  if (failed(results))
    return failure();
  SmallVector<ElementsAttr> attributes;
  for (const Tensor &result : *results)
    attributes.push_back(result.toAttribute());
  return attributes;
}
