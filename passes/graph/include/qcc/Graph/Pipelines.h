//===- Pipelines.h - the graph phase ----------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_PIPELINES_H
#define QCC_GRAPH_PIPELINES_H

#include "mlir/Pass/PassOptions.h"

namespace qcc::graph {

/// Options of the graph phase.
struct GraphOptions : mlir::PassPipelineOptions<GraphOptions> {
  /// Shapes of inputs, `NAME:1x3x224x224`.
  ListOption<std::string> shapes{
      *this, "shapes", llvm::cl::desc("shapes of inputs, as NAME:1x3x224x224")};
  /// Ops on constants are folded if the result has at most this many elements,
  /// or no more than the operands.
  Option<int64_t> foldLimit{*this, "fold-limit",
                            llvm::cl::desc("most elements of a folded result "
                                           "that is larger than its operands"),
                            llvm::cl::init(65536)};
};

/// From a module in the `onnx` dialect to float `qnn`: convert, choose layouts,
/// fold, and find again what exporters have taken apart.
void buildGraphPipeline(mlir::OpPassManager &manager,
                        const GraphOptions &options);

/// Registers it as `qcc-graph-pipeline`.
void registerGraphPipeline();

} // namespace qcc::graph

#endif // QCC_GRAPH_PIPELINES_H
