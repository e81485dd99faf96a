//===- RowCounts.h - dimensions that are known at run time ------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How many boxes a NonMaxSuppression selects depends on the data. Its result
// has a row for each that there can be, and a value that says how many of them
// count. What is made of the result row by row has the same number of rows.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_CONVERT_ROWCOUNTS_H
#define QCC_GRAPH_LIB_CONVERT_ROWCOUNTS_H

#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/DenseMap.h"

namespace qcc::graph {

/// Of the slices of a value along `axis`, only the first `count` are there.
struct Rows {
  int64_t axis;
  mlir::Value count; ///< i64, of rank 0.
};

class RowCounts {
public:
  void set(mlir::Value value, Rows rows) { counts[value] = rows; }

  /// Nothing for a value all of whose rows are there.
  std::optional<Rows> lookup(mlir::Value value) const {
    auto found = counts.find(value);
    return found == counts.end() ? std::nullopt : std::optional(found->second);
  }

  /// Finds what holds for the result of `op`. Fails if it is not made of its
  /// operands row by row.
  mlir::LogicalResult propagate(mlir::Operation *op);

private:
  llvm::DenseMap<mlir::Value, Rows> counts;
};

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_CONVERT_ROWCOUNTS_H
