//===- ComputeRanges.cpp - choose the interval of each grid ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/QuantizationSites.h"
#include "qcc/Calibrate/Passes.h"

#include "mlir/IR/Threading.h"

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
    SmallVector<qnn::ObserveOp> observers;
    std::vector<TensorStatistics> seen;
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
      observers.push_back(op);
      seen.push_back(std::move(*statistics));
    });
    if (!complete)
      return signalPassFailure();
    std::vector<Range> ranges(seen.size());
    parallelFor(&getContext(), 0, seen.size(), [&](size_t i) {
      ranges[i] =
          getHeadroom(observers[i])(computeRange(seen[i], method, percentile));
    });
    // Observers of tensors that the analysis would not round keep their own
    // interval.
    auto leaderOf = [&](qnn::ObserveOp op) {
      return llvm::is_contained(sites.getSources(), op.getInput())
                 ? sites.getGridLeader(op.getInput())
                 : op.getInput();
    };
    llvm::DenseMap<Value, Range> grids;
    for (auto [op, range] : llvm::zip_equal(observers, ranges)) {
      Range &grid = grids[leaderOf(op)];
      grid = {std::min(grid.lo, range.lo), std::max(grid.hi, range.hi)};
    }
    Builder builder(&getContext());
    for (qnn::ObserveOp op : observers) {
      Range range = grids.lookup(leaderOf(op));
      op->setAttr(qnn::QnnDialect::kRangeAttr,
                  builder.getDenseF32ArrayAttr({range.lo, range.hi}));
    }
    markAnalysesPreserved<analysis::QuantizationSites>();
  }
};
} // namespace
