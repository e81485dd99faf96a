//===- QnnTypeInference.cpp - result types from operands and attributes ---===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qcc::qnn;

namespace {

constexpr int64_t kDynamic = ShapedType::kDynamic;

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

LogicalResult give(SmallVectorImpl<Type> &results, ArrayRef<int64_t> shape,
                   Type element) {
  results.push_back(RankedTensorType::get(shape, element));
  return success();
}

LogicalResult broadcastResult(std::optional<Location> loc,
                              ArrayRef<Value> operands, Type element,
                              SmallVectorImpl<Type> &results) {
  SmallVector<int64_t> shape(typeOf(operands.front()).getShape());
  for (Value operand : operands.drop_front()) {
    std::optional<SmallVector<int64_t>> joined =
        broadcastShapes(shape, typeOf(operand).getShape());
    if (!joined)
      return emitOptionalError(loc, "shapes [", shape, "] and [",
                               typeOf(operand).getShape(),
                               "] do not broadcast (C1)");
    shape = *joined;
  }
  return give(results, shape, element);
}

/// Shape of a window op's result: [N, E..., channels].
LogicalResult windowResult(std::optional<Location> loc, RankedTensorType input,
                           ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                           ArrayRef<int64_t> pads, ArrayRef<int64_t> dilations,
                           int64_t channels, SmallVectorImpl<int64_t> &shape) {
  size_t spatial = kernel.size();
  if (spatial == 0 || input.getRank() != static_cast<int64_t>(spatial) + 2 ||
      strides.size() != spatial || dilations.size() != spatial ||
      pads.size() != 2 * spatial)
    return emitOptionalError(loc, "input of rank ", input.getRank(),
                             " needs kernel, strides and dilations of ",
                             input.getRank() - 2, " and pads of ",
                             2 * (input.getRank() - 2), " entries (C1)");
  shape.push_back(input.getDimSize(0));
  for (size_t i = 0; i < spatial; ++i) {
    if (strides[i] < 1 || dilations[i] < 1)
      return emitOptionalError(loc,
                               "strides and dilations must be at least 1 (C1)");
    shape.push_back(windowExtent(input.getDimSize(i + 1), kernel[i], strides[i],
                                 dilations[i], pads[i], pads[spatial + i]));
    if (shape.back() != kDynamic && shape.back() < 0)
      return emitOptionalError(loc, "window of ",
                               dilations[i] * (kernel[i] - 1) + 1,
                               " does not fit dimension ", i + 1, " of size ",
                               input.getDimSize(i + 1), " (C3)");
  }
  shape.push_back(channels);
  return success();
}

/// Checks that are needed before a result shape can be formed at all.
LogicalResult spatialWeight(std::optional<Location> loc, RankedTensorType input,
                            RankedTensorType weight) {
  if (input.getRank() < 3 || input.getRank() != weight.getRank())
    return emitOptionalError(loc, "input of rank ", input.getRank(),
                             " and weight of rank ", weight.getRank(),
                             " must have the same rank of at least 3 (C1)");
  return success();
}

Type boolType(MLIRContext *context) { return IntegerType::get(context, 1); }

} // namespace

int64_t qcc::qnn::windowExtent(int64_t input, int64_t kernel, int64_t stride,
                               int64_t dilation, int64_t low, int64_t high) {
  if (input == kDynamic || kernel == kDynamic)
    return kDynamic;
  int64_t room = input + low + high - dilation * (kernel - 1) - 1;
  return room < 0 ? -1 : room / stride + 1;
}

std::optional<SmallVector<int64_t>>
qcc::qnn::broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  SmallVector<int64_t> result(std::max(a.size(), b.size()));
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    int64_t &r = result[result.size() - 1 - i];
    if (x == y || y == 1)
      r = x;
    else if (x == 1)
      r = y;
    else if (x == kDynamic || y == kDynamic)
      r = x == kDynamic ? y : x;
    else
      return std::nullopt;
  }
  return result;
}

bool qcc::qnn::areCompatibleTypes(TypeRange inferred, TypeRange actual) {
  if (inferred.size() != actual.size())
    return false;
  for (auto [a, b] : llvm::zip_equal(inferred, actual))
    if (getElementTypeOrSelf(a) != getElementTypeOrSelf(b) ||
        failed(verifyCompatibleShape(a, b)))
      return false;
  return true;
}

