//===- Epilogue.cpp - epilogue regions made from elementwise ops ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include "qcc/Analysis/Closure.h"
#include "qcc/Lower/Quantization.h"
#include "qcc/Lower/ScalarCode.h"
#include "qcc/Qnn/Constants.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace qcc::qnn;
using namespace qcc::lower;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Parameters that an epilogue can apply: one for all, or one for each index of
/// the last axis.
template <typename Op> bool hasEpilogueParameters(Op op, Value stored) {
  SchemeAttr scheme = op.getScheme();
  if (!isa<IntegerType>(scheme.getStorage()) ||
      scheme.getStorage().getIntOrFloatBitWidth() > 32)
    return false;
  bool fits =
      scheme.isPerTensor() ||
      (scheme.isPerAxis() && scheme.getAxis() == typeOf(stored).getRank() - 1);
  return fits && constantParameters(op).has_value();
}

/// A consumer that reads stored integers itself, so that its dequantize must
/// stay beside it.
bool readsStored(Operation *op, OpOperand &operand) {
  auto quantizable = dyn_cast<QuantizableOp>(op);
  if (!quantizable || isElementwise(op))
    return false;
  return quantizable.getOperandRole(operand.getOperandNumber()) !=
         OperandRole::none;
}

bool isSameShape(Value a, Value b) {
  return typeOf(a).getShape() == typeOf(b).getShape();
}

/// Ops that each epilogue which reads their result computes itself: stored
/// integers are fewer bytes. A dequantize is one, and a product or sum of such
/// a number and a constant, as channel scales leave it, if it is read once.
bool isRepeated(Operation *op) {
  if (!op || !isElementwise(op))
    return false;
  if (isa<DequantizeOp>(op))
    return true;
  return isa<BinaryOp>(op) && op->hasOneUse() &&
         llvm::any_of(op->getOperands(),
                      [&](Value operand) {
                        return isRepeated(operand.getDefiningOp()) &&
                               isSameShape(operand, op->getResult(0));
                      }) &&
         llvm::all_of(op->getOperands(), [](Value operand) {
           return constantValue(operand) || isRepeated(operand.getDefiningOp());
         });
}

int32_t saturate(double value, int64_t low, int64_t high) {
  return static_cast<int32_t>(
      std::min<double>(std::max<double>(value, low), high));
}

} // namespace

bool qcc::lower::isElementwise(Operation *op) {
  if (auto quantize = dyn_cast<QuantizeOp>(op))
    return typeOf(quantize.getInput()).getElementType().isF32() &&
           hasEpilogueParameters(quantize, quantize.getResult());
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return hasEpilogueParameters(dequantize, dequantize.getInput());
  auto quantizable = dyn_cast<QuantizableOp>(op);
  return (quantizable && quantizable.isElementwise()) ||
         isa<SelectOp, CastOp>(op);
}

FusedSet qcc::lower::growForward(Operation *root) {
  FusedSet best, grown;
  best.last = root->getResult(0);
  llvm::SmallPtrSet<Operation *, 8> members{root};
  for (Operation *op = root->getNextNode(); op; op = op->getNextNode()) {
    if (llvm::none_of(op->getOperands(), [&](Value v) {
          return v.getDefiningOp() && members.contains(v.getDefiningOp());
        }))
      continue;
    bool fits = isElementwise(op) && op->getNumResults() == 1 &&
                isSameShape(op->getResult(0), root->getResult(0));
    // A dequantize belongs to a consumer that computes on integers, not to the
    // producer.
    if (fits && isa<DequantizeOp>(op))
      fits = llvm::none_of(op->getUses(), [](OpOperand &use) {
        return readsStored(use.getOwner(), use);
      });
    if (!fits)
      continue;
    members.insert(op);
    grown.ops.insert(op);
    if (isRepeated(op) && llvm::all_of(op->getUsers(), isElementwise))
      continue;
    if (qcc::analysis::isClosed(members, op)) {
      best.ops = grown.ops;
      best.last = op->getResult(0);
    }
  }
  return best;
}

FusedSet qcc::lower::growBackward(Operation *op) {
  FusedSet result;
  result.last = op->getResult(0);
  result.ops.insert(op);
  for (Operation *before = op->getPrevNode(); before;
       before = before->getPrevNode()) {
    if (before->getNumResults() != 1 || before->use_empty() ||
        !isElementwise(before) ||
        !isSameShape(before->getResult(0), result.last))
      continue;
    if (llvm::all_of(before->getUsers(), [&](Operation *user) {
          return result.ops.contains(user);
        }))
      result.ops.insert(before);
  }
  return result;
}

