//===- GatherEmitter.cpp - slices by computed index -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addressing.h"
#include "Elements.h"
#include "GenericEmitters.h"
#include "LoopNest.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

class GatherEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override { return isa<qnn::GatherOp>(op); }

  /// result[a..., i..., b...] = input[a..., indices[i...], b...]: a copy of
  /// [b...] for each [a..., i...].
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    auto gather = cast<qnn::GatherOp>(op);
    ImplicitLocOpBuilder &b = kernel.getBuilder();
    auto input = cast<RankedTensorType>(gather.getInput().getType());
    auto indices = cast<RankedTensorType>(gather.getIndices().getType());
    auto result = cast<RankedTensorType>(gather.getResult().getType());
    if (!isa<IntegerType>(indices.getElementType()))
      return op->emitOpError()
             << "has indices of type " << indices.getElementType();
    int64_t axis = gather.getAxis(), extent = input.getDimSize(axis);
    ArrayRef<int64_t> inStrides = kernel.strides(gather.getInput()),
                      outStrides = kernel.strides(gather.getResult());
    size_t outer = axis + indices.getRank();
    ArrayRef<int64_t> rows = result.getShape().take_front(outer),
                      inner = result.getShape().drop_front(outer);
    if (result.getNumElements() == 0)
      return success();
    auto [first, last] = kernel.partition(ShapedType::getNumElements(rows));
    kernel.loop(first, last, 1, [&](Value number) {
      SmallVector<Value> at = delinearize(kernel, number, rows);
      ArrayRef<Value> before = ArrayRef(at).take_front(axis);
      Value index =
          loadElements(b,
                       addressOf(kernel, kernel.pointer(gather.getIndices()),
                                 ArrayRef(at).drop_front(axis),
                                 kernel.strides(gather.getIndices())),
                       indices.getElementType(), 0, 0);
      index = safeIndex(kernel, index, indices.getElementType(), extent);
      NestOperand from, to;
      from.pointer = addressOf(kernel, kernel.pointer(gather.getInput()),
                               before, inStrides.take_front(axis));
      from.pointer = addressOf(kernel, from.pointer, index, inStrides[axis]);
      from.element = to.element = input.getElementType();
      from.strides.assign(inStrides.begin() + axis + 1, inStrides.end());
      to.pointer = addressOf(kernel, kernel.pointer(gather.getResult()), at,
                             outStrides.take_front(outer));
      to.strides.assign(outStrides.begin() + outer, outStrides.end());
      emitCopyNest(kernel, inner, from, to, /*partitioned=*/false);
    });
    return success();
  }
};

} // namespace

const KernelEmitter &target::gatherEmitter() {
  static const GatherEmitter emitter;
  return emitter;
}
