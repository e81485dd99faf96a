//===- Comparison.h - how far numbers may move ------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_COMPARISON_H
#define QCC_DRIVER_LIB_COMPARISON_H

#include "qcc/Qnn/Tensor.h"

#include <string>

namespace qcc::driver {

/// How far a pass may move the numbers of a program.
enum class Declared {
  /// Every tensor keeps its bits.
  nothing,
  /// Floats move within kNetworkTolerance of the largest magnitude in their
  /// tensor: the same sums, in another order or with factors multiplied out. A
  /// tensor may come in another order of dimensions.
  rounding,
  /// Of layers that are fed what they were fed before, floats move within
  /// kLayerTolerance, integers and what was dequantized by at most one step,
  /// and
  /// few do.
  oneStep,
  /// Layers that are fed what they were fed before keep at least kLeastSignal
  /// of signal to noise.
  quantization,
};

/// Of a layer fed the same inputs. A sum of K products in f32 is off by about
/// sqrt(K) half units in the last place of its largest part: by 4e-6 for
/// K = 4,608, the longest of the real models, times what cancels. Their layers
/// were seen to move by 2e-6.
inline constexpr double kLayerTolerance = 5e-5;

/// Of tensors behind whole networks, where differences add up. Seen on the real
/// models: 2e-6.
inline constexpr double kNetworkTolerance = 1e-4;

/// In dB. Whole layers of 8 bits keep 30 and more; what 6 dB tells from that
/// is a layer that is wrong, not one that is coarse.
inline constexpr double kLeastSignal = 6;

/// The greatest share of a tensor's integers that may move by a step. Where
/// real numbers come close to the middle between two steps, rounding errors
/// decide; that hits few elements in a thousand. Rounding that is wrong hits
/// half of them.
inline constexpr double kMostOneSteps = 0.005;
/// Rounding errors are as large as the numbers are, so that they meet more
/// middles where steps are finer than 256 to the largest number: so much more
/// of a tensor of 16 bits may move, but no more than this.
inline constexpr double kMostFineSteps = 0.4;

/// What comparisons have found so far.
struct Comparison {
  uint64_t integers = 0; ///< Compared under `oneStep`.
  uint64_t oneStep = 0;  ///< Of them, those that differ by one.
  std::string violation; ///< Empty, or the first that is too large.

  /// Adds the difference of two tensors of one type, unless there is a
  /// violation already. Of one that was dequantized, `step` is the distance of
  /// its numbers, else 0.
  void add(llvm::StringRef name, const qnn::Tensor &before,
           const qnn::Tensor &after, Declared declared, double step = 0);
  /// Adds what another comparison has found.
  void add(const Comparison &other);
};

bool hasSameBits(const qnn::Tensor &a, const qnn::Tensor &b);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_COMPARISON_H
