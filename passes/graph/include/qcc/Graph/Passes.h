//===- Passes.h - passes on the float graph ---------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_PASSES_H
#define QCC_GRAPH_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcc::graph {

#define GEN_PASS_DECL
#include "qcc/Graph/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "qcc/Graph/Passes.h.inc"

} // namespace qcc::graph

#endif // QCC_GRAPH_PASSES_H
