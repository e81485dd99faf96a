//===- Verification.h - -verify-lowering of whole phases --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_VERIFICATION_H
#define QCC_DRIVER_LIB_VERIFICATION_H

#include "Codegen.h"
#include "NumberVerifier.h"

#include "qcc/Driver/Options.h"
#include "qcc/Import/Import.h"

namespace qcc::driver {

// What NumberVerifier cannot compare because one side is not a module of qnn.
// Each names its phase in the error.

/// The module after import against the file.
mlir::LogicalResult verifyImport(mlir::ModuleOp module, llvm::StringRef path,
                                 const importer::ImportOptions &options);

/// What the compiled code of the instrumented network shows its observers
/// against what the interpreter computes there, bit for bit.
mlir::LogicalResult verifyCalibration(mlir::ModuleOp module,
                                      llvm::ArrayRef<Sample> samples);

/// Every variant of the code that this machine can run, on one thread and on
/// three, against the interpreter: all recorded tensors and the results, bit
/// for bit. Others are named in a warning.
mlir::LogicalResult verifyPrograms(const CompiledModel &compiled,
                                   mlir::ModuleOp module,
                                   const NumberVerifier &verifier);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_VERIFICATION_H
