//===- Match.cpp - pieces of what exporters take apart --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Match.h"

#include "qcc/Qnn/Tensor.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

std::optional<double> graph::matchSplat(Value value) {
  ElementsAttr constant = qnn::constantValue(value);
  if (!constant || !constant.getElementType().isF32())
    return std::nullopt;
  FailureOr<qnn::Tensor> tensor = qnn::Tensor::fromAttribute(constant);
  if (failed(tensor) || tensor->getNumElements() == 0)
    return std::nullopt;
  ArrayRef<float> values(tensor->data<float>(), tensor->getNumElements());
  if (!llvm::all_equal(values))
    return std::nullopt;
  return values.front();
}

bool graph::isClose(double value, double expected) {
  return std::abs(value - expected) <= 1e-5 * std::abs(expected);
}

qnn::UnaryOp graph::matchUnary(Value value, qnn::UnaryKind kind) {
  auto op = value.getDefiningOp<qnn::UnaryOp>();
  return op && op.getKind() == kind ? op : qnn::UnaryOp();
}

qnn::BinaryOp graph::matchBinary(Value value, qnn::BinaryKind kind) {
  auto op = value.getDefiningOp<qnn::BinaryOp>();
  return op && op.getKind() == kind ? op : qnn::BinaryOp();
}

bool graph::matchEitherOrder(qnn::BinaryOp op,
                             function_ref<bool(Value, Value)> match) {
  return op &&
         (match(op.getLhs(), op.getRhs()) || match(op.getRhs(), op.getLhs()));
}

std::optional<WithConstant> graph::matchWithSplat(Value value,
                                                  qnn::BinaryKind kind) {
  WithConstant result;
  bool found =
      matchEitherOrder(matchBinary(value, kind), [&](Value a, Value b) {
        std::optional<double> constant = matchSplat(b);
        if (!constant || a.getType() != value.getType())
          return false;
        result = {a, *constant};
        return true;
      });
  return found ? std::optional(result) : std::nullopt;
}

static void collectFactors(Value value, Type type, Product &product) {
  if (std::optional<double> constant = matchSplat(value)) {
    product.scale *= *constant;
    return;
  }
  if (auto mul = matchBinary(value, qnn::BinaryKind::mul);
      mul && mul.getType() == type) {
    collectFactors(mul.getLhs(), type, product);
    collectFactors(mul.getRhs(), type, product);
    return;
  }
  if (auto div = matchBinary(value, qnn::BinaryKind::div);
      div && div.getType() == type)
    if (std::optional<double> constant = matchSplat(div.getRhs())) {
      product.scale /= *constant;
      collectFactors(div.getLhs(), type, product);
      return;
    }
  if (auto pow = matchBinary(value, qnn::BinaryKind::pow);
      pow && pow.getType() == type)
    if (matchSplat(pow.getRhs()) == 3.0) {
      for (int i = 0; i < 3; ++i)
        collectFactors(pow.getLhs(), type, product);
      return;
    }
  product.factors.push_back(value);
}

Product graph::matchProduct(Value value) {
  Product product;
  collectFactors(value, value.getType(), product);
  return product;
}

Value graph::skipReshape(Value value) {
  auto reshape = value.getDefiningOp<qnn::ReshapeOp>();
  return reshape ? reshape.getInput() : value;
}

std::optional<Reduction> graph::matchReduction(Value value,
                                               qnn::ReduceKind kind) {
  Value inner = skipReshape(value);
  double scale = 1;
  if (kind == qnn::ReduceKind::mean && !inner.getDefiningOp<qnn::ReduceOp>()) {
    Product product = matchProduct(inner);
    if (product.factors.size() != 1)
      return std::nullopt;
    inner = skipReshape(product.factors.front());
    scale = product.scale;
    kind = qnn::ReduceKind::sum;
  }
  auto reduce = inner.getDefiningOp<qnn::ReduceOp>();
  if (!reduce || reduce.getKind() != kind || reduce.getAxes().empty())
    return std::nullopt;
  RankedTensorType input = typeOf(reduce.getInput());
  SmallVector<int64_t> kept(input.getShape());
  double count = 1;
  for (int64_t axis : reduce.getAxes()) {
    count *= kept[axis];
    kept[axis] = 1;
  }
  if (typeOf(value).getShape() != ArrayRef<int64_t>(kept) ||
      (scale != 1 && !isClose(scale * count, 1)) ||
      (scale == 1 && inner.getDefiningOp() != reduce))
    return std::nullopt;
  return Reduction{reduce.getInput(), SmallVector<int64_t>(reduce.getAxes())};
}
