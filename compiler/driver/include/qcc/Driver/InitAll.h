//===- InitAll.h - registration of all dialects and passes --------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef QCC_DRIVER_INITALL_H
#define QCC_DRIVER_INITALL_H

#include "mlir/IR/DialectRegistry.h"

namespace qcc::driver {

/// Adds every dialect that a phase of qcc reads or writes, with the
/// extensions that the passes need.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers every pass and pipeline of qcc, and those of MLIR that are used
/// beside them, under their command line names.
void registerAllPasses();

} // namespace qcc::driver

#endif // QCC_DRIVER_INITALL_H
