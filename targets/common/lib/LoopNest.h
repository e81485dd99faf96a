//===- LoopNest.h - vectorised loops over strided operands ------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All elementwise work and all data movement is one form: for each index of a
// shape, an element of each input at its own byte strides (0 where it is
// broadcast, negative where it is reversed) gives an element of the output.
//
// The nest drops and joins dimensions, runs vectors along the output's
// contiguous one, and shares out the outer ones to the threads. Where an input
// is contiguous along another dimension (NCHW read, NHWC written), it computes
// on vectors along that one and transposes tiles in registers.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_LIB_LOOPNEST_H
#define QCC_TARGET_LIB_LOOPNEST_H

#include "qcc/Target/Stage.h"

namespace qcc::target {

/// Memory that a nest reads or writes.
struct NestOperand {
  mlir::Value pointer; ///< To the element of index [0, ..., 0].
  mlir::Type element;  ///< As in the tensor type.
  llvm::SmallVector<int64_t, 6> strides; ///< Bytes, one for each dimension.
  /// Elements behind each row of the last dimension that belong to the output
  /// and hold nothing: they may be written to.
  int64_t padding = 0;
};

/// Emits the code for one element, or for a vector of `lanes`; called with one
/// register value for each input, returns that of the output.
using NestBody =
    llvm::function_ref<mlir::Value(mlir::ValueRange inputs, int64_t lanes)>;

struct NestOptions {
  /// Bits of the widest number that the body handles: decides the vector
  /// length.
  unsigned widestBits = 32;
  /// False: the calling thread does all of it.
  bool partitioned = true;
};

void emitLoopNest(Kernel &kernel, llvm::ArrayRef<int64_t> shape,
                  llvm::ArrayRef<NestOperand> inputs, const NestOperand &output,
                  NestBody body, NestOptions options = {});

/// Moves elements of one type without changing them.
void emitCopyNest(Kernel &kernel, llvm::ArrayRef<int64_t> shape,
                  const NestOperand &input, const NestOperand &output,
                  bool partitioned = true);

/// An operand or result of the kernel's op, as an operand of a nest over
/// `shape`, to which it broadcasts by numpy's rules.
NestOperand nestOperand(Kernel &kernel, mlir::Value value,
                        llvm::ArrayRef<int64_t> shape);

} // namespace qcc::target

#endif // QCC_TARGET_LIB_LOOPNEST_H
