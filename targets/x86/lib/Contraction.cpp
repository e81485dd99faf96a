//===- Contraction.cpp - the loops of a convolution or matmul -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"

#include "qcc/Target/Placement.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

bool x86::isContraction(Operation *op) {
  return isa<qnn::FusedConvOp, qnn::FusedMatmulOp>(op);
}

bool x86::isDepthwise(Operation *op) {
  auto conv = dyn_cast<qnn::FusedConvOp>(op);
  if (!conv)
    return false;
  int64_t groups = conv.getGroups();
  return groups > 1 && groups == typeOf(conv.getInput()).getShape().back() &&
         groups == typeOf(conv.getResult()).getShape().back();
}

static bool isSignedByte(Value value) {
  Type type = getElementTypeOrSelf(value);
  return type.isInteger(8) && !qnn::isUnsigned(type);
}

bool x86::needsCorrections(Operation *op) {
  return needsPairs(op) && isSignedByte(op->getOperand(0));
}

bool x86::readsWords(Operation *op) {
  return getElementTypeOrSelf(op->getOperand(0).getType()).isInteger(16);
}

int64_t x86::packedInterleave(Operation *op) {
  if (isDepthwise(op) ||
      getElementTypeOrSelf(op->getOperand(0).getType()).isF32())
    return 1;
  return readsWords(op) ? 2 : 4;
}

bool x86::needsPairs(Operation *op) {
  return !isDepthwise(op) && !readsWords(op) &&
         isSignedByte(op->getOperand(1)) &&
         qnn::constantValue(op->getOperand(1));
}

int64_t Contraction::runs() const {
  int64_t runs = 1;
  for (const ReductionLoop &loop : loops)
    runs *= loop.count;
  return runs;
}

static ArrayRef<int64_t> weightShape(qnn::FusedConvOp op) {
  return op.getPacking() ? op.getPacking()->getShape()
                         : typeOf(op.getWeight()).getShape();
}

int64_t x86::reductionRun(Operation *op) {
  auto conv = dyn_cast<qnn::FusedConvOp>(op);
  if (!conv)
    return typeOf(op->getOperand(0)).getShape().back();
  ArrayRef<int64_t> shape = weightShape(conv);
  bool joined = conv.getGroups() == 1 && conv.getDilations().back() == 1;
  return joined ? shape.back() * shape[shape.size() - 2] : shape.back();
}

/// Byte strides with which `value` broadcasts to a result of `rank` dimensions.
static SmallVector<int64_t>
broadcastStrides(Value value, ArrayRef<int64_t> strides, int64_t rank) {
  SmallVector<int64_t> result(rank, 0);
  ArrayRef<int64_t> shape = typeOf(value).getShape();
  int64_t missing = rank - static_cast<int64_t>(shape.size());
  for (auto [i, extent] : llvm::enumerate(shape))
    if (extent != 1)
      result[missing + i] = strides[i];
  return result;
}

/// True if two nested loops touch memory as one loop of `outer.extent *
/// inner.extent` with the strides of `inner` would.
static bool areOneLoop(const PositionLoop &outer, const PositionLoop &inner) {
  auto composes = [&](int64_t a, int64_t b) { return a == b * inner.extent; };
  if (!composes(outer.lhs, inner.lhs) || !composes(outer.rhs, inner.rhs) ||
      !composes(outer.result, inner.result))
    return false;
  return llvm::all_of(llvm::zip_equal(outer.extras, inner.extras),
                      [&](auto pair) {
                        return composes(std::get<0>(pair), std::get<1>(pair));
                      });
}

static void simplifyPositions(Contraction &c) {
  SmallVector<PositionLoop> merged;
  for (const PositionLoop &loop : c.positions) {
    if (loop.extent == 1)
      continue;
    if (!merged.empty() && areOneLoop(merged.back(), loop)) {
      int64_t extent = merged.back().extent * loop.extent;
      merged.back() = loop;
      merged.back().extent = extent;
    } else {
      merged.push_back(loop);
    }
  }
  PositionLoop single;
  single.extras.assign(c.extras.size(), 0);
  // A tile spans the two innermost loops and has one right operand.
  auto *inner = merged.end();
  while (inner != merged.begin() && std::prev(inner)->rhs == 0)
    --inner;
  for (int64_t missing = 2 - (merged.end() - inner); missing > 0; --missing)
    inner = merged.insert(inner, single);
  c.positions = std::move(merged);
}

/// What both kinds of op have in common: result, extras and their strides.
template <typename OpTy>
static void readResult(OpTy op, Contraction &c, StridesOf strides) {
  c.result = op.getResult();
  c.extras.assign(op.getExtras().begin(), op.getExtras().end());
  c.epilogue = &op.getEpilogue();
  int64_t rank = typeOf(c.result).getRank();
  ArrayRef<int64_t> resultStrides = strides(c.result);
  c.positions.resize(rank - 1);
  for (int64_t d = 0; d < rank - 1; ++d) {
    c.positions[d].extent = typeOf(c.result).getDimSize(d);
    c.positions[d].result = resultStrides[d];
  }
  c.resultChannel = resultStrides.back();
  for (Value extra : c.extras) {
    SmallVector<int64_t> extraStrides =
        broadcastStrides(extra, strides(extra), rank);
    for (int64_t d = 0; d < rank - 1; ++d)
      c.positions[d].extras.push_back(extraStrides[d]);
    c.extraChannels.push_back(extraStrides.back());
  }
}

