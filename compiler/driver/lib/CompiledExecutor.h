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
#include "qcc/Driver/Options.h"

namespace qcc::driver {

/// Executors that lower a module, compile it with the backend that makes the
/// artifact, and run it in this process with its runtime. Observers become
/// stages that call back.
calibration::ExecutorFactory compiledExecutors(const Options &options);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_COMPILEDEXECUTOR_H
