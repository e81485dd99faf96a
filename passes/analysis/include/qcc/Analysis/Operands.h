//===- Operands.h - what an op reads ----------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ANALYSIS_OPERANDS_H
#define QCC_ANALYSIS_OPERANDS_H

#include "qcc/Qnn/Qnn.h"

namespace qcc::analysis {

/// The operand of `op` that has `role`, or null.
mlir::OpOperand *operandOfRole(mlir::Operation *op, qnn::OperandRole role);

/// True for ops that only move numbers, on whatever grid; not for null.
bool isTransparent(mlir::Operation *op);

} // namespace qcc::analysis

#endif // QCC_ANALYSIS_OPERANDS_H
