//===- ModuleIO.h - modules in files, large constants beside them -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_MODULEIO_H
#define QCC_DRIVER_MODULEIO_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdint>
#include <memory>
#include <string>

namespace qcc::driver {

/// In text, the data of constants with more bytes than this goes to a second
/// file, PATH.resources.
inline constexpr uint64_t kMaxTextResourceBytes = 1024;

/// Writes `module` to `path`, or all in one if that is `-` or a device:
/// as text or as MLIR's bytecode, which holds all data. Files appear when they
/// are complete.
mlir::LogicalResult writeModule(mlir::ModuleOp module, llvm::StringRef path,
                                bool bytecode);

/// Whether large constants of `path` are in a second file.
bool hasSideFile(llvm::StringRef path);

/// The contents of a file that `writeModule` has written, the second file
/// appended to the first: together they are one valid text. Null, and a
/// message in `error`, if a file cannot be read.
std::unique_ptr<llvm::MemoryBuffer> openModuleFile(llvm::StringRef path,
                                                   std::string &error);

/// Parses such a file, text or bytecode. Null after diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> readModule(llvm::StringRef path,
                                             mlir::MLIRContext &context);

} // namespace qcc::driver

#endif // QCC_DRIVER_MODULEIO_H
