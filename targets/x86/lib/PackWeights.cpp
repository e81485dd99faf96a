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

/// The elements in the order of `packing`, zero where there are none.
std::vector<char> pack(ElementsAttr value, const WeightMatrices &w,
                       qnn::PackingAttr packing) {
  int64_t bytes = lower::elementBytes(value.getElementType());
  ArrayRef<char> source = rawBytes(value);
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

/// -128 times the sum of each packed column of bytes, as i32, behind the
/// weights.
void appendCorrections(std::vector<char> &packed, int64_t blocks, int64_t block,
                       int64_t interleave) {
  int64_t blockBytes = packed.size() / blocks;
  std::vector<int32_t> corrections(blocks * block, 0);
  for (auto [i, weight] : llvm::enumerate(packed)) {
    int64_t column = i % (block * interleave) / interleave;
    corrections[i / blockBytes * block + column] -=
        128 * static_cast<int8_t>(weight);
  }
  const char *bytes = reinterpret_cast<const char *>(corrections.data());
  packed.insert(packed.end(), bytes,
                bytes + corrections.size() * sizeof(int32_t));
}

/// The marks of packed bytes, behind the corrections (see Contraction).
void appendMarks(std::vector<char> &packed, ArrayRef<char> weights,
                 int64_t blocks, int64_t block, int64_t stepsPerRun) {
  auto mayLeaveI16 = [](const char *pair) {
    auto first = static_cast<int8_t>(pair[0]),
         second = static_cast<int8_t>(pair[1]);
    return 255 * (std::max<int>(first, 0) + std::max<int>(second, 0)) >
               std::numeric_limits<int16_t>::max() ||
           255 * (std::min<int>(first, 0) + std::min<int>(second, 0)) <
               std::numeric_limits<int16_t>::min();
  };
  int64_t stepBytes = block * 4, vectorBytes = kMarkedColumns * 4,
          steps = weights.size() / (blocks * stepBytes);
  std::vector<uint32_t> words;
  for (int64_t b = 0; b < blocks; ++b)
    for (int64_t vector = 0; vector < stepBytes; vector += vectorBytes)
      for (int64_t step = 0; step < steps; ++step) {
        int64_t inRun = step % stepsPerRun;
        if (inRun % 32 == 0)
          words.push_back(0);
        const char *pairs =
            weights.data() + (b * steps + step) * stepBytes + vector;
        for (int64_t i = 0; i < vectorBytes; i += 2)
          if (mayLeaveI16(pairs + i))
            words.back() |= uint32_t(1) << inRun % 32;
      }
  const char *bytes = reinterpret_cast<const char *>(words.data());
  packed.insert(packed.end(), bytes, bytes + words.size() * sizeof(uint32_t));
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
        op->getContext(), shape, reductionRun(op), block,
        type.getElementType().isF32() || isDepthwise(op) ? 1 : 4);
    OpBuilder builder(op);
    const std::vector<char> weights = pack(value, matrices, packing);
    std::vector<char> bytes = weights;
    int64_t blocks = matrices.count * llvm::divideCeil(matrices.rows, block),
            interleave = packing.getInterleave();
    if (needsCorrections(op))
      appendCorrections(bytes, blocks, block, interleave);
    if (needsMarks(op) && block % kMarkedColumns == 0)
      appendMarks(bytes, weights, blocks, block,
                  llvm::divideCeil(packing.getRun(), interleave));
    Value packed = createPacked(builder, weight.get().getLoc(),
                                type.getElementType(), bytes);
    Operation *original = weight.get().getDefiningOp();
    weight.set(packed);
    op->setAttr("packing", packing);
    if (original->use_empty())
      original->erase();
  }
};

} // namespace
