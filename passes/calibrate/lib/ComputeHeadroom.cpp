//===- ComputeHeadroom.cpp - room for numbers that are still to come --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Passes.h"
#include "qcc/Calibrate/Ranges.h"

namespace qcc::calibrate {
#define GEN_PASS_DEF_COMPUTEHEADROOM
#include "qcc/Calibrate/Passes.h.inc"
} // namespace qcc::calibrate

using namespace mlir;
using namespace qcc;
using namespace qcc::calibrate;

/// Not beyond what a clamp lets through.
static Headroom within(qnn::ClampOp clamp, Headroom headroom,
                       const TensorStatistics &seen) {
  float min = clamp.getMin().convertToFloat(),
        max = clamp.getMax().convertToFloat();
  if (seen.min() < 0)
    headroom.lo = std::min(headroom.lo, std::max(min / seen.min(), 1.0f));
  if (seen.max() > 0)
    headroom.hi = std::min(headroom.hi, std::max(max / seen.max(), 1.0f));
  return headroom;
}

namespace {
struct ComputeHeadroom : calibrate::impl::ComputeHeadroomBase<ComputeHeadroom> {
  void runOnOperation() override {
    getOperation().walk([](qnn::ObserveOp op) {
      Operation *producer = op.getInput().getDefiningOp();
      auto attribute =
          op->getAttrOfType<DictionaryAttr>(qnn::QnnDialect::kStatisticsAttr);
      if (!producer || !attribute)
        return;
      FailureOr<TensorStatistics> seen =
          TensorStatistics::fromAttribute(attribute);
      if (failed(seen))
        return; // qcc-compute-ranges says so.
      Headroom headroom = computeHeadroom(*seen);
      if (auto clamp = dyn_cast<qnn::ClampOp>(producer))
        headroom = within(clamp, headroom, *seen);
      if (headroom.lo > 1 || headroom.hi > 1)
        setHeadroom(op, headroom);
    });
    markAllAnalysesPreserved();
  }
};
} // namespace
