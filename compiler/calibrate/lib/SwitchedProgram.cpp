//===- SwitchedProgram.cpp - a network with errors to switch on -----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SwitchedProgram.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Analysis/Operands.h"
#include "qcc/Qnn/Constants.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using analysis::operandOfRole;
using qnn::OperandRole;

namespace {

/// Scales and zero points of a constant grid, and the interval they cover.
struct Grid {
  qnn::SchemeAttr scheme;
  std::vector<float> scales, least, greatest;
  std::vector<int64_t> zeroPoints;

  template <typename OpTy> static std::optional<Grid> get(OpTy op);
};

/// A contraction whose weights come through a dequantize.
struct Contraction {
  qnn::QuantizableOp op;
  OpOperand *weight;
};

/// What a module rounds, in program order.
struct RoundedOps {
  explicit RoundedOps(func::FuncOp function);

  SmallVector<qnn::QuantizeOp> activations;
  SmallVector<Contraction> contractions;
};

class SwitchBuilder {
public:
  SwitchBuilder(SwitchedProgram &program, func::FuncOp function)
      : program(program), function(function), builder(function.getContext()) {}

  /// What `op` rounds to the grid `stored` and a dequantize of `restored` takes
  /// back, as a tensor with switches.
  Value switchActivation(qnn::QuantizeOp op, size_t rounding,
                         const Grid &stored, const Grid &restored);
  void switchWeights(const Contraction &exact, const Contraction &rounded);
  /// Lets the errors of weights be seen, when all activations have their ids.
  void observeErrors();

private:
  Value addArgument(Location loc, StringRef kind, ArrayRef<int64_t> shape);
  Value addSwitch(Location loc, ErrorSwitch entry);
  /// `value + flag * error`, an error that is a tensor itself.
  Value addScaled(Location loc, Value value, Value flag, Value error);
  Value binary(Location loc, qnn::BinaryKind kind, Value lhs, Value rhs);
  /// One number for each channel of `axis`, to be broadcast against `like`.
  Value bounds(Location loc, ArrayRef<float> values, RankedTensorType like,
               int64_t axis);

  SwitchedProgram &program;
  /// Errors of weights, and the switches that they have.
  SmallVector<std::pair<Value, size_t>> observed;
  func::FuncOp function;
  OpBuilder builder;
};

} // namespace

template <typename OpTy> std::optional<Grid> Grid::get(OpTy op) {
  std::optional<std::vector<float>> scales = qnn::readFloats(op.getScale());
  std::optional<std::vector<int64_t>> zeroPoints =
      qnn::readIntegers(op.getZeroPoint());
  qnn::SchemeAttr scheme = op.getScheme();
  bool isSupported = scheme.isPerTensor() || scheme.isPerAxis();
  if (!scales || !zeroPoints || !isSupported ||
      scales->size() != zeroPoints->size())
    return std::nullopt;
  Grid grid{scheme, *scales, {}, {}, *zeroPoints};
  for (auto [scale, zero] : llvm::zip_equal(*scales, *zeroPoints)) {
    grid.least.push_back(static_cast<float>(scheme.getMin() - zero) * scale);
    grid.greatest.push_back(static_cast<float>(scheme.getMax() - zero) * scale);
  }
  return grid;
}

/// The dequantize that tensors come from through ops that only move numbers.
static qnn::DequantizeOp findDequantize(Value value) {
  while (auto move = value.getDefiningOp<qnn::QuantizableOp>()) {
    if (!move.isQuantizationTransparent() || move->getNumOperands() != 1)
      break;
    value = move->getOperand(0);
  }
  return value.getDefiningOp<qnn::DequantizeOp>();
}

/// True if what `op` rounds is on its grid already, so that nothing happens.
static bool isRepetition(qnn::QuantizeOp op) {
  qnn::DequantizeOp before = findDequantize(op.getInput());
  std::optional<Grid> here = Grid::get(op),
                      there = before ? Grid::get(before) : std::nullopt;
  return here && there &&
         here->scheme.getStorage() == there->scheme.getStorage() &&
         here->scales == there->scales && here->zeroPoints == there->zeroPoints;
}

SmallVector<qnn::QuantizeOp>
qcc::calibration::collectRoundings(func::FuncOp function) {
  SmallVector<qnn::QuantizeOp> roundings;
  function.walk([&](qnn::QuantizeOp op) {
    if (!qnn::constantValue(op.getInput()))
      roundings.push_back(op);
  });
  return roundings;
}

RoundedOps::RoundedOps(func::FuncOp function)
    : activations(collectRoundings(function)) {
  function.walk([&](qnn::QuantizableOp op) {
    for (OpOperand &operand : op->getOpOperands())
      if (op.getOperandRole(operand.getOperandNumber()) ==
              OperandRole::weight &&
          operand.get().getDefiningOp<qnn::DequantizeOp>())
        contractions.push_back({op, &operand});
  });
}

