//===- AbsorbStatistics.cpp - statistics of a file onto observers ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Passes.h"

namespace qcc::calibrate {
#define GEN_PASS_DEF_ABSORBSTATISTICS
#include "qcc/Calibrate/Passes.h.inc"
} // namespace qcc::calibrate

using namespace mlir;
using namespace qcc::calibrate;

namespace {
struct AbsorbStatistics
    : qcc::calibrate::impl::AbsorbStatisticsBase<AbsorbStatistics> {
  using AbsorbStatisticsBase::AbsorbStatisticsBase;

  void runOnOperation() override {
    FailureOr<ModelStatistics> statistics =
        loadStatistics(file, [&] { return getOperation().emitError(); });
    if (failed(statistics) ||
        failed(absorbStatistics(getOperation(), *statistics)))
      signalPassFailure();
  }
};
} // namespace
