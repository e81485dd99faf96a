//===- TransposedOps.h - ops in another layout ------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_TRANSPOSEDOPS_H
#define QCC_GRAPH_LIB_TRANSPOSEDOPS_H

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SmallVector.h"

namespace qcc::graph {

/// As in `qnn.transpose`: dimension i of the result is dimension p[i] of the
/// input.
using Permutation = llvm::SmallVector<int64_t>;

/// The permutation of `outer` applied to the result of `inner`.
Permutation compose(llvm::ArrayRef<int64_t> outer,
                    llvm::ArrayRef<int64_t> inner);
Permutation invert(llvm::ArrayRef<int64_t> permutation);
bool isIdentity(llvm::ArrayRef<int64_t> permutation);

/// True for a constant and for a dequantized one: their layout is chosen at
/// compile time.
bool isWeight(mlir::Value value);

/// True if the tensor x with `transpose(x, permutation) = value` costs nothing:
/// `value` is such a transpose, or a constant, or at most moves dimensions of
/// size 1.
bool isFreeToTranspose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);

struct TransposedResult {
  mlir::Value value;
  Permutation permutation;
};

/// Makes op' and a permutation q with `op(transpose(x..., p)) =
/// transpose(op'(x...), q)`, where the operands of op are understood as
/// `transpose(x..., p)`. The names of the op stay on op'. Fails without a trace
/// if the op fixes its layout.
mlir::FailureOr<TransposedResult>
cloneTransposed(mlir::Operation *op, llvm::ArrayRef<int64_t> permutation,
                mlir::PatternRewriter &rewriter);

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_TRANSPOSEDOPS_H
