//===- Ranges.cpp - from statistics to the interval of a grid -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Ranges.h"

#include "qcc/Qnn/VectorClones.h"

#include <cmath>

using namespace mlir;
using namespace qcc::calibrate;

/// Steps of a uint8 grid.
static constexpr int kSteps = 255;
/// Clips are searched in this many steps down to 0.3 of the extremes:
/// RECIPES.md found nothing beyond.
static constexpr int kClips = 40;
static constexpr double kLeastClip = 0.3;

/// Where so many samples have been seen, more room than they ask for costs more
/// than it saves.
static constexpr double kEnoughSamples = 100;
/// The tail of few samples' extremes, as a share of the greatest of them, is
/// not known well; longer ones cost everybody more than they save the rare
/// number.
static constexpr double kLongestTail = 0.1;

static Range minMax(const TensorStatistics &statistics) {
  return {std::min(statistics.min(), 0.0f), std::max(statistics.max(), 0.0f)};
}

/// Never clips to outside what was seen.
static Range within(Range outer, double lo, double hi) {
  return {std::clamp(static_cast<float>(lo), outer.lo, 0.0f),
          std::clamp(static_cast<float>(hi), 0.0f, outer.hi)};
}

static Range movingAverage(const TensorStatistics &statistics) {
  double samples = std::max<uint64_t>(statistics.samples, 1);
  return within(minMax(statistics), statistics.sumOfMins / samples,
                statistics.sumOfMaxs / samples);
}

/// The interval that leaves out (100 - percentile) % of the numbers at each
/// end.
static Range percentileRange(const TensorStatistics &statistics,
                             double percentile) {
  const Histogram &histogram = statistics.histogram;
  double excess =
      static_cast<double>(histogram.total()) * (100 - percentile) / 100;
  double width = histogram.width();
  auto edge = [&](int64_t bin) { return (histogram.first + bin) * width; };
  double seen = 0;
  int64_t low = 0, high = Histogram::kBins;
  while (low < high && (seen += histogram.counts[low]) <= excess)
    ++low;
  seen = 0;
  while (high > low && (seen += histogram.counts[high - 1]) <= excess)
    --high;
  return within(minMax(statistics), edge(low), edge(high));
}

/// Sum over the numbers of |Q(x) - x|^power on a uint8 grid for `range`.
QCC_VECTOR_CLONES
static double roundingError(const Histogram &histogram, Range range,
                            int power) {
  double scale = (static_cast<double>(range.hi) - range.lo) / kSteps;
  if (!(scale > 0))
    return std::numeric_limits<double>::infinity();
  double zeroPoint = std::nearbyint(-range.lo / scale), error = 0,
         width = histogram.width();
  for (int64_t i = 0; i < Histogram::kBins; ++i) {
    if (!histogram.counts[i])
      continue;
    double value = (histogram.first + i + 0.5) * width;
    double step = std::clamp(std::nearbyint(value / scale) + zeroPoint, 0.0,
                             static_cast<double>(kSteps));
    double difference = std::abs((step - zeroPoint) * scale - value);
    error +=
        histogram.counts[i] * (power == 3 ? difference * difference * difference
                                          : difference * difference);
  }
  return error;
}

/// The clip of least error. Rarely clips much: an error counts with its power.
static Range leastError(const TensorStatistics &statistics, int power) {
  Range full = minMax(statistics), best = full;
  auto clip = [](int step) {
    return 1 - (1 - kLeastClip) * step / (kClips - 1);
  };
  double least = roundingError(statistics.histogram, full, power);
  int lowClips = full.lo < 0 ? kClips : 1, highClips = full.hi > 0 ? kClips : 1;
  for (int low = 0; low < lowClips; ++low)
    for (int high = 0; high < highClips; ++high) {
      Range range = within(full, full.lo * clip(low), full.hi * clip(high));
      double error = roundingError(statistics.histogram, range, power);
      if (error < least) {
        least = error;
        best = range;
      }
    }
  return best;
}

