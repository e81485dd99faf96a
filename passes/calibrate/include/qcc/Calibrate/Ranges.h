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

namespace qcc::calibrate {

/// An interval that holds 0.
struct Range {
  float lo = 0, hi = 0;
};

enum class RangeMethod { minmax, movingAverage, percentile, entropy, mse, l3 };

/// The interval of a uint8 grid for numbers with these statistics. `percentile`
/// is the percentage of numbers that RangeMethod::percentile keeps.
Range computeRange(const TensorStatistics &statistics, RangeMethod method,
                   double percentile);

} // namespace qcc::calibrate

#endif // QCC_CALIBRATE_RANGES_H