#define QCC_INFER(OP)                                                          \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *context, std::optional<Location> loc, ValueRange operands,  \
      DictionaryAttr attributes, OpaqueProperties properties,                  \
      RegionRange regions, SmallVectorImpl<Type> &results) {                   \
    Adaptor op(operands, attributes, properties, regions);                     \
    return infer(context, loc, op, results);                                   \
  }

static LogicalResult infer(MLIRContext *context, std::optional<Location>,
                           UnaryOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  UnaryKind kind = op.getKind();
  bool predicate = kind == UnaryKind::is_nan || kind == UnaryKind::is_inf ||
                   kind == UnaryKind::logical_not;
  return give(results, input.getShape(),
              predicate ? boolType(context) : input.getElementType());
}

static LogicalResult infer(MLIRContext *context, std::optional<Location> loc,
                           BinaryOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  Type element = typeOf(op.getLhs()).getElementType();
  bool mixed = op.getKind() == BinaryKind::pow ||
               op.getKind() == BinaryKind::shift_left ||
               op.getKind() == BinaryKind::shift_right;
  if (!mixed && element != typeOf(op.getRhs()).getElementType())
    return emitOptionalError(loc, "element types ", element, " and ",
                             typeOf(op.getRhs()).getElementType(),
                             " differ (C2)");
  switch (op.getKind()) {
  case BinaryKind::equal:
  case BinaryKind::less:
  case BinaryKind::less_equal:
  case BinaryKind::greater:
  case BinaryKind::greater_equal:
    element = boolType(context);
    break;
  default:
    break;
  }
  return broadcastResult(loc, {op.getLhs(), op.getRhs()}, element, results);
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           SelectOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType condition = typeOf(op.getCondition()),
                   onTrue = typeOf(op.getOnTrue()),
                   onFalse = typeOf(op.getOnFalse());
  if (!condition.getElementType().isInteger(1) ||
      onTrue.getElementType() != onFalse.getElementType())
    return emitOptionalError(loc, "cannot choose between ", onTrue, " and ",
                             onFalse, " by ", condition, " (C2)");
  return broadcastResult(loc,
                         {op.getCondition(), op.getOnTrue(), op.getOnFalse()},
                         typeOf(op.getOnTrue()).getElementType(), results);
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           ConvOp::Adaptor op, SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput()),
                   weight = typeOf(op.getWeight());
  SmallVector<int64_t> shape;
  if (failed(spatialWeight(loc, input, weight)) ||
      failed(windowResult(loc, input,
                          weight.getShape().drop_front().drop_back(),
                          op.getStrides(), op.getPads(), op.getDilations(),
                          weight.getDimSize(0), shape)))
    return failure();
  return give(results, shape, input.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           ConvTransposeOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput()),
                   weight = typeOf(op.getWeight());
  size_t spatial = op.getStrides().size();
  if (failed(spatialWeight(loc, input, weight)))
    return failure();
  if (input.getRank() != static_cast<int64_t>(spatial) + 2 ||
      op.getDilations().size() != spatial ||
      op.getPads().size() != 2 * spatial ||
      op.getOutputPadding().size() != spatial)
    return emitOptionalError(
        loc, "strides, dilations, output_padding and pads must fit rank ",
        input.getRank(), " (C1)");
  SmallVector<int64_t> shape{input.getDimSize(0)};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t extent = input.getDimSize(i + 1), kernel = weight.getDimSize(i + 1);
    if (extent == kDynamic || kernel == kDynamic) {
      shape.push_back(kDynamic);
      continue;
    }
    shape.push_back(op.getStrides()[i] * (extent - 1) +
                    op.getOutputPadding()[i] +
                    op.getDilations()[i] * (kernel - 1) + 1 - op.getPads()[i] -
                    op.getPads()[spatial + i]);
    if (shape.back() < 0)
      return emitOptionalError(
          loc, "padding is larger than the result along dimension ", i + 1,
          " (C3)");
  }
  shape.push_back(weight.getDimSize(0));
  return give(results, shape, input.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           LinearOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput()),
                   weight = typeOf(op.getWeight());
  if (weight.getRank() != 2 || input.getRank() < 1)
    return emitOptionalError(loc, "weight of rank ", weight.getRank(),
                             " must have rank 2, and the input 1 or more (C1)");
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weight.getDimSize(0);
  return give(results, shape, input.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           MatmulOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType lhs = typeOf(op.getLhs()), rhs = typeOf(op.getRhs());
  if (lhs.getRank() < 2 || rhs.getRank() < 2)
    return emitOptionalError(loc, "operands must have rank 2 or more (C1)");
  int64_t k = lhs.getShape().back(), k2 = rhs.getDimSize(rhs.getRank() - 2);
  if (k != k2 && k != kDynamic && k2 != kDynamic)
    return emitOptionalError(loc, "inner dimensions ", k, " and ", k2,
                             " differ (C1)");
  std::optional<SmallVector<int64_t>> shape =
      broadcastShapes(lhs.getShape().drop_back(2), rhs.getShape().drop_back(2));
  if (!shape)
    return emitOptionalError(loc, "batch dimensions of [", lhs.getShape(),
                             "] and [", rhs.getShape(),
                             "] do not broadcast (C2)");
  shape->push_back(lhs.getDimSize(lhs.getRank() - 2));
  shape->push_back(rhs.getShape().back());
  return give(results, *shape, lhs.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           PoolOp::Adaptor op, SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  if (input.getRank() < 3)
    return emitOptionalError(loc, "input of rank ", input.getRank(),
                             " must have rank 3 or more (C1)");
  SmallVector<int64_t> shape;
  if (failed(windowResult(loc, input, op.getKernel(), op.getStrides(),
                          op.getPads(), op.getDilations(),
                          input.getShape().back(), shape)))
    return failure();
  return give(results, shape, input.getElementType());
}

static SmallVector<int64_t> reduceShape(ArrayRef<int64_t> shape,
                                        ArrayRef<int64_t> axes, bool keepdims) {
  SmallVector<int64_t> result;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(i)))
      result.push_back(extent);
    else if (keepdims)
      result.push_back(1);
  }
  return result;
}