EpilogueBuilder::EpilogueBuilder(OpBuilder &outer, Location loc,
                                 const FusedSet &set, const Root *root)
    : outer(outer), builder(outer.getContext()), loc(loc), set(set),
      root(root) {
  Block *block = new Block;
  region.push_back(block);
  if (root)
    block->addArgument(root->accumulator, loc);
  builder.setInsertionPointToEnd(block);
}

LogicalResult EpilogueBuilder::build() {
  Value value = emit(set.last);
  YieldOp::create(builder, loc, value);
  return success(!hasFailed);
}

Value EpilogueBuilder::orError(FailureOr<Value> value, Operation *op) {
  if (succeeded(value))
    return *value;
  op->emitOpError("is not defined for elements of type ")
      << typeOf(op->getOperand(0)).getElementType();
  hasFailed = true;
  return emitConstant(builder, loc, typeOf(op->getResult(0)).getElementType(),
                      0.0);
}

bool EpilogueBuilder::isInside(Operation *op) const {
  if (!op)
    return false;
  return set.ops.contains(op) || isRepeated(op);
}

bool EpilogueBuilder::comesFromIntegers(Value tensor) const {
  if (root && tensor == root->tensor)
    return !root->accumulator.isF32();
  Operation *op = tensor.getDefiningOp();
  if (!isInside(op))
    return false;
  return isa<DequantizeOp>(op) ||
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return comesFromIntegers(operand);
         });
}

Value EpilogueBuilder::scaled(Value value, const Factor &factor) {
  if (llvm::all_of(factor, [](double number) { return number == 1; }))
    return value;
  return arith::MulFOp::create(
      builder, loc, value,
      perChannel(SmallVector<float>(factor.begin(), factor.end())));
}

template <typename T>
EpilogueBuilder::Factor EpilogueBuilder::product(ArrayRef<T> values,
                                                 const Factor &factor) {
  Factor result;
  for (size_t i = 0, e = std::max(values.size(), factor.size()); i < e; ++i) {
    result.push_back(values[values.size() == 1 ? 0 : i]);
    if (!factor.empty())
      result.back() *= factor[factor.size() == 1 ? 0 : i];
  }
  return result;
}

template <typename T>
Value EpilogueBuilder::perChannelProduct(ArrayRef<T> values,
                                         const Factor &factor) {
  Factor numbers = product(values, factor);
  return perChannel(SmallVector<float>(numbers.begin(), numbers.end()));
}

std::optional<EpilogueBuilder::Factor>
EpilogueBuilder::withConstantOf(Operation *op, const Factor &factor,
                                Value &input) {
  auto binary = dyn_cast_or_null<BinaryOp>(op);
  if (!binary || binary.getKind() != BinaryKind::mul)
    return std::nullopt;
  bool isRight = constantValue(binary.getRhs()) != nullptr;
  Value constant = isRight ? binary.getRhs() : binary.getLhs(),
        other = isRight ? binary.getLhs() : binary.getRhs();
  std::optional<std::vector<float>> numbers = readFloats(constant);
  ArrayRef<int64_t> shape = typeOf(binary.getResult()).getShape();
  // Along the channels, if not alike, and of what has the result's shape.
  if (!numbers || shape.empty() || !isSameShape(other, binary.getResult()) ||
      (numbers->size() != 1 &&
       (static_cast<int64_t>(numbers->size()) != shape.back() ||
        typeOf(constant).getShape().back() != shape.back())) ||
      llvm::any_of(*numbers, [](float number) {
        return !(number > 0) || std::isinf(number);
      }))
    return std::nullopt;
  input = other;
  return product(ArrayRef<float>(*numbers), factor);
}

Value EpilogueBuilder::emitExtra(Value tensor) {
  if (ElementsAttr constant = constantValue(tensor)) {
    auto dense = dyn_cast<DenseElementsAttr>(constant);
    Type element = constant.getElementType();
    if (dense && dense.isSplat() &&
        (isa<FloatType>(element) || element.isSignlessInteger()))
      return arith::ConstantOp::create(
          builder, loc, cast<TypedAttr>(dense.getSplatValue<Attribute>()));
  }
  Block &block = region.front();
  unsigned first = root ? 1 : 0;
  for (auto [i, extra] : llvm::enumerate(extras))
    if (extra == tensor)
      return block.getArgument(first + i);
  extras.push_back(tensor);
  return block.addArgument(typeOf(tensor).getElementType(), loc);
}

