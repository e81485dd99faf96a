//===- PlanMemory.cpp - one arena for all values --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Liveness.h"

#include "qcc/Lower/Layout.h"
#include "qcc/Lower/Passes.h"
#include "qcc/abi/kernel.h"

#include "llvm/Support/MathExtras.h"

namespace qcc::lower {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "qcc/Lower/Passes.h.inc"
} // namespace qcc::lower

using namespace mlir;
using namespace qcc;
using namespace qcc::lower;

namespace {

/// A piece of the arena and the positions between which it is in use. Several
/// values share one where an elementwise op works in place.
struct Allocation {
  int64_t size = 0;
  int64_t first = 0, last = 0;
  int64_t begin = 0;

  bool isLiveWith(const Allocation &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// A value of the arena: its allocation and its place therein.
struct PlannedValue {
  OpResult value;
  unsigned allocation;
  StridedLayout layout;
};

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// True if the code for `op` reads operands of any strides.
bool readsAnyStrides(Operation *op) {
  return isa<qnn::FusedMapOp, qnn::TransposeOp, qnn::SliceOp, qnn::BroadcastOp,
             qnn::ConcatOp, qnn::PadOp, qnn::TileOp>(op);
}

/// True if the code for `op` writes results of any strides.
bool writesAnyStrides(Operation *op) {
  return isa<qnn::FusedConvOp, qnn::FusedMatmulOp, qnn::FusedPoolOp,
             qnn::FusedMapOp>(op);
}

class Planner {
public:
  explicit Planner(func::FuncOp function) : function(function) {}

  void plan() {
    Block &block = function.getBody().front();
    for (Operation &op : block)
      markView(&op);
    for (auto concat : block.getOps<qnn::ConcatOp>())
      markParts(concat);
    StageLiveness liveness(function);
    for (Operation &op : block)
      allocate(&op, liveness);
    assignOffsets();
    annotate();
  }

private:
  /// Byte strides of a value in the arena, of an argument or of a constant.
  SmallVector<int64_t, 4> stridesOf(Value value);
  void markView(Operation *op);
  void markParts(qnn::ConcatOp op);
  void allocate(Operation *op, const StageLiveness &liveness);
  std::optional<unsigned> findInPlace(qnn::FusedMapOp op,
                                      const StageLiveness &liveness);
  void assignOffsets();
  void annotate();

  func::FuncOp function;
  SmallVector<Allocation> allocations;
  SmallVector<PlannedValue> planned;
  llvm::DenseMap<Value, unsigned> allocationOf;
};

} // namespace

SmallVector<int64_t, 4> Planner::stridesOf(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<qnn::ConstantOp>(op))
    return compactByteStrides(typeOf(value));
  if (op->hasAttr(kViewAttr))
    return viewLayout(op, stridesOf(op->getOperand(0)))->strides;
  return getLayoutRequest(cast<OpResult>(value)).byteStrides(typeOf(value));
}

/// Decides whether `op` can do without memory of its own. A value of which a
/// layout was asked for cannot.
void Planner::markView(Operation *op) {
  if (!isa<qnn::ReshapeOp, qnn::TransposeOp, qnn::SliceOp, qnn::BroadcastOp>(
          op))
    return;
  auto result = cast<OpResult>(op->getResult(0));
  if (!getLayoutRequest(result).isCompact(typeOf(result)))
    return;
  SmallVector<int64_t, 4> source = stridesOf(op->getOperand(0));
  std::optional<StridedLayout> layout = viewLayout(op, source);
  if (!layout)
    return;
  // A slice of whole rows of a compact value, say, is compact itself.
  bool isCompact = layout->strides == compactByteStrides(typeOf(result));
  bool isReturned = llvm::any_of(op->getUsers(), [](Operation *user) {
    return isa<func::ReturnOp>(user);
  });
  if (isReturned && !isa<qnn::ReshapeOp>(op))
    return;
  // Offsets that break the alignment of 64 bytes cost more than a copy saves
  // only in contractions, which read through their own copies anyhow.
  if (isCompact || llvm::all_of(op->getUsers(), readsAnyStrides))
    op->setAttr(kViewAttr, UnitAttr::get(op->getContext()));
}

/// Decides which operands are made where the result wants them: those whose
/// code can do so and that nobody else reads, who might want another layout.
void Planner::markParts(qnn::ConcatOp op) {
  auto result = cast<OpResult>(op.getResult());
  if (outputIndex(result) ||
      !getLayoutRequest(result).isCompact(typeOf(result)))
    return;
  SmallVector<int64_t> parts;
  for (auto [i, operand] : llvm::enumerate(op.getInputs())) {
    auto part = dyn_cast<OpResult>(operand);
    if (part && part.hasOneUse() && writesAnyStrides(part.getOwner()) &&
        getLayoutRequest(part).isCompact(typeOf(part)))
      parts.push_back(i);
  }
  if (!parts.empty())
    op->setAttr(kInPlaceAttr, DenseI64ArrayAttr::get(op->getContext(), parts));
}

/// The allocation of an operand that `op` may overwrite, element by element.
std::optional<unsigned> Planner::findInPlace(qnn::FusedMapOp op,
                                             const StageLiveness &liveness) {
  RankedTensorType type = typeOf(op.getResult());
  for (Value operand : op.getInputs()) {
    Value owner = underlyingValue(operand);
    auto found = allocationOf.find(owner);
    if (found == allocationOf.end() ||
        allocations[found->second].last != liveness.position(op))
      continue;
    // The same number of bytes at the same place for each element ...
    if (typeOf(operand).getShape() != type.getShape() ||
        elementBytes(typeOf(operand).getElementType()) !=
            elementBytes(type.getElementType()) ||
        stridesOf(operand) != compactByteStrides(type) ||
        !getLayoutRequest(cast<OpResult>(owner)).isCompact(typeOf(owner)) ||
        typeOf(owner).getNumElements() != type.getNumElements())
      continue;
    // ... and no other operand that looks at this memory differently.
    bool isOnlyReader = llvm::all_of(op.getInputs(), [&](Value other) {
      auto shared = allocationOf.find(underlyingValue(other));
      return other == operand || shared == allocationOf.end() ||
             shared->second != found->second;
    });
    if (isOnlyReader)
      return found->second;
  }
  return std::nullopt;
}

void Planner::allocate(Operation *op, const StageLiveness &liveness) {
  if (isa<qnn::ConstantOp>(op) || op->hasAttr(kViewAttr))
    return;
  for (OpResult result : op->getResults()) {
    if (outputIndex(result))
      continue;
    // The first part that is made allocates the concat.
    qnn::ConcatOp concat = concatAround(result);
    OpResult whole = concat ? cast<OpResult>(concat.getResult()) : result;
    LayoutRequest request = getLayoutRequest(whole);
    int64_t position = liveness.position(op);
    std::optional<unsigned> shared;
    if (auto known = allocationOf.find(whole); known != allocationOf.end())
      shared = known->second;
    else if (auto map = dyn_cast<qnn::FusedMapOp>(op);
             map && !concat && request.isCompact(typeOf(result)))
      shared = findInPlace(map, liveness);
    if (!shared) {
      shared = allocations.size();
      Allocation allocation;
      allocation.size = std::max<int64_t>(request.byteSize(typeOf(whole)), 1);
      allocation.first = allocation.last = position;
      allocations.push_back(allocation);
    }
    allocations[*shared].last = liveness.lastUse(whole);
    allocationOf[whole] = *shared;
    StridedLayout layout{request.bytesBefore(typeOf(whole)),
                         request.byteStrides(typeOf(whole))};
    if (concat) {
      StridedLayout part = partLayout(
          concat, result.use_begin()->getOperandNumber(), layout.strides);
      layout.offset += part.offset;
    }
    planned.push_back({result, *shared, std::move(layout)});
  }
}

/// Largest first, each into the smallest gap that what is live with it leaves.
void Planner::assignOffsets() {
  SmallVector<Allocation *> order;
  for (Allocation &allocation : allocations)
    order.push_back(&allocation);
  llvm::sort(order, [](const Allocation *a, const Allocation *b) {
    return a->size != b->size ? a->size > b->size : a < b;
  });
  SmallVector<Allocation *> placed; // by begin
  for (Allocation *allocation : order) {
    int64_t size = llvm::alignTo(allocation->size, QCC_ARENA_ALIGNMENT);
    int64_t end = 0, best = -1, bestGap = 0;
    for (Allocation *other : placed) {
      if (!other->isLiveWith(*allocation))
        continue;
      int64_t gap = other->begin - end;
      if (gap >= size && (best < 0 || gap < bestGap)) {
        best = end;
        bestGap = gap;
      }
      end = std::max<int64_t>(
          end, llvm::alignTo(other->begin + other->size, QCC_ARENA_ALIGNMENT));
    }
    allocation->begin = best < 0 ? end : best;
    auto before = [](const Allocation *a, const Allocation *b) {
      return a->begin < b->begin;
    };
    placed.insert(llvm::upper_bound(placed, allocation, before), allocation);
  }
}

void Planner::annotate() {
  int64_t arenaSize = 0;
  for (const PlannedValue &value : planned) {
    const Allocation &allocation = allocations[value.allocation];
    auto buffer = qnn::BufferAttr::get(
        function.getContext(), allocation.begin + value.layout.offset,
        value.layout.strides, allocation.begin, allocation.size);
    value.value.getOwner()->setAttr(qnn::QnnDialect::kBufferAttr, buffer);
    arenaSize = std::max(arenaSize, allocation.begin + allocation.size);
  }
  function->setAttr(
      kArenaSizeAttr,
      IntegerAttr::get(IntegerType::get(function.getContext(), 64), arenaSize));
}

namespace {

struct PlanMemoryPass : lower::impl::PlanMemoryPassBase<PlanMemoryPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.getBody().hasOneBlock()) {
      function.emitOpError("must have one block to plan its memory");
      return signalPassFailure();
    }
    WalkResult walked = function.getBody().walk([](Operation *op) {
      for (Type type : op->getResultTypes()) {
        auto tensor = dyn_cast<RankedTensorType>(type);
        if (tensor && !tensor.hasStaticShape()) {
          op->emitOpError("has a result of dynamic shape, which has no place "
                          "in a static memory plan");
          return WalkResult::interrupt();
        }
      }
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      return signalPassFailure();
    Planner(function).plan();
  }
};

} // namespace
