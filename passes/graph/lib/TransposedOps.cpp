//===- TransposedOps.cpp - ops in another layout --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TransposedOps.h"

#include "ConstantEvaluation.h"
#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

Permutation graph::compose(ArrayRef<int64_t> outer, ArrayRef<int64_t> inner) {
  Permutation result;
  for (int64_t axis : outer)
    result.push_back(inner[axis]);
  return result;
}

Permutation graph::invert(ArrayRef<int64_t> permutation) {
  Permutation result(permutation.size());
  for (auto [to, from] : llvm::enumerate(permutation))
    result[from] = to;
  return result;
}

bool graph::isIdentity(ArrayRef<int64_t> permutation) {
  for (auto [to, from] : llvm::enumerate(permutation))
    if (static_cast<int64_t>(to) != from)
      return false;
  return true;
}

bool graph::isWeight(Value value) {
  if (auto dequantize = value.getDefiningOp<qnn::DequantizeOp>())
    value = dequantize.getInput();
  return static_cast<bool>(qnn::constantValue(value));
}

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// `values` of the dimensions after the transpose as those before it: entry
/// p[i] of the result is entry i.
template <typename T>
SmallVector<T> before(ArrayRef<T> values, ArrayRef<int64_t> permutation) {
  SmallVector<T> result(values.size());
  for (auto [to, from] : llvm::enumerate(permutation))
    result[from] = values[to];
  return result;
}

RankedTensorType before(RankedTensorType type, ArrayRef<int64_t> permutation) {
  return type.clone(before(type.getShape(), permutation));
}

/// True if the transpose by `permutation` of a tensor `shape` keeps the order
/// of the elements.
bool movesOnlyOnes(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t axis : permutation) {
    if (shape[axis] == 1)
      continue;
    if (axis < last)
      return false;
    last = axis;
  }
  return true;
}

/// Clones ops into the layout before a transpose.
class Cloner {
public:
  Cloner(Operation *op, ArrayRef<int64_t> permutation,
         PatternRewriter &rewriter)
      : op(op), permutation(permutation), rewriter(rewriter) {}

  FailureOr<TransposedResult> run();

private:
  /// The tensor x with `transpose(x, permutation) = value`. Operands of less
  /// rank, which are broadcast, get leading dimensions first.
  Value untransposed(Value value);

  /// The op with other operands and another type of its result.
  Operation *clone(ValueRange operands, Type type) {
    OperationState state(op->getLoc(), op->getName(), operands, type,
                         llvm::to_vector(op->getDiscardableAttrs()));
    state.propertiesAttr = op->getPropertiesAsAttribute();
    return rewriter.create(state);
  }
  TransposedResult same(Value value) {
    return {value, Permutation(permutation)};
  }
  int64_t rank() { return permutation.size(); }

  FailureOr<TransposedResult> elementwise();
  FailureOr<TransposedResult> quantization(qnn::SchemeAttr scheme);
  FailureOr<TransposedResult> reduction(ArrayRef<int64_t> axes, bool keepdims);
  FailureOr<TransposedResult> convert(qnn::ConcatOp concat);
  FailureOr<TransposedResult> convert(qnn::PadOp pad);
  FailureOr<TransposedResult> convert(qnn::SliceOp slice);
  FailureOr<TransposedResult> convert(qnn::TileOp tile);
  FailureOr<TransposedResult> convert(qnn::SoftmaxOp softmax);
  FailureOr<TransposedResult> convert(qnn::BroadcastOp broadcast);
  FailureOr<TransposedResult> convert(qnn::GatherOp gather);
  FailureOr<TransposedResult> convert(qnn::ReshapeOp reshape);

  Operation *op;
  ArrayRef<int64_t> permutation;
  PatternRewriter &rewriter;
};

Value Cloner::untransposed(Value value) {
  auto type = typeOf(value);
  if (type.getRank() < rank()) {
    if (type.getNumElements() == 1)
      return value;
    SmallVector<int64_t> shape(rank() - type.getRank(), 1);
    llvm::append_range(shape, type.getShape());
    type = type.clone(shape);
    auto reshape =
        qnn::ReshapeOp::create(rewriter, value.getLoc(), type, value);
    value = foldOrKeep(reshape, rewriter);
  }
  Permutation inverse = invert(permutation);
  if (auto transpose = value.getDefiningOp<qnn::TransposeOp>())
    if (ArrayRef<int64_t>(transpose.getPermutation()) == permutation)
      return transpose.getInput();
  if (movesOnlyOnes(type.getShape(), inverse))
    return foldOrKeep(qnn::ReshapeOp::create(rewriter, value.getLoc(),
                                             before(type, permutation), value),
                      rewriter);
  auto dequantize = value.getDefiningOp<qnn::DequantizeOp>();
  if (dequantize && qnn::constantValue(dequantize.getInput())) {
    FailureOr<TransposedResult> result =
        Cloner(dequantize, permutation, rewriter).run();
    if (succeeded(result))
      return result->value;
  }
  return foldOrKeep(
      qnn::TransposeOp::create(rewriter, value.getLoc(), value, inverse),
      rewriter);
}

