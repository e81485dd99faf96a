//===- Passes.h - from an observed float network to a QDQ graph -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QUANTIZE_PASSES_H
#define QCC_QUANTIZE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "qcc/Qnn/Qnn.h"

namespace qcc::quantize {

#define GEN_PASS_DECL
#include "qcc/Quantize/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "qcc/Quantize/Passes.h.inc"

} // namespace qcc::quantize

#endif // QCC_QUANTIZE_PASSES_H
