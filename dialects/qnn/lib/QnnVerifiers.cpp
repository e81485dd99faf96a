//===- QnnVerifiers.cpp - constraints that types alone do not carry -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qcc::qnn;

namespace {

constexpr int64_t kDynamic = ShapedType::kDynamic;

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

bool differ(int64_t a, int64_t b) {
  return a != b && a != kDynamic && b != kDynamic;
}

/// C2 and C4 of qnn.conv, shared by everything with weights [O, ..., C /
/// groups].
LogicalResult verifyGroups(Operation *op, RankedTensorType input,
                           RankedTensorType weight, Value bias,
                           int64_t groups) {
  // This runs before the check against the inferred type.
  if (input.getRank() < 3 || input.getRank() != weight.getRank())
    return op->emitOpError()
           << "input of rank " << input.getRank() << " and weight of rank "
           << weight.getRank() << " must have the same rank of at least 3 (C1)";
  int64_t channels = input.getShape().back(), outputs = weight.getDimSize(0),
          perGroup = weight.getShape().back();
  if (groups < 1 || (outputs != kDynamic && outputs % groups != 0))
    return op->emitOpError() << "groups " << groups << " must divide the "
                             << outputs << " output channels (C2)";
  if (channels != kDynamic && perGroup != kDynamic &&
      perGroup * groups != channels)
    return op->emitOpError()
           << "weight reads " << perGroup << " channels in each of " << groups
           << " groups, but the input has " << channels << " (C2)";
  if (bias && (typeOf(bias).getRank() != 1 ||
               differ(typeOf(bias).getDimSize(0), outputs)))
    return op->emitOpError() << "bias " << bias.getType() << " must have "
                             << outputs << " elements (C4)";
  return success();
}

LogicalResult verifyBroadcastExtras(Operation *op, ValueRange extras,
                                    RankedTensorType result) {
  for (Value extra : extras) {
    std::optional<SmallVector<int64_t>> shape =
        broadcastShapes(typeOf(extra).getShape(), result.getShape());
    if (!shape || shape->size() != static_cast<size_t>(result.getRank()) ||
        llvm::any_of(llvm::zip_equal(*shape, result.getShape()), [](auto pair) {
          return differ(std::get<0>(pair), std::get<1>(pair));
        }))
      return op->emitOpError()
             << "extra operand " << extra.getType() << " does not broadcast to "
             << result << " (C4)";
  }
  return success();
}

/// C3 to C5 of the fused ops. `accumulator` is null where the region gets none.
LogicalResult verifyEpilogue(Operation *op, Region &epilogue, Type accumulator,
                             ValueRange extras, RankedTensorType result) {
  SmallVector<Type> expected;
  if (accumulator)
    expected.push_back(accumulator);
  for (Value extra : extras)
    expected.push_back(typeOf(extra).getElementType());
  if (!llvm::equal(epilogue.front().getArgumentTypes(), expected))
    return op->emitOpError()
           << "epilogue must have arguments of types [" << expected << "] (C3)";
  if (failed(verifyBroadcastExtras(op, extras, result)))
    return failure();
  auto yield = dyn_cast<YieldOp>(epilogue.front().getTerminator());
  if (!yield || !yield.getValue() ||
      yield.getValue().getType() != result.getElementType())
    return op->emitOpError()
           << "epilogue must yield one " << result.getElementType() << " (C5)";
  return success();
}

/// i32 for two 8-bit integers, or i16 and signed weights, f32 for two f32, null
/// otherwise.
Type accumulatorType(Type a, Type b, bool isPacked) {
  MLIRContext *context = a.getContext();
  bool areBytes = a.isInteger(8) && b.isInteger(8),
       areWords =
           a.isSignlessInteger(16) &&
           (b.isSignlessInteger(8) || (isPacked && b.isSignlessInteger(16)));
  if (areBytes || areWords)
    return IntegerType::get(context, 32);
  if (a.isF32() && b.isF32())
    return a;
  return {};
}

LogicalResult verifyOperandTypes(Operation *op, Type a, Type b,
                                 Type &accumulator, bool isPacked) {
  accumulator = accumulatorType(a, b, isPacked);
  if (!accumulator)
    return op->emitOpError() << "operands must both be 8-bit integers or both "
                                "f32, or i16 and i8, got "
                             << a << " and " << b << " (C2)";
  return success();
}

LogicalResult verifyPadValue(Operation *op,
                             std::optional<ArrayRef<int32_t>> value,
                             int64_t channels) {
  if (value && value->size() != 1 && differ(value->size(), channels))
    return op->emitOpError() << "pad_value must have 1 or " << channels
                             << " elements, has " << value->size() << " (C6)";
  return success();
}

LogicalResult verifyWindow(Operation *op, RankedTensorType input,
                           ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                           ArrayRef<int64_t> pads, ArrayRef<int64_t> dilations,
                           int64_t channels, RankedTensorType result) {
  size_t spatial = kernel.size();
  if (spatial == 0 || input.getRank() != static_cast<int64_t>(spatial) + 2 ||
      result.getRank() != input.getRank() || strides.size() != spatial ||
      dilations.size() != spatial || pads.size() != 2 * spatial)
    return op->emitOpError()
           << "kernel, strides, dilations and pads must fit an input of rank "
           << input.getRank() << " (C1)";
  for (size_t i = 0; i < spatial; ++i) {
    if (strides[i] < 1 || dilations[i] < 1)
      return op->emitOpError()
             << "strides and dilations must be at least 1 (C1)";
    int64_t extent =
        windowExtent(input.getDimSize(i + 1), kernel[i], strides[i],
                     dilations[i], pads[i], pads[spatial + i]);
    if (extent == -1 || differ(extent, result.getDimSize(i + 1)))
      return op->emitOpError()
             << "result dimension " << i + 1 << " is "
             << result.getDimSize(i + 1) << ", should be " << extent << " (C1)";
  }
  if (differ(result.getShape().back(), channels) ||
      differ(result.getDimSize(0), input.getDimSize(0)))
    return op->emitOpError() << "result " << result << " must have " << channels
                             << " channels and the input's batch (C1)";
  return success();
}

/// Quantize and dequantize: `real` and `stored` sides, parameters and scheme.
LogicalResult verifyQuantization(Operation *op, RankedTensorType real,
                                 RankedTensorType stored,
                                 RankedTensorType scale,
                                 RankedTensorType zeroPoint,
                                 SchemeAttr scheme) {
  if (stored.getElementType() != scheme.getStorage())
    return op->emitOpError()
           << "stored type " << stored.getElementType()
           << " is not the scheme's " << scheme.getStorage() << " (C1)";
  if (failed(verifyCompatibleShape(real, stored)))
    return op->emitOpError()
           << "shapes of " << real << " and " << stored << " differ (C2)";
  if (!scheme.isPerTensor() && scheme.getAxis() >= stored.getRank())
    return op->emitOpError()
           << "axis " << scheme.getAxis() << " is out of range for rank "
           << stored.getRank() << " (C3)";
  SmallVector<int64_t> expected = scheme.getParameterShape(stored.getShape());
  for (RankedTensorType parameter : {scale, zeroPoint})
    if (failed(verifyCompatibleShape(parameter.getShape(), expected)))
      return op->emitOpError() << "scale and zero point must have shape ["
                               << expected << "], got " << parameter << " (C3)";
  if (zeroPoint.getElementType() != scheme.getStorage())
    return op->emitOpError()
           << "zero point of type " << zeroPoint.getElementType()
           << " must have the storage type " << scheme.getStorage() << " (C4)";
  return success();
}

} // namespace

