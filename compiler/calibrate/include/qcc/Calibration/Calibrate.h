//===- Calibrate.h - statistics from data -----------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_CALIBRATE_H
#define QCC_CALIBRATION_CALIBRATE_H

#include "qcc/Calibrate/Statistics.h"
#include "qcc/Calibration/Executor.h"
#include "qcc/Calibration/Samples.h"

namespace qcc::calibration {

/// Runs a module with observers, by an executor of it, over all samples. Memory
/// does not grow with their number, and the statistics do not depend on the
/// number of threads.
mlir::FailureOr<calibrate::ModelStatistics>
collectStatistics(mlir::ModuleOp module, const Samples &samples,
                  const Executor &executor);

/// Warns, at the nodes, of what makes statistics a bad guide: tensors that are
/// dead, constant or hold NaN, few samples, halves of the set that differ.
void warnOfStatistics(mlir::ModuleOp module,
                      const calibrate::ModelStatistics &statistics);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_CALIBRATE_H
