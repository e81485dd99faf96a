//===- ScatterEmitter.cpp - rows written to computed places ---------------===//
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
#include "Reductions.h"
#include "qcc/Target/Epilogue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

std::optional<Monoid::Kind> monoidOf(qnn::ScatterKind kind) {
  switch (kind) {
  case qnn::ScatterKind::replace:
    return std::nullopt;
  case qnn::ScatterKind::add:
    return Monoid::Kind::sum;
  case qnn::ScatterKind::mul:
    return Monoid::Kind::prod;
  case qnn::ScatterKind::max:
    return Monoid::Kind::max;
  case qnn::ScatterKind::min:
    return Monoid::Kind::min;
  }
  llvm_unreachable("all kinds are handled");
}

/// Row `number` of a tensor.
NestOperand rowOf(Kernel &kernel, Value tensor, Value number) {
  ArrayRef<int64_t> strides = kernel.strides(tensor);
  NestOperand row;
  row.pointer =
      addressOf(kernel, kernel.pointer(tensor), number, strides.take_front());
  row.element = cast<RankedTensorType>(tensor.getType()).getElementType();
  row.strides.assign(strides.begin() + 1, strides.end());
  return row;
}

void emitRow(Kernel &kernel, qnn::ScatterOp op, const NestOperand &update,
             const NestOperand &row) {
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(op.getResult().getType()).getShape().drop_front();
  std::optional<Monoid::Kind> kind = monoidOf(op.getKind());
  if (!kind)
    return emitCopyNest(kernel, shape, update, row, /*partitioned=*/false);
  NestOptions options;
  options.widestBits = row.element.getIntOrFloatBitWidth();
  options.partitioned = false;
  Monoid monoid(*kind, registerType(row.element, 0),
                row.element.isUnsignedInteger());
  emitLoopNest(
      kernel, shape, {row, update}, row,
      [&](ValueRange inputs, int64_t) {
        return monoid.combine(kernel.getBuilder(), inputs[0], inputs[1]);
      },
      options);
}

void emitUpdates(Kernel &kernel, qnn::ScatterOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto type = cast<RankedTensorType>(op.getResult().getType());
  int64_t count =
      cast<RankedTensorType>(op.getIndices().getType()).getDimSize(0);
  Value zero = kernel.constant(0), rows = kernel.constant(type.getDimSize(0));
  kernel.loop(zero, kernel.constant(count), 1, [&](Value update) {
    Value index =
        loadElements(b,
                     addressOf(kernel, kernel.pointer(op.getIndices()), update,
                               kernel.strides(op.getIndices())),
                     b.getI64Type(), 0, 0);
    Value isNegative =
        arith::CmpIOp::create(b, arith::CmpIPredicate::slt, index, zero);
    index = arith::SelectOp::create(
        b, isNegative, arith::AddIOp::create(b, index, rows), index);
    // As unsigned numbers, what is still negative is out of range too.
    Value isInside =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ult, index, rows);
    auto ifOp = scf::IfOp::create(b, isInside);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(ifOp.thenBlock());
    emitRow(kernel, op, rowOf(kernel, op.getUpdates(), update),
            rowOf(kernel, op.getResult(), index));
  });
}

/// A copy, then one update after the other. Updates of one row must keep their
/// order and rows are not known before, so that one thread does it all.
void emitScatter(Kernel &kernel, qnn::ScatterOp op) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  emitCopyNest(kernel, type.getShape(),
               nestOperand(kernel, op.getInput(), type.getShape()),
               nestOperand(kernel, op.getResult(), type.getShape()),
               /*partitioned=*/false);
  emitUpdates(kernel, op);
}

/// Rows that are kept, one after the other, then zeros. The place of a row
/// depends on all before it, so that one thread does it all.
void emitCompact(Kernel &kernel, qnn::CompactOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto type = cast<RankedTensorType>(op.getResult().getType());
  ArrayRef<int64_t> shape = type.getShape().drop_front();
  Value zero = kernel.constant(0), rows = kernel.constant(type.getDimSize(0));
  Value kept =
      loopCarried(
          kernel, zero, rows, 1, zero,
          [&](Value row, ValueRange carried) {
            Value keep =
                loadElements(b,
                             addressOf(kernel, kernel.pointer(op.getKeep()),
                                       row, kernel.strides(op.getKeep())),
                             b.getI1Type(), 0, 0);
            auto ifOp = scf::IfOp::create(b, keep);
            OpBuilder::InsertionGuard guard(b);
            b.setInsertionPointToStart(ifOp.thenBlock());
            emitCopyNest(kernel, shape, rowOf(kernel, op.getInput(), row),
                         rowOf(kernel, op.getResult(), carried.front()),
                         /*partitioned=*/false);
            b.setInsertionPointAfter(ifOp);
            Value step = arith::ExtUIOp::create(b, b.getI64Type(), keep);
            return SmallVector<Value>{
                arith::AddIOp::create(b, carried.front(), step)};
          })
          .front();
  NestOptions options;
  options.widestBits = std::max(8u, type.getElementTypeBitWidth());
  options.partitioned = false;
  kernel.loop(kept, rows, 1, [&](Value row) {
    emitLoopNest(
        kernel, shape, {}, rowOf(kernel, op.getResult(), row),
        [&](ValueRange, int64_t lanes) {
          Type element = type.getElementType();
          return splat(b, registerType(element, lanes),
                       b.getZeroAttr(signless(element)));
        },
        options);
  });
}

class ScatterEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::ScatterOp, qnn::CompactOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    kernel.onFirstThread([&] {
      if (auto scatter = dyn_cast<qnn::ScatterOp>(op))
        emitScatter(kernel, scatter);
      else
        emitCompact(kernel, cast<qnn::CompactOp>(op));
    });
    return success();
  }
};

} // namespace

const KernelEmitter &target::scatterEmitter() {
  static const ScatterEmitter emitter;
  return emitter;
}
