//===- SelectStrategy.cpp - kernels, tiles and layout requests ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitters.h"
#include "MarkRoundings.h"
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
/// argument, constant or view, or another consumer wants other numbers there.
static LogicalResult requestHalo(Value value, ArrayRef<int64_t> low,
                                 ArrayRef<int64_t> high,
                                 ArrayRef<int32_t> padValue) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<qnn::ConstantOp>(op) || lower::isView(op))
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

/// True if `value` may be the caller's memory, behind which nothing may be
/// read: an argument, or what the memory planner may make a view of one.
static bool mayBeArgument(Value value) {
  while (auto *op = value.getDefiningOp()) {
    if (!isa<qnn::ReshapeOp, qnn::TransposeOp, qnn::SliceOp, qnn::BroadcastOp>(
            op))
      return false;
    value = op->getOperand(0);
  }
  return true;
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
  bool readsBeyond = reductionRun(op) % packedInterleave(op) != 0;
  bool needsSlack =
      mayBeArgument(op.getInput()) && readsBeyond && !isDepthwise(op);
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

/// Columns of a block of weights that are packed while the model runs.
constexpr int64_t kComputedBlock = 16;

/// The second operand of `op`, `matrices` of `rows` by whole runs, in the order
/// of #qnn.packing, by ops that only move numbers; the result has one
/// dimension.
static void packAtRunTime(OpBuilder &builder, Operation *op, Value value,
                          int64_t matrices, int64_t rows,
                          ArrayRef<int64_t> logicalShape) {
  Location loc = op->getLoc();
  RankedTensorType type = typeOf(value);
  int64_t interleave = packedInterleave(op);
  int64_t run = reductionRun(op),
          runs = type.getNumElements() / (matrices * rows * run);
  int64_t paddedRows = llvm::alignTo(rows, kComputedBlock),
          paddedRun = llvm::alignTo(run, interleave);
  auto reshape = [&](ArrayRef<int64_t> shape) {
    if (typeOf(value).getShape() != shape)
      value = qnn::ReshapeOp::create(builder, loc, type.clone(shape), value);
  };
  reshape({matrices, rows, runs, run});
  if (paddedRows != rows || paddedRun != run)
    value = qnn::PadOp::create(
        builder, loc, value, builder.getDenseI64ArrayAttr({0, 0, 0, 0}),
        builder.getDenseI64ArrayAttr(
            {0, paddedRows - rows, 0, paddedRun - run}),
        qnn::PadModeAttr::get(op->getContext(), qnn::PadMode::constant),
        builder.getF64FloatAttr(0.0));
  reshape({matrices, paddedRows / kComputedBlock, kComputedBlock,
           runs * paddedRun / interleave, interleave});
  value = qnn::TransposeOp::create(builder, loc, value,
                                   ArrayRef<int64_t>{0, 1, 3, 2, 4});
  reshape({typeOf(value).getNumElements()});
  op->setOperand(1, value);
  op->setAttr("packing",
              qnn::PackingAttr::get(op->getContext(), logicalShape, run,
                                    kComputedBlock, interleave));
}

/// Packs the weights of a convolution if they are computed.
static void prepareWeights(OpBuilder &builder, qnn::FusedConvOp op) {
  if (qnn::constantValue(op.getWeight()) || op.getPacking())
    return;
  SmallVector<int64_t> shape(typeOf(op.getWeight()).getShape());
  int64_t matrices = isDepthwise(op) ? 1 : op.getGroups();
  packAtRunTime(builder, op, op.getWeight(), matrices, shape[0] / matrices,
                shape);
}

static void prepareOperands(OpBuilder &builder, qnn::FusedMatmulOp op) {
  bool isFloat = typeOf(op.getLhs()).getElementType().isF32();
  if (mayBeArgument(op.getLhs()) &&
      reductionRun(op) % packedInterleave(op) != 0)
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
    } else if (mayBeArgument(op.getRhs())) {
      op.getRhsMutable().assign(
          lower::insertCopy(builder, op.getLoc(), op.getRhs()));
    }
    return;
  }
  Value rhs = op.getRhs();
  if (!op.getTransposeRhs())
    rhs = transposeLast(builder, op.getLoc(), rhs);
  op.setTransposeRhs(true);
  SmallVector<int64_t> shape(typeOf(rhs).getShape());
  int64_t rows = shape[shape.size() - 2];
  packAtRunTime(builder, op, rhs,
                typeOf(rhs).getNumElements() / (rows * shape.back()), rows,
                shape);
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
    auto channels = typeOf(op->getResult(0)).getShape().back();
    // What a register holds as bytes, or as i32 if that is enough.
    int64_t lanes = kAvx512Vnni.lanes,
            block = channels > lanes ? 4 * lanes : lanes;
    op->setAttr("strategy",
                b.getDictionaryAttr(
                    {entry(kKernelKey, b.getStringAttr(kDepthwiseKernel)),
                     entry(kBlockKey, b.getI64IntegerAttr(block))}));
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
        markRoundings(op);
    });
    // All requests first: they decide strides, which tiles depend on.
    for (Operation *op : contractions) {
      OpBuilder builder(op);
      if (auto conv = dyn_cast<qnn::FusedConvOp>(op)) {
        prepareInput(builder, conv);
        prepareWeights(builder, conv);
      } else {
        prepareOperands(builder, cast<qnn::FusedMatmulOp>(op));
      }
    }
    for (Operation *op : contractions)
      if (!op->hasAttr("strategy") && failed(selectStrategy(op)))
        return signalPassFailure();
  }
};

} // namespace
