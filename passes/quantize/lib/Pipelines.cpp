//===- Pipelines.cpp - the quantize phase ---------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Quantize/Pipelines.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "qcc/Calibrate/Passes.h"
#include "qcc/Quantize/Passes.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;

void qcc::quantize::buildMaterializePipeline(OpPassManager &manager,
                                             const QuantizeOptions &options) {
  OpPassManager &nested = manager.nest<func::FuncOp>();
  if (options.headroom)
    nested.addPass(calibrate::createComputeHeadroom());
  nested.addPass(calibrate::createComputeRanges(
      {.method = options.ranges, .percentile = options.percentile}));
  if (options.channelScales)
    nested.addPass(createChannelScales(
        {.alpha = options.alpha, .perChannelRatio = options.perChannelRatio}));
  AssignPrecisionOptions precision;
  precision.perChannelRatio = options.perChannelRatio;
  llvm::append_range(precision.keepFloat, options.keepFloat);
  llvm::append_range(precision.schemes, options.schemes);
  nested.addPass(createAssignPrecision(precision));
  nested.addPass(createMaterializeQdq({.weightGrid = options.weightGrid}));
  nested.addPass(createPropagateQdq());
}

void qcc::quantize::buildRoundPipeline(OpPassManager &manager) {
  OpPassManager &nested = manager.nest<func::FuncOp>();
  nested.addPass(createSplitContractions());
  nested.addPass(createFoldClamps());
  nested.addPass(createQuantizeWeights());
  nested.addPass(createQuantizeBiases());
  nested.addPass(createVerifyQdq());
}

void qcc::quantize::buildOwnGridsPipeline(OpPassManager &manager) {
  OpPassManager &nested = manager.nest<func::FuncOp>();
  nested.addPass(createPropagateQdq());
  nested.addPass(createFoldClamps());
  nested.addPass(createQuantizeWeights());
}

void qcc::quantize::buildQuantizePipeline(OpPassManager &manager,
                                          const QuantizeOptions &options) {
  buildMaterializePipeline(manager, options);
  buildRoundPipeline(manager);
}

void qcc::quantize::registerQuantizePipelines() {
  PassPipelineRegistration<QuantizeOptions>(
      "qcc-materialize-pipeline",
      "from observers with statistics to Q/DQ pairs around f32 weights",
      buildMaterializePipeline);
  PassPipelineRegistration<>("qcc-round-pipeline",
                             "round weights and biases, check the contract",
                             buildRoundPipeline);
  PassPipelineRegistration<>("qcc-own-grids-pipeline",
                             "prepare a model that has Q/DQ for lowering",
                             buildOwnGridsPipeline);
  PassPipelineRegistration<QuantizeOptions>(
      "qcc-quantize-pipeline", "from observers with statistics to a QDQ graph",
      buildQuantizePipeline);
}
