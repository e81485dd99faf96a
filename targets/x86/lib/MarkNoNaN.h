//===- MarkNoNaN.h - roundings that need no care for NaN --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_MARKNONAN_H
#define QCC_X86_LIB_MARKNONAN_H

#include "qcc/Qnn/Qnn.h"

namespace qcc::x86 {

/// Marks each `qnn.round` in the epilogue of a fused op whose operand is
/// provably finite with `qnn.no_nan`, so that code generation leaves out the
/// test.
void markNoNaN(mlir::Operation *op);

} // namespace qcc::x86

#endif // QCC_X86_LIB_MARKNONAN_H
