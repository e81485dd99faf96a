//===- Statistics.cpp - what calibration remembers of a tensor ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Statistics.h"

#include "mlir/IR/Builders.h"
#include "qcc/Qnn/VectorClones.h"

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

/// Writes the place of each number's bin; that of zeros is `kBins`.
QCC_VECTOR_CLONES
static void findBins(const float *values, size_t count, float inverseWidth,
                     float first, int32_t *places) {
  for (size_t i = 0; i < count; ++i) {
    // Multiplying by a power of two is exact, and so are the floor and the
    // difference of two whole numbers less than kBins apart.
    float place = std::floor(values[i] * inverseWidth) - first;
    places[i] = values[i] == 0 ? static_cast<int32_t>(Histogram::kBins)
                               : static_cast<int32_t>(place);
  }
}

void Histogram::add(ArrayRef<float> values) {
  constexpr size_t kBlock = 1024, kCopies = 4;
  float inverseWidth = std::ldexp(1.0f, -exponent);
  // Copies, so that numbers of one bin in a row do not wait for each other.
  std::array<std::array<uint32_t, kBins + 1>, kCopies> seen{};
  std::array<int32_t, kBlock> places;
  for (size_t begin = 0; begin < values.size(); begin += kBlock) {
    size_t count = std::min(kBlock, values.size() - begin);
    findBins(values.data() + begin, count, inverseWidth,
             static_cast<float>(first), places.data());
    for (size_t i = 0; i < count; ++i)
      ++seen[i % kCopies][places[i]];
  }
  for (const auto &copy : seen) {
    for (int64_t i = 0; i < kBins; ++i)
      counts[i] += copy[i];
    zeros += copy[kBins];
  }
}

//===- TensorStatistics ---------------------------------------------------===//

static bool isNotFinite(float value) { return !std::isfinite(value); }

QCC_VECTOR_CLONES
static size_t countNotFinite(const float *values, size_t count) {
  uint32_t result = 0;
  for (size_t i = 0; i < count; ++i)
    result += isNotFinite(values[i]);
  return result;
}

/// Lowers `low` and raises `high` to rows of so many channels.
QCC_VECTOR_CLONES
static void extend(float *__restrict low, float *__restrict high,
                   const float *__restrict values, size_t rows,
                   size_t channels) {
  for (size_t row = 0; row < rows; ++row, values += channels)
    for (size_t c = 0; c < channels; ++c) {
      low[c] = values[c] < low[c] ? values[c] : low[c];
      high[c] = values[c] > high[c] ? values[c] : high[c];
    }
}

/// Lanes make the sums independent of each other; their order is fixed.
static constexpr size_t kLanes = 8;

/// Adds one number, and its square, to each lane, over and over. Squares of f32
/// are exact in f64, so that fusing them changes nothing.
QCC_VECTOR_CLONES
static void addToLanes(double *__restrict sums, double *__restrict squares,
                       const float *__restrict values, size_t count) {
  double sum[kLanes], square[kLanes];
  for (size_t lane = 0; lane < kLanes; ++lane) {
    sum[lane] = sums[lane];
    square[lane] = squares[lane];
  }
  for (size_t i = 0; i + kLanes <= count; i += kLanes)
    for (size_t lane = 0; lane < kLanes; ++lane) {
      double value = values[i + lane];
      sum[lane] += value;
      square[lane] += value * value;
    }
  for (size_t lane = 0; lane < kLanes; ++lane) {
    sums[lane] = sum[lane];
    squares[lane] = square[lane];
  }
}

Moments TensorStatistics::observe(ArrayRef<float> values, int64_t channels) {
  Moments sample;
  if (values.empty())
    return sample;
  std::vector<float> finite;
  if (size_t bad = countNotFinite(values.data(), values.size())) {
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
  extend(low.data(), high.data(), values.data(), values.size() / channels,
         channels);
  for (int64_t c = 0; c < channels; ++c) {
    channelMin[c] = std::min(channelMin[c], low[c]);
    channelMax[c] = std::max(channelMax[c], high[c]);
  }
  sample.min = *llvm::min_element(low);
  sample.max = *llvm::max_element(high);

  std::array<double, kLanes> sum{}, squares{};
  addToLanes(sum.data(), squares.data(), values.data(), values.size());
  for (size_t i = values.size() / kLanes * kLanes; i < values.size(); ++i) {
    double value = values[i];
    sum[i % kLanes] += value;
    squares[i % kLanes] += value * value;
  }
  sample.count = values.size();
  sample.sum = std::accumulate(sum.begin(), sum.end(), 0.0);
  sample.sumOfSquares = std::accumulate(squares.begin(), squares.end(), 0.0);

  histogram.cover(sample.min, sample.max);
  histogram.add(values);
  return sample;
}

void TensorStatistics::add(const Moments &sample, bool secondHalf) {
  ++samples;
  if (!sample.count)
    return;
  sumOfMins += sample.min;
  sumOfMaxs += sample.max;
  Moments &half = halves[secondHalf];
  half.count += sample.count;
  half.sum += sample.sum;
  half.sumOfSquares += sample.sumOfSquares;
  half.min = std::min(half.min, sample.min);
  half.max = std::max(half.max, sample.max);
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
