//===- NodeConversion.cpp - one ONNX node on its way to qnn ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeConversion.h"

#include "../ConstantEvaluation.h"
#include "qcc/Onnx/RawTensor.h"
#include "qcc/Qnn/Tensor.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

Type graph::computeType(Type element) {
  if (auto floating = dyn_cast<FloatType>(element))
    return floating.getWidth() >= 16
               ? Type(Float32Type::get(element.getContext()))
               : Type();
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer || integer.isSigned())
    return {};
  return llvm::is_contained({1, 4, 8, 16, 32, 64}, integer.getWidth()) ? element
                                                                       : Type();
}

Type graph::elementTypeOf(int64_t dataType, MLIRContext *context) {
  auto integer = [&](unsigned width, bool isUnsigned = false) -> Type {
    return IntegerType::get(context, width,
                            isUnsigned ? IntegerType::Unsigned
                                       : IntegerType::Signless);
  };
  switch (dataType) {
  case 1:  // FLOAT
  case 10: // FLOAT16
  case 11: // DOUBLE
  case 16: // BFLOAT16
    return Float32Type::get(context);
  case 2:
    return integer(8, true);
  case 3:
    return integer(8);
  case 4:
    return integer(16, true);
  case 5:
    return integer(16);
  case 6:
    return integer(32);
  case 7:
    return integer(64);
  case 9:
    return integer(1);
  case 12:
    return integer(32, true);
  case 13:
    return integer(64, true);
  case 21:
    return integer(4, true);
  case 22:
    return integer(4);
  default:
    return {};
  }
}

bool graph::isSupportedSize(RankedTensorType type) {
  // One element at a time, so that the product cannot overflow.
  uint64_t bits = std::max(8u, type.getElementTypeBitWidth());
  for (int64_t extent : type.getShape()) {
    if (extent < 0)
      return false;
    if (extent == 0)
      return true;
    if (bits > 8 * kMaxTensorBytes / extent)
      return false;
    bits *= extent;
  }
  return true;
}

FailureOr<ElementsAttr> graph::importConstant(Attribute value) {
  FailureOr<onnx::RawTensor> raw = onnx::RawTensor::get(value);
  if (failed(raw))
    return failure();
  Type element = raw->getElementType(), compute = computeType(element);
  if (!compute)
    return failure();
  auto type = RankedTensorType::get(raw->getType().getShape(), compute);
  if (compute != element) {
    FailureOr<SmallVector<double>> values = raw->getDoubles();
    if (failed(values))
      return failure();
    qnn::Tensor tensor = qnn::Tensor::uninitialized(type);
    llvm::transform(*values, tensor.mutableData<float>(),
                    [](double wide) { return static_cast<float>(wide); });
    return tensor.toAttribute();
  }
  // ONNX packs small integers, qnn does not.
  if (element.getIntOrFloatBitWidth() == 4) {
    FailureOr<SmallVector<int64_t>> values = raw->getInts();
    if (failed(values))
      return failure();
    qnn::Tensor tensor = qnn::Tensor::uninitialized(type);
    llvm::transform(*values, tensor.mutableData<char>(),
                    [](int64_t wide) { return static_cast<char>(wide); });
    return tensor.toAttribute();
  }
  if (auto elements = dyn_cast<ElementsAttr>(value))
    return elements;
  return qnn::Tensor::borrow(type, raw->getBytes().data()).toAttribute();
}

NodeConversion::NodeConversion(onnx::NodeOp node, OpBuilder &builder,
                               ArrayRef<Value> inputs, int64_t foldLimit)
    : node(node), builder(builder), inputs(inputs),
      results(node.getOutputs().size()), rowCounts(node.getOutputs().size()),
      foldLimit(foldLimit) {}

//===----------------------------------------------------------------------===//
// The node
//===----------------------------------------------------------------------===//