LogicalResult ClampOp::verify() {
  if (getMin().isNaN() || getMax().isNaN() || getMin() > getMax())
    return emitOpError() << "interval [" << getMin().convertToDouble() << ", "
                         << getMax().convertToDouble() << "] is empty (C1)";
  return success();
}

LogicalResult ConvOp::verify() {
  return verifyGroups(*this, typeOf(getInput()), typeOf(getWeight()), getBias(),
                      getGroups());
}

LogicalResult ConvTransposeOp::verify() {
  return verifyGroups(*this, typeOf(getInput()), typeOf(getWeight()), getBias(),
                      getGroups());
}

LogicalResult LinearOp::verify() {
  // This runs before the check against the inferred type.
  if (typeOf(getWeight()).getRank() != 2 || typeOf(getInput()).getRank() < 1)
    return emitOpError() << "weight of rank " << typeOf(getWeight()).getRank()
                         << " must have rank 2, and the input 1 or more (C1)";
  int64_t k = typeOf(getInput()).getShape().back(),
          expected = typeOf(getWeight()).getDimSize(1);
  if (differ(k, expected))
    return emitOpError() << "weight reads " << expected
                         << " elements, but the input's last dimension is " << k
                         << " (C1)";
  int64_t outputs = typeOf(getWeight()).getDimSize(0);
  if (getBias() && (typeOf(getBias()).getRank() != 1 ||
                    differ(typeOf(getBias()).getDimSize(0), outputs)))
    return emitOpError() << "bias " << getBias().getType() << " must have "
                         << outputs << " elements (C2)";
  return success();
}

