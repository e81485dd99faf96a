//===- StatisticsTest.cpp - statistics that do not depend on order --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Statistics.h"
#include "qcc/Calibrate/Ranges.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>

using namespace qcc::calibrate;

namespace {

std::vector<std::vector<float>> randomSamples(size_t count) {
  std::mt19937 generator(1);
  std::vector<std::vector<float>> samples(count);
  for (size_t i = 0; i < count; ++i) {
    // Of very different magnitudes, so that the histogram has to grow.
    std::normal_distribution<float> normal(0, std::exp2(float(i % 7)));
    for (int k = 0; k < 64; ++k)
      samples[i].push_back(k % 5 ? normal(generator) : 0.0f);
  }
  return samples;
}

TEST(HistogramTest, countsDoNotDependOnOrder) {
  std::vector<std::vector<float>> samples = randomSamples(50);
  TensorStatistics forwards, backwards;
  for (size_t i = 0; i < samples.size(); ++i) {
    forwards.update(samples[i], 4, false);
    backwards.update(samples[samples.size() - 1 - i], 4, false);
  }
  EXPECT_EQ(forwards.histogram.exponent, backwards.histogram.exponent);
  EXPECT_EQ(forwards.histogram.first, backwards.histogram.first);
  EXPECT_EQ(forwards.histogram.counts, backwards.histogram.counts);
  EXPECT_EQ(forwards.histogram.zeros, backwards.histogram.zeros);
  EXPECT_EQ(forwards.channelMin, backwards.channelMin);
  EXPECT_EQ(forwards.channelMax, backwards.channelMax);
  EXPECT_EQ(forwards.histogram.total(), 50u * 64);
}

TEST(HistogramTest, everyNumberIsInItsBin) {
  TensorStatistics statistics;
  std::vector<float> values = {-3.5f, -0.1f, 0.0f, 0.7f, 1e6f};
  statistics.update(values, 1, false);
  const Histogram &histogram = statistics.histogram;
  for (int64_t i = 0; i < Histogram::kBins; ++i) {
    uint64_t expected = 0;
    for (float value : values)
      expected += value != 0 &&
                  std::abs(value - histogram.center(i)) < histogram.width() / 2;
    EXPECT_EQ(histogram.counts[i], expected) << "bin " << i;
  }
}

TEST(HistogramTest, growsFromTheLeastToTheGreatestNumbers) {
  TensorStatistics statistics;
  statistics.update({0.0f, 0.0f}, 1, false);
  statistics.update({std::numeric_limits<float>::denorm_min()}, 1, false);
  statistics.update(
      {std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()},
      1, false);
  EXPECT_EQ(statistics.histogram.total(), 5u);
}

TEST(StatisticsTest, countsWhatIsNotFinite) {
  TensorStatistics statistics;
  float infinity = std::numeric_limits<float>::infinity();
  statistics.update({1.0f, std::nanf(""), infinity, -infinity}, 2, false);
  EXPECT_EQ(statistics.notFinite, 3u);
  EXPECT_EQ(statistics.min(), 0);
  EXPECT_EQ(statistics.max(), 1);
}

TEST(StatisticsTest, takeNoMoreMemoryForMoreSamples) {
  TensorStatistics few, many;
  std::vector<std::vector<float>> samples = randomSamples(8);
  for (int i = 0; i < 8; ++i)
    few.update(samples[i], 4, false);
  for (int i = 0; i < 8000; ++i)
    many.update(samples[i % 8], 4, false);
  EXPECT_EQ(few.histogram.counts.capacity(), many.histogram.counts.capacity());
  EXPECT_EQ(few.channelMin.capacity(), many.channelMin.capacity());
}

TEST(StatisticsTest, surviveAFile) {
  mlir::MLIRContext context;
  auto emitError = [&] {
    return mlir::emitError(mlir::UnknownLoc::get(&context));
  };
  ModelStatistics saved{"0123", 50, {}};
  saved.tensors.emplace_back().tensor = "x";
  for (const std::vector<float> &sample : randomSamples(50))
    saved.tensors[0].update(sample, 4, /*secondHalf=*/false);
  llvm::SmallString<64> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("ranges", "json", path));
  {
    std::error_code error;
    llvm::raw_fd_ostream file(path, error);
    printStatistics(saved, file);
  }
  mlir::FailureOr<ModelStatistics> loaded = loadStatistics(path, emitError);
  (void)llvm::sys::fs::remove(path);
  ASSERT_TRUE(succeeded(loaded));
  EXPECT_EQ(loaded->model, "0123");
  EXPECT_EQ(loaded->samples, 50u);
  ASSERT_EQ(loaded->tensors.size(), 1u);
  // Attributes are unique, so that equal statistics give the same one.
  EXPECT_EQ(loaded->tensors[0].toAttribute(&context),
            saved.tensors[0].toAttribute(&context));
  mlir::FailureOr<TensorStatistics> again =
      TensorStatistics::fromAttribute(saved.tensors[0].toAttribute(&context));
  ASSERT_TRUE(succeeded(again));
  EXPECT_EQ(again->histogram.counts, saved.tensors[0].histogram.counts);
}

