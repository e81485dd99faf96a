//===- CompiledExecutor.h - calibration by compiled code -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_COMPILEDEXECUTOR_H
#define QCC_DRIVER_LIB_COMPILEDEXECUTOR_H

#include "qcc/Calibration/Executor.h"

namespace qcc::driver {

/// An executor that lowers a module, compiles it for this machine with the
/// backend that makes the artifact, and runs it in this process with its
/// runtime. Observers become stages that call back.
mlir::FailureOr<std::unique_ptr<calibration::Executor>>
createCompiledExecutor(mlir::ModuleOp module, calibration::Runs runs);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_COMPILEDEXECUTOR_H
