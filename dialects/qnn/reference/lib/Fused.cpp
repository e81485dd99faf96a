//===- Fused.cpp - contractions, windows and maps with epilogues ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "Evaluate.h"

using namespace mlir;
using namespace qcc::qnn;

/// Runs the op's epilogue on what it accumulated (if anything) and its extras.
static Evaluated finish(Operation *op, Tensor accumulated, Operands extras) {
  FailureOr<EpilogueProgram> program =
      EpilogueProgram::compile(op->getRegion(0));
  if (failed(program))
    return failure();
  SmallVector<Tensor> operands;
  if (accumulated)
    operands.push_back(std::move(accumulated));
  for (const Tensor *extra : extras)
    operands.push_back(*extra);
  return program->run(operands, resultType(op));
}

Evaluated qcc::qnn::evaluateOp(FusedConvOp op, Operands operands) {
  Tensor weight = *operands[1];
  if (std::optional<PackingAttr> packing = op.getPacking()) {
    ArrayRef<int64_t> shape = packing->getShape();
    int64_t groups = op.getGroups();
    // A depthwise weight is one matrix of channels by taps.
    bool isDepthwise = shape.back() == 1 && shape.front() == groups;
    weight = unpack(weight, *packing,
                    isDepthwise ? shape.front() : shape.front() / groups,
                    product(shape.drop_front()));
  }
  Window window{operands[0]->getShape(),
                resultType(op).getShape(),
                weight.getShape().drop_front().drop_back(),
                op.getStrides(),
                op.getPads(),
                op.getDilations()};
  return finish(op,
                accumulateConv(*operands[0], weight, window, op.getGroups(),
                               op.getPadValue().value_or(ArrayRef<int32_t>())),
                operands.drop_front(2));
}

Evaluated qcc::qnn::evaluateOp(FusedMatmulOp op, Operands operands) {
  Tensor rhs = *operands[1];
  if (std::optional<PackingAttr> packing = op.getPacking())
    rhs = unpack(rhs, *packing, packing->getShape().end()[-2],
                 packing->getShape().back());
  return finish(op,
                accumulateMatmul(*operands[0], rhs, op.getTransposeRhs(),
                                 resultType(op).getShape()),
                operands.drop_front(2));
}

Evaluated qcc::qnn::evaluateOp(FusedPoolOp op, Operands operands) {
  Window window{operands[0]->getShape(),
                resultType(op).getShape(),
                op.getKernel(),
                op.getStrides(),
                op.getPads(),
                op.getDilations()};
  return finish(op,
                accumulatePool(*operands[0], window,
                               op.getKind() == PoolKind::max,
                               op.getPadValue().value_or(ArrayRef<int32_t>())),
                operands.drop_front());
}

Evaluated qcc::qnn::evaluateOp(FusedMapOp op, Operands operands) {
  return finish(op, Tensor(), operands);
}