bool NodeConversion::isOutputUsed(unsigned index) {
  return index < getNumOutputs() && !node.getOutputs()[index].use_empty();
}

Type NodeConversion::getDeclaredElementType(unsigned index) {
  Value input = node.getOptionalInput(index);
  auto type = input ? dyn_cast<ShapedType>(input.getType()) : ShapedType();
  return type ? type.getElementType() : Type();
}

LogicalResult NodeConversion::requireRank(unsigned index, int64_t least) {
  if (!getInput(index))
    return refuse("input " + Twine(index) + " is missing");
  if (rankOf(getInput(index)) >= least)
    return success();
  return refuse("input " + Twine(index) + " has rank " +
                Twine(rankOf(getInput(index))) + ", at least " + Twine(least) +
                " is needed");
}

std::optional<SmallVector<int64_t>> NodeConversion::getInts(StringRef name) {
  std::optional<ArrayRef<int64_t>> values = node.getInts(name);
  if (!values)
    return std::nullopt;
  return SmallVector<int64_t>(*values);
}

FailureOr<int64_t> NodeConversion::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return refuse("axis " + Twine(axis) + " is out of range for rank " +
                  Twine(rank));
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>>
NodeConversion::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> normal = normalizeAxis(axis, rank);
    if (mlir::failed(normal))
      return failure();
    result.push_back(*normal);
  }
  llvm::sort(result);
  result.erase(llvm::unique(result), result.end());
  return result;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The elements of `value`, which may be null, if it is a constant.
static FailureOr<onnx::RawTensor> rawConstant(Value value) {
  ElementsAttr constant = value ? qnn::constantValue(value) : ElementsAttr();
  if (!constant)
    return mlir::failure();
  return onnx::RawTensor::get(constant);
}

std::optional<SmallVector<int64_t>> NodeConversion::constantInts(Value value) {
  FailureOr<onnx::RawTensor> raw = rawConstant(value);
  if (mlir::failed(raw))
    return std::nullopt;
  return raw->getInts();
}

std::optional<SmallVector<double>> NodeConversion::constantFloats(Value value) {
  FailureOr<onnx::RawTensor> raw = rawConstant(value);
  if (mlir::failed(raw))
    return std::nullopt;
  return raw->getDoubles();
}

FailureOr<SmallVector<int64_t>> NodeConversion::requireInts(unsigned index,
                                                            StringRef what) {
  if (auto values = constantInts(getInput(index)))
    return *values;
  return refuse(what + " (input " + Twine(index) +
                ") must be constant integers");
}

FailureOr<SmallVector<double>> NodeConversion::requireFloats(unsigned index,
                                                             StringRef what) {
  if (auto values = constantFloats(getInput(index)))
    return *values;
  return refuse(what + " (input " + Twine(index) + ") must be a constant");
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Operation *NodeConversion::build(OperationState &state, InferFn infer) {
  if (infer) {
    SmallVector<Type> types;
    if (mlir::failed(infer(getContext(), state.location, state.operands,
                           state.attributes.getDictionary(getContext()),
                           state.getRawProperties(), {}, types)))
      return nullptr;
    state.addTypes(types);
  }
  Operation *op = builder.create(state);
  if (succeeded(mlir::verify(op)))
    return op;
  op->erase();
  return nullptr;
}

Value NodeConversion::finish(OperationState &state, InferFn infer) {
  if (llvm::is_contained(state.operands, Value()) || failed) {
    failed = true;
    return {};
  }
  Operation *op = nullptr;
  std::string problem;
  {
    // What inference and verification say becomes the reason.
    ScopedDiagnosticHandler handler(getContext(), [&](Diagnostic &diagnostic) {
      problem = diagnostic.str();
      return success();
    });
    op = build(state, infer);
  }
  if (!op) {
    // The name of an op of qnn means nothing to the model's author.
    StringRef text(problem);
    if (text.starts_with("'qnn."))
      text = text.split("' op ").second;
    (void)refuse("its operands do not fit each other" +
                 (text.empty() ? "" : ": " + text));
    return {};
  }
  if (auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
      type && !isSupportedSize(type)) {
    op->erase();
    std::string text;
    llvm::raw_string_ostream(text) << type;
    (void)refuse("it computes a " + Twine(text) + ": " + kSizeLimitText);
    return {};
  }
  if (Value folded = fold(op))
    return folded;
  return op->getResult(0);
}

Value NodeConversion::fold(Operation *op) {
  SmallVector<Attribute> operands;
  for (Value operand : op->getOperands())
    operands.push_back(qnn::constantValue(operand));
  SmallVector<OpFoldResult> simple;
  if (!isa<qnn::ConstantOp>(op) && succeeded(op->fold(operands, simple)) &&
      simple.size() == 1)
    if (auto value = dyn_cast<Value>(simple.front())) {
      op->erase();
      return value;
    }
  FailureOr<ElementsAttr> value = evaluateConstant(op, foldLimit);
  if (mlir::failed(value))
    return {};
  op->erase();
  return constant(*value);
}

Value NodeConversion::constant(ElementsAttr value) {
  return qnn::ConstantOp::create(builder, node.getLoc(), value);
}

Value NodeConversion::intsConstant(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    builder.getI64Type());
  return constant(DenseElementsAttr::get(type, values));
}