LogicalResult PoolOp::verify() {
  if (getKind() == PoolKind::lp && getP() < 1)
    return emitOpError() << "p must be at least 1, is " << getP() << " (C2)";
  return success();
}

LogicalResult ReduceOp::verify() {
  int64_t previous = -1;
  for (int64_t axis : getAxes()) {
    if (axis <= previous || axis >= typeOf(getInput()).getRank())
      return emitOpError() << "axes [" << getAxes()
                           << "] must increase and lie within rank "
                           << typeOf(getInput()).getRank() << " (C1)";
    previous = axis;
  }
  return success();
}

LogicalResult SoftmaxOp::verify() {
  int64_t axis = getAxis();
  if (axis < 0 || axis >= typeOf(getInput()).getRank())
    return emitOpError() << "axis " << axis << " is out of range for rank "
                         << typeOf(getInput()).getRank() << " (C1)";
  return success();
}

LogicalResult TransposeOp::verify() { return success(); }
LogicalResult ConcatOp::verify() { return success(); }
LogicalResult GatherOp::verify() { return success(); }
LogicalResult PadOp::verify() { return success(); }

LogicalResult ReshapeOp::verify() {
  RankedTensorType input = typeOf(getInput()), result = typeOf(getResult());
  if (input.getElementType() != result.getElementType())
    return emitOpError() << "element types " << input.getElementType()
                         << " and " << result.getElementType()
                         << " differ (C1)";
  if (input.hasStaticShape() && result.hasStaticShape() &&
      input.getNumElements() != result.getNumElements())
    return emitOpError() << "cannot turn " << input.getNumElements()
                         << " elements into " << result.getNumElements()
                         << " (C2)";
  return success();
}

LogicalResult BroadcastOp::verify() {
  RankedTensorType result = typeOf(getResult());
  if (typeOf(getInput()).getElementType() != result.getElementType())
    return emitOpError() << "element types of " << getInput().getType()
                         << " and " << result << " differ (C1)";
  std::optional<SmallVector<int64_t>> shape =
      broadcastShapes(typeOf(getInput()).getShape(), result.getShape());
  if (!shape || failed(verifyCompatibleShape(*shape, result.getShape())))
    return emitOpError() << getInput().getType() << " does not broadcast to "
                         << result << " (C1)";
  return success();
}

LogicalResult SliceOp::verify() {
  RankedTensorType input = typeOf(getInput());
  size_t rank = input.getRank();
  if (getStarts().size() != rank || getSizes().size() != rank ||
      getSteps().size() != rank)
    return emitOpError() << "starts, sizes and steps must have " << rank
                         << " entries (C1)";
  for (size_t i = 0; i < rank; ++i) {
    int64_t extent = input.getDimSize(i), size = getSizes()[i];
    if (extent == kDynamic || size == 0)
      continue;
    int64_t first = getStarts()[i], last = first + (size - 1) * getSteps()[i];
    if (size < 0 || std::min(first, last) < 0 ||
        std::max(first, last) >= extent)
      return emitOpError() << "elements " << first << " to " << last
                           << " of dimension " << i << " lie outside its "
                           << extent << " (C2)";
  }
  return success();
}

LogicalResult QuantizeOp::verify() {
  return verifyQuantization(*this, typeOf(getInput()), typeOf(getResult()),
                            typeOf(getScale()), typeOf(getZeroPoint()),
                            getScheme());
}

LogicalResult DequantizeOp::verify() {
  return verifyQuantization(*this, typeOf(getResult()), typeOf(getInput()),
                            typeOf(getScale()), typeOf(getZeroPoint()),
                            getScheme());
}

LogicalResult RoundOp::verify() {
  auto type = cast<IntegerType>(getElementTypeOrSelf(getResult().getType()));
  if (type.getWidth() < 2 || type.getWidth() > 32)
    return emitOpError() << "result type " << type
                         << " must have 2 to 32 bits (C2)";
  SchemeAttr range = SchemeAttr::perTensor(type);
  if (getLow() > getHigh() || getLow() < range.getMin() ||
      getHigh() > range.getMax())
    return emitOpError() << "bounds [" << getLow() << ", " << getHigh()
                         << "] do not lie within " << type << " (C1)";
  return success();
}

