//===- Liveness.h - when the memory of a value is in use --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_LIVENESS_H
#define QCC_LOWER_LIVENESS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace qcc::lower {

/// Positions of ops in the one block of a function, and the last position at
/// which the memory of each value is read, itself or through views. Each op is
/// a stage or part of none, and a barrier lies between two stages: memory that
/// was last read at a position is free from the next one on.
class StageLiveness {
public:
  explicit StageLiveness(mlir::func::FuncOp function);

  int64_t position(mlir::Operation *op) const { return positions.lookup(op); }
  /// Of a value that is no view. Its own position if nobody reads it.
  int64_t lastUse(mlir::Value value) const { return lastUses.lookup(value); }

private:
  llvm::DenseMap<mlir::Operation *, int64_t> positions;
  llvm::DenseMap<mlir::Value, int64_t> lastUses;
};

} // namespace qcc::lower

#endif // QCC_LOWER_LIVENESS_H