TEST(RangesTest, clipLittleOrMuch) {
  // A bell with one number far out.
  TensorStatistics statistics;
  std::mt19937 generator(1);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> values(100000);
  for (float &value : values)
    value = normal(generator);
  values[0] = 40;
  statistics.update(values, 1, false);
  Range minmax = computeRange(statistics, RangeMethod::minmax, 0),
        mse = computeRange(statistics, RangeMethod::mse, 0),
        l3 = computeRange(statistics, RangeMethod::l3, 0),
        entropy = computeRange(statistics, RangeMethod::entropy, 0),
        percentile = computeRange(statistics, RangeMethod::percentile, 99.9);
  EXPECT_EQ(minmax.hi, 40);
  EXPECT_LT(mse.hi, l3.hi);
  EXPECT_LE(l3.hi, 40);
  EXPECT_LT(entropy.hi, 40);
  EXPECT_NEAR(percentile.hi, 3.1, 0.3);
  EXPECT_NEAR(percentile.lo, -3.1, 0.3);
}

TEST(RangesTest, alwaysHoldZero) {
  TensorStatistics statistics;
  statistics.update({3, 4, 5}, 1, false);
  for (RangeMethod method : {RangeMethod::minmax, RangeMethod::movingAverage,
                             RangeMethod::percentile, RangeMethod::entropy,
                             RangeMethod::mse, RangeMethod::l3}) {
    Range range = computeRange(statistics, method, 99.9);
    EXPECT_EQ(range.lo, 0);
    EXPECT_GT(range.hi, 1);
    EXPECT_LE(range.hi, 5);
  }
}

/// Statistics of so many samples of one number, 10 and an exponential tail.
TensorStatistics withTail(std::mt19937 &generator, int samples) {
  std::exponential_distribution<float> tail(2);
  TensorStatistics statistics;
  for (int i = 0; i < samples; ++i)
    statistics.update({10 + tail(generator)}, 1, i >= samples / 2);
  return statistics;
}

TEST(HeadroomTest, reachesAsFarAsAHundredSamples) {
  std::mt19937 generator(1);
  double expected = 10;
  for (int i = 1; i <= 100; ++i)
    expected += 0.5 / i;
  for (int samples : {8, 32, 90}) {
    double reached = 0;
    const int draws = 500;
    for (int draw = 0; draw < draws; ++draw) {
      TensorStatistics statistics = withTail(generator, samples);
      Headroom headroom = computeHeadroom(statistics);
      EXPECT_EQ(headroom.lo, 1);
      EXPECT_GT(headroom.hi, 1);
      reached += headroom.hi * statistics.max() / draws;
    }
    EXPECT_NEAR(reached, expected, 0.01 * expected) << samples << " samples";
  }
}

TEST(HeadroomTest, isNotWhereNothingIsKnown) {
  std::mt19937 generator(1);
  EXPECT_EQ(computeHeadroom(TensorStatistics()).hi, 1);
  EXPECT_EQ(computeHeadroom(withTail(generator, 1)).hi, 1);
  EXPECT_EQ(computeHeadroom(withTail(generator, 100)).hi, 1);
}

} // namespace