Value NodeConversion::scalar(Type element, double value) {
  auto type = RankedTensorType::get({}, element);
  if (isa<FloatType>(element))
    return constant(DenseElementsAttr::get(
        type, builder.getFloatAttr(element, value).getValue()));
  return constant(DenseElementsAttr::get(
      type, APInt(element.getIntOrFloatBitWidth(),
                  static_cast<uint64_t>(static_cast<int64_t>(value)),
                  /*isSigned=*/true, /*implicitTrunc=*/true)));
}

Value NodeConversion::floatsConstant(ArrayRef<int64_t> shape,
                                     ArrayRef<float> values) {
  return makeFloats(builder, node.getLoc(), shape, values);
}

Value NodeConversion::unary(qnn::UnaryKind kind, Value input, float alpha,
                            float beta) {
  return create<qnn::UnaryOp>(kind, input, APFloat(alpha), APFloat(beta));
}

Value NodeConversion::binary(qnn::BinaryKind kind, Value lhs, Value rhs) {
  return create<qnn::BinaryOp>(kind, lhs, rhs);
}

Value NodeConversion::clamp(Value input, float min, float max) {
  return create<qnn::ClampOp>(input, APFloat(min), APFloat(max));
}

Value NodeConversion::cast(Value input, Type element) {
  if (!input || elementOf(input) == element)
    return input;
  return create<qnn::CastOp>(RankedTensorType::get(shapeOf(input), element),
                             input);
}

Value NodeConversion::reshape(Value input, ArrayRef<int64_t> shape) {
  if (!input || shapeOf(input) == shape)
    return input;
  return create<qnn::ReshapeOp>(RankedTensorType::get(shape, elementOf(input)),
                                input);
}

Value NodeConversion::broadcast(Value input, ArrayRef<int64_t> shape) {
  if (!input || shapeOf(input) == shape)
    return input;
  return create<qnn::BroadcastOp>(
      RankedTensorType::get(shape, elementOf(input)), input);
}

Value NodeConversion::transpose(Value input, ArrayRef<int64_t> permutation) {
  return create<qnn::TransposeOp>(input, permutation);
}

Value NodeConversion::reduce(qnn::ReduceKind kind, Value input,
                             ArrayRef<int64_t> axes, bool keepdims) {
  return create<qnn::ReduceOp>(kind, input, axes, keepdims);
}

Value NodeConversion::slice(Value input, int64_t axis, int64_t start,
                            int64_t size) {
  if (!input)
    return {};
  SmallVector<int64_t> starts(rankOf(input), 0), sizes(shapeOf(input)),
      steps(rankOf(input), 1);
  starts[axis] = start;
  sizes[axis] = size;
  return create<qnn::SliceOp>(input, starts, sizes, steps);
}

