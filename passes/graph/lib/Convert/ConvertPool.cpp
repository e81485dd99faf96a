//===- ConvertPool.cpp - pooling ------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"
#include "Window.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::PoolKind;

namespace {

Value makePool(NodeConversion &c, PoolKind kind, Value input,
               const Window &window, bool countIncludePad, int64_t p) {
  return c.create<qnn::PoolOp>(kind, input, window.kernel, window.strides,
                               window.pads, window.dilations, countIncludePad,
                               p);
}

template <PoolKind kind> LogicalResult convertPool(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)))
    return failure();
  if (c.isOutputUsed(1))
    return c.refuse("output 1 (Indices) is not supported");
  Value input = c.getInput(0);
  FailureOr<Window> window = Window::get(c, c.shapeOf(input).drop_front(2), {});
  if (failed(window))
    return failure();
  bool countPads = c.getInt("count_include_pad", 0);
  input = c.toChannelsLast(input);
  if (!input)
    return failure();
  size_t count = window->kernel.size();
  if (countPads &&
      llvm::any_of(window->overhang, [](int64_t n) { return n != 0; })) {
    // The declared padding counts, what ceil_mode added does not: the former
    // becomes part of the input.
    SmallVector<int64_t> low(count + 2, 0), high(count + 2, 0);
    for (size_t i = 0; i < count; ++i) {
      low[i + 1] = window->pads[i];
      high[i + 1] = window->pads[count + i] - window->overhang[i];
      window->pads[i] = 0;
      window->pads[count + i] = window->overhang[i];
    }
    countPads = false;
    input = c.create<qnn::PadOp>(input, low, high, qnn::PadMode::constant,
                                 APFloat(0.0));
  }
  Value result = makePool(c, kind, input, *window, countPads, c.getInt("p", 2));
  return c.give(0, c.toChannelsFirst(result));
}

/// One window over all there is.
template <PoolKind kind> LogicalResult convertGlobalPool(NodeConversion &c) {
  if (failed(c.requireRank(0, 2)))
    return failure();
  Value input = c.getInput(0);
  if (c.rankOf(input) == 2)
    return kind == PoolKind::lp
               ? c.refuse("input of rank 2 has no spatial dimensions")
               : c.give(0, input);
  ArrayRef<int64_t> extents = c.shapeOf(input).drop_front(2);
  size_t count = extents.size();
  Window window;
  window.kernel.assign(extents.begin(), extents.end());
  window.strides.assign(count, 1);
  window.dilations.assign(count, 1);
  window.pads.assign(2 * count, 0);
  Value result = makePool(c, kind, c.toChannelsLast(input), window, false,
                          c.getInt("p", 2));
  return c.give(0, c.toChannelsFirst(result));
}

/// Local response normalisation: the sum of squares over neighbouring channels
/// is a pool along the channels.
LogicalResult convertLRN(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)))
    return failure();
  int64_t size = c.getInt("size", 0);
  if (size < 1)
    return c.refuse("attribute 'size' must be at least 1");
  Value input = c.getInput(0);
  ArrayRef<int64_t> shape = c.shapeOf(input);
  int64_t inner = 1;
  for (int64_t extent : shape.drop_front(2))
    inner *= extent;
  Window window;
  window.kernel = {size};
  window.strides = window.dilations = {1};
  window.pads = {(size - 1) / 2, size / 2};
  Value flat = c.reshape(input, {shape[0], shape[1], inner});
  Value sum =
      makePool(c, PoolKind::sum, c.binary(qnn::BinaryKind::mul, flat, flat),
               window, false, 2);
  if (!sum)
    return failure();
  Type element = c.elementOf(sum);
  Value base =
      c.binary(qnn::BinaryKind::add, c.scalar(element, c.getFloat("bias", 1)),
               c.binary(qnn::BinaryKind::mul, sum,
                        c.scalar(element, c.getFloat("alpha", 1e-4f) / size)));
  Value norm = c.binary(qnn::BinaryKind::pow, base,
                        c.scalar(element, c.getFloat("beta", 0.75f)));
  return c.give(0,
                c.reshape(c.binary(qnn::BinaryKind::div, flat, norm), shape));
}

} // namespace

void graph::registerPoolHandlers(HandlerRegistry &registry) {
  registry.add("MaxPool", {1, 8, 10, 11, 12, 22}, convertPool<PoolKind::max>);
  registry.add("AveragePool", {1, 7, 10, 11, 19, 22},
               convertPool<PoolKind::average>);
  registry.add("LpPool", {2, 11, 18, 22}, convertPool<PoolKind::lp>);
  registry.add("GlobalAveragePool", {1, 22},
               convertGlobalPool<PoolKind::average>);
  registry.add("GlobalMaxPool", {1, 22}, convertGlobalPool<PoolKind::max>);
  registry.add("GlobalLpPool", {2, 22}, convertGlobalPool<PoolKind::lp>);
  registry.add("LRN", {1, 13}, convertLRN);
}
