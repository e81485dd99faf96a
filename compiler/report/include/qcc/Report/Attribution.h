//===- Attribution.h - where the error of a network comes from --*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_REPORT_ATTRIBUTION_H
#define QCC_REPORT_ATTRIBUTION_H

#include "qcc/Calibration/ErrorSources.h"
#include "qcc/Report/Report.h"

namespace qcc::report {

/// What one source does to the output by itself.
struct SourceDamage {
  std::string node;
  Source source;
  double noise; ///< Relative to the signal.
};

/// What is rounded, and how its numbers are distributed.
struct RoundedTensor {
  std::string node;
  bool isWeight;
  Distribution distribution;
};

struct Attribution {
  AttributionCost cost;
  std::vector<SourceDamage> damages;  ///< The worst first.
  std::vector<RoundedTensor> tensors; ///< In program order.
};

/// Measures each source of error of `rounded` on samples. `exact` is the same
/// program before its weights and biases were rounded: Q/DQ pairs around f32
/// numbers. Of a model that came with integer weights nobody knows what they
/// were; there, both are the same and only activations are measured.
///
/// Takes one compilation and one inference in f32, with each contraction done
/// twice, for each source and sample. The number of samples is chosen such that
/// this is bounded.
mlir::FailureOr<Attribution>
attributeError(mlir::ModuleOp exact, mlir::ModuleOp rounded,
               const calibration::Samples &samples,
               const calibration::ExecutorFactory &createExecutor);

} // namespace qcc::report

#endif // QCC_REPORT_ATTRIBUTION_H
