//===- Reporting.h - what -report= says of a compilation --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_REPORTING_H
#define QCC_DRIVER_LIB_REPORTING_H

#include "Codegen.h"

#include "qcc/Calibration/Quantize.h"
#include "qcc/Driver/Options.h"
#include "qcc/Report/Report.h"

#include "mlir/IR/OwningOpRef.h"

namespace qcc::driver {

/// A compilation's modules and data, as far as a report is about them.
struct Reported {
  /// Before quantization; null if the program is a float one, or if the model
  /// came with Q/DQ.
  mlir::OwningOpRef<mlir::ModuleOp> floatNetwork;
  /// What quantization measured; nothing in it if the program is a float one.
  calibration::QuantizeResult quantized;
  /// In Q/DQ form or in f32.
  mlir::OwningOpRef<mlir::ModuleOp> network;
  const calibration::Samples *samples = nullptr; ///< Null without data.
  llvm::SmallVector<qnn::Tensor> inputs;         ///< To take times with.
};

/// Measures `compiled`, the program of the lowered `module`, and what it was
/// made from.
mlir::FailureOr<report::Report>
makeReport(Reported &reported, const CompiledModel &compiled,
           mlir::ModuleOp module, const Options &options,
           const calibration::ExecutorFactory &createExecutor);

/// Writes a report in the form that the end of `path` asks for.
llvm::Error writeReport(const report::Report &report, llvm::StringRef path);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_REPORTING_H
