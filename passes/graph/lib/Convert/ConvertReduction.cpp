//===- ConvertReduction.cpp - reductions over axes ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include <functional>
#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;
using qcc::qnn::ReduceKind;

namespace {

/// Reduce*: `axes` are an attribute in old versions, then an input; without
/// any, all are reduced, or none with `noop_with_empty_axes`.
template <ReduceKind kind> LogicalResult convertReduce(NodeConversion &c) {
  if (failed(c.requireRank(0, 0)))
    return failure();
  Value input = c.getInput(0);
  int64_t rank = c.rankOf(input);
  SmallVector<int64_t> given =
      c.getInts("axes").value_or(SmallVector<int64_t>());
  if (c.getInput(1)) {
    FailureOr<SmallVector<int64_t>> values = c.requireInts(1, "axes");
    if (failed(values))
      return failure();
    given = *values;
  }
  if (given.empty()) {
    if (c.getInt("noop_with_empty_axes", 0)) {
      // Without an axis, what is left of the reduction is its function of one
      // element.
      if (kind == ReduceKind::l1 || kind == ReduceKind::l2)
        return c.give(0, c.unary(qnn::UnaryKind::abs, input));
      if (kind == ReduceKind::sum_square)
        return c.give(0, c.binary(qnn::BinaryKind::mul, input, input));
      if (kind == ReduceKind::log_sum)
        return c.give(0, c.unary(qnn::UnaryKind::log, input));
      return c.give(0, input);
    }
    given.resize(rank);
    std::iota(given.begin(), given.end(), 0);
  }
  FailureOr<SmallVector<int64_t>> axes = c.normalizeAxes(given, rank);
  if (failed(axes))
    return failure();
  return c.give(0, c.reduce(kind, input, *axes, c.getInt("keepdims", 1)));
}

template <bool minimum> LogicalResult convertArgReduce(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  FailureOr<int64_t> axis = c.getAxis(0, c.rankOf(c.getInput(0)));
  if (failed(axis))
    return failure();
  return c.give(
      0, c.create<qnn::ArgReduceOp>(c.getInput(0), *axis, minimum,
                                    c.getInt("select_last_index", 0) != 0,
                                    c.getInt("keepdims", 1) != 0));
}

/// Hardmax: 1 for the first greatest element along an axis, 0 for the others;
/// before version 13 along all dimensions from `axis` on.
LogicalResult convertHardmax(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value input = c.getInput(0);
  SmallVector<int64_t> shape(c.shapeOf(input));
  bool flattens = c.getVersion() < 13;
  FailureOr<int64_t> axis = c.getAxis(flattens ? 1 : -1, shape.size());
  if (failed(axis))
    return failure();
  Value flat = input;
  if (flattens) {
    auto product = [](ArrayRef<int64_t> extents) {
      return std::accumulate(extents.begin(), extents.end(), int64_t(1),
                             std::multiplies<>());
    };
    flat = c.reshape(input, {product(ArrayRef(shape).take_front(*axis)),
                             product(ArrayRef(shape).drop_front(*axis))});
    *axis = 1;
  }
  Value place = c.create<qnn::ArgReduceOp>(flat, *axis, false, false, true);
  if (!place)
    return failure();
  SmallVector<int64_t> places(c.shapeOf(flat)[*axis]);
  std::iota(places.begin(), places.end(), 0);
  Value all = c.alignTo(c.intsConstant(places), *axis, c.rankOf(flat));
  Value hot = c.binary(qnn::BinaryKind::equal, place, all);
  return c.give(0, c.reshape(c.cast(hot, c.elementOf(input)), shape));
}

/// The elements along `axis`, `distance` further on; 0 where there is none.
Value shifted(NodeConversion &c, Value input, int64_t axis, int64_t distance) {
  if (!input)
    return {};
  SmallVector<int64_t> low(c.rankOf(input), 0), high(low);
  low[axis] = distance;
  high[axis] = -distance;
  return c.create<qnn::PadOp>(input, low, high, qnn::PadMode::constant,
                              APFloat(0.0));
}

/// Sums in steps of doubled distance: exact for integers, whose order of
/// addition does not matter, and few operations for long rows.
Value cumSumByDoubling(NodeConversion &c, Value sums, int64_t axis,
                       bool exclusive, bool reverse) {
  int64_t sign = reverse ? -1 : 1, extent = c.shapeOf(sums)[axis];
  if (exclusive)
    sums = shifted(c, sums, axis, sign);
  for (int64_t distance = 1; distance < extent; distance *= 2)
    sums = c.binary(qnn::BinaryKind::add, sums,
                    shifted(c, sums, axis, sign * distance));
  return sums;
}

/// CumSum of short rows of floats as a product with a triangle of ones, which
/// adds in order.
Value cumSumByProduct(NodeConversion &c, Value input, int64_t axis,
                      bool exclusive, bool reverse) {
  int64_t rank = c.rankOf(input), n = c.shapeOf(input)[axis];
  SmallVector<float> ones(n * n, 0);
  for (int64_t to = 0; to < n; ++to)
    for (int64_t from = 0; from < n; ++from) {
      bool before = reverse ? from > to : from < to;
      ones[to * n + from] = before || (from == to && !exclusive);
    }
  SmallVector<int64_t> permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  std::swap(permutation[axis], permutation.back());
  Value sums = c.create<qnn::LinearOp>(c.transpose(input, permutation),
                                       c.floatsConstant({n, n}, ones), Value());
  return c.transpose(sums, permutation);
}

LogicalResult convertCumSum(NodeConversion &c) {
  if (failed(c.requireRank(0, 1)))
    return failure();
  Value input = c.getInput(0);
  FailureOr<SmallVector<int64_t>> where = c.requireInts(1, "axis");
  if (failed(where))
    return failure();
  if (where->size() != 1)
    return c.refuse("axis (input 1) must be one integer");
  FailureOr<int64_t> axis = c.normalizeAxis(where->front(), c.rankOf(input));
  if (failed(axis))
    return failure();
  bool exclusive = c.getInt("exclusive", 0), reverse = c.getInt("reverse", 0);
  bool isShort = c.shapeOf(input)[*axis] <= 1024;
  auto sum = c.isFloat(input) && isShort ? cumSumByProduct : cumSumByDoubling;
  return c.give(0, sum(c, input, *axis, exclusive, reverse));
}

} // namespace

