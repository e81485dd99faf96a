//===- Contraction.h - the loops of a convolution or matmul -----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One form for everything that multiplies and accumulates: output positions
// (the rows of the product), output channels (its columns), and the reduction
// as nested loops over contiguous runs of the left operand. No activations are
// packed: a convolution reads its input in place, with padding present in
// memory.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_CONTRACTION_H
#define QCC_X86_LIB_CONTRACTION_H

#include "qcc/Qnn/Qnn.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcc::x86 {

/// A loop over output positions, with byte strides.
struct PositionLoop {
  int64_t extent = 1;
  int64_t lhs = 0, rhs = 0, result = 0;
  llvm::SmallVector<int64_t, 2> extras;
};

/// A loop of the reduction around the contiguous runs.
struct ReductionLoop {
  int64_t count = 1;
  int64_t lhs = 0; ///< Byte stride.
};

/// Columns that one bit of the marks stands for: a register of 256 bits.
constexpr int64_t kMarkedColumns = 8;

struct Contraction {
  mlir::Value lhs, rhs, result;
  llvm::SmallVector<mlir::Value> extras;
  mlir::Region *epilogue = nullptr;
  bool isFloat = false;
  bool isWords = false; ///< `lhs` has i16; packed weights too.

  /// Outermost first; at least two. The last two are tiled.
  llvm::SmallVector<PositionLoop> positions;
  /// Byte offset of the first element that position 0 reads, relative to
  /// element [0, ..., 0] of `lhs`: negative where there is padding.
  int64_t lhsOrigin = 0;

  int64_t groups = 1;
  int64_t outputs = 0;  ///< Channels of each group.
  int64_t lhsGroup = 0; ///< Byte stride between the groups of `lhs`.
  int64_t resultChannel = 0;
  llvm::SmallVector<int64_t> extraChannels; ///< Byte strides; 0 broadcasts.

  llvm::SmallVector<ReductionLoop> loops; ///< Outermost first; may be empty.
  int64_t run = 0; ///< Contiguous elements of `lhs` in the innermost loop.

  /// Elements of a run that one step takes: 4 bytes, 2 words or 1 float.
  int64_t stepElements() const { return isFloat ? 1 : isWords ? 2 : 4; }
  int64_t stepsPerRun() const {
    return (run + stepElements() - 1) / stepElements();
  }
  int64_t runs() const;
  int64_t steps() const { return runs() * stepsPerRun(); }

  /// Columns of a packed block. Otherwise 0, and `rhs` is a plain row-major [K,
  /// N] matrix of floats whose rows are `rhsRow` bytes apart, or, if that is 0
  /// too, a constant that waits for qcc-x86-pack-weights.
  int64_t block = 0;
  int64_t rhsRow = 0;
  /// Signed bytes of `lhs` are made unsigned by adding 128 (flipping a bit),
  /// which adds 128 times the sum of a column's weights. True if the packed
  /// weights are followed by an i32 for each column that takes it off again, or
  /// will be.
  bool hasCorrections = false;
  int64_t correctionsPerGroup() const { return blocksPerGroup() * block; }
  /// Where the corrections begin in `rhs`.
  int64_t correctionsOrigin = 0;

  /// What AVX2 kernels that multiply pairs of bytes need (see Microkernel.h)
  /// follows, or will: for each column an i32 from which sums start, and, if
  /// `lhs` is unsigned, for each kMarkedColumns columns and each step a bit,
  /// set if vpmaddubsw may saturate. The bits of a run begin with a new i32.
  bool hasPairs = false;
  int64_t pairsOrigin = 0, marksOrigin = 0;
  int64_t marksPerRun() const { return (stepsPerRun() + 31) / 32 * 4; }
  /// Bytes for one vector of kMarkedColumns columns.
  int64_t marksPerVector() const { return runs() * marksPerRun(); }
  int64_t marksPerGroup() const {
    return blocksPerGroup() * (block / kMarkedColumns) * marksPerVector();
  }

  /// Bytes from one step to the next, and of a block and a group.
  int64_t rhsStep() const { return block ? block * 4 : rhsRow; }
  int64_t rhsBlock() const { return steps() * rhsStep(); }
  int64_t blocksPerGroup() const { return (outputs + block - 1) / block; }
};

/// True if `op` is a convolution in which each output channel reads the input
/// channel of the same number.
bool isDepthwise(mlir::Operation *op);

/// True if the constant weights of `op`, which are not packed yet, are to be
/// followed by corrections, or by what kernels that multiply pairs need, where
/// whole registers of columns are packed (see Contraction).
bool needsCorrections(mlir::Operation *op);
bool needsPairs(mlir::Operation *op);

/// Elements of a run that stand together in the packed weights of `op`.
int64_t packedInterleave(mlir::Operation *op);

/// True if the left operand has i16.
bool readsWords(mlir::Operation *op);

/// Gives the byte strides of a value.
using StridesOf = llvm::function_ref<llvm::ArrayRef<int64_t>(mlir::Value)>;

/// True if `op` is a fused_conv or fused_matmul.
bool isContraction(mlir::Operation *op);

/// Reads `op`, whose values have the given strides. Position loops that are one
/// in memory are merged. Fails, with an error at `op`, if the layout of an
/// operand does not suit the kernel.
mlir::FailureOr<Contraction> getContraction(mlir::Operation *op,
                                            StridesOf strides);

/// Length of the contiguous runs that the reduction of `op` consists of, which
/// the packing of its weights follows: whole rows of taps where neighbouring
/// taps are neighbours in memory, otherwise the channels of one group.
int64_t reductionRun(mlir::Operation *op);

} // namespace qcc::x86

#endif // QCC_X86_LIB_CONTRACTION_H
