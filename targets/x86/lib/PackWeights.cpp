//===- PackWeights.cpp - constant weights in the kernels' order -----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Emitters.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "qcc/Lower/Layout.h"
#include "qcc/X86/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace qcc::x86 {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "qcc/X86/Passes.h.inc"
} // namespace qcc::x86

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

namespace {

/// A weight as matrices [rows, columns], one for each group or batch.
struct WeightMatrices {
  int64_t count = 1, rows = 0, columns = 0;
  bool transposed = false; ///< Stored as [columns, rows].
};

/// The bytes of a dense or resource constant, or the one element of a splat.
ArrayRef<char> rawBytes(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return resource.getRawHandle().getBlob()->getData();
  return cast<DenseElementsAttr>(value).getRawData();
}

/// Elements of so many bytes, one after the other; one for all in a splat.
struct Source {
  ArrayRef<char> data;
  int64_t bytes;
};

/// The elements in the order of `packing`, zero where there are none.
std::vector<char> pack(Source from, const WeightMatrices &w,
                       qnn::PackingAttr packing) {
  auto [source, bytes] = from;
  bool isSplat = static_cast<int64_t>(source.size()) == bytes;
  int64_t run = packing.getRun(), block = packing.getBlock(),
          interleave = packing.getInterleave();
  int64_t steps = w.columns / run * llvm::divideCeil(run, interleave),
          blocks = llvm::divideCeil(w.rows, block);
  std::vector<char> result(w.count * blocks * steps * block * interleave *
                           bytes);
  for (int64_t m = 0; m < w.count; ++m)
    for (int64_t row = 0; row < w.rows; ++row) {
      char *column0 =
          result.data() +
          ((m * blocks + row / block) * steps * block + row % block) *
              interleave * bytes;
      for (int64_t column = 0; column < w.columns; ++column) {
        int64_t inRun = column % run;
        int64_t step = column / run * llvm::divideCeil(run, interleave) +
                       inRun / interleave;
        int64_t from = (m * w.rows + row) * w.columns + column;
        if (w.transposed)
          from = (m * w.columns + column) * w.rows + row;
        memcpy(column0 +
                   (step * block * interleave + inRun % interleave) * bytes,
               source.data() + (isSplat ? 0 : from * bytes), bytes);
      }
    }
  return result;
}

template <typename T>
void append(std::vector<char> &packed, ArrayRef<T> numbers) {
  auto *bytes = reinterpret_cast<const char *>(numbers.data());
  packed.insert(packed.end(), bytes, bytes + numbers.size() * sizeof(T));
}

/// Bytes packed in blocks of columns, four of the reduction in each step.
struct PackedBytes {
  std::vector<char> bytes;
  int64_t blocks, block, stepsPerRun;

  int64_t steps() const { return bytes.size() / (blocks * block * 4); }
  /// Four weights, of one column.
  const int8_t *at(int64_t column, int64_t step) const {
    return reinterpret_cast<const int8_t *>(bytes.data()) +
           ((column / block * steps() + step) * block + column % block) * 4;
  }
};

/// For each column -128 times the sum of its weights.
std::vector<int32_t> computeCorrections(const PackedBytes &weights) {
  std::vector<int32_t> corrections(weights.blocks * weights.block, 0);
  for (auto [column, correction] : llvm::enumerate(corrections))
    for (int64_t step = 0; step < weights.steps(); ++step)
      for (int8_t weight : ArrayRef(weights.at(column, step), 4))
        correction -= 128 * weight;
  return corrections;
}

/// True if a product of two unsigned bytes with these weights, or another one,
/// may leave i16, where vpmaddubsw saturates.
bool maySaturate(const int8_t *pair) {
  int most = std::max<int>(pair[0], 0) + std::max<int>(pair[1], 0),
      least = std::min<int>(pair[0], 0) + std::min<int>(pair[1], 0);
  return 255 * most > std::numeric_limits<int16_t>::max() ||
         255 * least < std::numeric_limits<int16_t>::min();
}

/// The marks of Contraction.
std::vector<uint32_t> computeMarks(const PackedBytes &weights) {
  std::vector<uint32_t> words;
  int64_t columns = weights.blocks * weights.block;
  for (int64_t first = 0; first < columns; first += kMarkedColumns)
    for (int64_t step = 0; step < weights.steps(); ++step) {
      int64_t bit = step % weights.stepsPerRun % 32;
      if (bit == 0)
        words.push_back(0);
      const int8_t *weight = weights.at(first, step);
      for (int64_t i = 0; i < kMarkedColumns * 4; i += 2)
        if (maySaturate(weight + i))
          words.back() |= uint32_t(1) << bit;
    }
  return words;
}

/// For each column where sums of pairs start, so that what
/// Microkernel::stepSigned adds besides the products goes away again.
std::vector<int32_t> computePairStarts(const PackedBytes &weights,
                                       ArrayRef<uint32_t> marks) {
  std::vector<int32_t> starts(weights.blocks * weights.block, 0);
  int64_t wordsPerRun = llvm::divideCeil(weights.stepsPerRun, 32),
          words = weights.steps() / weights.stepsPerRun * wordsPerRun;
  auto isMarked = [&](int64_t column, int64_t step) {
    int64_t run = step / weights.stepsPerRun,
            inRun = step % weights.stepsPerRun;
    uint32_t word =
        marks[column / kMarkedColumns * words + run * wordsPerRun + inRun / 32];
    return (word >> inRun % 32 & 1) != 0;
  };
  for (auto [column, start] : llvm::enumerate(starts))
    for (int64_t step = 0; step < weights.steps(); ++step) {
      if (!marks.empty() && !isMarked(column, step))
        continue;
      for (int8_t weight : ArrayRef(weights.at(column, step), 4)) {
        start -= std::max<int32_t>(weight, 0);
        if (!marks.empty()) // Then bytes are unsigned, and 128 is subtracted.
          start += 128 * weight;
      }
    }
  return starts;
}

Value createPacked(OpBuilder &builder, Location loc, Type element,
                   ArrayRef<char> bytes) {
  auto type = RankedTensorType::get(
      {static_cast<int64_t>(bytes.size()) / lower::elementBytes(element)},
      element);
  ElementsAttr value;
  constexpr size_t kInline = 4096;
  if (bytes.size() <= kInline)
    value = DenseElementsAttr::getFromRawBuffer(type, bytes);
  else
    value = DenseResourceElementsAttr::get(
        type, "packed",
        HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, /*align=*/64));
  return qnn::ConstantOp::create(builder, loc, value);
}

