//===- Grids.cpp - scales and zero points, and pairs made of them ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Grids.h"

#include "qcc/Qnn/Constants.h"

#include <cmath>

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;

/// Keeps reciprocals of scales, and products of two of them, normal numbers.
static constexpr float kLeastScale = 0x1p-60f;

bool qcc::quantize::isWide(qnn::SchemeAttr scheme) {
  return scheme.getStorage().isInteger(16);
}

Grid qcc::quantize::activationGrid(qnn::SchemeAttr scheme,
                                   ArrayRef<float> bounds) {
  Grid grid{scheme, {}, {}};
  double least = scheme.getMin(), greatest = scheme.getMax();
  for (size_t i = 0; i + 1 < bounds.size(); i += 2) {
    double lo = std::min(bounds[i], 0.0f), hi = std::max(bounds[i + 1], 0.0f);
    if (scheme.getSymmetric()) {
      hi = std::max(-lo, hi);
      lo = -hi;
    }
    // A dead tensor holds only zeros, which every scale gives exactly.
    auto scale =
        hi > lo ? static_cast<float>((hi - lo) / (greatest - least)) : 1.0f;
    scale = std::max(scale, kLeastScale);
    grid.scales.push_back(scale);
    grid.zeroPoints.push_back(static_cast<int64_t>(
        std::clamp(std::nearbyint(least - lo / scale), least, greatest)));
  }
  return grid;
}

std::pair<Value, Value> qcc::quantize::createParameters(OpBuilder &builder,
                                                        Location loc,
                                                        const Grid &grid) {
  SmallVector<int64_t> shape;
  if (!grid.scheme.isPerTensor())
    shape.push_back(grid.scales.size());
  auto storage = cast<IntegerType>(grid.scheme.getStorage());
  Value scale = qnn::createConstant(builder, loc, shape, grid.scales);
  Value zeroPoint =
      qnn::createConstant(builder, loc, shape, storage, grid.zeroPoints);
  return {scale, zeroPoint};
}

qnn::DequantizeOp qcc::quantize::createPair(OpBuilder &builder, Location loc,
                                            Value value, const Grid &grid,
                                            StringAttr tensor) {
  auto [scale, zeroPoint] = createParameters(builder, loc, grid);
  auto type = cast<RankedTensorType>(value.getType());
  auto quantize = qnn::QuantizeOp::create(builder, loc,
                                          type.clone(grid.scheme.getStorage()),
                                          value, scale, zeroPoint, grid.scheme);
  if (tensor)
    quantize->setAttr(qnn::QnnDialect::kTensorAttr, tensor);
  return qnn::DequantizeOp::create(builder, loc, type, quantize, scale,
                                   zeroPoint, grid.scheme);
}

bool qcc::quantize::areSameConstants(Value a, Value b) {
  if (a == b)
    return true;
  if (a.getType() != b.getType())
    return false;
  if (std::optional<std::vector<float>> floats = qnn::readFloats(a))
    return floats == qnn::readFloats(b);
  std::optional<std::vector<int64_t>> integers = qnn::readIntegers(a);
  return integers && integers == qnn::readIntegers(b);
}

bool qcc::quantize::haveSameParameters(qnn::DequantizeOp a,
                                       qnn::DequantizeOp b) {
  return a.getScheme().withAxis(-1 + !a.getScheme().isPerTensor()) ==
             b.getScheme().withAxis(-1 + !b.getScheme().isPerTensor()) &&
         areSameConstants(a.getScale(), b.getScale()) &&
         areSameConstants(a.getZeroPoint(), b.getZeroPoint());
}

bool qcc::quantize::carriesGrids(Operation *function) {
  return function->walk([](qnn::QuantizeOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}
