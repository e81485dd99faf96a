//===- ComputeRanges.cpp - choose the interval of each grid ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/QuantizationSites.h"
#include "qcc/Calibrate/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace qcc::calibrate {
#define GEN_PASS_DEF_COMPUTERANGES
#include "qcc/Calibrate/Passes.h.inc"
} // namespace qcc::calibrate

using namespace mlir;
using namespace qcc;
using namespace qcc::calibrate;

namespace {
struct ComputeRanges : calibrate::impl::ComputeRangesBase<ComputeRanges> {
  using ComputeRangesBase::ComputeRangesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!(percentile > 50 && percentile <= 100)) {
      function.emitError() << "percentile " << percentile
                           << " must be above 50 and at most 100";
      return signalPassFailure();
    }
    const auto &sites = getAnalysis<analysis::QuantizationSites>();
    llvm::MapVector<qnn::ObserveOp, Value> leaders;
    llvm::DenseMap<Value, Range> grids;
    bool complete = true;
    function.walk([&](qnn::ObserveOp op) {
      auto attribute =
          op->getAttrOfType<DictionaryAttr>(qnn::QnnDialect::kStatisticsAttr);
      FailureOr<TensorStatistics> statistics =
          attribute ? TensorStatistics::fromAttribute(attribute)
                    : FailureOr<TensorStatistics>();
      if (failed(statistics)) {
        op.emitError() << "tensor '" << op.getTensor()
                       << "' has no statistics; calibrate first";
        complete = false;
        return;
      }
      // Observers of tensors that the analysis would not round keep their own
      // interval.
      Value leader = llvm::is_contained(sites.getSources(), op.getInput())
                         ? sites.getGridLeader(op.getInput())
                         : op.getInput();
      leaders[op] = leader;
      Range range = computeRange(*statistics, method, percentile);
      Range &grid = grids[leader];
      grid = {std::min(grid.lo, range.lo), std::max(grid.hi, range.hi)};
    });
    if (!complete)
      return signalPassFailure();
    Builder builder(&getContext());
    for (auto [op, leader] : leaders) {
      Range range = grids.lookup(leader);
      op->setAttr(qnn::QnnDialect::kRangeAttr,
                  builder.getDenseF32ArrayAttr({range.lo, range.hi}));
    }
    markAnalysesPreserved<analysis::QuantizationSites>();
  }
};
} // namespace
