//===- Statistics.h - what calibration remembers of a tensor ----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Statistics take the same memory after any number of samples. The extremes and
// the histogram do not even depend on the order of the samples.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATE_STATISTICS_H
#define QCC_CALIBRATE_STATISTICS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace qcc::calibrate {

/// Counts of numbers in bins of equal width. Bin edges are whole multiples of a
/// power of two, the least for which the range seen fits; when it grows, pairs
/// of bins are joined. So the counts are exact, and the same for any order of
/// the numbers. Exact zeros, which rectifiers make many of, are counted apart.
class Histogram {
public:
  static constexpr int64_t kBins = 2048;

  /// Makes room for numbers between `low` and `high`, both finite.
  void cover(float low, float high);
  /// Counts finite numbers that are covered.
  void add(llvm::ArrayRef<float> values);

  /// What the numbers of bin `i` are taken for.
  double center(int64_t i) const { return (first + i + 0.5) * width(); }
  double width() const;
  uint64_t total() const;

  bool isEmpty() const { return counts.empty(); }
  int exponent = 0;  ///< of the bin width
  int64_t first = 0; ///< index of the first bin: its lower edge in widths
  uint64_t zeros = 0;
  std::vector<uint64_t> counts;

private:
  float lowest = 0, highest = 0; ///< What is covered.
};

/// Extremes and moments of one sample or one part of the samples.
struct Moments {
  uint64_t count = 0;
  double sum = 0;
  double sumOfSquares = 0;
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
};

/// Statistics of one tensor.
struct TensorStatistics {
  std::string tensor;
  uint64_t samples = 0;
  uint64_t notFinite = 0;
  /// Of the first and of the second half of the samples.
  Moments halves[2];
  /// Sums over samples of the least and of the greatest number of each.
  double sumOfMins = 0, sumOfMaxs = 0;
  Histogram histogram;
  /// One for each index of the last axis.
  std::vector<float> channelMin, channelMax;

  /// Takes in one sample of `channels` channels, the innermost axis.
  void update(llvm::ArrayRef<float> values, int64_t channels, bool secondHalf) {
    add(observe(values, channels), secondHalf);
  }
  /// The same in two steps. Samples may be observed in any order; what that
  /// gives must be added in the order of the samples.
  Moments observe(llvm::ArrayRef<float> values, int64_t channels);
  void add(const Moments &sample, bool secondHalf);

  float min() const { return std::min(halves[0].min, halves[1].min); }
  float max() const { return std::max(halves[0].max, halves[1].max); }
  uint64_t count() const { return halves[0].count + halves[1].count; }

  /// As the attribute `qnn.statistics` of an observer, and back.
  /// `fromAttribute` fails on what `toAttribute` does not give.
  mlir::DictionaryAttr toAttribute(mlir::MLIRContext *context) const;
  static mlir::FailureOr<TensorStatistics>
  fromAttribute(mlir::DictionaryAttr attribute);
};

/// Statistics of all observed tensors of a model.
struct ModelStatistics {
  /// Fingerprint of the float network that they belong to.
  std::string model;
  uint64_t samples = 0;
  std::vector<TensorStatistics> tensors;
};

/// A number that two modules share only if they compute the same float network:
/// a hash of its ops, attributes and constants, without names, locations and
/// observers.
std::string fingerprint(mlir::ModuleOp module);

/// Prints the text of a `qcc.ranges/1` file.
void printStatistics(const ModelStatistics &statistics, llvm::raw_ostream &os);
/// Reads such a file.
mlir::FailureOr<ModelStatistics>
loadStatistics(llvm::StringRef path,
               llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// Puts statistics onto the observers of `module`. Fails if they are of another
/// model or lack a tensor.
mlir::LogicalResult absorbStatistics(mlir::ModuleOp module,
                                     const ModelStatistics &statistics);

} // namespace qcc::calibrate

#endif // QCC_CALIBRATE_STATISTICS_H
