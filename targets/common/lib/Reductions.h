//===- Reductions.h - sums and maxima in the order of numerics.h ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_LIB_REDUCTIONS_H
#define QCC_TARGET_LIB_REDUCTIONS_H

#include "qcc/Target/Stage.h"

namespace qcc::target {

/// How two partial results of one scalar type become one.
class Monoid {
public:
  enum class Kind { sum, prod, max, min };
  Monoid(Kind kind, mlir::Type type, bool isUnsigned = false)
      : kind(kind), type(type), isUnsigned(isUnsigned) {}

  mlir::Type getType() const { return type; }
  mlir::Value identity(mlir::ImplicitLocOpBuilder &b, int64_t lanes) const;
  mlir::Value combine(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                      mlir::Value y) const;

private:
  Kind kind;
  mlir::Type type;
  bool isUnsigned;
};

/// Lanes of partial results: those of numerics.h for f32.
constexpr int64_t kReduceLanes = 16;

/// Calls `body` with the first element and the number of elements of each
/// vector of a row of `count`, carrying values along.
llvm::SmallVector<mlir::Value>
forEachVector(Kernel &kernel, int64_t count, int64_t lanes,
              mlir::ValueRange initial,
              llvm::function_ref<llvm::SmallVector<mlir::Value>(
                  mlir::Value first, int64_t valid, mlir::ValueRange carried)>
                  body);

/// Reduces `count` elements with kReduceLanes partial results, which are then
/// combined in halves. `load` gives the elements [first, first + valid).
mlir::Value reduceRow(
    Kernel &kernel, int64_t count, const Monoid &monoid,
    llvm::function_ref<mlir::Value(mlir::Value first, int64_t valid)> load);

} // namespace qcc::target

#endif // QCC_TARGET_LIB_REDUCTIONS_H