Value NodeConversion::gather(Value input, Value indices, int64_t axis) {
  return create<qnn::GatherOp>(input, indices, axis);
}

Value NodeConversion::toChannelsLast(Value input) {
  if (!input)
    return {};
  SmallVector<int64_t> permutation(rankOf(input));
  std::iota(permutation.begin(), permutation.end(), 0);
  std::rotate(permutation.begin() + 1, permutation.begin() + 2,
              permutation.end());
  return transpose(input, permutation);
}

Value NodeConversion::toChannelsFirst(Value input) {
  if (!input)
    return {};
  SmallVector<int64_t> permutation(rankOf(input));
  std::iota(permutation.begin(), permutation.end(), 0);
  std::rotate(permutation.begin() + 1, permutation.end() - 1,
              permutation.end());
  StringRef name = getNumOutputs() ? node.getOutputName(0) : StringRef();
  Operation *op = input.getDefiningOp();
  if (!name.empty() && op && !op->hasAttr(qnn::QnnDialect::kTensorAttr))
    op->setAttr(qnn::QnnDialect::kTensorAttr, builder.getStringAttr(name));
  return transpose(input, permutation);
}

Value NodeConversion::transposeWeight(Value weight,
                                      ArrayRef<int64_t> permutation) {
  auto op =
      weight ? weight.getDefiningOp<qnn::DequantizeOp>() : qnn::DequantizeOp();
  if (!op || !qnn::constantValue(op.getInput()) ||
      !(op.getScheme().isPerTensor() || op.getScheme().isPerAxis()))
    return transpose(weight, permutation);
  qnn::SchemeAttr scheme = op.getScheme();
  if (scheme.isPerAxis())
    scheme = scheme.withAxis(llvm::find(permutation, scheme.getAxis()) -
                             permutation.begin());
  Value stored = transpose(op.getInput(), permutation);
  if (!stored)
    return {};
  Value result = create<qnn::DequantizeOp>(
      RankedTensorType::get(shapeOf(stored), elementOf(weight)), stored,
      op.getScale(), op.getZeroPoint(), scheme);
  if (result)
    result.getDefiningOp()->setDiscardableAttrs(
        op->getDiscardableAttrDictionary());
  return result;
}

Value NodeConversion::alignTo(Value input, int64_t axis, int64_t rank) {
  if (!input)
    return {};
  SmallVector<int64_t> shape(shapeOf(input));
  if (axis + static_cast<int64_t>(shape.size()) > rank) {
    (void)refuse("its operands do not fit each other");
    return {};
  }
  shape.append(rank - axis - shape.size(), 1);
  return reshape(input, shape);
}

//===----------------------------------------------------------------------===//
// The outcome
//===----------------------------------------------------------------------===//

LogicalResult NodeConversion::refuse(const Twine &reason) {
  failed = true;
  // What comes after the first reason is its consequence.
  if (refused)
    return failure();
  refused = true;
  StringRef name;
  if (auto location = dyn_cast<NameLoc>(node.getLoc()))
    name = location.getName().getValue();
  return emitError(node.getLoc())
         << "cannot convert node '" << name << "' (" << node.getOpType() << ", "
         << node.getDomainOrDefault() << " version " << node.getVersion()
         << "): " << reason;
}

LogicalResult NodeConversion::give(unsigned index, Value value) {
  if (!value || failed) {
    failed = true;
    return failure();
  }
  if (index < results.size())
    results[index] = value;
  return success();
}

LogicalResult NodeConversion::give(unsigned index, Value value, Value count) {
  if (mlir::failed(give(index, count ? value : Value())))
    return failure();
  if (index < rowCounts.size())
    rowCounts[index] = count;
  return success();
}