static LogicalResult infer(MLIRContext *, std::optional<Location>,
                           ReduceOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  return give(results,
              reduceShape(input.getShape(), op.getAxes(), op.getKeepdims()),
              input.getElementType());
}

static LogicalResult infer(MLIRContext *context, std::optional<Location> loc,
                           ArgReduceOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             input.getRank(), " (C1)");
  return give(results, reduceShape(input.getShape(), axis, op.getKeepdims()),
              IntegerType::get(context, 64));
}

static LogicalResult infer(MLIRContext *context, std::optional<Location> loc,
                           TopKOp::Adaptor op, SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  int64_t axis = op.getAxis(), k = op.getK();
  if (axis < 0 || axis >= input.getRank())
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             input.getRank(), " (C1)");
  SmallVector<int64_t> shape(input.getShape());
  if (k < 0 || (!ShapedType::isDynamic(shape[axis]) && k > shape[axis]))
    return emitOptionalError(loc, "k is ", k, ", dimension ", axis, " has ",
                             shape[axis], " elements (C2)");
  shape[axis] = k;
  return give(results, shape, IntegerType::get(context, 64));
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           LayerNormOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             input.getRank(), " (C1)");
  ArrayRef<int64_t> normalised = input.getShape().drop_front(axis);
  for (Value parameter : {op.getScale(), op.getBias()})
    if (parameter &&
        failed(verifyCompatibleShape(typeOf(parameter).getShape(), normalised)))
      return emitOptionalError(loc, "scale and bias must have shape [",
                               normalised, "], got ", parameter.getType(),
                               " (C2)");
  results.push_back(input);
  return success();
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           TransposeOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  SmallVector<bool> seen(input.getRank(), false);
  if (static_cast<int64_t>(op.getPermutation().size()) != input.getRank())
    return emitOptionalError(loc, "permutation must have ", input.getRank(),
                             " entries (C1)");
  SmallVector<int64_t> shape;
  for (int64_t axis : op.getPermutation()) {
    if (axis < 0 || axis >= input.getRank() || seen[axis])
      return emitOptionalError(loc, "[", op.getPermutation(),
                               "] is not a permutation of the dimensions (C1)");
    seen[axis] = true;
    shape.push_back(input.getDimSize(axis));
  }
  return give(results, shape, input.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           ConcatOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  if (op.getInputs().empty())
    return emitOptionalError(loc, "needs at least one operand (C1)");
  RankedTensorType first = typeOf(op.getInputs().front());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= first.getRank())
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             first.getRank(), " (C1)");
  SmallVector<int64_t> shape(first.getShape());
  for (Value input : op.getInputs().drop_front()) {
    RankedTensorType type = typeOf(input);
    if (type.getRank() != first.getRank() ||
        type.getElementType() != first.getElementType())
      return emitOptionalError(loc, "operands ", first, " and ", type,
                               " cannot be joined (C1)");
    for (int64_t i = 0; i < type.getRank(); ++i) {
      int64_t extent = type.getDimSize(i);
      if (i == axis)
        shape[i] = shape[i] == kDynamic || extent == kDynamic
                       ? kDynamic
                       : shape[i] + extent;
      else if (shape[i] == kDynamic)
        shape[i] = extent;
      else if (extent != kDynamic && extent != shape[i])
        return emitOptionalError(loc, "operands ", first, " and ", type,
                                 " differ in dimension ", i, " (C1)");
    }
  }
  return give(results, shape, first.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location>,
                           SliceOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  return give(results, op.getSizes(), typeOf(op.getInput()).getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           PadOp::Adaptor op, SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  if (static_cast<int64_t>(op.getLow().size()) != input.getRank() ||
      op.getLow().size() != op.getHigh().size())
    return emitOptionalError(loc, "low and high must have ", input.getRank(),
                             " entries (C1)");
  SmallVector<int64_t> shape;
  for (auto [extent, low, high] :
       llvm::zip_equal(input.getShape(), op.getLow(), op.getHigh())) {
    shape.push_back(extent == kDynamic ? kDynamic : extent + low + high);
    if (shape.back() != kDynamic && shape.back() < 0)
      return emitOptionalError(loc, "cropping leaves a negative extent (C2)");
  }
  return give(results, shape, input.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           TileOp::Adaptor op, SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  if (static_cast<int64_t>(op.getRepeats().size()) != input.getRank() ||
      llvm::any_of(op.getRepeats(), [](int64_t times) { return times < 0; }))
    return emitOptionalError(loc, "repeats must have ", input.getRank(),
                             " entries of at least 0 (C1)");
  SmallVector<int64_t> shape;
  for (auto [extent, repeats] :
       llvm::zip_equal(input.getShape(), op.getRepeats()))
    shape.push_back(extent == kDynamic ? kDynamic : extent * repeats);
  return give(results, shape, input.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           GatherOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             input.getRank(), " (C1)");
  SmallVector<int64_t> shape(input.getShape().take_front(axis));
  llvm::append_range(shape, typeOf(op.getIndices()).getShape());
  llvm::append_range(shape, input.getShape().drop_front(axis + 1));
  return give(results, shape, input.getElementType());
}

static LogicalResult infer(MLIRContext *, std::optional<Location> loc,
                           ScatterOp::Adaptor op,
                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(op.getInput()),
                   indices = typeOf(op.getIndices()),
                   updates = typeOf(op.getUpdates());
  if (input.getRank() == 0 || indices.getRank() != 1)
    return emitOptionalError(loc, "input of rank ", input.getRank(),
                             " and indices of rank ", indices.getRank(),
                             " must have rank 1 or more, and 1 (C1)");
  SmallVector<int64_t> shape(input.getShape());
  shape.front() = indices.getDimSize(0);
  if (updates.getElementType() != input.getElementType() ||
      failed(verifyCompatibleShape(updates.getShape(), shape)))
    return emitOptionalError(loc, "updates must have shape [", shape,
                             "] and the input's element type, got ", updates,
                             " (C2)");
  if (!indices.getElementType().isSignlessInteger(64))
    return emitOptionalError(loc, "indices of type ", indices.getElementType(),
                             " must be i64 (C3)");
  if (Type element = input.getElementType();
      op.getKind() != ScatterKind::replace &&
      (element.isInteger(1) || isa<Float16Type, BFloat16Type>(element)))
    return emitOptionalError(loc, "elements of type ", input.getElementType(),
                             " can only be replaced (C4)");
  results.push_back(input);
  return success();
}

QCC_INFER(UnaryOp)
QCC_INFER(BinaryOp)
QCC_INFER(SelectOp)
QCC_INFER(ConvOp)
QCC_INFER(ConvTransposeOp)
QCC_INFER(LinearOp)
QCC_INFER(MatmulOp)
QCC_INFER(PoolOp)
QCC_INFER(ReduceOp)
QCC_INFER(ArgReduceOp)
QCC_INFER(LayerNormOp)
QCC_INFER(TransposeOp)
QCC_INFER(ConcatOp)
QCC_INFER(SliceOp)
QCC_INFER(PadOp)
QCC_INFER(TileOp)
QCC_INFER(GatherOp)
QCC_INFER(TopKOp)
QCC_INFER(ScatterOp)
#undef QCC_INFER