/// Divergence of the distribution that a grid of 256 steps keeps of the numbers
/// in `range` from theirs, with what lies outside moved to the ends.
static double divergence(const Histogram &histogram, Range range) {
  double width = histogram.width();
  auto bin = [&](double value) {
    return std::clamp<int64_t>(static_cast<int64_t>(std::floor(value / width)) -
                                   histogram.first,
                               0, Histogram::kBins - 1);
  };
  int64_t low = bin(range.lo), high = bin(range.hi) + 1;
  std::vector<double> reference(histogram.counts.begin() + low,
                                histogram.counts.begin() + high);
  double outsideLow = 0, outsideHigh = 0;
  for (int64_t i = 0; i < low; ++i)
    outsideLow += histogram.counts[i];
  for (int64_t i = high; i < Histogram::kBins; ++i)
    outsideHigh += histogram.counts[i];

  size_t bins = reference.size();
  std::vector<double> kept(bins, 0);
  for (int step = 0; step <= kSteps; ++step) {
    size_t from = bins * step / (kSteps + 1),
           to = bins * (step + 1) / (kSteps + 1);
    double sum = 0;
    size_t filled = 0;
    for (size_t i = from; i < to; ++i) {
      sum += reference[i];
      filled += reference[i] > 0;
    }
    for (size_t i = from; i < to; ++i)
      kept[i] = reference[i] > 0 ? sum / filled : 0;
  }
  reference.front() += outsideLow;
  reference.back() += outsideHigh;
  double total = 0, totalKept = 0;
  for (size_t i = 0; i < bins; ++i) {
    total += reference[i];
    totalKept += kept[i];
  }
  if (!(total > 0) || !(totalKept > 0))
    return std::numeric_limits<double>::infinity();
  // A bin that only the outside filled has nothing kept; it counts as if a tiny
  // part were.
  constexpr double kTiny = 1e-9;
  double result = 0;
  for (size_t i = 0; i < bins; ++i)
    if (reference[i] > 0) {
      double p = reference[i] / total;
      result += p * std::log(p / std::max(kept[i] / totalKept, kTiny));
    }
  return result;
}

static Range leastDivergence(const TensorStatistics &statistics) {
  Range full = minMax(statistics), best = full;
  double least = std::numeric_limits<double>::infinity();
  // One factor for both ends, finer than for errors: the optimum is narrow.
  for (int step = 128; step >= 8; --step) {
    double factor = step / 128.0;
    Range range = within(full, full.lo * factor, full.hi * factor);
    double here = divergence(statistics.histogram, range);
    if (here < least) {
      least = here;
      best = range;
    }
  }
  return best;
}

Headroom qcc::calibrate::computeHeadroom(const TensorStatistics &statistics) {
  auto samples = static_cast<double>(statistics.samples);
  if (statistics.samples < 2 || samples >= kEnoughSamples)
    return {};
  double excess = 0;
  for (uint64_t i = 2; i <= statistics.samples; ++i)
    excess += 1.0 / static_cast<double>(i);
  double growth = std::log(kEnoughSamples / samples);
  auto factor = [&](double extreme, double sumOfExtremes) {
    double spread = 1 - sumOfExtremes / samples / extreme;
    double tail = std::clamp(spread / excess, 0.0, kLongestTail);
    return static_cast<float>(1 + growth * tail);
  };
  Headroom result;
  if (statistics.min() < 0)
    result.lo = factor(statistics.min(), statistics.sumOfMins);
  if (statistics.max() > 0)
    result.hi = factor(statistics.max(), statistics.sumOfMaxs);
  return result;
}

void qcc::calibrate::setHeadroom(qnn::ObserveOp op, Headroom headroom) {
  op->setAttr(qnn::QnnDialect::kHeadroomAttr,
              Builder(op.getContext())
                  .getDenseF32ArrayAttr({headroom.lo, headroom.hi}));
}

Headroom qcc::calibrate::getHeadroom(qnn::ObserveOp op) {
  auto attribute =
      op->getAttrOfType<DenseF32ArrayAttr>(qnn::QnnDialect::kHeadroomAttr);
  return attribute && attribute.size() == 2
             ? Headroom{attribute[0], attribute[1]}
             : Headroom();
}

Range qcc::calibrate::computeRange(const TensorStatistics &statistics,
                                   RangeMethod method, double percentile) {
  // A tensor in which only zeros (or nothing) was seen has nothing to search
  // in.
  if (statistics.count() == 0)
    return {};
  if (statistics.histogram.isEmpty())
    return minMax(statistics);
  switch (method) {
  case RangeMethod::minmax:
    return minMax(statistics);
  case RangeMethod::movingAverage:
    return movingAverage(statistics);
  case RangeMethod::percentile:
    return percentileRange(statistics, percentile);
  case RangeMethod::entropy:
    return leastDivergence(statistics);
  case RangeMethod::mse:
    return leastError(statistics, 2);
  case RangeMethod::l3:
    return leastError(statistics, 3);
  }
  llvm_unreachable("all methods are handled");
}
