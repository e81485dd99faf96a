//===- InsertObservers.cpp - observe what quantization may round ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/Names.h"
#include "qcc/Analysis/QuantizationSites.h"
#include "qcc/Calibrate/Passes.h"
#include "llvm/ADT/StringSet.h"

namespace qcc::calibrate {
#define GEN_PASS_DEF_INSERTOBSERVERS
#include "qcc/Calibrate/Passes.h.inc"
} // namespace qcc::calibrate

using namespace mlir;
using namespace qcc;

namespace {
struct InsertObservers : calibrate::impl::InsertObserversBase<InsertObservers> {
  using InsertObserversBase::InsertObserversBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || carriesGrids(function))
      return;
    const auto &sites = getAnalysis<analysis::QuantizationSites>();
    OpBuilder builder(&getContext());
    ArrayAttr statistics =
        builder.getStrArrayAttr({"range", "histogram", "channels"});
    llvm::StringSet<> names;
    int64_t id = 0;
    for (Value source : sites.getSources()) {
      // Statistics are kept by name, so one name may not stand for two tensors.
      std::string name = analysis::tensorName(source), unique = name;
      for (int copy = 2; !names.insert(unique).second; ++copy)
        unique = name + "#" + std::to_string(copy);
      builder.setInsertionPointAfterValue(source);
      qnn::ObserveOp::create(builder, source.getLoc(), source,
                             builder.getI64IntegerAttr(id++), statistics,
                             builder.getStringAttr(unique));
    }
  }

  static bool carriesGrids(func::FuncOp function) {
    return function
        .walk([](qnn::QuantizeOp) { return WalkResult::interrupt(); })
        .wasInterrupted();
  }
};
} // namespace
