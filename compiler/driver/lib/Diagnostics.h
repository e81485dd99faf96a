//===- Diagnostics.h - errors and remarks as people read them -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_DIAGNOSTICS_H
#define QCC_DRIVER_LIB_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

namespace qcc::driver {

/// Prints diagnostics to standard error while it lives, one line each:
///
///     model.onnx: error: node 'conv1': message
///
/// Remarks are printed only on demand; errors and warnings that repeat one
/// already printed are dropped.
class DiagnosticPrinter {
public:
  DiagnosticPrinter(mlir::MLIRContext &context, llvm::StringRef model,
                    bool remarks);

  /// Errors printed so far.
  unsigned getErrorCount() const { return errors; }

private:
  void print(mlir::Diagnostic &diagnostic);

  std::string model;
  bool remarks;
  unsigned errors = 0;
  std::string last;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_DIAGNOSTICS_H
