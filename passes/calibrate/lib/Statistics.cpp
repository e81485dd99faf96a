//===- Statistics.cpp - what calibration remembers of a tensor ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Statistics.h"

#include "mlir/IR/Builders.h"

#include <array>
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace qcc::calibrate;

//===- Histogram ----------------------------------------------------------===//

/// Bins are not made narrower than this power of two: it keeps the reciprocal
/// of the width finite.
static constexpr int kLeastExponent = -100;

/// Nor so narrow that an index exceeds this: numbers far from zero that hardly
/// differ share a bin.
static constexpr double kGreatestIndex = 0x1p40;

static double binOf(double value, int exponent) {
  return std::floor(std::ldexp(value, -exponent));
}

double Histogram::width() const { return std::ldexp(1.0, exponent); }

uint64_t Histogram::total() const {
  return std::accumulate(counts.begin(), counts.end(), zeros);
}

void Histogram::cover(float low, float high) {
  if (!isEmpty()) {
    low = std::min(low, lowest);
    high = std::max(high, highest);
    if (low == lowest && high == highest)
      return;
  }
  lowest = low;
  highest = high;
  int wanted = isEmpty() ? kLeastExponent : exponent;
  while (binOf(high, wanted) - binOf(low, wanted) >= kBins ||
         binOf(high, wanted) > kGreatestIndex ||
         binOf(low, wanted) < -kGreatestIndex)
    ++wanted;
  auto wantedFirst = static_cast<int64_t>(binOf(low, wanted));
  std::vector<uint64_t> joined(kBins, 0);
  // Shifting an index rounds it down, which is how bins nest.
  int shift = std::min(wanted - exponent, 62);
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i])
      joined[((first + static_cast<int64_t>(i)) >> shift) - wantedFirst] +=
          counts[i];
  counts = std::move(joined);
  exponent = wanted;
  first = wantedFirst;
}

void Histogram::add(ArrayRef<float> values) {
  // Multiplying by a power of two is exact, and so is the floor that follows.
  float inverse = std::ldexp(1.0f, -exponent);
  uint64_t zerosHere = 0;
  for (float value : values) {
    if (value == 0) {
      ++zerosHere;
      continue;
    }
    float scaled = value * inverse;
    auto bin = static_cast<int64_t>(scaled);
    bin -= static_cast<float>(bin) > scaled;
    ++counts[bin - first];
  }
  zeros += zerosHere;
}

//===- TensorStatistics ---------------------------------------------------===//

static bool isNotFinite(float value) { return !std::isfinite(value); }

void TensorStatistics::update(ArrayRef<float> values, int64_t channels,
                              bool secondHalf) {
  ++samples;
  if (values.empty())
    return;
  std::vector<float> finite;
  if (size_t bad = llvm::count_if(values, isNotFinite)) {
    notFinite += bad;
    finite.assign(values.begin(), values.end());
    std::replace_if(finite.begin(), finite.end(), isNotFinite, 0.0f);
    values = finite;
  }

  if (channelMin.empty()) {
    channelMin.assign(channels, std::numeric_limits<float>::infinity());
    channelMax.assign(channels, -std::numeric_limits<float>::infinity());
  }
  assert(static_cast<int64_t>(channelMin.size()) == channels &&
         values.size() % channels == 0 && "samples of one tensor are alike");
  // Of this sample alone first: its extremes are a statistic too.
  std::vector<float> low(values.begin(), values.begin() + channels), high = low;
  for (size_t row = channels; row < values.size(); row += channels)
    for (int64_t c = 0; c < channels; ++c) {
      float value = values[row + c];
      low[c] = value < low[c] ? value : low[c];
      high[c] = value > high[c] ? value : high[c];
    }
  for (int64_t c = 0; c < channels; ++c) {
    channelMin[c] = std::min(channelMin[c], low[c]);
    channelMax[c] = std::max(channelMax[c], high[c]);
  }
  float least = *llvm::min_element(low), greatest = *llvm::max_element(high);
  sumOfMins += least;
  sumOfMaxs += greatest;

  // Lanes make the sums independent of each other; their order is fixed.
  constexpr size_t kLanes = 8;
  std::array<double, kLanes> sum{}, squares{};
  for (size_t i = 0; i < values.size(); i += kLanes)
    for (size_t lane = 0, e = std::min(kLanes, values.size() - i); lane < e;
         ++lane) {
      double value = values[i + lane];
      sum[lane] += value;
      squares[lane] += value * value;
    }
  Moments &half = halves[secondHalf];
  half.count += values.size();
  half.sum += std::accumulate(sum.begin(), sum.end(), 0.0);
  half.sumOfSquares += std::accumulate(squares.begin(), squares.end(), 0.0);
  half.min = std::min(half.min, least);
  half.max = std::max(half.max, greatest);

  histogram.cover(least, greatest);
  histogram.add(values);
}

