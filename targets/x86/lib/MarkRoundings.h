//===- MarkRoundings.h - what roundings need not care for -------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_MARKROUNDINGS_H
#define QCC_X86_LIB_MARKROUNDINGS_H

#include "qcc/Qnn/Qnn.h"

namespace qcc::x86 {

/// Marks each `qnn.round` in the epilogue of a fused op whose operand is
/// provably below target::kSmall with `qnn.small`, or finite with `qnn.no_nan`,
/// so that code generation leaves out tests.
void markRoundings(mlir::Operation *op);

} // namespace qcc::x86

#endif // QCC_X86_LIB_MARKROUNDINGS_H
