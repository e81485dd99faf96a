//===- Passes.h - preparing fused ops for x86 kernels -----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_PASSES_H
#define QCC_X86_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "qcc/Qnn/Qnn.h"

namespace qcc::x86 {

#define GEN_PASS_DECL
#include "qcc/X86/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "qcc/X86/Passes.h.inc"

} // namespace qcc::x86

#endif // QCC_X86_PASSES_H