FailureOr<TransposedResult> Cloner::elementwise() {
  auto type = typeOf(op->getResult(0));
  if (type.getRank() != rank())
    return failure();
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(untransposed(operand));
  return same(clone(operands, before(type, permutation))->getResult(0));
}

FailureOr<TransposedResult> Cloner::quantization(qnn::SchemeAttr scheme) {
  if (!scheme.isPerTensor() && !scheme.isPerAxis())
    return failure();
  SmallVector<Value> operands(op->getOperands());
  operands[0] = untransposed(operands[0]);
  Operation *result =
      clone(operands, before(typeOf(op->getResult(0)), permutation));
  if (scheme.isPerAxis()) {
    auto moved = scheme.withAxis(permutation[scheme.getAxis()]);
    if (auto quantize = dyn_cast<qnn::QuantizeOp>(result))
      quantize.setSchemeAttr(moved);
    else
      cast<qnn::DequantizeOp>(result).setSchemeAttr(moved);
  }
  return same(result->getResult(0));
}

FailureOr<TransposedResult> Cloner::convert(qnn::ConcatOp concat) {
  SmallVector<Value> operands;
  for (Value operand : concat.getInputs())
    operands.push_back(untransposed(operand));
  Operation *result = clone(operands, before(concat.getType(), permutation));
  cast<qnn::ConcatOp>(result).setAxis(permutation[concat.getAxis()]);
  return same(result->getResult(0));
}

FailureOr<TransposedResult> Cloner::convert(qnn::PadOp pad) {
  auto result = cast<qnn::PadOp>(
      clone(untransposed(pad.getInput()), before(pad.getType(), permutation)));
  result.setLow(before(pad.getLow(), permutation));
  result.setHigh(before(pad.getHigh(), permutation));
  return same(result);
}

FailureOr<TransposedResult> Cloner::convert(qnn::SliceOp slice) {
  auto result = cast<qnn::SliceOp>(clone(untransposed(slice.getInput()),
                                         before(slice.getType(), permutation)));
  result.setStarts(before(slice.getStarts(), permutation));
  result.setSizes(before(slice.getSizes(), permutation));
  result.setSteps(before(slice.getSteps(), permutation));
  return same(result);
}

FailureOr<TransposedResult> Cloner::convert(qnn::TileOp tile) {
  auto result = cast<qnn::TileOp>(clone(untransposed(tile.getInput()),
                                        before(tile.getType(), permutation)));
  result.setRepeats(before(tile.getRepeats(), permutation));
  return same(result);
}

FailureOr<TransposedResult> Cloner::convert(qnn::SoftmaxOp softmax) {
  auto result =
      cast<qnn::SoftmaxOp>(clone(untransposed(softmax.getInput()),
                                 before(softmax.getType(), permutation)));
  result.setAxis(permutation[softmax.getAxis()]);
  return same(result);
}

FailureOr<TransposedResult> Cloner::convert(qnn::BroadcastOp broadcast) {
  if (typeOf(broadcast.getInput()).getRank() != broadcast.getType().getRank())
    return failure();
  return same(clone(untransposed(broadcast.getInput()),
                    before(broadcast.getType(), permutation))
                  ->getResult(0));
}

FailureOr<TransposedResult> Cloner::reduction(ArrayRef<int64_t> axes,
                                              bool keepdims) {
  SmallVector<int64_t> moved;
  for (int64_t axis : axes)
    moved.push_back(permutation[axis]);
  llvm::sort(moved);
  // Number of each dimension among those that are left.
  SmallVector<int64_t> number(rank(), -1);
  int64_t left = 0;
  for (int64_t i = 0; i < rank(); ++i)
    if (keepdims || !llvm::is_contained(moved, i))
      number[i] = left++;
  Permutation result;
  for (int64_t from : permutation)
    if (number[from] >= 0)
      result.push_back(number[from]);
  auto type = before(typeOf(op->getResult(0)), result);
  Operation *reduced = clone(untransposed(op->getOperand(0)), type);
  if (auto reduce = dyn_cast<qnn::ReduceOp>(reduced))
    reduce.setAxes(moved);
  else
    cast<qnn::ArgReduceOp>(reduced).setAxis(moved.front());
  return TransposedResult{reduced->getResult(0), result};
}

