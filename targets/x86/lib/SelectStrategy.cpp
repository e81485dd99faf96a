//===- SelectStrategy.cpp - kernels, tiles and layout requests ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitters.h"
#include "MarkNoNaN.h"
#include "Tiling.h"
#include "qcc/Lower/Layout.h"
#include "qcc/Lower/Passes.h"
#include "qcc/X86/Passes.h"

namespace qcc::x86 {
#define GEN_PASS_DEF_SELECTSTRATEGYPASS
#include "qcc/X86/Passes.h.inc"
} // namespace qcc::x86

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Halo
//===----------------------------------------------------------------------===//

/// Asks whoever makes `value` for at least this halo. Fails if it cannot: an
/// argument or constant, or another consumer wants other numbers there.
static LogicalResult requestHalo(Value value, ArrayRef<int64_t> low,
                                 ArrayRef<int64_t> high,
                                 ArrayRef<int32_t> padValue) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<qnn::ConstantOp>(op))
    return failure();
  lower::LayoutRequest request = lower::getLayoutRequest(cast<OpResult>(value));
  if (request.hasHalo() && ArrayRef(request.haloValue) != padValue)
    return failure();
  SmallVector<int64_t> halo;
  for (auto [mine, theirs] : llvm::zip_equal(request.low, low))
    halo.push_back(std::max(mine, theirs));
  for (auto [mine, theirs] : llvm::zip_equal(request.high, high))
    halo.push_back(std::max(mine, theirs));
  Builder b(op->getContext());
  op->setAttr(lower::kHaloAttr, b.getDenseI64ArrayAttr(halo));
  op->setAttr(lower::kHaloValueAttr, b.getDenseI32ArrayAttr(padValue));
  return success();
}

/// Provides the memory around and behind the input that the kernel reads.
static void prepareInput(OpBuilder &builder, qnn::FusedConvOp op) {
  int64_t spatial = op.getStrides().size();
  SmallVector<int64_t> low(spatial + 2, 0), high(spatial + 2, 0);
  RankedTensorType input = typeOf(op.getInput());
  ArrayRef<int64_t> kernel = op.getPacking()
                                 ? op.getPacking()->getShape()
                                 : typeOf(op.getWeight()).getShape();
  for (int64_t i = 0; i < spatial; ++i) {
    low[i + 1] = op.getPads()[i];
    // With strides, not all of the padding behind may be read.
    int64_t lastRead =
        (typeOf(op.getResult()).getDimSize(i + 1) - 1) * op.getStrides()[i] +
        (kernel[i + 1] - 1) * op.getDilations()[i] - low[i + 1];
    high[i + 1] =
        std::max<int64_t>(0, lastRead - (input.getDimSize(i + 1) - 1));
  }
  auto positive = [](int64_t n) { return n > 0; };
  bool needsHalo = llvm::any_of(low, positive) || llvm::any_of(high, positive);
  // Dwords of a run, or vectors of channels, may reach behind the end.
  bool readsBeyond =
      input.getElementType().isInteger(8) && reductionRun(op) % 4 != 0;
  bool needsSlack =
      isa<BlockArgument>(op.getInput()) && readsBeyond && !isDepthwise(op);
  if (!needsHalo && !needsSlack)
    return;
  SmallVector<int32_t> padValue = {0};
  if (op.getPadValue())
    padValue.assign(op.getPadValue()->begin(), op.getPadValue()->end());
  if (!needsSlack && succeeded(requestHalo(op.getInput(), low, high, padValue)))
    return;
  Value copy = lower::insertCopy(builder, op.getLoc(), op.getInput());
  op.getInputMutable().assign(copy);
  if (needsHalo)
    (void)requestHalo(copy, low, high, padValue);
}

//===----------------------------------------------------------------------===//
// Right operands that are computed
//===----------------------------------------------------------------------===//

/// `value` with its last two dimensions exchanged.
static Value transposeLast(OpBuilder &builder, Location loc, Value value) {
  int64_t rank = typeOf(value).getRank();
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(rank));
  std::swap(permutation[rank - 2], permutation[rank - 1]);
  return qnn::TransposeOp::create(builder, loc, value, permutation);
}

/// [batch..., N, K] bytes in the order of #qnn.packing, by ops that only move
/// numbers; the result has one dimension.
static Value packAtRunTime(OpBuilder &builder, Location loc, Value value,
                           int64_t block, int64_t interleave) {
  RankedTensorType type = typeOf(value);
  SmallVector<int64_t> shape(type.getShape());
  int64_t rank = type.getRank(), n = shape[rank - 2], k = shape[rank - 1];
  int64_t paddedN = llvm::alignTo(n, block),
          paddedK = llvm::alignTo(k, interleave);
  if (paddedN != n || paddedK != k) {
    SmallVector<int64_t> low(rank, 0), high(rank, 0);
    high[rank - 2] = paddedN - n;
    high[rank - 1] = paddedK - k;
    value = qnn::PadOp::create(builder, loc, value, low, high,
                               qnn::PadMode::constant, APFloat(0.0));
  }
  auto reshape = [&](ArrayRef<int64_t> newShape) {
    value = qnn::ReshapeOp::create(builder, loc, type.clone(newShape), value);
  };
  SmallVector<int64_t> split(shape.begin(), shape.end() - 2);
  split.append({paddedN / block, block, paddedK / interleave, interleave});
  reshape(split);
  SmallVector<int64_t> permutation =
      llvm::to_vector(llvm::seq<int64_t>(rank + 2));
  std::swap(permutation[rank - 1], permutation[rank]);
  value = qnn::TransposeOp::create(builder, loc, value, permutation);
  reshape({typeOf(value).getNumElements()});
  return value;
}

