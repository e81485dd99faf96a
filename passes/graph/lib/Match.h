//===- Match.h - pieces of what exporters take apart ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_MATCH_H
#define QCC_GRAPH_LIB_MATCH_H

#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcc::graph {

/// The number that all elements of a constant are, or nothing.
std::optional<double> matchSplat(mlir::Value value);

/// True if the numbers agree as far as constants in f32 can be trusted.
bool isClose(double value, double expected);

/// The op that defines `value`, if it is elementwise of this kind.
qnn::UnaryOp matchUnary(mlir::Value value, qnn::UnaryKind kind);
qnn::BinaryOp matchBinary(mlir::Value value, qnn::BinaryKind kind);

/// Calls `match` with the operands of a commutative op, in either order, until
/// it returns true.
bool matchEitherOrder(qnn::BinaryOp op,
                      llvm::function_ref<bool(mlir::Value, mlir::Value)> match);

/// `value + constant` or `value * constant` with the same constant everywhere.
struct WithConstant {
  mlir::Value value;
  double constant;
};
std::optional<WithConstant> matchWithSplat(mlir::Value value,
                                           qnn::BinaryKind kind);

/// A product taken apart: everything that is multiplied, but for constants,
/// whose product is `scale`.
struct Product {
  llvm::SmallVector<mlir::Value> factors;
  double scale = 1;
};
Product matchProduct(mlir::Value value);

/// What a reshape (or none) is made of.
mlir::Value skipReshape(mlir::Value value);

/// `value` as a reduction of a tensor over axes, in the shape that keeps them
/// as 1, whether or not by way of a reshape. A mean may be written as a sum by
/// a constant.
struct Reduction {
  mlir::Value input;
  llvm::SmallVector<int64_t> axes;
};
std::optional<Reduction> matchReduction(mlir::Value value,
                                        qnn::ReduceKind kind);

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_MATCH_H
