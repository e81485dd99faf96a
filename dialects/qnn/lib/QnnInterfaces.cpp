//===- QnnInterfaces.cpp - what ops answer to passes -*- C++ -*-===//
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

int64_t product(ArrayRef<int64_t> factors) {
  int64_t result = 1;
  for (int64_t factor : factors) {
    if (factor == kDynamic)
      return kDynamic;
    result *= factor;
  }
  return result;
}

/// MACs of a contraction: results times the elements that each reads.
int64_t contractionMacs(int64_t results, int64_t perResult) {
  return results == kDynamic || perResult == kDynamic ? kDynamic
                                                      : results * perResult;
}

OperandRole inputWeightBias(unsigned operand) {
  return operand == 0   ? OperandRole::activation
         : operand == 1 ? OperandRole::weight
                        : OperandRole::bias;
}

bool isDepthwise(RankedTensorType input, RankedTensorType weight,
                 int64_t groups) {
  int64_t channels = input.getShape().back();
  return groups > 1 && groups == channels && weight.getShape().back() == 1 &&
         weight.getDimSize(0) == channels;
}

} // namespace

//===- QuantizableOp ------------------------------------------------------===//

OperandRole UnaryOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole ClampOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole BinaryOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole ConvOp::getOperandRole(unsigned operand) {
  return inputWeightBias(operand);
}
OperandRole ConvTransposeOp::getOperandRole(unsigned operand) {
  return inputWeightBias(operand);
}
OperandRole LinearOp::getOperandRole(unsigned operand) {
  return inputWeightBias(operand);
}
OperandRole MatmulOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole PoolOp::getOperandRole(unsigned) { return OperandRole::activation; }
OperandRole ReduceOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole TransposeOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole ReshapeOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole BroadcastOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole ConcatOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole SliceOp::getOperandRole(unsigned) {
  return OperandRole::activation;
}
OperandRole PadOp::getOperandRole(unsigned) { return OperandRole::activation; }
OperandRole TileOp::getOperandRole(unsigned) { return OperandRole::activation; }
OperandRole GatherOp::getOperandRole(unsigned operand) {
  return operand == 0 ? OperandRole::activation : OperandRole::none;
}

int64_t ConvOp::getWeightChannelAxis(unsigned operand) {
  return operand == 1 ? 0 : -1;
}
int64_t ConvTransposeOp::getWeightChannelAxis(unsigned operand) {
  return operand == 1 ? 0 : -1;
}
int64_t LinearOp::getWeightChannelAxis(unsigned operand) {
  return operand == 1 ? 0 : -1;
}

bool ConvOp::allowsPerChannelInput() {
  return isDepthwise(typeOf(getInput()), typeOf(getWeight()), getGroups());
}
bool ConvTransposeOp::allowsPerChannelInput() {
  return isDepthwise(typeOf(getInput()), typeOf(getWeight()), getGroups());
}
bool LinearOp::allowsPerChannelInput() { return false; }

bool ConvOp::isIntegerContraction() { return true; }
bool LinearOp::isIntegerContraction() { return true; }
// There is no fused form of it.
bool ConvTransposeOp::isIntegerContraction() { return false; }

/// For weights [outputs, ...]: products of numbers of 16 bits, less a zero
/// point, and weights of -127 to 127 must fit i32.
static unsigned bitsForProducts(RankedTensorType weight) {
  constexpr int64_t kMostProducts =
      std::numeric_limits<int32_t>::max() / (int64_t(65535) * 127);
  int64_t products = 1;
  for (int64_t extent : weight.getShape().drop_front())
    products =
        ShapedType::isDynamic(extent) ? kMostProducts + 1 : products * extent;
  return products <= kMostProducts ? 16 : 8;
}
unsigned ConvOp::maxActivationBits() {
  return bitsForProducts(typeOf(getWeight()));
}
unsigned LinearOp::maxActivationBits() {
  return bitsForProducts(typeOf(getWeight()));
}
unsigned ConvTransposeOp::maxActivationBits() { return 8; }

bool UnaryOp::isElementwise() { return true; }
bool ClampOp::isElementwise() { return true; }
bool BinaryOp::isElementwise() { return true; }

bool PoolOp::isQuantizationTransparent() { return getKind() == PoolKind::max; }
bool TransposeOp::isQuantizationTransparent() { return true; }
bool ReshapeOp::isQuantizationTransparent() { return true; }
bool BroadcastOp::isQuantizationTransparent() { return true; }
bool ConcatOp::isQuantizationTransparent() { return true; }
bool SliceOp::isQuantizationTransparent() { return true; }
bool TileOp::isQuantizationTransparent() { return true; }
bool GatherOp::isQuantizationTransparent() { return true; }
// A constant other than 0 may fall between two steps of the grid.
bool PadOp::isQuantizationTransparent() {
  return getMode() != PadMode::constant || getValue().isZero();
}