DictionaryAttr TensorStatistics::toAttribute(MLIRContext *context) const {
  Builder b(context);
  NamedAttrList list;
  auto addDouble = [&](StringRef name, double value) {
    list.append(name, b.getF64FloatAttr(value));
  };
  auto addInt = [&](StringRef name, int64_t value) {
    list.append(name, b.getI64IntegerAttr(value));
  };
  addInt("samples", samples);
  addInt("not_finite", notFinite);
  addDouble("sum_of_mins", sumOfMins);
  addDouble("sum_of_maxs", sumOfMaxs);
  list.append("halves", b.getArrayAttr(llvm::map_to_vector(
                            halves, [&](const Moments &half) -> Attribute {
                              return b.getDenseF64ArrayAttr(
                                  {static_cast<double>(half.count), half.sum,
                                   half.sumOfSquares, half.min, half.max});
                            })));
  list.append("channel_min", b.getDenseF32ArrayAttr(channelMin));
  list.append("channel_max", b.getDenseF32ArrayAttr(channelMax));
  addInt("bin_exponent", histogram.exponent);
  addInt("bin_first", histogram.first);
  addInt("zeros", histogram.zeros);
  // Only up to the last bin that holds anything: most tails are empty.
  std::vector<int64_t> counts(histogram.counts.begin(), histogram.counts.end());
  while (!counts.empty() && counts.back() == 0)
    counts.pop_back();
  list.append("counts", b.getDenseI64ArrayAttr(counts));
  return list.getDictionary(context);
}

FailureOr<TensorStatistics>
TensorStatistics::fromAttribute(DictionaryAttr attribute) {
  auto samples = attribute.getAs<IntegerAttr>("samples"),
       notFinite = attribute.getAs<IntegerAttr>("not_finite"),
       exponent = attribute.getAs<IntegerAttr>("bin_exponent"),
       first = attribute.getAs<IntegerAttr>("bin_first"),
       zeros = attribute.getAs<IntegerAttr>("zeros");
  auto mins = attribute.getAs<FloatAttr>("sum_of_mins"),
       maxs = attribute.getAs<FloatAttr>("sum_of_maxs");
  auto halves = attribute.getAs<ArrayAttr>("halves");
  auto channelMin = attribute.getAs<DenseF32ArrayAttr>("channel_min"),
       channelMax = attribute.getAs<DenseF32ArrayAttr>("channel_max");
  auto counts = attribute.getAs<DenseI64ArrayAttr>("counts");
  if (!samples || !notFinite || !exponent || !first || !zeros || !mins ||
      !maxs || !halves || halves.size() != 2 || !channelMin || !channelMax ||
      !counts || counts.size() > Histogram::kBins ||
      channelMin.size() != channelMax.size())
    return failure();
  TensorStatistics result;
  result.samples = samples.getInt();
  result.notFinite = notFinite.getInt();
  result.sumOfMins = mins.getValueAsDouble();
  result.sumOfMaxs = maxs.getValueAsDouble();
  for (auto [half, value] : llvm::zip_equal(result.halves, halves)) {
    auto numbers = dyn_cast<DenseF64ArrayAttr>(value);
    if (!numbers || numbers.size() != 5)
      return failure();
    half.count = static_cast<uint64_t>(numbers[0]);
    half.sum = numbers[1];
    half.sumOfSquares = numbers[2];
    half.min = static_cast<float>(numbers[3]);
    half.max = static_cast<float>(numbers[4]);
  }
  result.channelMin = channelMin.asArrayRef().vec();
  result.channelMax = channelMax.asArrayRef().vec();
  result.histogram.exponent = exponent.getInt();
  result.histogram.first = first.getInt();
  result.histogram.zeros = zeros.getInt();
  result.histogram.counts.assign(Histogram::kBins, 0);
  llvm::copy(counts.asArrayRef(), result.histogram.counts.begin());
  return result;
}
