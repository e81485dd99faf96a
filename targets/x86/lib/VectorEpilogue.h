//===- VectorEpilogue.h - epilogues on vectors of channels ------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_VECTOREPILOGUE_H
#define QCC_X86_LIB_VECTOREPILOGUE_H

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

/// Evaluates the epilogue of a fused op for a vector of neighbouring channels.
class VectorEpilogue {
public:
  VectorEpilogue(target::Kernel &kernel, mlir::Region &region,
                 mlir::ValueRange extras, llvm::ArrayRef<int64_t> extraChannels,
                 int64_t lanes)
      : kernel(kernel), b(kernel.getBuilder()), region(region), extras(extras),
        extraChannels(extraChannels), lanes(lanes) {}

  /// Applies the region to `accumulator` and stores `valid` lanes at `result`.
  /// `addresses` point at the first channel's element of each extra.
  /// `hasInitialValue`: the accumulator started from takeInitialValue().
  void apply(mlir::Value accumulator, llvm::ArrayRef<mlir::Value> addresses,
             mlir::Value result, int64_t valid, bool hasInitialValue = false);

  /// The same, with the values of the extras instead of addresses.
  void applyTo(mlir::Value accumulator, llvm::ArrayRef<mlir::Value> values,
               mlir::Value result, int64_t valid, bool hasInitialValue = false);

  /// The extra of this number, `valid` neighbouring channels from `address` on.
  mlir::Value loadExtra(unsigned index, mlir::Value address, int64_t valid);

  /// Where `period` channels repeat along the lanes: the lanes from `first` on.
  mlir::Value loadRepeated(unsigned index, mlir::Value address, int64_t period,
                           int64_t first);

  /// An i32 accumulator that the region first of all adds a constant or an
  /// extra to can start from that number instead of zero: sums of integers
  /// wrap, so their order is free. Returns the starting vector, or null if the
  /// region has another form.
  mlir::Value takeInitialValue(llvm::ArrayRef<mlir::Value> addresses,
                               int64_t valid);

private:
  mlir::Value asElement(mlir::Value stored, mlir::Type element);

  target::Kernel &kernel;
  mlir::ImplicitLocOpBuilder &b;
  mlir::Region &region;
  mlir::ValueRange extras;
  llvm::ArrayRef<int64_t> extraChannels;
  int64_t lanes;
};

} // namespace qcc::x86

#endif // QCC_X86_LIB_VECTOREPILOGUE_H
