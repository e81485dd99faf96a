//===- MaterializeQdq.cpp - from assigned precision to Q/DQ pairs ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Grids.h"
#include "WeightScales.h"

#include "qcc/Analysis/Names.h"
#include "qcc/Analysis/Operands.h"
#include "qcc/Analysis/QuantizationSites.h"
#include "qcc/Calibrate/Statistics.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Quantize/Passes.h"

#include "llvm/ADT/StringSet.h"

namespace qcc::quantize {
#define GEN_PASS_DEF_MATERIALIZEQDQ
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::operandOfRole;
using qnn::OperandRole;
using qnn::QuantizableOp;
using qnn::SchemeAttr;

namespace {

struct MaterializeQdq : quantize::impl::MaterializeQdqBase<MaterializeQdq> {
  using MaterializeQdqBase::MaterializeQdqBase;

  void runOnOperation() override;

private:
  LogicalResult materialize(QuantizableOp op, ArrayAttr schemes);
  StringAttr nameStored(qnn::ObserveOp observer);
  FailureOr<SmallVector<float>> seenBounds(OpOperand &use, SchemeAttr scheme);
  FailureOr<Value> twoPartActivation(OpOperand &use, SchemeAttr scheme);
  FailureOr<Value> roundedActivation(OpOperand &use, SchemeAttr scheme);
  Value roundedWeight(QuantizableOp op, OpOperand &use, SchemeAttr scheme);