void graph::registerReductionHandlers(HandlerRegistry &registry) {
  registry.add("ReduceSum", {1, 11, 13}, convertReduce<ReduceKind::sum>);
  registry.add("ReduceMean", {1, 11, 13, 18}, convertReduce<ReduceKind::mean>);
  registry.add("ReduceMax", {1, 11, 12, 13, 18, 20},
               convertReduce<ReduceKind::max>);
  registry.add("ReduceMin", {1, 11, 12, 13, 18, 20},
               convertReduce<ReduceKind::min>);
  registry.add("ReduceProd", {1, 11, 13, 18}, convertReduce<ReduceKind::prod>);
  registry.add("ReduceL1", {1, 11, 13, 18}, convertReduce<ReduceKind::l1>);
  registry.add("ReduceL2", {1, 11, 13, 18}, convertReduce<ReduceKind::l2>);
  registry.add("ReduceLogSum", {1, 11, 13, 18, 28},
               convertReduce<ReduceKind::log_sum>);
  registry.add("ReduceLogSumExp", {1, 11, 13, 18, 28},
               convertReduce<ReduceKind::log_sum_exp>);
  registry.add("ReduceSumSquare", {1, 11, 13, 18},
               convertReduce<ReduceKind::sum_square>);
  registry.add("ArgMax", {1, 11, 12, 13}, convertArgReduce<false>);
  registry.add("ArgMin", {1, 11, 12, 13}, convertArgReduce<true>);
  registry.add("Hardmax", {1, 11, 13}, convertHardmax);
  registry.add("CumSum", {11, 14}, convertCumSum);
}
