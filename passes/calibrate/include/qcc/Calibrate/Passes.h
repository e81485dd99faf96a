//===- Passes.h - passes that prepare and absorb calibration ----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATE_PASSES_H
#define QCC_CALIBRATE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "qcc/Calibrate/Ranges.h"
#include "qcc/Qnn/Qnn.h"

namespace qcc::calibrate {

#define GEN_PASS_DECL
#include "qcc/Calibrate/Passes.h.inc"

/// Adds what turns a float network into an instrumented one: the phase before
/// the data is run.
void buildCalibratePipeline(mlir::OpPassManager &manager);

/// Registers `qcc-calibrate-pipeline`.
void registerCalibratePipelines();

#define GEN_PASS_REGISTRATION
#include "qcc/Calibrate/Passes.h.inc"

} // namespace qcc::calibrate

#endif // QCC_CALIBRATE_PASSES_H