Value EpilogueBuilder::perChannel(ArrayRef<float> values) {
  if (llvm::all_equal(values))
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(values.front()));
  return emitExtra(
      createConstant(outer, loc, static_cast<int64_t>(values.size()), values));
}

Value EpilogueBuilder::perChannel(ArrayRef<int32_t> values) {
  if (llvm::all_equal(values))
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI32IntegerAttr(values.front()));
  SmallVector<int64_t> wide(values.begin(), values.end());
  return emitExtra(createConstant(outer, loc, static_cast<int64_t>(wide.size()),
                                  outer.getI32Type(), wide));
}

Value EpilogueBuilder::emit(Value tensor, const Factor &factor) {
  auto found = emitted.find({tensor.getAsOpaquePointer(), factor});
  if (found != emitted.end())
    return found->second;
  Value result;
  if (root && tensor == root->tensor)
    result = emitRoot(factor);
  else if (isInside(tensor.getDefiningOp()))
    result = emitOp(tensor.getDefiningOp(), factor);
  else
    result = scaled(emitExtra(tensor), factor);
  emitted[{tensor.getAsOpaquePointer(), factor}] = result;
  return result;
}

Value EpilogueBuilder::emitRoot(const Factor &factor) {
  Value value = region.front().getArgument(0);
  if (!typeOf(root->tensor).getElementType().isF32())
    return value;
  if (root->windowSum) {
    Value correction = arith::MulIOp::create(
        builder, loc, emitExtra(root->windowSum), perChannel(root->sumFactor));
    value = arith::AddIOp::create(builder, loc, value, correction);
  }
  if (!root->offset.empty() &&
      llvm::any_of(root->offset, [](int32_t offset) { return offset != 0; }))
    value =
        arith::AddIOp::create(builder, loc, value, perChannel(root->offset));
  if (root->accumulator.isInteger())
    value = arith::SIToFPOp::create(builder, loc, builder.getF32Type(), value);
  if (!root->scale.empty()) {
    value = arith::MulFOp::create(
        builder, loc, value,
        perChannelProduct(ArrayRef<double>(root->scale), factor));
    if (!root->bias)
      return value;
    std::optional<std::vector<float>> bias = readFloats(root->bias);
    return arith::AddFOp::create(
        builder, loc, value,
        bias && !factor.empty()
            ? perChannelProduct(ArrayRef<float>(*bias), factor)
            : scaled(emitExtra(root->bias), factor));
  }
  if (root->divisor)
    value =
        arith::DivFOp::create(builder, loc, value, emitExtra(root->divisor));
  if (root->bias)
    value = arith::AddFOp::create(builder, loc, value, emitExtra(root->bias));
  return scaled(value, factor);
}

Value EpilogueBuilder::emitOp(Operation *op, const Factor &factor) {
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return emitDequantize(dequantize, factor);
  if (auto quantize = dyn_cast<QuantizeOp>(op))
    return emitQuantize(quantize);
  if (auto clamp = dyn_cast<ClampOp>(op))
    return emitClamp(clamp, factor);
  if (auto binary = dyn_cast<BinaryOp>(op))
    return emitBinary(binary, factor);
  if (auto unary = dyn_cast<UnaryOp>(op)) {
    FailureOr<Value> value = emitUnary(
        builder, loc, unary.getKind(), unary.getAlpha().convertToFloat(),
        unary.getBeta().convertToFloat(), emit(unary.getInput()));
    return scaled(orError(value, op), factor);
  }
  if (auto select = dyn_cast<SelectOp>(op)) {
    Value condition = emit(select.getCondition());
    return arith::SelectOp::create(builder, loc, condition,
                                   emit(select.getOnTrue(), factor),
                                   emit(select.getOnFalse(), factor));
  }
  auto cast = llvm::cast<CastOp>(op);
  FailureOr<Value> value = emitCast(builder, loc, emit(cast.getInput()),
                                    typeOf(cast.getResult()).getElementType());
  return scaled(orError(value, op), factor);
}

