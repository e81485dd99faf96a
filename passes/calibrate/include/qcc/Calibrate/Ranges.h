//===- Ranges.h - from statistics to the interval of a grid -----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATE_RANGES_H
#define QCC_CALIBRATE_RANGES_H

#include "qcc/Calibrate/Statistics.h"
#include "qcc/Qnn/Qnn.h"
#include "llvm/Support/CommandLine.h"

namespace qcc::calibrate {

/// An interval that holds 0.
struct Range {
  float lo = 0, hi = 0;
};

enum class RangeMethod { minmax, movingAverage, percentile, entropy, mse, l3 };

/// The spellings of the methods, for pass and pipeline options.
inline llvm::cl::ValuesClass rangeMethodValues() {
  return llvm::cl::values(
      clEnumValN(RangeMethod::minmax, "minmax",
                 "the least and greatest number seen"),
      clEnumValN(RangeMethod::movingAverage, "moving-average",
                 "the mean over samples of their extremes"),
      clEnumValN(RangeMethod::percentile, "percentile",
                 "leaves out the rarest numbers at each end"),
      clEnumValN(RangeMethod::entropy, "entropy",
                 "least Kullback-Leibler divergence"),
      clEnumValN(RangeMethod::mse, "mse",
                 "least mean squared error of rounding and clipping"),
      clEnumValN(RangeMethod::l3, "l3",
                 "least mean cubed error: clips little"));
}

/// How many times as far as what was seen the numbers of a tensor are expected
/// to reach at each end, once a hundred samples have been seen: {1, 1} if they
/// have. Extremes of samples are taken for numbers with an exponential tail, of
/// which the greatest of N exceeds their mean by 1/2 + ... + 1/N times the
/// tail's length on average.
struct Headroom {
  float lo = 1, hi = 1;

  Range operator()(Range seen) const { return {lo * seen.lo, hi * seen.hi}; }
};
Headroom computeHeadroom(const TensorStatistics &statistics);

/// As the attribute `qnn.headroom` of `op`, and back.
void setHeadroom(qnn::ObserveOp op, Headroom headroom);
Headroom getHeadroom(qnn::ObserveOp op);

/// The interval of a uint8 grid for numbers with these statistics. `percentile`
/// is the percentage of numbers that RangeMethod::percentile keeps.
Range computeRange(const TensorStatistics &statistics, RangeMethod method,
                   double percentile);

} // namespace qcc::calibrate

#endif // QCC_CALIBRATE_RANGES_H
