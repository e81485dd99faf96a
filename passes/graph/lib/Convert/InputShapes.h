//===- InputShapes.h - values of symbolic dimensions ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_CONVERT_INPUTSHAPES_H
#define QCC_GRAPH_LIB_CONVERT_INPUTSHAPES_H

#include "qcc/Onnx/OnnxOps.h"

#include "llvm/ADT/StringMap.h"

namespace qcc::graph {

/// The shapes that a user gives to a model's inputs, and through them the
/// values of its symbolic dimensions.
class InputShapes {
public:
  /// Reads options of the form `NAME:1x3x224x224`; names split at the last
  /// colon. Fails where one is malformed, names no input of `graph`, does not
  /// fit the input's declared shape, or contradicts another.
  mlir::LogicalResult parse(llvm::ArrayRef<std::string> options,
                            onnx::GraphOp graph);

  /// The static type of an input that is declared as `type`, with the names
  /// `params` of its dimensions (null if none has a name).
  mlir::FailureOr<mlir::RankedTensorType> bind(llvm::StringRef name,
                                               mlir::Type type,
                                               mlir::ArrayAttr params,
                                               mlir::Location loc) const;

private:
  llvm::StringMap<llvm::SmallVector<int64_t>> shapes;
  llvm::StringMap<int64_t> dimensions;
};

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_CONVERT_INPUTSHAPES_H
