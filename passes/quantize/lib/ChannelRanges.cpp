//===- ChannelRanges.cpp - how the channels of a tensor differ ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelRanges.h"

#include "qcc/Calibrate/Ranges.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;

std::optional<ChannelRanges>
qcc::quantize::observedChannels(qnn::ObserveOp op) {
  auto statistics =
      op->getAttrOfType<DictionaryAttr>(qnn::QnnDialect::kStatisticsAttr);
  if (!statistics)
    return std::nullopt;
  auto min = statistics.getAs<DenseF32ArrayAttr>("channel_min"),
       max = statistics.getAs<DenseF32ArrayAttr>("channel_max");
  auto type = cast<RankedTensorType>(op.getInput().getType());
  if (!min || !max || type.getRank() == 0 ||
      min.size() != type.getShape().back() || max.size() != min.size())
    return std::nullopt;
  ChannelRanges ranges;
  calibrate::Headroom headroom = calibrate::getHeadroom(op);
  for (auto [lo, hi] : llvm::zip_equal(min.asArrayRef(), max.asArrayRef())) {
    ranges.min.push_back(lo < 0 ? headroom.lo * lo : lo);
    ranges.max.push_back(hi > 0 ? headroom.hi * hi : hi);
  }
  return ranges;
}

std::optional<ChannelRanges> qcc::quantize::channelRangesBeforeDepthwise(
    qnn::ObserveOp op, double ratio,
    llvm::function_ref<bool(OpOperand &)> isRounded) {
  if (ratio <= 0)
    return std::nullopt;
  for (OpOperand &use : op.getInput().getUses()) {
    if (isa<qnn::ObserveOp>(use.getOwner()))
      continue;
    auto reader = dyn_cast<qnn::QuantizableOp>(use.getOwner());
    if (!reader || !isRounded(use) || !reader.allowsPerChannelInput())
      return std::nullopt;
  }
  std::optional<ChannelRanges> ranges = observedChannels(op);
  if (!ranges)
    return std::nullopt;
  std::vector<float> extents;
  for (auto [lo, hi] : llvm::zip_equal(ranges->min, ranges->max))
    extents.push_back(std::max(hi, 0.0f) - std::min(lo, 0.0f));
  llvm::sort(extents);
  float median = extents[extents.size() / 2];
  if (!(extents.back() >= ratio * median))
    return std::nullopt;
  return ranges;
}
