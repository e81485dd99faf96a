//===- Patches.h - a contraction as a matrix product ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_PATCHES_H
#define QCC_CALIBRATION_LIB_PATCHES_H

#include "mlir/IR/Operation.h"
#include "qcc/Qnn/Tensor.h"

#include <optional>
#include <vector>

namespace qcc::calibration {

/// What each output position of a convolution or matrix product reads: for
/// every group `depth()` numbers, in the order of the weights.
class Patches {
public:
  /// Nothing for ops that are no such contraction.
  static std::optional<Patches> of(mlir::Operation *op);

  int64_t groups() const { return numGroups; }
  int64_t depth() const { return taps * channels; }
  /// Neighbours in a row: a row is one such run of channels for each tap.
  int64_t channelsPerGroup() const { return channels; }
  int64_t positions() const { return numPositions; }

  /// So many numbers hold what one position reads, with zeros in between: that
  /// of channel c of a tap of a group is at groupStride * group +
  /// tapStride * tap + c.
  int64_t size() const;
  int64_t groupStride() const;
  int64_t tapStride() const;
  /// True if numbers of all groups lie side by side, not those of a group: a
  /// depthwise convolution, whose groups are many and small.
  bool isByTap() const { return channels == 1 && numGroups > 1; }
  int64_t numTaps() const { return taps; }

  /// Writes what a position reads to `row`, and leaves the zeros alone.
  void gather(const float *input, int64_t position, float *row) const;

private:
  int64_t numGroups = 1, taps = 1, channels = 0, numPositions = 0;
  /// Of a convolution; empty for a matrix product.
  llvm::SmallVector<int64_t> inputShape, resultShape, kernel, strides, pads,
      dilations;
};

/// Means of what a contraction reads.
class FirstMoments {
public:
  explicit FirstMoments(const Patches &patches);

  /// Takes in positions of `patches.size()` numbers each.
  void add(mlir::MLIRContext *context, llvm::ArrayRef<float> rows);
  /// Number i of the `depth()` of a group. To be called after all is added.
  double mean(int64_t group, int64_t i) const;
  uint64_t positions() const { return count; }

private:
  const Patches &patches;
  uint64_t count = 0;
  std::vector<double> sums; ///< As the numbers of a position lie.
};

/// Means, and second moments about them.
class SecondMoments {
public:
  explicit SecondMoments(const Patches &patches);

  void add(mlir::MLIRContext *context, llvm::ArrayRef<float> rows);
  /// The covariance matrix of a group, symmetric. To be called after all is
  /// added.
  std::vector<float> covariance(int64_t group) const;

private:
  const Patches &patches;
  FirstMoments first;
  /// Sums of products, of each matrix at least the upper triangle: [group]
  /// [depth][groupStride], or by tap [tap][tap][tapStride].
  std::vector<float> products;
};

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_PATCHES_H
