//===- ConstantEvaluation.h - ops on constants become constants -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_CONSTANTEVALUATION_H
#define QCC_GRAPH_LIB_CONSTANTEVALUATION_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/PatternMatch.h"

namespace qcc::graph {

/// The value of an op whose operands are all constants, computed by the
/// reference evaluation. Fails, without a message, if they are not, if the
/// result has more than `limit` elements and more than the operands together,
/// or if the op must stay what it is: a `qnn.dequantize` of a constant is how a
/// quantized weight is written.
mlir::FailureOr<mlir::ElementsAttr> evaluateConstant(mlir::Operation *op,
                                                     int64_t limit);

/// The value of an op made of constants as a constant in its place, or else the
/// result of the op itself. It is for results no larger than the operands.
mlir::Value foldOrKeep(mlir::Operation *op, mlir::RewriterBase &rewriter);

/// The elements of an f32 constant, or nothing.
std::optional<llvm::SmallVector<float>> floatElements(mlir::Value value);

/// The elements of an i32 or i64 constant, or nothing.
std::optional<llvm::SmallVector<int64_t>> integerElements(mlir::Value value);

/// A new f32 constant.
mlir::Value makeFloats(mlir::OpBuilder &builder, mlir::Location loc,
                       llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<float> values);

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_CONSTANTEVALUATION_H