int64_t PoolOp::mapAxisToResult(unsigned, int64_t axis) { return axis; }
int64_t BroadcastOp::mapAxisToResult(unsigned, int64_t axis) {
  RankedTensorType input = typeOf(getInput()), result = typeOf(getResult());
  int64_t mapped = axis + result.getRank() - input.getRank();
  return input.getDimSize(axis) == result.getDimSize(mapped) ? mapped : -1;
}
int64_t ConcatOp::mapAxisToResult(unsigned, int64_t axis) {
  return axis == static_cast<int64_t>(getAxis()) ? -1 : axis;
}
int64_t SliceOp::mapAxisToResult(unsigned, int64_t axis) {
  bool whole = getStarts()[axis] == 0 && getSteps()[axis] == 1 &&
               getSizes()[axis] == typeOf(getInput()).getDimSize(axis);
  return whole ? axis : -1;
}
int64_t PadOp::mapAxisToResult(unsigned, int64_t axis) {
  return getLow()[axis] == 0 && getHigh()[axis] == 0 ? axis : -1;
}
int64_t TileOp::mapAxisToResult(unsigned, int64_t axis) {
  return getRepeats()[axis] == 1 ? axis : -1;
}
int64_t GatherOp::mapAxisToResult(unsigned, int64_t axis) {
  int64_t gathered = getAxis();
  if (axis == gathered)
    return -1;
  return axis < gathered ? axis : axis + typeOf(getIndices()).getRank() - 1;
}
int64_t TransposeOp::mapAxisToResult(unsigned, int64_t axis) {
  return llvm::find(getPermutation(), axis) - getPermutation().begin();
}
int64_t ReshapeOp::mapAxisToResult(unsigned, int64_t axis) {
  // The axis survives where a result dimension has the same extent and the same
  // number of elements before it.
  RankedTensorType input = typeOf(getInput()), result = typeOf(getResult());
  if (!input.hasStaticShape() || !result.hasStaticShape())
    return -1;
  int64_t before = product(input.getShape().take_front(axis)),
          extent = input.getDimSize(axis), seen = 1;
  for (int64_t i = 0; i < result.getRank(); seen *= result.getDimSize(i), ++i)
    if (seen == before && result.getDimSize(i) == extent)
      return i;
  return -1;
}

//===- RowwiseOp ----------------------------------------------------------===//

int64_t qcc::qnn::mapBroadcastAxis(Operation *op, unsigned operand,
                                   int64_t axis) {
  RankedTensorType input = typeOf(op->getOperand(operand)),
                   result = typeOf(op->getResult(0));
  int64_t mapped = axis + result.getRank() - input.getRank();
  return input.getDimSize(axis) == result.getDimSize(mapped) ? mapped : -1;
}

/// `axis` of the result of an op that takes `removed` out of it; -1 for those.
static int64_t withoutAxes(ArrayRef<int64_t> removed, bool keepdims,
                           int64_t axis) {
  if (llvm::is_contained(removed, axis))
    return -1;
  if (keepdims)
    return axis;
  return axis - llvm::count_if(removed, [&](int64_t r) { return r < axis; });
}

int64_t ReduceOp::mapRowsToResult(unsigned, int64_t axis) {
  return withoutAxes(getAxes(), getKeepdims(), axis);
}
int64_t ArgReduceOp::mapRowsToResult(unsigned, int64_t axis) {
  return withoutAxes(static_cast<int64_t>(getAxis()), getKeepdims(), axis);
}
int64_t SoftmaxOp::mapRowsToResult(unsigned, int64_t axis) {
  return withoutAxes(static_cast<int64_t>(getAxis()), true, axis);
}
int64_t GatherOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return operand == 0 ? mapAxisToResult(0, axis)
                      : static_cast<int64_t>(getAxis()) + axis;
}
int64_t RoiAlignOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return operand == 0 || axis != 0 ? -1 : 0;
}
// What moves elements says already where an axis goes.
int64_t TransposeOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return mapAxisToResult(operand, axis);
}
int64_t ReshapeOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return mapAxisToResult(operand, axis);
}
int64_t BroadcastOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return mapAxisToResult(operand, axis);
}
int64_t ConcatOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return mapAxisToResult(operand, axis);
}
int64_t SliceOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return mapAxisToResult(operand, axis);
}
int64_t TileOp::mapRowsToResult(unsigned operand, int64_t axis) {
  return mapAxisToResult(operand, axis);
}

//===- ScaleEquivariantOp -------------------------------------------------===//

