//===- Pipelines.h - the quantize phase -------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QUANTIZE_PIPELINES_H
#define QCC_QUANTIZE_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "qcc/Calibrate/Ranges.h"

namespace qcc::quantize {

/// What the user can choose of the quantize phase. The defaults are the recipe
/// of docs/recipes.md.
struct QuantizeOptions : mlir::PassPipelineOptions<QuantizeOptions> {
  Option<calibrate::RangeMethod> ranges{
      *this, "ranges", llvm::cl::desc("how intervals follow from statistics"),
      llvm::cl::init(calibrate::RangeMethod::l3),
      calibrate::rangeMethodValues()};
  Option<double> percentile{
      *this, "percentile",
      llvm::cl::desc("percentage of numbers that ranges=percentile keeps"),
      llvm::cl::init(99.999)};
  Option<bool> headroom{
      *this, "headroom",
      llvm::cl::desc("make room for numbers that few samples have not shown"),
      llvm::cl::init(true)};
  Option<bool> channelScales{
      *this, "channel-scales",
      llvm::cl::desc("even out channels before they are rounded"),
      llvm::cl::init(true)};
  Option<double> alpha{*this, "alpha",
                       llvm::cl::desc("how far channels are evened out"),
                       llvm::cl::init(0.5)};
  Option<double> perChannelRatio{
      *this, "per-channel-ratio",
      llvm::cl::desc("channel ranges that differ more get a grid each before "
                     "depthwise convolutions; 0: never"),
      llvm::cl::init(4.0)};
  Option<bool> weightGrid{
      *this, "weight-grid",
      llvm::cl::desc("look for the grid of weights that were int8 once"),
      llvm::cl::init(true)};
  ListOption<std::string> keepFloat{
      *this, "keep-float",
      llvm::cl::desc("regular expressions of nodes that stay in f32")};
  ListOption<std::string> schemes{
      *this, "scheme", llvm::cl::desc("REGEX:SCHEME entries for nodes")};
};

/// The first half of the phase: from observers with statistics to a QDQ graph
/// whose weights and biases are still f32, which is where weights are rounded
/// with regard to data (compiler/calibrate).
void buildMaterializePipeline(mlir::OpPassManager &manager,
                              const QuantizeOptions &options);

/// The second half: rounds what is still f32 and checks the contract.
void buildRoundPipeline(mlir::OpPassManager &manager);

/// What a model with Q/DQ of its own needs instead: its numbers stay as they
/// are, and lowering says where it cannot use them.
void buildOwnGridsPipeline(mlir::OpPassManager &manager);

/// Both, without regard to data: the whole phase, from observers with
/// statistics to a QDQ graph that qcc-verify-qdq accepts.
void buildQuantizePipeline(mlir::OpPassManager &manager,
                           const QuantizeOptions &options);

/// Registers `qcc-materialize-pipeline`, `qcc-round-pipeline`,
/// `qcc-own-grids-pipeline` and `qcc-quantize-pipeline`.
void registerQuantizePipelines();

} // namespace qcc::quantize

#endif // QCC_QUANTIZE_PIPELINES_H