  llvm::DenseMap<Value, qnn::ObserveOp> observers;
  /// What is stored with 16 bits for some reader: others round that again.
  llvm::DenseMap<Value, SchemeAttr> wide;
  llvm::StringSet<> names; ///< Of stored tensors.
  llvm::DenseMap<std::pair<Value, Attribute>, Value> pairs;
};

} // namespace

/// The ONNX name of the tensor that is observed, for its stored numbers. On a
/// second grid they get a name of their own: one name stands for one tensor.
StringAttr MaterializeQdq::nameStored(qnn::ObserveOp observer) {
  std::string name = observer.getTensor().str(), unique = name;
  for (int copy = 2; !names.insert(unique).second; ++copy)
    unique = name + "#" + std::to_string(copy);
  return StringAttr::get(&getContext(), unique);
}

/// Twice the interval in which all numbers were seen that `use` reads: with two
/// parts there are steps enough for those of other samples too.
FailureOr<SmallVector<float>> MaterializeQdq::seenBounds(OpOperand &use,
                                                         SchemeAttr scheme) {
  llvm::SetVector<Value> sources;
  analysis::QuantizationSites::collectSources(use.get(), sources);
  SmallVector<float> bounds;
  for (Value source : sources) {
    qnn::ObserveOp observer = observers.lookup(source);
    auto range = observer ? observer->getAttrOfType<DenseF32ArrayAttr>(
                                qnn::QnnDialect::kRangeAttr)
                          : DenseF32ArrayAttr();
    if (!range)
      return use.getOwner()->emitError()
             << "tensor '" << analysis::tensorName(source)
             << "' has no range; calibrate and compute ranges first";
    SmallVector<float> seen(range.asArrayRef());
    auto attribute = observer->getAttrOfType<DictionaryAttr>(
        qnn::QnnDialect::kStatisticsAttr);
    if (FailureOr<calibrate::TensorStatistics> statistics =
            attribute && scheme.isPerTensor()
                ? calibrate::TensorStatistics::fromAttribute(attribute)
                : FailureOr<calibrate::TensorStatistics>();
        succeeded(statistics) && statistics->count())
      seen = {std::min(seen[0], statistics->min()),
              std::max(seen[1], statistics->max())};
    if (bounds.empty())
      bounds.assign(seen.size(), 0.0f);
    for (size_t i = 0; i + 1 < std::min(bounds.size(), seen.size()); i += 2) {
      bounds[i] = std::min(bounds[i], 2 * seen[i]);
      bounds[i + 1] = std::max(bounds[i + 1], 2 * seen[i + 1]);
    }
  }
  return bounds;
}

/// A number as the sum of two stored parts: itself rounded, and what that
/// leaves rounded on a grid that covers one step of the first.
FailureOr<Value> MaterializeQdq::twoPartActivation(OpOperand &use,
                                                   SchemeAttr scheme) {
  Value source = use.get();
  Value &sum = pairs[{source, scheme}];
  if (sum)
    return sum;
  FailureOr<SmallVector<float>> bounds = seenBounds(use, scheme);
  if (failed(bounds))
    return failure();
  Type ui8 = IntegerType::get(&getContext(), 8, IntegerType::Unsigned);
  SchemeAttr part = scheme.isPerAxis()
                        ? SchemeAttr::perAxis(ui8, scheme.getAxis())
                        : SchemeAttr::perTensor(ui8);
  Grid coarse = activationGrid(part, *bounds), fine{part, {}, {}};
  for (float scale : coarse.scales) {
    // 127 steps up and 128 down must hold half a step each.
    fine.scales.push_back(scale / 254);
    fine.zeroPoints.push_back(128);
  }
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfterValue(source);
  Location loc = source.getLoc();
  auto binary = [&](qnn::BinaryKind kind, Value lhs, Value rhs) -> Value {
    return qnn::BinaryOp::create(builder, loc, source.getType(), kind, lhs,
                                 rhs);
  };
  Value high = createPair(builder, loc, source, coarse);
  Value rest = binary(qnn::BinaryKind::sub, source, high);
  sum =
      binary(qnn::BinaryKind::add, high, createPair(builder, loc, rest, fine));
  return sum;
}

FailureOr<Value> MaterializeQdq::roundedActivation(OpOperand &use,
                                                   SchemeAttr scheme) {
  if (scheme.getStorage().isUnsignedInteger(16))
    return twoPartActivation(use, scheme);
  Value source = use.get();
  auto producer = source.getDefiningOp<QuantizableOp>();
  if (producer && producer.isQuantizationTransparent())
    return source;
  if (Value rounded = pairs.lookup({source, scheme}))
    return rounded;
  qnn::ObserveOp observer = observers.lookup(source);
  auto bounds = observer ? observer->getAttrOfType<DenseF32ArrayAttr>(
                               qnn::QnnDialect::kRangeAttr)
                         : DenseF32ArrayAttr();
  if (!bounds) {
    return use.getOwner()->emitError()
           << "tensor '" << analysis::tensorName(source)
           << "' has no range; calibrate and compute ranges first";
  }
  Grid grid = activationGrid(scheme, bounds);
  SmallVector<int64_t> shape = scheme.getParameterShape(
      cast<RankedTensorType>(source.getType()).getShape());
  size_t expected = shape.empty() ? 1 : shape.front();
  if (grid.scales.size() != expected)
    return observer.emitError()
           << "tensor '" << observer.getTensor() << "' has "
           << grid.scales.size() << " ranges, but " << scheme << " needs "
           << expected;
  Value stored = source;
  if (SchemeAttr wider = wide.lookup(source); wider && wider != scheme) {
    FailureOr<Value> first = roundedActivation(use, wider);
    if (failed(first))
      return failure();
    stored = *first;
  }
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfterValue(stored);
  Value rounded =
      createPair(builder, source.getLoc(), stored, grid, nameStored(observer));
  pairs[{source, scheme}] = rounded;
  return rounded;
}

/// The scale of each channel of `value`, which a dequantize gives; of two parts
/// that of the first.
static std::vector<float> scalesOf(Value value) {
  if (auto sum = value.getDefiningOp<qnn::BinaryOp>())
    value = sum.getLhs();
  auto dequantize = value.getDefiningOp<qnn::DequantizeOp>();
  std::optional<std::vector<float>> scales =
      dequantize ? qnn::readFloats(dequantize.getScale()) : std::nullopt;
  return scales.value_or(std::vector<float>{});
}

Value MaterializeQdq::roundedWeight(QuantizableOp op, OpOperand &use,
                                    SchemeAttr scheme) {
  std::vector<float> weights = *qnn::readFloats(use.get());
  auto type = cast<RankedTensorType>(use.get().getType());
  int64_t channels = scheme.isPerTensor() ? 1 : type.getDimSize(0);
  Grid grid{scheme, weightScales(weights, channels, weightGrid), {}};
  OpOperand *bias = operandOfRole(op, OperandRole::bias),
            *input = operandOfRole(op, OperandRole::activation);
  if (std::optional<std::vector<float>> values =
          bias ? qnn::readFloats(bias->get()) : std::nullopt)
    fitBiases(*values, scalesOf(input->get()), grid.scales);
  grid.zeroPoints.assign(grid.scales.size(), 0);
  OpBuilder builder(op);
  return createPair(builder, use.get().getLoc(), use.get(), grid);
}

LogicalResult MaterializeQdq::materialize(QuantizableOp op, ArrayAttr schemes) {
  if (schemes.size() != op->getNumOperands())
    return op.emitError() << "has " << schemes.size() << " schemes for "
                          << op->getNumOperands() << " operands";
  // Activations first: the scales of weights heed theirs.
  for (OpOperand &use : op->getOpOperands()) {
    auto scheme = dyn_cast<SchemeAttr>(schemes[use.getOperandNumber()]);
    if (!scheme ||
        op.getOperandRole(use.getOperandNumber()) != OperandRole::activation)
      continue;
    FailureOr<Value> rounded = roundedActivation(use, scheme);
    if (failed(rounded))
      return failure();
    use.set(*rounded);
  }
  for (OpOperand &use : op->getOpOperands()) {
    auto scheme = dyn_cast<SchemeAttr>(schemes[use.getOperandNumber()]);
    if (!scheme ||
        op.getOperandRole(use.getOperandNumber()) != OperandRole::weight)
      continue;
    if (!qnn::readFloats(use.get()))
      return op.emitError("has a scheme for weights that are not constant f32");
    use.set(roundedWeight(op, use, scheme));
  }
  op->removeAttr(qnn::QnnDialect::kSchemesAttr);
  return success();
}

void MaterializeQdq::runOnOperation() {
  func::FuncOp function = getOperation();
  observers.clear();
  wide.clear();
  names.clear();
  pairs.clear();
  function.walk([&](qnn::ObserveOp op) { observers[op.getInput()] = op; });
  function.walk([&](QuantizableOp op) {
    auto schemes = op->getAttrOfType<ArrayAttr>(qnn::QnnDialect::kSchemesAttr);
    if (!schemes || schemes.size() != op->getNumOperands())
      return;
    for (auto [operand, attribute] :
         llvm::zip_equal(op->getOperands(), schemes))
      if (auto scheme = dyn_cast<SchemeAttr>(attribute);
          scheme && scheme.getStorage().isSignlessInteger(16))
        wide[operand] = scheme;
  });
  bool hasFailed = false;
  function.walk([&](QuantizableOp op) {
    if (auto schemes =
            op->getAttrOfType<ArrayAttr>(qnn::QnnDialect::kSchemesAttr))
      hasFailed |= failed(materialize(op, schemes));
  });
  if (hasFailed)
    return signalPassFailure();
  for (auto [value, observer] : observers)
    observer.erase();
}
