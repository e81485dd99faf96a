//===- Pipelines.cpp - the calibrate phase --------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Passes.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void qcc::calibrate::buildCalibratePipeline(OpPassManager &manager) {
  manager.addNestedPass<func::FuncOp>(createInsertObservers());
}

void qcc::calibrate::registerCalibratePipelines() {
  PassPipelineRegistration<>("qcc-calibrate-pipeline",
                             "instrument a float network for calibration",
                             buildCalibratePipeline);
}
