//===- Passes.h - from QDQ graph to integer program -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_PASSES_H
#define QCC_LOWER_PASSES_H

#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcc::lower {

#define GEN_PASS_DECL
#include "qcc/Lower/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "qcc/Lower/Passes.h.inc"

/// An identity `qnn.fused_map` of `value`.
mlir::Value insertCopy(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value value);

/// The target-independent part of `lower`: a QDQ graph becomes a program of
/// fused ops and data movement.
void buildLowerPipeline(mlir::OpPassManager &manager);

/// Registers `qcc-lower-pipeline`.
void registerLowerPipeline();

} // namespace qcc::lower

#endif // QCC_LOWER_PASSES_H
