//===- Parallel.h - many small pieces of work side by side ------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_PARALLEL_H
#define QCC_CALIBRATION_LIB_PARALLEL_H

#include "mlir/IR/Threading.h"
#include "llvm/Support/MathExtras.h"

namespace qcc::calibration {

/// Calls `body(i)` for each i of [begin, end), many of them in a row: for each
/// call MLIR locks twice and asks the system for the thread, which takes longer
/// than a small piece of work.
template <typename Body>
void parallelForSmall(mlir::MLIRContext *context, size_t begin, size_t end,
                      Body body) {
  constexpr size_t kCalls = 32;
  if (begin >= end)
    return;
  size_t row = llvm::divideCeil(end - begin, kCalls);
  mlir::parallelFor(
      context, 0, llvm::divideCeil(end - begin, row), [&](size_t call) {
        size_t first = begin + call * row;
        for (size_t i = first; i < std::min(first + row, end); ++i)
          body(i);
      });
}

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_PARALLEL_H
