//===- Pipelines.cpp - the graph phase ------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Graph/Pipelines.h"

#include "qcc/Graph/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace qcc;

void graph::buildGraphPipeline(OpPassManager &manager,
                               const GraphOptions &options) {
  ConvertOnnxToQnnPassOptions conversion;
  conversion.shapes.assign(options.shapes.begin(), options.shapes.end());
  conversion.foldLimit = options.foldLimit;
  manager.addPass(createConvertOnnxToQnnPass(conversion));

  OpPassManager &functions = manager.nest<func::FuncOp>();
  // Layouts first: canonicalization turns transposes of single columns into
  // reshapes, which do not tell any more what they undo.
  functions.addPass(createMoveTransposesPass());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(createFoldPadsPass());
  functions.addPass(createMatmulToLinearPass());
  functions.addPass(createOneHotToGatherPass());
  // Before scales move into weights: a scale may belong to a norm.
  functions.addPass(createRecognizeActivationsPass());
  functions.addPass(createRecognizeLayerNormPass());
  functions.addPass(createFoldChannelAffinePass());
  // With the scales that go into their weights.
  functions.addPass(createConvTransposeToConvPass());
  FoldConstantsPassOptions folding;
  folding.limit = options.foldLimit;
  functions.addPass(createFoldConstantsPass(folding));
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
}

void graph::registerGraphPipeline() {
  PassPipelineRegistration<GraphOptions>(
      "qcc-graph-pipeline",
      "the graph phase: from the onnx dialect to float qnn",
      buildGraphPipeline);
}
