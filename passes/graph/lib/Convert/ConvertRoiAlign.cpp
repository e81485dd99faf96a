//===- ConvertRoiAlign.cpp - regions of pictures in one size --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::PoolKind;

static LogicalResult convertRoiAlign(NodeConversion &c) {
  for (auto [input, rank] : {std::pair(0, 4), {1, 2}, {2, 1}})
    if (failed(c.requireRank(input, rank)))
      return failure();
  ArrayRef<int64_t> pictures = c.shapeOf(c.getInput(0)),
                    rois = c.shapeOf(c.getInput(1));
  if (pictures.size() != 4 || rois.size() != 2 || rois[1] != 4 ||
      c.shapeOf(c.getInput(2)) != rois.take_front())
    return c.refuse("needs pictures of rank 4, regions [n, 4] and the pictures "
                    "that they are in [n]");
  StringRef mode = c.getString("mode", "avg");
  if (mode != "avg" && mode != "max")
    return c.refuse("attribute 'mode' is '" + mode + "', must be avg or max");
  // Before version 16 pixels had no middle.
  StringRef coordinates =
      c.getString("coordinate_transformation_mode",
                  c.getVersion() < 16 ? "output_half_pixel" : "half_pixel");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel")
    return c.refuse("attribute 'coordinate_transformation_mode' is '" +
                    coordinates + "', must be half_pixel or output_half_pixel");
  Value regions = c.create<qnn::RoiAlignOp>(
      mode == "max" ? PoolKind::max : PoolKind::average,
      c.toChannelsLast(c.getInput(0)), c.getInput(1),
      c.cast(c.getInput(2), IntegerType::get(c.getContext(), 64)),
      c.getInt("output_height", 1), c.getInt("output_width", 1),
      c.getInt("sampling_ratio", 0), APFloat(c.getFloat("spatial_scale", 1.0f)),
      coordinates == "half_pixel");
  return c.give(0, c.toChannelsFirst(regions));
}

void graph::registerRoiAlignHandlers(HandlerRegistry &registry) {
  registry.add("RoiAlign", {10, 16, 22}, convertRoiAlign);
}