Value SwitchBuilder::addArgument(Location loc, StringRef kind,
                                 ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  // No name that a model has.
  DictionaryAttr attributes = builder.getDictionaryAttr(builder.getNamedAttr(
      qnn::QnnDialect::kNameAttr,
      builder.getStringAttr("#" + kind + Twine(program.switches.size()))));
  unsigned place = function.getNumArguments();
  (void)function.insertArgument(place, type, attributes, loc);
  return function.getArgument(place);
}

Value SwitchBuilder::addSwitch(Location loc, ErrorSwitch entry) {
  Value flag = addArgument(loc, "switch", {});
  program.switches.push_back(std::move(entry));
  return flag;
}

Value SwitchBuilder::binary(Location loc, qnn::BinaryKind kind, Value lhs,
                            Value rhs) {
  return qnn::BinaryOp::create(builder, loc, lhs.getType(), kind, lhs, rhs);
}

Value SwitchBuilder::addScaled(Location loc, Value value, Value flag,
                               Value error) {
  Value scaled = binary(loc, qnn::BinaryKind::mul, error, flag);
  return binary(loc, qnn::BinaryKind::add, value, scaled);
}

Value SwitchBuilder::bounds(Location loc, ArrayRef<float> values,
                            RankedTensorType like, int64_t axis) {
  SmallVector<int64_t> shape;
  if (values.size() > 1) {
    shape.assign(like.getRank() - axis, 1);
    shape.front() = values.size();
  }
  return qnn::createConstant(builder, loc, shape, values);
}

Value SwitchBuilder::switchActivation(qnn::QuantizeOp op, size_t rounding,
                                      const Grid &stored,
                                      const Grid &restored) {
  Location loc = op.getLoc();
  Value exact = op.getInput();
  auto type = cast<RankedTensorType>(exact.getType());
  int64_t axis = stored.scheme.isPerAxis() ? stored.scheme.getAxis() : 0;
  auto name = op->getAttrOfType<StringAttr>(qnn::QnnDialect::kTensorAttr);
  std::string tensor = name ? name.str() : analysis::tensorName(op.getInput());
  std::string node = isa<BlockArgument>(exact)
                         ? tensor
                         : analysis::nodeName(exact.getDefiningOp());
  builder.setInsertionPoint(op);
  qnn::ObserveOp::create(builder, loc, exact, program.activations.size(),
                         builder.getArrayAttr({}), tensor);
  int64_t inner = 1;
  for (int64_t extent : type.getShape().drop_front(
           stored.scheme.isPerAxis() ? axis + 1 : type.getRank()))
    inner *= extent;
  program.activations.push_back(
      {node, tensor, stored.least, stored.greatest, inner});

  Value clipped = binary(loc, qnn::BinaryKind::min,
                         binary(loc, qnn::BinaryKind::max, exact,
                                bounds(loc, stored.least, type, axis)),
                         bounds(loc, stored.greatest, type, axis));
  auto parameters = [&](const Grid &grid) {
    SmallVector<int64_t> shape;
    if (grid.scheme.isPerAxis())
      shape.push_back(grid.scales.size());
    return std::pair(
        qnn::createConstant(builder, loc, shape, grid.scales),
        qnn::createConstant(builder, loc, shape,
                            cast<IntegerType>(grid.scheme.getStorage()),
                            grid.zeroPoints));
  };
  auto [scale, zero] = parameters(stored);
  Value integers = qnn::QuantizeOp::create(
      builder, loc, type.clone(stored.scheme.getStorage()), exact, scale, zero,
      stored.scheme);
  auto [scaleBack, zeroBack] = parameters(restored);
  Value steps = qnn::DequantizeOp::create(builder, loc, type, integers,
                                          scaleBack, zeroBack, restored.scheme);
  Value result = exact;
  result =
      addScaled(loc, result,
                addSwitch(loc, {node, Source::activationClipping, rounding, 0}),
                binary(loc, qnn::BinaryKind::sub, clipped, exact));
  result =
      addScaled(loc, result,
                addSwitch(loc, {node, Source::activationRounding, rounding, 0}),
                binary(loc, qnn::BinaryKind::sub, steps, clipped));
  return result;
}

/// The f32 weights behind a Q/DQ pair, or nothing if they are integers.
static std::optional<std::vector<float>> exactWeights(const Contraction &c) {
  auto dequantize = c.weight->get().getDefiningOp<qnn::DequantizeOp>();
  auto quantize = dequantize.getInput().getDefiningOp<qnn::QuantizeOp>();
  return quantize ? qnn::readFloats(quantize.getInput()) : std::nullopt;
}