struct PackWeightsPass : x86::impl::PackWeightsPassBase<PackWeightsPass> {
  void runOnOperation() override {
    SmallVector<Operation *> contractions;
    getOperation().walk([&](Operation *op) {
      auto strategy = op->getAttrOfType<DictionaryAttr>("strategy");
      if (isContraction(op) && strategy && strategy.get(kBlockKey) &&
          !op->hasAttr("packing"))
        contractions.push_back(op);
    });
    for (Operation *op : contractions)
      packOperand(op);
  }

  void packOperand(Operation *op) {
    OpOperand &weight = op->getOpOperand(1);
    ElementsAttr value = qnn::constantValue(weight.get());
    if (!value)
      return;
    auto type = cast<RankedTensorType>(value.getShapedType());
    SmallVector<int64_t> shape(type.getShape());
    WeightMatrices matrices;
    if (auto conv = dyn_cast<qnn::FusedConvOp>(op)) {
      matrices.count = isDepthwise(op) ? 1 : conv.getGroups();
      matrices.rows = shape[0] / matrices.count;
      matrices.columns = type.getNumElements() / shape[0];
    } else {
      auto matmul = cast<qnn::FusedMatmulOp>(op);
      if (!matmul.getTransposeRhs()) {
        matrices.transposed = true;
        std::swap(shape[shape.size() - 2], shape.back());
        matmul.setTransposeRhs(true);
      }
      matrices.columns = shape.back();
      matrices.rows = shape[shape.size() - 2];
      for (int64_t extent : ArrayRef(shape).drop_back(2))
        matrices.count *= extent;
    }
    auto strategy = op->getAttrOfType<DictionaryAttr>("strategy");
    int64_t block = strategy.getAs<IntegerAttr>(kBlockKey).getInt();
    auto packing = qnn::PackingAttr::get(
        op->getContext(), shape, reductionRun(op), block, packedInterleave(op));
    OpBuilder builder(op);
    Type element = type.getElementType();
    Source source{rawBytes(value), lower::elementBytes(element)};
    // vpmaddwd and vpdpwssd multiply words by words.
    std::vector<int16_t> words;
    if (readsWords(op) && !isDepthwise(op)) {
      element = builder.getI16Type();
      for (char byte : source.data)
        words.push_back(static_cast<int8_t>(byte));
      source = {ArrayRef(reinterpret_cast<const char *>(words.data()),
                         words.size() * sizeof(int16_t)),
                sizeof(int16_t)};
    }
    PackedBytes weights;
    weights.bytes = pack(source, matrices, packing);
    weights.blocks = matrices.count * llvm::divideCeil(matrices.rows, block);
    weights.block = block;
    weights.stepsPerRun =
        llvm::divideCeil(packing.getRun(), packing.getInterleave());
    std::vector<char> bytes = weights.bytes;
    if (needsCorrections(op))
      append<int32_t>(bytes, computeCorrections(weights));
    if (needsPairs(op) && block % kMarkedColumns == 0) {
      std::vector<uint32_t> marks;
      if (!needsCorrections(op))
        marks = computeMarks(weights);
      append<int32_t>(bytes, computePairStarts(weights, marks));
      append<uint32_t>(bytes, marks);
    }
    Value packed = createPacked(builder, weight.get().getLoc(), element, bytes);
    Operation *original = weight.get().getDefiningOp();
    weight.set(packed);
    op->setAttr("packing", packing);
    if (original->use_empty())
      original->erase();
  }
};

} // namespace
