//===- Names.h - what the user calls a node or a tensor ---------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ANALYSIS_NAMES_H
#define QCC_ANALYSIS_NAMES_H

#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"

#include <string>

namespace qcc::analysis {

/// The ONNX node that an op comes from: the first name in its location, or the
/// op's own name where there is none.
std::string nodeName(mlir::Operation *op);
/// The same for a location alone; empty where there is no name.
llvm::StringRef nodeName(mlir::Location loc);

/// The ONNX name of a tensor: of an argument its `qnn.name`, of a result the
/// `qnn.tensor` of its op, else the node's name.
std::string tensorName(mlir::Value value);

} // namespace qcc::analysis

#endif // QCC_ANALYSIS_NAMES_H
