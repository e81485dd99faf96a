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

#include <cmath>

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

/// Calls `visit` with every index of a space of these extents, the last one
/// fastest.
void forEachIndex(ArrayRef<int64_t> extents,
                  llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> index(extents.size(), 0);
  int64_t count = ShapedType::getNumElements(extents);
  for (int64_t i = 0; i < count; ++i) {
    visit(index);
    for (size_t d = extents.size(); d-- > 0;) {
      if (++index[d] < extents[d])
        break;
      index[d] = 0;
    }
  }
}

/// The least number of `type`, which no maximum prefers to another.
double leastOf(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return -std::numeric_limits<double>::infinity();
  return integer.isUnsigned() ? 0 : -std::ldexp(1.0, integer.getWidth() - 1);
}

/// Where in the whole input the greatest element of each window is: the number
/// of its tap, from which its place follows linearly.
Value findMaxima(NodeConversion &c, Value input, const Window &window,
                 ArrayRef<int64_t> outputs) {
  constexpr int64_t mostTaps = 1024;
  size_t spatial = window.kernel.size(), rank = spatial + 2;
  if (ShapedType::getNumElements(window.kernel) > mostTaps) {
    (void)c.refuse("output 1 (Indices) is supported for windows of at most " +
                   Twine(mostTaps) + " elements");
    return {};
  }
  ArrayRef<int64_t> extents = c.shapeOf(input);
  // Elements from one place to the next along each dimension.
  bool columnMajor = c.getInt("storage_order", 0) != 0;
  SmallVector<int64_t> distance(spatial);
  int64_t picture = 1;
  for (size_t i = 0; i < spatial; ++i) {
    size_t d = columnMajor ? i : spatial - 1 - i;
    distance[d] = picture;
    picture *= extents[d + 2];
  }

  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (size_t d = 0; d < spatial; ++d) {
    low[d + 2] = window.pads[d];
    high[d + 2] = window.pads[spatial + d];
  }
  Value padded = c.create<qnn::PadOp>(input, low, high, qnn::PadMode::constant,
                                      APFloat(leastOf(c.elementOf(input))));
  SmallVector<Value> taps;
  SmallVector<int64_t> offsets;
  SmallVector<int64_t> steps{1, 1};
  llvm::append_range(steps, window.strides);
  SmallVector<int64_t> column(outputs);
  column.push_back(1);
  forEachIndex(window.kernel, [&](ArrayRef<int64_t> tap) {
    SmallVector<int64_t> starts{0, 0};
    int64_t offset = 0;
    for (size_t d = 0; d < spatial; ++d) {
      starts.push_back(tap[d] * window.dilations[d]);
      offset += starts.back() * distance[d];
    }
    offsets.push_back(offset);
    if (padded)
      taps.push_back(c.reshape(
          c.create<qnn::SliceOp>(padded, starts, outputs, steps), column));
  });
  if (taps.empty() || llvm::is_contained(taps, Value()))
    return {};
  Value tap = c.create<qnn::ArgReduceOp>(
      c.create<qnn::ConcatOp>(taps, rank), static_cast<int64_t>(rank),
      /*minimum=*/false, /*select_last=*/false, /*keepdims=*/false);

  SmallVector<int64_t> places, firsts;
  forEachIndex(outputs.drop_front(2), [&](ArrayRef<int64_t> output) {
    int64_t place = 0;
    for (size_t d = 0; d < spatial; ++d)
      place += (output[d] * window.strides[d] - window.pads[d]) * distance[d];
    places.push_back(place);
  });
  for (int64_t i = 0; i < outputs[0] * outputs[1]; ++i)
    firsts.push_back(i * picture);
  SmallVector<int64_t> ones(spatial, 1), pictures{outputs[0], outputs[1]};
  llvm::append_range(pictures, ones);
  Value base = c.binary(
      qnn::BinaryKind::add, c.reshape(c.intsConstant(firsts), pictures),
      c.reshape(c.intsConstant(places), outputs.drop_front(2)));
  return c.binary(qnn::BinaryKind::add, base,
                  c.gather(c.intsConstant(offsets), tap, 0));
}

template <PoolKind kind> LogicalResult convertPool(NodeConversion &c) {
  if (failed(c.requireRank(0, 3)))
    return failure();
  Value input = c.getInput(0), image = input;
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
  Value result = c.toChannelsFirst(
      makePool(c, kind, input, *window, countPads, c.getInt("p", 2)));
  if (result && c.isOutputUsed(1) &&
      failed(c.give(1, findMaxima(c, image, *window, c.shapeOf(result)))))
    return failure();
  return c.give(0, result);
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
