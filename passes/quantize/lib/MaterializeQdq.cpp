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

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace qcc::quantize {
#define GEN_PASS_DEF_MATERIALIZEQDQ
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::isTransparent;
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
  void shareGrids(QuantizableOp move);
  static SmallVector<float> seenTwice(qnn::ObserveOp observer,
                                      ArrayRef<float> range);
  FailureOr<SmallVector<float>> boundsFor(Value value, SchemeAttr scheme,
                                          Operation *reader);
  FailureOr<Value> rounded(Value source, SchemeAttr scheme, Operation *reader);
  FailureOr<Value> twoParts(Value source, SchemeAttr scheme, Operation *reader);
  Value roundedWeight(QuantizableOp op, OpOperand &use, SchemeAttr scheme);

  llvm::DenseMap<Value, qnn::ObserveOp> observers;
  /// What is stored with 16 bits for some reader: others round that again.
  llvm::DenseMap<Value, SchemeAttr> wide;
  llvm::EquivalenceClasses<Value> grids;  ///< Of 16 bits.
  llvm::DenseMap<Value, Value> unrounded; ///< What a pair was made for.
  llvm::StringSet<> names;                ///< Of stored tensors.
  llvm::DenseMap<std::pair<Value, Attribute>, Value> pairs, sums;
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

/// Joins the tensors that an op on 16 bits moves to one place.
void MaterializeQdq::shareGrids(QuantizableOp move) {
  llvm::SetVector<Value> sources;
  analysis::QuantizationSites::collectSources(move->getResult(0), sources);
  for (Value source : sources)
    grids.unionSets(sources.front(), source);
}

/// Twice the interval in which all numbers of `observer` were seen.
SmallVector<float> MaterializeQdq::seenTwice(qnn::ObserveOp observer,
                                             ArrayRef<float> range) {
  auto attribute =
      observer->getAttrOfType<DictionaryAttr>(qnn::QnnDialect::kStatisticsAttr);
  FailureOr<calibrate::TensorStatistics> statistics =
      attribute && range.size() == 2
          ? calibrate::TensorStatistics::fromAttribute(attribute)
          : FailureOr<calibrate::TensorStatistics>();
  SmallVector<float> bounds(range);
  if (succeeded(statistics) && statistics->count())
    bounds = {std::min(range[0], statistics->min()),
              std::max(range[1], statistics->max())};
  for (float &bound : bounds)
    bound *= 2;
  return bounds;
}

/// The bounds of a grid for `value`. 8 bits cover the range that was chosen for
/// it; 16 bits have steps enough for twice the interval that was seen, in which
/// other samples lie too, of all tensors that are moved to one place.
FailureOr<SmallVector<float>>
MaterializeQdq::boundsFor(Value value, SchemeAttr scheme, Operation *reader) {
  llvm::SetVector<Value> found, sources;
  analysis::QuantizationSites::collectSources(value, found);
  for (Value source : found)
    sources.insert(unrounded.lookup_or(source, source));
  if (isWide(scheme))
    for (Value source : llvm::to_vector(sources))
      sources.insert(grids.findLeader(source), grids.member_end());
  SmallVector<float> bounds;
  for (Value source : sources) {
    qnn::ObserveOp observer = observers.lookup(source);
    auto range = observer ? observer->getAttrOfType<DenseF32ArrayAttr>(
                                qnn::QnnDialect::kRangeAttr)
                          : DenseF32ArrayAttr();
    if (!range)
      return reader->emitError()
             << "tensor '" << analysis::tensorName(source)
             << "' has no range; calibrate and compute ranges first";
    int64_t expected = scheme.isPerTensor()
                           ? 1
                           : cast<RankedTensorType>(source.getType())
                                 .getDimSize(scheme.getAxis());
    if (range.size() != 2 * expected)
      return observer.emitError()
             << "tensor '" << observer.getTensor() << "' has "
             << range.size() / 2 << " ranges, but " << scheme << " needs "
             << expected;
    SmallVector<float> here = isWide(scheme)
                                  ? seenTwice(observer, range.asArrayRef())
                                  : SmallVector<float>(range.asArrayRef());
    bounds.resize(here.size());
    for (size_t i = 0; i < bounds.size(); i += 2) {
      bounds[i] = std::min(bounds[i], here[i]);
      bounds[i + 1] = std::max(bounds[i + 1], here[i + 1]);
    }
  }
  return bounds;
}

/// `source` rounded to the grid of `scheme`. What is stored with 16 bits for
/// somebody is read from there.
FailureOr<Value> MaterializeQdq::rounded(Value source, SchemeAttr scheme,
                                         Operation *reader) {
  SchemeAttr wider = wide.lookup(source);
  bool isMoved = isTransparent(source.getDefiningOp());
  if (isMoved && (!wider || wider == scheme))
    return source; // As what it was moved from.
  if (Value known = pairs.lookup({source, scheme}))
    return known;
  FailureOr<SmallVector<float>> bounds = boundsFor(source, scheme, reader);
  if (failed(bounds))
    return failure();
  FailureOr<Value> stored = source;
  if (wider && wider != scheme && !isMoved)
    stored = rounded(source, wider, reader);
  if (failed(stored))
    return failure();
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfterValue(*stored);
  qnn::ObserveOp observer = observers.lookup(source);
  Value pair = createPair(builder, source.getLoc(), *stored,
                          activationGrid(scheme, *bounds),
                          observer ? nameStored(observer) : StringAttr());
  unrounded[pair] = source;
  return pairs[{source, scheme}] = pair;
}

/// True if the integer form of `op` cannot take all bits at once.
static bool isReadInParts(QuantizableOp op, SchemeAttr scheme) {
  return op.isIntegerContraction() &&
         scheme.getStorage().getIntOrFloatBitWidth() > op.maxActivationBits();
}

/// A number of 16 bits as the sum of two stored parts: itself rounded to 8
/// bits, and what that leaves rounded on a grid that covers one step of the
/// first. What is read from outside is in f32 anyway.
FailureOr<Value> MaterializeQdq::twoParts(Value source, SchemeAttr scheme,
                                          Operation *reader) {
  if (Value known = sums.lookup({source, scheme}))
    return known;
  FailureOr<SmallVector<float>> bounds = boundsFor(source, scheme, reader);
  FailureOr<Value> stored = source;
  if (!isa<BlockArgument>(source))
    stored = rounded(source, scheme, reader);
  if (failed(bounds) || failed(stored))
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
  builder.setInsertionPointAfterValue(*stored);
  Location loc = source.getLoc();
  auto binary = [&](qnn::BinaryKind kind, Value lhs, Value rhs) -> Value {
    return qnn::BinaryOp::create(builder, loc, source.getType(), kind, lhs,
                                 rhs);
  };
  Value high = createPair(builder, loc, *stored, coarse);
  Value rest = binary(qnn::BinaryKind::sub, *stored, high);
  return sums[{source, scheme}] = binary(qnn::BinaryKind::add, high,
                                         createPair(builder, loc, rest, fine));
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
    FailureOr<Value> read = isReadInParts(op, scheme)
                                ? twoParts(use.get(), scheme, op)
                                : rounded(use.get(), scheme, op);
    if (failed(read))
      return failure();
    use.set(*read);
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
  grids = {};
  unrounded.clear();
  names.clear();
  pairs.clear();
  sums.clear();
  function.walk([&](qnn::ObserveOp op) { observers[op.getInput()] = op; });
  function.walk([&](QuantizableOp op) {
    auto schemes = op->getAttrOfType<ArrayAttr>(qnn::QnnDialect::kSchemesAttr);
    if (!schemes || schemes.size() != op->getNumOperands())
      return;
    bool isStored = false;
    for (auto [operand, attribute] :
         llvm::zip_equal(op->getOperands(), schemes))
      if (auto scheme = dyn_cast<SchemeAttr>(attribute);
          scheme && isWide(scheme) &&
          !(isReadInParts(op, scheme) && isa<BlockArgument>(operand))) {
        wide[operand] = scheme;
        isStored = true;
      }
    if (isStored && isTransparent(op))
      shareGrids(op);
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
