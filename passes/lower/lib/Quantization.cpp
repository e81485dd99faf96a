//===- Quantization.cpp - constant parameters of quantize and dequantize --===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Lower/Quantization.h"

#include "qcc/Qnn/Constants.h"

using namespace mlir;
using namespace qcc::qnn;
using namespace qcc::lower;

namespace {

template <typename Op> std::optional<Parameters> parametersOf(Op op) {
  if (op.getScheme().getGranularity() == Granularity::per_group)
    return std::nullopt;
  std::optional<std::vector<float>> scales = readFloats(op.getScale());
  std::optional<std::vector<int64_t>> zeroPoints =
      readIntegers(op.getZeroPoint());
  if (!scales || !zeroPoints || scales->empty() ||
      zeroPoints->size() != scales->size())
    return std::nullopt;
  return Parameters{std::move(*scales), std::move(*zeroPoints)};
}

template <typename Other> bool sameParameters(DequantizeOp a, Other b) {
  std::optional<Parameters> x = constantParameters(a),
                            y = constantParameters(b);
  return x && y && x->scales == y->scales && x->zeroPoints == y->zeroPoints;
}

} // namespace

std::optional<Parameters> qcc::lower::constantParameters(DequantizeOp op) {
  return parametersOf(op);
}
std::optional<Parameters> qcc::lower::constantParameters(QuantizeOp op) {
  return parametersOf(op);
}
bool qcc::lower::haveSameParameters(DequantizeOp a, DequantizeOp b) {
  return sameParameters(a, b);
}
bool qcc::lower::haveSameParameters(DequantizeOp a, QuantizeOp b) {
  return sameParameters(a, b);
}
