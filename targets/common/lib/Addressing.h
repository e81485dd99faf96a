//===- Addressing.h - from indices to addresses -----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_LIB_ADDRESSING_H
#define QCC_TARGET_LIB_ADDRESSING_H

#include "qcc/Target/Stage.h"

namespace qcc::target {

/// The index of element `number` of a shape, in row-major order.
llvm::SmallVector<mlir::Value> delinearize(Kernel &kernel, mlir::Value number,
                                           llvm::ArrayRef<int64_t> shape);

/// `pointer` moved by each index times its byte stride.
mlir::Value addressOf(Kernel &kernel, mlir::Value pointer,
                      mlir::ValueRange indices,
                      llvm::ArrayRef<int64_t> strides);

/// Calls `body` for each index of a shape in row-major order, carrying values
/// from one to the next. Returns the last ones.
llvm::SmallVector<mlir::Value> loopCarried(
    Kernel &kernel, llvm::ArrayRef<int64_t> shape, mlir::ValueRange initial,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange indices,
                                                      mlir::ValueRange carried)>
        body);

/// The same for one dimension, from `first` to `last` by `step` (i64 values).
llvm::SmallVector<mlir::Value> loopCarried(
    Kernel &kernel, mlir::Value first, mlir::Value last, int64_t step,
    mlir::ValueRange initial,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value index,
                                                      mlir::ValueRange carried)>
        body);

/// Repeats `body`, carrying values from one time to the next, as long as
/// `condition` of them holds. Returns the last ones.
llvm::SmallVector<mlir::Value> loopWhile(
    Kernel &kernel, mlir::ValueRange initial,
    llvm::function_ref<mlir::Value(mlir::ValueRange carried)> condition,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange carried)>
        body);

/// An index of integer type `type` that was loaded, counted from the end if
/// negative and clamped to [0, extent), so that nothing outside is ever read.
mlir::Value safeIndex(Kernel &kernel, mlir::Value index, mlir::Type type,
                      int64_t extent);

/// The first i64 of [0, count) for which a condition holds that holds for all
/// that follow it; `count` if there is none.
mlir::Value findFirst(Kernel &kernel, mlir::Value count,
                      llvm::function_ref<mlir::Value(mlir::Value)> holds);

/// True if the elements of a shape lie one behind the other without gaps.
bool isContiguous(llvm::ArrayRef<int64_t> shape,
                  llvm::ArrayRef<int64_t> strides, int64_t elementSize);

} // namespace qcc::target

#endif // QCC_TARGET_LIB_ADDRESSING_H
