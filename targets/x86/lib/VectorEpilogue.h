//===- VectorEpilogue.h - epilogues on vectors of channels ------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_VECTOREPILOGUE_H
#define QCC_X86_LIB_VECTOREPILOGUE_H

#include "qcc/Qnn/Qnn.h"
#include "qcc/Target/Stage.h"

namespace qcc::x86 {

/// Loads a vector of neighbouring elements of `tensor`, of which `valid`
/// matter; no byte behind the tensor is touched if it may not be.
mlir::Value loadVector(target::Kernel &kernel, mlir::Value tensor,
                       mlir::Value pointer, mlir::VectorType type,
                       int64_t valid);

/// Emits `body(size)` for whole pieces of `extent`, and for the smaller last
/// one, if there is one, where `coordinate` is the number of the last piece.
void emitForSize(target::Kernel &kernel, mlir::Value coordinate, int64_t extent,
                 int64_t size, llvm::function_ref<void(int64_t)> body);

/// Evaluates the epilogue of a fused op for vectors of neighbouring channels.
class VectorEpilogue {
public:
  VectorEpilogue(target::Kernel &kernel, mlir::Region &region,
                 mlir::ValueRange extras, llvm::ArrayRef<int64_t> extraChannels,
                 int64_t lanes);

  /// Applies the region to `accumulator` and stores `valid` lanes `offset`
  /// bytes behind `result`, perhaps not before flush().
  /// `addresses` point at the first channel's element of each extra.
  /// `hasInitialValue`: the accumulator started from takeInitialValue().
  void apply(mlir::Value accumulator, llvm::ArrayRef<mlir::Value> addresses,
             mlir::Value result, int64_t offset, int64_t valid,
             bool hasInitialValue = false);

  /// The same, with the values of the extras instead of addresses.
  void applyTo(mlir::Value accumulator, llvm::ArrayRef<mlir::Value> values,
               mlir::Value result, int64_t offset, int64_t valid,
               bool hasInitialValue = false);

  /// Stores what is not stored yet, all of it behind one `result`.
  void flush();

  /// True if the results are bytes or words that packs of whole registers of
  /// i32 saturate to.
  bool packs() const { return bool(round); }

  /// Of such an epilogue: applies it to registers each of whose 128-bit lanes
  /// holds four neighbouring channels, the first register those at the
  /// beginning of a stretch of channels, the last those at its end; there are
  /// two or four of them. `values` of the extras are in the same order. Stores
  /// the first `valid` channels at `result`.
  void applyInterleaved(llvm::ArrayRef<mlir::Value> accumulators,
                        llvm::ArrayRef<llvm::SmallVector<mlir::Value>> values,
                        mlir::Value result, int64_t valid,
                        bool hasInitialValue);

  /// The extra of this number, `valid` neighbouring channels from `address` on.
  mlir::Value loadExtra(unsigned index, mlir::Value address, int64_t valid);

  /// Where `period` channels repeat along the lanes: the lanes from `first` on.
  mlir::Value loadRepeated(unsigned index, mlir::Value address, int64_t period,
                           int64_t first);

  /// An i32 accumulator that the region first of all adds a constant or an
  /// extra to can start from that number instead of zero: sums of integers
  /// wrap, so their order is free. Returns the starting vector, or null if the
  /// region has another form. `load` gives the extra of a number.
  mlir::Value takeInitialValue(llvm::function_ref<mlir::Value(unsigned)> load);

private:
  /// Results of 32 bits that wait to be packed.
  struct Pending {
    mlir::Value wide, result;
    int64_t offset, valid;
  };

  mlir::Value asElement(mlir::Value stored, mlir::Type element);
  mlir::Value evaluate(mlir::Value accumulator,
                       llvm::ArrayRef<mlir::Value> values, bool hasInitialValue,
                       qnn::RoundOp unsaturated);
  void store(mlir::Value value, mlir::Value address, int64_t valid);
  mlir::Value saturate(mlir::Value a, mlir::Value b, bool toWords);
  mlir::Value pack(llvm::ArrayRef<mlir::Value> wide);
  mlir::Value inOrder(mlir::Value packed, int64_t registers);
  size_t registersToPack();

  target::Kernel &kernel;
  mlir::ImplicitLocOpBuilder &b;
  mlir::Region &region;
  mlir::ValueRange extras;
  llvm::ArrayRef<int64_t> extraChannels;
  int64_t lanes;
  qnn::RoundOp round; ///< That narrowing instructions finish, or null.
  llvm::SmallVector<Pending, 4> pending;
};

} // namespace qcc::x86

#endif // QCC_X86_LIB_VECTOREPILOGUE_H