static LogicalResult checkInnermost(Operation *op, Value value,
                                    ArrayRef<int64_t> strides) {
  int64_t bytes = target::elementBytes(typeOf(value).getElementType());
  if (typeOf(value).getShape().back() == 1 || strides.back() == bytes)
    return success();
  return op->emitOpError("needs the last dimension of ")
         << value.getType() << " to be contiguous, its stride is "
         << strides.back() << " bytes";
}

static FailureOr<Contraction> readConv(qnn::FusedConvOp op, StridesOf strides) {
  Contraction c;
  c.lhs = op.getInput();
  c.rhs = op.getWeight();
  c.isFloat = typeOf(c.lhs).getElementType().isF32();
  c.isWords = readsWords(op);
  readResult(op, c, strides);
  ArrayRef<int64_t> shape = weightShape(op), in = strides(c.lhs);
  int64_t spatial = shape.size() - 2;
  c.groups = op.getGroups();
  c.outputs = shape.front() / c.groups;
  c.lhsGroup = shape.back() * in.back();
  if (op.getPacking())
    c.block = op.getPacking()->getBlock();
  c.run = op.getPacking() ? op.getPacking()->getRun() : reductionRun(op);
  c.positions[0].lhs = in[0];
  for (int64_t i = 0; i < spatial; ++i) {
    c.positions[i + 1].lhs = in[i + 1] * op.getStrides()[i];
    c.lhsOrigin -= in[i + 1] * op.getPads()[i];
  }
  bool joined = c.run != shape.back();
  if (joined && in[spatial] != shape.back() * in.back())
    return op.emitOpError("has weights packed for an input whose columns are "
                          "neighbours in memory");
  for (int64_t i = 0; i < spatial - joined; ++i)
    if (shape[i + 1] != 1)
      c.loops.push_back({shape[i + 1], in[i + 1] * op.getDilations()[i]});
  return c;
}

static FailureOr<Contraction> readMatmul(qnn::FusedMatmulOp op,
                                         StridesOf strides) {
  Contraction c;
  c.lhs = op.getLhs();
  c.rhs = op.getRhs();
  c.isFloat = typeOf(c.lhs).getElementType().isF32();
  c.isWords = readsWords(op);
  readResult(op, c, strides);
  c.run = typeOf(c.lhs).getShape().back();
  int64_t rank = typeOf(c.result).getRank(),
          missing = rank - typeOf(c.lhs).getRank();
  SmallVector<int64_t> lhs =
      broadcastStrides(c.lhs, strides(c.lhs), typeOf(c.lhs).getRank());
  for (int64_t d = missing; d < rank - 1; ++d)
    c.positions[d].lhs = lhs[d - missing];
  ArrayRef<int64_t> shape =
      op.getPacking() ? op.getPacking()->getShape() : typeOf(c.rhs).getShape();
  size_t batches = shape.size() - 2;
  SmallVector<int64_t> batchStrides(batches, 0);
  if (op.getPacking()) {
    c.block = op.getPacking()->getBlock();
    c.outputs = shape[batches];
    int64_t stride = c.blocksPerGroup() * c.rhsBlock();
    for (int64_t i = batches - 1; i >= 0; --i) {
      batchStrides[i] = shape[i] == 1 ? 0 : stride;
      stride *= shape[i];
    }
  } else if (op.getTransposeRhs() || !c.isFloat || qnn::constantValue(c.rhs)) {
    // Waits for its weights to be packed.
    c.outputs = op.getTransposeRhs() ? shape[batches] : shape.back();
  } else {
    if (failed(checkInnermost(op, c.rhs, strides(c.rhs))))
      return failure();
    c.outputs = shape.back();
    c.rhsRow = strides(c.rhs)[batches];
    for (size_t i = 0; i < batches; ++i)
      batchStrides[i] = shape[i] == 1 ? 0 : strides(c.rhs)[i];
  }
  for (size_t i = 0; i < batches; ++i)
    c.positions[rank - 2 - batches + i].rhs = batchStrides[i];
  return c;
}

/// Finds what stands behind the packed weights.
static void readAppendices(Operation *op, Contraction &c) {
  if (c.isFloat || c.isWords)
    return;
  auto packing = op->getAttrOfType<qnn::PackingAttr>("packing");
  if (!packing) {
    c.hasCorrections = needsCorrections(op);
    c.hasPairs = needsPairs(op);
    return;
  }
  int64_t matrices = c.groups;
  if (isa<qnn::FusedMatmulOp>(op))
    for (int64_t extent : packing.getShape().drop_back(2))
      matrices *= extent;
  c.correctionsOrigin = matrices * c.blocksPerGroup() * c.rhsBlock();
  int64_t size = typeOf(c.rhs).getNumElements();
  c.hasCorrections = isSignedByte(c.lhs) && size > c.correctionsOrigin;
  int64_t columnBytes = matrices * c.correctionsPerGroup() * 4;
  c.pairsOrigin = c.correctionsOrigin + (c.hasCorrections ? columnBytes : 0);
  c.hasPairs = size > c.pairsOrigin;
  c.marksOrigin = c.pairsOrigin + columnBytes;
}

FailureOr<Contraction> x86::getContraction(Operation *op, StridesOf strides) {
  FailureOr<Contraction> c =
      isa<qnn::FusedConvOp>(op)
          ? readConv(cast<qnn::FusedConvOp>(op), strides)
          : readMatmul(cast<qnn::FusedMatmulOp>(op), strides);
  if (failed(c) || failed(checkInnermost(op, c->lhs, strides(c->lhs))) ||
      failed(checkInnermost(op, c->result, strides(c->result))))
    return failure();
  readAppendices(op, *c);
  simplifyPositions(*c);
  return c;
}
