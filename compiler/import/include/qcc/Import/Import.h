//===- Import.h - reads ONNX models -------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IMPORT_IMPORT_H
#define QCC_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace qcc::importer {

struct ImportOptions {
  /// Keep the model's own functions as `onnx.function` and the calls of them as
  /// nodes, instead of inlining them.
  bool keepFunctions = false;

  /// Let operators of domains through that nobody knows: to look at a model, or
  /// because the graph phase refuses them with all others that it cannot take.
  bool customDomains = false;

  /// Constants of more elements than this become resources.
  int64_t maxInlineElements = 16;
};

/// Reads the model `path` into a module of the `onnx` dialect, or reports one
/// error, at the location `path`, and returns null.
///
/// Large constants are not read: they stay in the files they are in, which the
/// resources of the module map into memory. These files must not change while
/// the module lives. Values that are not aligned to their element type are
/// copied.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef path,
                                             mlir::MLIRContext &context,
                                             const ImportOptions &options = {});

/// Reads the model `path` once more, all of it with the ONNX library, and
/// compares the module that importOnnx made of it with these options: nodes,
/// attributes, names of values, and every constant bit for bit. What differs,
/// or "" if nothing does; failure, after an error, if the file cannot be read
/// again.
mlir::FailureOr<std::string> compareWithFile(mlir::ModuleOp module,
                                             llvm::StringRef path,
                                             const ImportOptions &options = {});

/// Reads a file that holds one serialized tensor, as the inputs and outputs in
/// ONNX's test data are, or reports one error, at the location `path`, and
/// returns null.
mlir::ElementsAttr importTensor(llvm::StringRef path,
                                mlir::MLIRContext &context);

} // namespace qcc::importer

#endif // QCC_IMPORT_IMPORT_H
