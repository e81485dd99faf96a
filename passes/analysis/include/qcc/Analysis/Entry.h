//===- Entry.h - the function that a module runs ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ANALYSIS_ENTRY_H
#define QCC_ANALYSIS_ENTRY_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace qcc::analysis {

/// The function that the model's inputs and outputs belong to: `main`, or the
/// module's only one. Null, after an error, if there is none.
mlir::func::FuncOp entryFunction(mlir::ModuleOp module);

} // namespace qcc::analysis

#endif // QCC_ANALYSIS_ENTRY_H
