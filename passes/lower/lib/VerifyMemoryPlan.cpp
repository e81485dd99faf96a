//===- VerifyMemoryPlan.cpp - no two live values overlap ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Liveness.h"

#include "qcc/Lower/Layout.h"
#include "qcc/Lower/Passes.h"
#include "qcc/abi/kernel.h"

namespace qcc::lower {
#define GEN_PASS_DEF_VERIFYMEMORYPLANPASS
#include "qcc/Lower/Passes.h.inc"
} // namespace qcc::lower

using namespace mlir;
using namespace qcc;
using namespace qcc::lower;

namespace {

struct Planned {
  Operation *op;
  qnn::BufferAttr buffer;
  int64_t first, last;

  bool overlaps(const Planned &other) const {
    return buffer.getBegin() <
               other.buffer.getBegin() + other.buffer.getSize() &&
           other.buffer.getBegin() < buffer.getBegin() + buffer.getSize();
  }
};

/// The elements of the value, and of its halo, lie between `begin` and `begin +
/// size`.
LogicalResult verifyExtent(const Planned &value) {
  qnn::BufferAttr buffer = value.buffer;
  auto type = cast<RankedTensorType>(value.op->getResult(0).getType());
  if (buffer.getStrides().size() != static_cast<size_t>(type.getRank()))
    return value.op->emitOpError()
           << "has a buffer of " << buffer.getStrides().size()
           << " strides for rank " << type.getRank();
  LayoutRequest request =
      getLayoutRequest(cast<OpResult>(value.op->getResult(0)));
  int64_t first = buffer.getOffset();
  int64_t end = first + elementBytes(type.getElementType());
  for (auto [i, stride] : llvm::enumerate(buffer.getStrides())) {
    first -= request.low[i] * stride;
    end += (type.getDimSize(i) - 1 + request.high[i]) * stride;
  }
  if (buffer.getBegin() % QCC_ARENA_ALIGNMENT != 0)
    return value.op->emitOpError()
           << "has a buffer that begins at " << buffer.getBegin()
           << ", which is not a multiple of " << int(QCC_ARENA_ALIGNMENT);
  if (type.getNumElements() != 0 &&
      (first < buffer.getBegin() || end > buffer.getBegin() + buffer.getSize()))
    return value.op->emitOpError()
           << "has elements in bytes [" << first << ", " << end
           << ") outside its buffer [" << buffer.getBegin() << ", "
           << buffer.getBegin() + buffer.getSize() << ")";
  return success();
}

/// An elementwise op may write where it reads for the last time.
bool worksInPlace(const Planned &reader, const Planned &source) {
  return isa<qnn::FusedMapOp>(reader.op) && source.last == reader.first &&
         source.buffer.getOffset() == reader.buffer.getOffset() &&
         llvm::any_of(reader.op->getOperands(), [&](Value operand) {
           return underlyingValue(operand) == source.op->getResult(0);
         });
}

/// The concat in whose buffer `part` lies, right where it is wanted, or null.
qnn::ConcatOp verifiedConcat(Operation *part, qnn::BufferAttr partBuffer) {
  Value value = part->getResult(0);
  qnn::ConcatOp concat = concatAround(value);
  auto buffer =
      concat
          ? concat->getAttrOfType<qnn::BufferAttr>(qnn::QnnDialect::kBufferAttr)
          : qnn::BufferAttr();
  if (!buffer)
    return {};
  StridedLayout layout = partLayout(
      concat, value.use_begin()->getOperandNumber(), buffer.getStrides());
  bool isThere = partBuffer.getOffset() == buffer.getOffset() + layout.offset &&
                 partBuffer.getStrides() == ArrayRef<int64_t>(layout.strides);
  return isThere ? concat : qnn::ConcatOp();
}

/// Parts of one concat, or a concat and its part.
bool belongTogether(const Planned &part, const Planned &other) {
  qnn::ConcatOp concat = verifiedConcat(part.op, part.buffer);
  return concat && (concat == other.op ||
                    concat == verifiedConcat(other.op, other.buffer));
}

/// A concat copies those of its operands that are not in place already, from
/// elsewhere.
LogicalResult verifyParts(const Planned &value) {
  auto concat = dyn_cast<qnn::ConcatOp>(value.op);
  if (!concat)
    return success();
  for (auto [i, operand] : llvm::enumerate(concat.getInputs())) {
    if (!isInPlace(concat, i))
      continue;
    Operation *part = operand.getDefiningOp();
    auto buffer =
        part
            ? part->getAttrOfType<qnn::BufferAttr>(qnn::QnnDialect::kBufferAttr)
            : qnn::BufferAttr();
    if (!buffer || verifiedConcat(part, buffer) != concat)
      return concat.emitOpError()
             << "does not find operand " << i << " in its own buffer, where "
             << kInPlaceAttr << " says it is";
  }
  return success();
}

struct VerifyMemoryPlanPass
    : lower::impl::VerifyMemoryPlanPassBase<VerifyMemoryPlanPass> {
  void runOnOperation() override {
    StageLiveness liveness(getOperation());
    SmallVector<Planned> values;
    for (Operation &op : getOperation().getBody().front()) {
      auto buffer =
          op.getAttrOfType<qnn::BufferAttr>(qnn::QnnDialect::kBufferAttr);
      if (!buffer)
        continue;
      Planned value{&op, buffer, liveness.position(&op),
                    liveness.lastUse(op.getResult(0))};
      if (failed(verifyExtent(value)) || failed(verifyParts(value)))
        signalPassFailure();
      for (const Planned &earlier : values) {
        if (earlier.last < value.first || !earlier.overlaps(value) ||
            worksInPlace(value, earlier) || belongTogether(earlier, value))
          continue;
        InFlightDiagnostic diagnostic =
            op.emitOpError()
            << "overwrites bytes of a value that is read later";
        diagnostic.attachNote(earlier.op->getLoc()) << "the value is made here";
        signalPassFailure();
      }
      values.push_back(value);
    }
    markAllAnalysesPreserved();
  }
};

} // namespace