FailureOr<TransposedResult> Cloner::convert(qnn::GatherOp gather) {
  int64_t axis = gather.getAxis(), moved = permutation[axis],
          width = typeOf(gather.getIndices()).getRank();
  // Where a dimension other than the gathered one comes to lie.
  auto place = [&](int64_t from) {
    return from < moved ? from : from + width - 1;
  };
  Permutation result;
  for (auto [to, from] : llvm::enumerate(permutation)) {
    if (static_cast<int64_t>(to) != axis)
      result.push_back(place(from));
    else
      for (int64_t i = 0; i < width; ++i)
        result.push_back(moved + i);
  }
  auto clonedOp = cast<qnn::GatherOp>(
      clone({untransposed(gather.getInput()), gather.getIndices()},
            before(gather.getType(), result)));
  clonedOp.setAxis(moved);
  return TransposedResult{clonedOp, result};
}

/// A reshape that keeps groups of neighbouring dimensions apart moves over a
/// transpose that keeps each group together.
FailureOr<TransposedResult> Cloner::convert(qnn::ReshapeOp reshape) {
  auto from = typeOf(reshape.getInput()), to = reshape.getType();
  if (!from.hasStaticShape() || !to.hasStaticShape() ||
      from.getNumElements() == 0)
    return failure();
  struct Group {
    int64_t fromBegin, fromEnd, toBegin, toEnd;
  };
  SmallVector<Group> groups;
  for (int64_t i = 0, j = 0; i < from.getRank() || j < to.getRank();) {
    Group group{i, i, j, j};
    int64_t a = 1, b = 1;
    do {
      if (i == group.fromBegin && i < from.getRank())
        a *= from.getDimSize(i++);
      else if (j == group.toBegin && j < to.getRank())
        b *= to.getDimSize(j++);
      else if (a < b && i < from.getRank())
        a *= from.getDimSize(i++);
      else
        b *= to.getDimSize(j++);
    } while (a != b || (j == group.toBegin && j < to.getRank()));
    // Ones at the end belong to what is before them.
    if (i == from.getRank())
      j = to.getRank();
    group.fromEnd = i;
    group.toEnd = j;
    groups.push_back(group);
  }
  // In the layout before the transpose, each group must be contiguous and in
  // order.
  SmallVector<std::pair<int64_t, size_t>> order;
  for (auto [number, group] : llvm::enumerate(groups)) {
    if (group.fromBegin == group.fromEnd)
      return failure();
    for (int64_t i = group.fromBegin + 1; i < group.fromEnd; ++i)
      if (permutation[i] != permutation[i - 1] + 1)
        return failure();
    order.push_back({permutation[group.fromBegin], number});
  }
  llvm::sort(order);
  SmallVector<int64_t> shape, firstOf(groups.size());
  for (auto [first, number] : order) {
    firstOf[number] = shape.size();
    llvm::append_range(shape, to.getShape().slice(groups[number].toBegin,
                                                  groups[number].toEnd -
                                                      groups[number].toBegin));
  }
  Permutation result;
  for (auto [number, group] : llvm::enumerate(groups))
    for (int64_t i = group.toBegin; i < group.toEnd; ++i)
      result.push_back(firstOf[number] + i - group.toBegin);
  Operation *cloned = clone(untransposed(reshape.getInput()), to.clone(shape));
  return TransposedResult{cloned->getResult(0), result};
}

FailureOr<TransposedResult> Cloner::run() {
  return llvm::TypeSwitch<Operation *, FailureOr<TransposedResult>>(op)
      .Case<qnn::UnaryOp, qnn::ClampOp, qnn::CastOp, qnn::BinaryOp,
            qnn::SelectOp>([&](auto) { return elementwise(); })
      .Case<qnn::QuantizeOp, qnn::DequantizeOp>(
          [&](auto typed) { return quantization(typed.getScheme()); })
      .Case([&](qnn::ReduceOp reduce) {
        return reduction(reduce.getAxes(), reduce.getKeepdims());
      })
      .Case([&](qnn::ArgReduceOp reduce) {
        return reduction(reduce.getAxis(), reduce.getKeepdims());
      })
      .Case<qnn::ConcatOp, qnn::PadOp, qnn::SliceOp, qnn::TileOp,
            qnn::SoftmaxOp, qnn::BroadcastOp, qnn::GatherOp, qnn::ReshapeOp>(
          [&](auto typed) { return convert(typed); })
      .Default([](Operation *) { return failure(); });
}

} // namespace

bool graph::isFreeToTranspose(Value value, ArrayRef<int64_t> permutation) {
  auto type = typeOf(value);
  if (isWeight(value) || type.getRank() < 2)
    return true;
  if (auto transpose = value.getDefiningOp<qnn::TransposeOp>())
    if (ArrayRef<int64_t>(transpose.getPermutation()) == permutation)
      return true;
  return type.getRank() == static_cast<int64_t>(permutation.size()) &&
         type.hasStaticShape() &&
         movesOnlyOnes(type.getShape(), invert(permutation));
}

FailureOr<TransposedResult>
graph::cloneTransposed(Operation *op, ArrayRef<int64_t> permutation,
                       PatternRewriter &rewriter) {
  return Cloner(op, permutation, rewriter).run();
}