void SwitchBuilder::switchWeights(const Contraction &exact,
                                  const Contraction &rounded) {
  std::optional<std::vector<float>> values = exactWeights(exact);
  if (!values)
    return;
  qnn::QuantizableOp op = exact.op;
  Location loc = op->getLoc();
  auto type = cast<RankedTensorType>(exact.weight->get().getType());
  builder.setInsertionPoint(op);
  unsigned number = exact.weight->getOperandNumber();
  exact.weight->set(
      qnn::createConstant(builder, loc, type.getShape(), *values));

  auto dequantize = rounded.weight->get().getDefiningOp<qnn::DequantizeOp>();
  std::optional<std::vector<int64_t>> integers =
      qnn::readIntegers(dequantize.getInput());
  std::optional<Grid> grid = Grid::get(dequantize);
  if (!integers || !grid || values->size() != integers->size())
    return;
  int64_t inner = 1;
  if (grid->scheme.isPerAxis())
    for (int64_t extent :
         type.getShape().drop_front(grid->scheme.getAxis() + 1))
      inner *= extent;
  std::vector<float> clipping(values->size()), rounding(values->size());
  for (size_t i = 0; i < values->size(); ++i) {
    size_t channel = (i / inner) % grid->scales.size();
    float value = (*values)[i];
    float clipped =
        std::clamp(value, grid->least[channel], grid->greatest[channel]);
    float step =
        static_cast<float>((*integers)[i] - grid->zeroPoints[channel]) *
        grid->scales[channel];
    clipping[i] = clipped - value;
    rounding[i] = step - clipped;
  }
  std::string node = analysis::nodeName(op);
  program.weights.push_back(
      {node, *values, grid->least, grid->greatest, inner});

  builder.setInsertionPointAfter(op);
  Value original = op->getResult(0), result = original;
  SmallPtrSet<Operation *, 8> own;
  auto addError = [&](ArrayRef<float> errors, Source source) {
    if (llvm::all_of(errors, [](float error) { return error == 0; }))
      return;
    // Contractions are linear in their weights: the error is one as well. What
    // was added to the bias makes up for errors of all sources before it too.
    Operation *twin = builder.clone(*op);
    twin->removeAttr(qnn::QnnDialect::kTensorAttr);
    OpBuilder before(twin);
    twin->setOperand(number,
                     qnn::createConstant(before, loc, type.getShape(), errors));
    if (OpOperand *bias = operandOfRole(op, OperandRole::bias))
      twin->eraseOperand(bias->getOperandNumber());
    Value error = twin->getResult(0);
    int64_t channels =
        cast<RankedTensorType>(error.getType()).getShape().back();
    Value flag = addSwitch(loc, {node, source, 0, channels});
    Value mean = addArgument(loc, "mean", {channels});
    observed.emplace_back(error, program.switches.size() - 1);
    result = addScaled(loc, result, flag,
                       binary(loc, qnn::BinaryKind::sub, error, mean));
    own.insert(result.getDefiningOp());
  };
  addError(clipping, Source::weightClipping);
  addError(rounding, Source::weightRounding);
  original.replaceAllUsesExcept(result, own);
}

void SwitchBuilder::observeErrors() {
  for (auto [error, place] : observed) {
    builder.setInsertionPointAfterValue(error);
    qnn::ObserveOp::create(
        builder, error.getLoc(), error, program.activations.size() + place,
        builder.getArrayAttr({}), "#error" + std::to_string(place));
  }
}

/// Lets everybody read `value` who reads what `op` has rounded.
static void replacePair(qnn::QuantizeOp op, Value value) {
  for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
    if (auto dequantize = dyn_cast<qnn::DequantizeOp>(user)) {
      dequantize.replaceAllUsesWith(value);
      dequantize.erase();
    }
  if (op->use_empty())
    op.erase();
}

FailureOr<SwitchedProgram> SwitchedProgram::create(ModuleOp exact,
                                                   ModuleOp rounded) {
  SwitchedProgram program;
  program.module = exact.clone();
  func::FuncOp function = analysis::entryFunction(*program.module),
               last = analysis::entryFunction(rounded);
  if (!function || !last)
    return failure();
  RoundedOps ours(function), theirs(last);
  if (ours.activations.size() != theirs.activations.size() ||
      ours.contractions.size() != theirs.contractions.size())
    return emitError(exact.getLoc())
           << "internal error: rounding changed what is rounded";
  SwitchBuilder builder(program, function);
  for (auto [a, b] : llvm::zip_equal(ours.contractions, theirs.contractions))
    builder.switchWeights(a, b);
  for (auto [rounding, op, final] :
       llvm::enumerate(ours.activations, theirs.activations)) {
    std::optional<Grid> stored = Grid::get(final), restored;
    for (Operation *user : final->getUsers())
      if (auto dequantize = dyn_cast<qnn::DequantizeOp>(user))
        restored = Grid::get(dequantize);
    if (!stored || !restored)
      continue;
    // Its first rounding has the switch.
    replacePair(
        op, isRepetition(final)
                ? op.getInput()
                : builder.switchActivation(op, rounding, *stored, *restored));
  }
  builder.observeErrors();
  return program;
}
