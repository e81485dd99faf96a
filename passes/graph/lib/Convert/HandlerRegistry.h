//===- HandlerRegistry.h - handlers of ONNX operators -----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_CONVERT_HANDLERREGISTRY_H
#define QCC_GRAPH_LIB_CONVERT_HANDLERREGISTRY_H

#include "NodeConversion.h"

#include "llvm/ADT/StringMap.h"

#include <map>

namespace qcc::graph {

/// Converts one node: builds qnn ops and gives the outputs their values, or
/// refuses.
using Handler = mlir::LogicalResult (*)(NodeConversion &);

/// Handlers by domain, operator and the version of the operator's definition.
/// A version is supported only if it is listed: an operator that a newer opset
/// has redefined is refused, never converted as if it were the old one.
class HandlerRegistry {
public:
  /// Registers `handler` for versions of an operator of the default domain.
  void add(llvm::StringRef opType, llvm::ArrayRef<int64_t> versions,
           Handler handler) {
    add(onnx::OnnxDialect::kDefaultDomain, opType, versions, handler);
  }
  void add(llvm::StringRef domain, llvm::StringRef opType,
           llvm::ArrayRef<int64_t> versions, Handler handler);

  Handler lookup(onnx::NodeOp node) const;
  /// The supported versions of the node's operator, for messages.
  llvm::SmallVector<int64_t> versionsOf(onnx::NodeOp node) const;

  /// All handlers there are.
  static const HandlerRegistry &get();

private:
  llvm::StringMap<std::map<int64_t, Handler>> handlers;
};

void registerArithmeticHandlers(HandlerRegistry &registry);
void registerActivationHandlers(HandlerRegistry &registry);
void registerConstantHandlers(HandlerRegistry &registry);
void registerContractionHandlers(HandlerRegistry &registry);
void registerEinsumHandlers(HandlerRegistry &registry);
void registerGridSampleHandlers(HandlerRegistry &registry);
void registerIndexingHandlers(HandlerRegistry &registry);
void registerMovementHandlers(HandlerRegistry &registry);
void registerNonMaxSuppressionHandlers(HandlerRegistry &registry);
void registerNormalizationHandlers(HandlerRegistry &registry);
void registerPoolHandlers(HandlerRegistry &registry);
void registerQuantizationHandlers(HandlerRegistry &registry);
void registerReductionHandlers(HandlerRegistry &registry);
void registerResizeHandlers(HandlerRegistry &registry);
void registerRoiAlignHandlers(HandlerRegistry &registry);
void registerShapeHandlers(HandlerRegistry &registry);

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_CONVERT_HANDLERREGISTRY_H