LogicalResult ReinterpretOp::verify() {
  Type from = getElementTypeOrSelf(getValue().getType());
  Type to = getElementTypeOrSelf(getResult().getType());
  if (from.getIntOrFloatBitWidth() != to.getIntOrFloatBitWidth())
    return emitOpError() << from << " and " << to
                         << " must have the same width (C1)";
  return success();
}

LogicalResult FusedConvOp::verify() {
  RankedTensorType input = typeOf(getInput()), weight = typeOf(getWeight()),
                   result = typeOf(getResult());
  Type accumulator;
  if (failed(verifyOperandTypes(*this, input.getElementType(),
                                weight.getElementType(), accumulator,
                                getPacking().has_value())))
    return failure();
  ArrayRef<int64_t> shape =
      getPacking() ? getPacking()->getShape() : weight.getShape();
  if (input.getRank() < 3 ||
      static_cast<int64_t>(shape.size()) != input.getRank())
    return emitOpError() << "input and weight must have the same rank of at "
                            "least 3 (C1)";
  auto logical = RankedTensorType::get(shape, weight.getElementType());
  if (failed(verifyWindow(*this, input, shape.drop_front().drop_back(),
                          getStrides(), getPads(), getDilations(),
                          shape.front(), result)) ||
      failed(verifyGroups(*this, input, logical, {}, getGroups())) ||
      failed(verifyPadValue(*this, getPadValue(), input.getShape().back())))
    return failure();
  return verifyEpilogue(*this, getEpilogue(), accumulator, getExtras(), result);
}

LogicalResult FusedMatmulOp::verify() {
  RankedTensorType lhs = typeOf(getLhs()), rhs = typeOf(getRhs()),
                   result = typeOf(getResult());
  Type accumulator;
  if (failed(verifyOperandTypes(*this, lhs.getElementType(),
                                rhs.getElementType(), accumulator,
                                getPacking().has_value())))
    return failure();
  ArrayRef<int64_t> shape =
      getPacking() ? getPacking()->getShape() : rhs.getShape();
  if (shape.size() < 2 || lhs.getRank() < 1)
    return emitOpError() << "rhs must have rank 2 or more (C1)";
  int64_t k = getTransposeRhs() ? shape.back() : shape[shape.size() - 2];
  int64_t n = getTransposeRhs() ? shape[shape.size() - 2] : shape.back();
  if (differ(lhs.getShape().back(), k))
    return emitOpError() << "inner dimensions " << lhs.getShape().back()
                         << " and " << k << " differ (C1)";
  SmallVector<int64_t> expected(lhs.getShape());
  if (shape.size() > 2) {
    if (lhs.getRank() < 2)
      return emitOpError() << "lhs must have rank 2 or more (C1)";
    std::optional<SmallVector<int64_t>> batch =
        broadcastShapes(lhs.getShape().drop_back(2), shape.drop_back(2));
    if (!batch)
      return emitOpError() << "batch dimensions do not broadcast (C1)";
    expected = *batch;
    expected.append({lhs.getDimSize(lhs.getRank() - 2), n});
  } else {
    expected.back() = n;
  }
  if (failed(verifyCompatibleShape(expected, result.getShape())))
    return emitOpError() << "result shape must be [" << expected << "] (C1)";
  return verifyEpilogue(*this, getEpilogue(), accumulator, getExtras(), result);
}

LogicalResult FusedPoolOp::verify() {
  RankedTensorType input = typeOf(getInput()), result = typeOf(getResult());
  if (getKind() != PoolKind::max && getKind() != PoolKind::sum)
    return emitOpError() << "kind must be max or sum, is "
                         << stringifyPoolKind(getKind()) << " (C1)";
  if (input.getRank() < 3)
    return emitOpError() << "input of rank " << input.getRank()
                         << " must have rank 3 or more (C2)";
  if (failed(verifyWindow(*this, input, getKernel(), getStrides(), getPads(),
                          getDilations(), input.getShape().back(), result)) ||
      failed(verifyPadValue(*this, getPadValue(), input.getShape().back())))
    return failure();
  Type accumulator = input.getElementType();
  if (getKind() == PoolKind::sum && !accumulator.isF32())
    accumulator = IntegerType::get(getContext(), 32);
  return verifyEpilogue(*this, getEpilogue(), accumulator, getExtras(), result);
}

LogicalResult FusedMapOp::verify() {
  return verifyEpilogue(*this, getEpilogue(), {}, getInputs(),
                        typeOf(getResult()));
}