Value EpilogueBuilder::emitDequantize(DequantizeOp op, const Factor &factor) {
  Parameters parameters = *constantParameters(op);
  Value value = emit(op.getInput());
  if (!value.getType().isSignlessInteger(32))
    value = WidenOp::create(builder, loc, builder.getI32Type(), value);
  if (llvm::any_of(parameters.zeroPoints,
                   [](int64_t zero) { return zero != 0; })) {
    SmallVector<int32_t> zeroPoints(parameters.zeroPoints.begin(),
                                    parameters.zeroPoints.end());
    value = arith::SubIOp::create(builder, loc, value, perChannel(zeroPoints));
  }
  value = arith::SIToFPOp::create(builder, loc, builder.getF32Type(), value);
  return arith::MulFOp::create(
      builder, loc, value,
      perChannelProduct(ArrayRef<float>(parameters.scales), factor));
}

Value EpilogueBuilder::emitQuantize(QuantizeOp op) {
  Parameters parameters = *constantParameters(op);
  Type storage = op.getScheme().getStorage();
  int64_t low = op.getScheme().getMin(), high = op.getScheme().getMax();
  SmallVector<int32_t> zeroPoints(parameters.zeroPoints.begin(),
                                  parameters.zeroPoints.end());
  Value input = op.getInput(), value;
  if (!comesFromIntegers(input)) {
    // Real input: exactly ONNX QuantizeLinear.
    value = arith::DivFOp::create(builder, loc, emit(input),
                                  perChannel(parameters.scales));
  } else {
    Factor factor;
    for (float scale : parameters.scales)
      factor.push_back(1.0 / scale);
    // Rounding is monotonic, so clamps may follow it, where they cost nothing,
    // if all channels have the same bound there.
    auto bound = [&](const APFloat &limit,
                     int64_t otherwise) -> std::optional<int64_t> {
      if (limit.isInfinity())
        return otherwise;
      if (!llvm::all_equal(zeroPoints) ||
          !(limit.isZero() || llvm::all_equal(factor)))
        return std::nullopt;
      return saturate(std::nearbyint(limit.convertToFloat() * factor.front()) +
                          zeroPoints.front(),
                      low, high);
    };
    while (isInside(input.getDefiningOp())) {
      Operation *producer = input.getDefiningOp();
      if (auto clamp = dyn_cast<ClampOp>(producer)) {
        std::optional<int64_t> newLow = bound(clamp.getMin(), low),
                               newHigh = bound(clamp.getMax(), high);
        if (!newLow || !newHigh)
          break;
        low = std::max(low, *newLow);
        high = std::max(low, std::min(high, *newHigh));
        input = clamp.getInput();
      } else if (std::optional<Factor> both =
                     withConstantOf(producer, factor, input)) {
        factor = std::move(*both);
      } else {
        break;
      }
    }
    value = emit(input, factor);
  }
  return RoundOp::create(builder, loc, storage, value, perChannel(zeroPoints),
                         builder.getI32IntegerAttr(low),
                         builder.getI32IntegerAttr(high));
}

Value EpilogueBuilder::emitClamp(ClampOp op, const Factor &factor) {
  auto fits = [&](const APFloat &limit) {
    return limit.isInfinity() || limit.isZero() || llvm::all_equal(factor);
  };
  // Bounds that would differ from channel to channel stay where they are.
  if (!fits(op.getMin()) || !fits(op.getMax()))
    return scaled(emitClamp(op, {}), factor);
  bool isScaled =
      typeOf(op.getInput()).getElementType().isF32() && !factor.empty();
  auto bound = [&](const APFloat &limit) {
    return static_cast<float>(
        limit.convertToFloat() *
        (isScaled && !limit.isInfinity() ? factor.front() : 1.0));
  };
  return qcc::lower::emitClamp(builder, loc, emit(op.getInput(), factor),
                               bound(op.getMin()), bound(op.getMax()));
}

Value EpilogueBuilder::emitBinary(BinaryOp op, const Factor &factor) {
  BinaryKind kind = op.getKind();
  Type element = typeOf(op.getLhs()).getElementType();
  Value input;
  if (!factor.empty() && element.isF32())
    if (std::optional<Factor> both = withConstantOf(op, factor, input))
      return emit(input, *both);
  // The factor goes to where it can be folded into a constant.
  Factor left, right, after = factor;
  if (element.isF32() && (kind == BinaryKind::add || kind == BinaryKind::sub)) {
    left = right = factor;
    after = {};
  } else if (element.isF32() &&
             (kind == BinaryKind::mul || kind == BinaryKind::div)) {
    left = factor;
    after = {};
  }
  Value lhs = emit(op.getLhs(), left), rhs = emit(op.getRhs(), right);
  return scaled(
      orError(qcc::lower::emitBinary(builder, loc, kind, lhs, rhs), op), after);
}
