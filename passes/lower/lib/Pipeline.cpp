//===- Pipeline.cpp - the lower pipeline -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Lower/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void qcc::lower::buildLowerPipeline(OpPassManager &manager) {
  OpPassManager &func = manager.nest<func::FuncOp>();
  func.addPass(createReduceToPoolPass());
  func.addPass(createSinkDequantizePass());
  func.addPass(createFuseContractionsPass());
  func.addPass(createFuseElementwisePass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void qcc::lower::registerLowerPipeline() {
  PassPipelineRegistration<>("qcc-lower-pipeline",
                             "QDQ graph to integer program, for any target",
                             buildLowerPipeline);
}
