//===- Passes.h - code generation that targets share ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_PASSES_H
#define QCC_TARGET_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/Pass.h"

namespace qcc::target {

#define GEN_PASS_DECL
#include "qcc/Target/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "qcc/Target/Passes.h.inc"

} // namespace qcc::target

#endif // QCC_TARGET_PASSES_H
