//===- ChannelRanges.h - how the channels of a tensor differ ----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QUANTIZE_LIB_CHANNELRANGES_H
#define QCC_QUANTIZE_LIB_CHANNELRANGES_H

#include "qcc/Qnn/Qnn.h"

#include <optional>
#include <vector>

namespace qcc::quantize {

/// The least and greatest number seen in each channel, the innermost axis.
struct ChannelRanges {
  std::vector<float> min, max;

  /// The greatest magnitude in channel `c`.
  float magnitude(size_t c) const { return std::max(-min[c], max[c]); }
};

/// What calibration saw of the channels of an observed tensor, with the
/// headroom that the tensor has.
std::optional<ChannelRanges> observedChannels(qnn::ObserveOp op);

/// The channels of an observed tensor that is to have a grid for each: only ops
/// that keep channels apart read it, all of them rounded, and the greatest
/// channel range is at least `ratio` times the median one. `ratio` 0 means
/// never.
std::optional<ChannelRanges> channelRangesBeforeDepthwise(
    qnn::ObserveOp op, double ratio,
    llvm::function_ref<bool(mlir::OpOperand &)> isRounded);

} // namespace qcc::quantize

#endif // QCC_QUANTIZE_LIB_CHANNELRANGES_H