// min(max(k x, lo), hi) = k min(max(x, lo), hi) for every k > 0 only if the
// bounds are 0 or infinite.
ScaleRelation ClampOp::getScaleRelation(unsigned) {
  auto homogeneous = [](const APFloat &bound) {
    return bound.isZero() || bound.isInfinity();
  };
  return homogeneous(getMin()) && homogeneous(getMax()) ? ScaleRelation::passes
                                                        : ScaleRelation::blocks;
}
ScaleRelation ConvOp::getScaleRelation(unsigned operand) {
  if (operand != 0)
    return ScaleRelation::blocks;
  bool reads = getGroups() == 1 || allowsPerChannelInput();
  return reads ? ScaleRelation::absorbs : ScaleRelation::blocks;
}
ScaleRelation LinearOp::getScaleRelation(unsigned operand) {
  return operand == 0 ? ScaleRelation::absorbs : ScaleRelation::blocks;
}
ScaleRelation PoolOp::getScaleRelation(unsigned) {
  return ScaleRelation::passes;
}
ScaleRelation ReduceOp::getScaleRelation(unsigned) {
  // Channels that are reduced are mixed; the kinds listed are homogeneous.
  bool mixes =
      getAxes().empty() || getAxes().back() == typeOf(getInput()).getRank() - 1;
  switch (getKind()) {
  case ReduceKind::sum:
  case ReduceKind::mean:
  case ReduceKind::max:
  case ReduceKind::min:
  case ReduceKind::l1:
  case ReduceKind::l2:
    return mixes ? ScaleRelation::blocks : ScaleRelation::passes;
  default:
    return ScaleRelation::blocks;
  }
}
ScaleRelation TransposeOp::getScaleRelation(unsigned) {
  return ScaleRelation::passes;
}
ScaleRelation ConcatOp::getScaleRelation(unsigned) {
  return ScaleRelation::passes;
}
ScaleRelation SliceOp::getScaleRelation(unsigned) {
  return ScaleRelation::passes;
}

// Zeros stay zeros whatever they are multiplied by.
ScaleRelation PadOp::getScaleRelation(unsigned) {
  return isQuantizationTransparent() ? ScaleRelation::passes
                                     : ScaleRelation::blocks;
}

SmallVector<float>
TransposeOp::mapChannelFactors(ArrayRef<ArrayRef<float>> factors) {
  int64_t last = typeOf(getInput()).getRank() - 1;
  return getPermutation().back() == last ? llvm::to_vector(factors.front())
                                         : SmallVector<float>();
}
SmallVector<float>
ConcatOp::mapChannelFactors(ArrayRef<ArrayRef<float>> factors) {
  SmallVector<float> result(factors.front());
  bool joinsChannels =
      static_cast<int64_t>(getAxis()) == typeOf(getResult()).getRank() - 1;
  for (ArrayRef<float> part : factors.drop_front()) {
    if (joinsChannels)
      llvm::append_range(result, part);
    else if (part != ArrayRef(result))
      return {};
  }
  return result;
}
SmallVector<float>
SliceOp::mapChannelFactors(ArrayRef<ArrayRef<float>> factors) {
  SmallVector<float> result;
  for (int64_t i = 0; i < getSizes().back(); ++i)
    result.push_back(
        factors.front()[getStarts().back() + i * getSteps().back()]);
  return result;
}
SmallVector<float> PadOp::mapChannelFactors(ArrayRef<ArrayRef<float>> factors) {
  int64_t low = getLow().back(), high = getHigh().back();
  bool isZero = getMode() == PadMode::constant;
  if (low < 0 || high < 0 || (!isZero && (low > 0 || high > 0)))
    return {};
  SmallVector<float> result(low, 1.0f);
  llvm::append_range(result, factors.front());
  result.append(high, 1.0f);
  return result;
}

int64_t ConvOp::getWeightInputAxis() {
  return allowsPerChannelInput() ? 0 : typeOf(getWeight()).getRank() - 1;
}
int64_t LinearOp::getWeightInputAxis() { return 1; }

//===- CostOp -------------------------------------------------------------===//

int64_t ConvOp::getMacs() {
  return contractionMacs(product(typeOf(getResult()).getShape()),
                         product(typeOf(getWeight()).getShape().drop_front()));
}
int64_t ConvTransposeOp::getMacs() {
  return contractionMacs(
             product(typeOf(getInput()).getShape()),
             contractionMacs(
                 product(typeOf(getWeight()).getShape().drop_back()), 1)) /
         std::max<int64_t>(1, getGroups());
}
int64_t LinearOp::getMacs() {
  return contractionMacs(product(typeOf(getResult()).getShape()),
                         typeOf(getWeight()).getDimSize(1));
}
int64_t MatmulOp::getMacs() {
  return contractionMacs(product(typeOf(getResult()).getShape()),
                         typeOf(getLhs()).getShape().back());
}
int64_t FusedConvOp::getMacs() {
  ArrayRef<int64_t> weight =
      getPacking() ? getPacking()->getShape() : typeOf(getWeight()).getShape();
  return contractionMacs(product(typeOf(getResult()).getShape()),
                         product(weight.drop_front()));
}
int64_t FusedMatmulOp::getMacs() {
  return contractionMacs(product(typeOf(getResult()).getShape()),
                         typeOf(getLhs()).getShape().back());
}
int64_t FusedPoolOp::getMacs() { return 0; }
int64_t FusedMapOp::getMacs() { return 0; }
