//===- SeedMiscompile.h - faults for tests of the verifier ------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_SEEDMISCOMPILE_H
#define QCC_DRIVER_LIB_SEEDMISCOMPILE_H

#include "Codegen.h"

#include "mlir/IR/BuiltinOps.h"

namespace qcc::driver {

/// Test hook: makes numbers of the program wrong, the signs of some elements of
/// one constant that a contraction reads. False if there is none.
bool corruptProgram(mlir::ModuleOp module);

/// The same for what code generation has made: packed weights.
void corruptProgram(CompiledModel &compiled);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_SEEDMISCOMPILE_H
