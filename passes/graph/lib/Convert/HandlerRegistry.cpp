//===- HandlerRegistry.cpp - handlers of ONNX operators -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

/// Domains and operators are identifiers: neither holds a slash.
static std::string keyOf(StringRef domain, StringRef opType) {
  return (domain + "/" + opType).str();
}

void HandlerRegistry::add(StringRef domain, StringRef opType,
                          ArrayRef<int64_t> versions, Handler handler) {
  std::map<int64_t, Handler> &entry = handlers[keyOf(domain, opType)];
  for (int64_t version : versions)
    entry[version] = handler;
}

Handler HandlerRegistry::lookup(onnx::NodeOp node) const {
  auto entry =
      handlers.find(keyOf(node.getDomainOrDefault(), node.getOpType()));
  if (entry == handlers.end())
    return nullptr;
  auto version = entry->second.find(node.getVersion());
  return version == entry->second.end() ? nullptr : version->second;
}

SmallVector<int64_t> HandlerRegistry::versionsOf(onnx::NodeOp node) const {
  auto entry =
      handlers.find(keyOf(node.getDomainOrDefault(), node.getOpType()));
  return entry == handlers.end()
             ? SmallVector<int64_t>()
             : llvm::to_vector(llvm::make_first_range(entry->second));
}

const HandlerRegistry &HandlerRegistry::get() {
  static const HandlerRegistry registry = [] {
    HandlerRegistry result;
    registerArithmeticHandlers(result);
    registerActivationHandlers(result);
    registerConstantHandlers(result);
    registerContractionHandlers(result);
    registerEinsumHandlers(result);
    registerGridSampleHandlers(result);
    registerIndexingHandlers(result);
    registerMovementHandlers(result);
    registerNonMaxSuppressionHandlers(result);
    registerNormalizationHandlers(result);
    registerPoolHandlers(result);
    registerQuantizationHandlers(result);
    registerReductionHandlers(result);
    registerResizeHandlers(result);
    registerRoiAlignHandlers(result);
    registerShapeHandlers(result);
    return result;
  }();
  return registry;
}