static void prepareOperands(OpBuilder &builder, qnn::FusedMatmulOp op) {
  bool isFloat = typeOf(op.getLhs()).getElementType().isF32();
  if (!isFloat && isa<BlockArgument>(op.getLhs()) && reductionRun(op) % 4 != 0)
    op.getLhsMutable().assign(
        lower::insertCopy(builder, op.getLoc(), op.getLhs()));
  if (qnn::constantValue(op.getRhs()) || op.getPacking())
    return;
  if (isFloat) {
    // Rows of floats are read in place.
    if (op.getTransposeRhs()) {
      op.getRhsMutable().assign(
          transposeLast(builder, op.getLoc(), op.getRhs()));
      op.setTransposeRhs(false);
    } else if (isa<BlockArgument>(lower::underlyingValue(op.getRhs()))) {
      op.getRhsMutable().assign(
          lower::insertCopy(builder, op.getLoc(), op.getRhs()));
    }
    return;
  }
  Value rhs = op.getRhs();
  if (!op.getTransposeRhs())
    rhs = transposeLast(builder, op.getLoc(), rhs);
  constexpr int64_t kBlock = 16, kInterleave = 4;
  auto packing =
      qnn::PackingAttr::get(op.getContext(), typeOf(rhs).getShape(),
                            typeOf(rhs).getShape().back(), kBlock, kInterleave);
  op.getRhsMutable().assign(
      packAtRunTime(builder, op.getLoc(), rhs, kBlock, kInterleave));
  op.setTransposeRhs(true);
  op.setPackingAttr(packing);
}

//===----------------------------------------------------------------------===//
// Kernels and tiles
//===----------------------------------------------------------------------===//

/// The strides that the memory planner will give.
static SmallVector<int64_t, 4> plannedStrides(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result || qnn::constantValue(value))
    return lower::compactByteStrides(typeOf(value));
  return lower::getLayoutRequest(result).byteStrides(typeOf(value));
}

static LogicalResult selectStrategy(Operation *op) {
  Builder b(op->getContext());
  auto entry = [&](StringRef name, Attribute value) {
    return b.getNamedAttr(name, value);
  };
  if (isDepthwise(op)) {
    op->setAttr(
        "strategy",
        b.getDictionaryAttr(
            {entry(kKernelKey, b.getStringAttr(kDepthwiseKernel)),
             entry(kBlockKey, b.getI64IntegerAttr(kAvx512Vnni.lanes))}));
    return success();
  }
  llvm::DenseMap<Value, SmallVector<int64_t, 4>> strides;
  for (Value value : op->getOperands())
    strides[value] = plannedStrides(value);
  strides[op->getResult(0)] = plannedStrides(op->getResult(0));
  FailureOr<Contraction> contraction =
      getContraction(op, [&](Value value) -> ArrayRef<int64_t> {
        return strides.find(value)->second;
      });
  if (failed(contraction))
    return failure();
  auto tileEntry = [&](const Isa &isa, const Tile &tile) {
    return entry(tileKey(isa), b.getDenseI64ArrayAttr(
                                   {tile.rows, tile.columns, tile.vectors}));
  };
  // The packed block follows AVX-512's choice; AVX2 reads parts of it.
  int64_t block = contraction->block;
  Tile wide = block ? selectTile(*contraction, kAvx512Vnni,
                                 block / kAvx512Vnni.lanes, /*exact=*/true)
                    : selectTile(*contraction, kAvx512Vnni, 4, /*exact=*/false);
  bool isPlain = contraction->rhsRow != 0;
  if (!block && !isPlain)
    block = wide.vectors * kAvx512Vnni.lanes;
  Tile narrow = isPlain ? selectTile(*contraction, kAvx2, 4, /*exact=*/false)
                        : selectTile(*contraction, kAvx2, block / kAvx2.lanes,
                                     /*exact=*/true);
  SmallVector<NamedAttribute> entries = {
      entry(kKernelKey, b.getStringAttr(kDirectKernel)),
      tileEntry(kAvx512Vnni, wide), tileEntry(kAvx2, narrow)};
  if (block)
    entries.push_back(entry(kBlockKey, b.getI64IntegerAttr(block)));
  op->setAttr("strategy", b.getDictionaryAttr(entries));
  return success();
}

namespace {

struct SelectStrategyPass
    : x86::impl::SelectStrategyPassBase<SelectStrategyPass> {
  void runOnOperation() override {
    SmallVector<Operation *> contractions;
    getOperation().walk([&](Operation *op) {
      if (isContraction(op))
        contractions.push_back(op);
      if (isContraction(op) || isa<qnn::FusedPoolOp>(op))
        markNoNaN(op);
    });
    // All requests first: they decide strides, which tiles depend on.
    for (Operation *op : contractions) {
      OpBuilder builder(op);
      if (auto conv = dyn_cast<qnn::FusedConvOp>(op))
        prepareInput(builder, conv);
      else
        prepareOperands(builder, cast<qnn::FusedMatmulOp>(op));
    }
    for (Operation *op : contractions)
      if (!op->hasAttr("strategy") && failed(selectStrategy(op)))
        return signalPassFailure();
  }
};

} // namespace
