//===- Compilation.h - a model's way through the phases -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_COMPILATION_H
#define QCC_DRIVER_COMPILATION_H

#include "qcc/Driver/Options.h"

#include "mlir/Support/LLVM.h"

namespace qcc::driver {

/// Compiles one model as `options` ask. Errors and, if asked for, remarks go to
/// standard error; on failure at least one error has been printed and nothing
/// has been written.
llvm::LogicalResult compile(const Options &options);

} // namespace qcc::driver

#endif // QCC_DRIVER_COMPILATION_H
