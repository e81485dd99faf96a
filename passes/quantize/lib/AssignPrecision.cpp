//===- AssignPrecision.cpp - a scheme for every operand, and a reason -----===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelRanges.h"
#include "Grids.h"

#include "qcc/Analysis/Names.h"
#include "qcc/Analysis/QuantizationSites.h"
#include "qcc/Quantize/Passes.h"
#include "qcc/Quantize/PrecisionRules.h"

namespace qcc::quantize {
#define GEN_PASS_DEF_ASSIGNPRECISION
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::QuantizationSites;
using qnn::OperandRole;
using qnn::QuantizableOp;
using qnn::SchemeAttr;

/// Why a layer is more precise than others.
static constexpr llvm::StringLiteral kMeasuredReason =
    "a measurement names its rounding as a main source of the outputs' error";

namespace {

struct AssignPrecision : quantize::impl::AssignPrecisionBase<AssignPrecision> {
  using AssignPrecisionBase::AssignPrecisionBase;

  void runOnOperation() override;

private:
  using PrecisionOf = llvm::function_ref<Precision(Operation *)>;

  bool readsWide(OpOperand &use, const QuantizationSites &sites,
                 PrecisionOf precisionOf) const;
  SchemeAttr activationScheme(OpOperand &use, bool isWide) const;
  void assign(Operation *op, const QuantizationSites &sites,
              PrecisionOf precisionOf);

  /// Tensors that get a grid for each channel.
  llvm::DenseSet<Value> perChannel;
};

} // namespace

/// True if `use` takes more than 8 bits: in two parts, in an elementwise op
/// that is to have them, or for somebody who reads what its owner moves.
bool AssignPrecision::readsWide(OpOperand &use, const QuantizationSites &sites,
                                PrecisionOf precisionOf) const {
  auto reader = cast<QuantizableOp>(use.getOwner());
  if (reader.isQuantizationTransparent())
    return llvm::any_of(reader->getResult(0).getUses(), [&](OpOperand &next) {
      return sites.isRounded(next) && readsWide(next, sites, precisionOf);
    });
  Precision precision = precisionOf(reader);
  return reader.isIntegerContraction()
             ? precision == Precision::w8a8x2
             : precision == Precision::w8a16 && reader.isElementwise();
}

SchemeAttr AssignPrecision::activationScheme(OpOperand &use,
                                             bool isWide) const {
  MLIRContext *context = use.get().getContext();
  Type storage = isWide ? IntegerType::get(context, 16)
                        : IntegerType::get(context, 8, IntegerType::Unsigned);
  if (perChannel.contains(use.get()))
    return SchemeAttr::perAxis(
        storage, cast<RankedTensorType>(use.get().getType()).getRank() - 1);
  return SchemeAttr::perTensor(storage);
}

void AssignPrecision::assign(Operation *op, const QuantizationSites &sites,
                             PrecisionOf precisionOf) {
  std::string reason = sites.getReason(op);
  if (reason.empty())
    return;
  if (op->hasAttr(qnn::QnnDialect::kMeasuredPrecisionAttr))
    reason = kMeasuredReason.str();
  Builder builder(&getContext());
  op->setAttr(qnn::QnnDialect::kReasonAttr, builder.getStringAttr(reason));
  if (!llvm::any_of(op->getOpOperands(),
                    [&](OpOperand &use) { return sites.isRounded(use); })) {
    // What an epilogue computes is neither quantized nor left behind.
    bool isInside = llvm::any_of(op->getOpOperands(), [&](OpOperand &use) {
      return sites.isInterior(use);
    });
    op->emitRemark() << (isInside ? "fused in f32 because "
                                  : "kept in f32 because ")
                     << reason;
    return;
  }

  auto quantizable = cast<QuantizableOp>(op);
  Precision precision = precisionOf(op);
  bool perTensorWeights =
      sites.isIntegerContraction(op) && precision == Precision::w8a8PerTensor;
  SmallVector<Attribute> assigned(op->getNumOperands(), builder.getUnitAttr());
  Type i8 = builder.getI8Type(), i32 = builder.getI32Type();
  for (OpOperand &use : op->getOpOperands()) {
    unsigned number = use.getOperandNumber();
    Attribute &scheme = assigned[number];
    if (sites.isRounded(use))
      scheme = activationScheme(use, readsWide(use, sites, precisionOf));
    else if (!sites.isIntegerContraction(op))
      continue;
    else if (quantizable.getOperandRole(number) == OperandRole::weight)
      scheme = perTensorWeights
                   ? SchemeAttr::perTensor(i8, /*symmetric=*/true,
                                           /*narrow=*/true)
                   : SchemeAttr::perAxis(
                         i8, quantizable.getWeightChannelAxis(number),
                         /*symmetric=*/true, /*narrow=*/true);
    else if (quantizable.getOperandRole(number) == OperandRole::bias)
      scheme = SchemeAttr::perAxis(i32, 0, /*symmetric=*/true);
  }
  op->setAttr(qnn::QnnDialect::kSchemesAttr, builder.getArrayAttr(assigned));
  InFlightDiagnostic remark = op->emitRemark("quantized as ");
  if (sites.isIntegerContraction(op)) {
    bool channelGrid = llvm::any_of(op->getOperands(), [&](Value operand) {
      return perChannel.contains(operand);
    });
    remark << "int8 weights per "
           << (perTensorWeights ? "tensor" : "output channel") << " and "
           << (precision != Precision::w8a8x2        ? "uint8"
               : quantizable.maxActivationBits() > 8 ? "int16"
                                                     : "two-part uint8")
           << " activations per " << (channelGrid ? "channel" : "tensor");
  } else {
    bool anyWide = llvm::any_of(assigned, [](Attribute scheme) {
      auto given = dyn_cast<SchemeAttr>(scheme);
      return given && isWide(given);
    });
    remark << (anyWide ? "int16 activations" : "uint8 activations");
  }
  remark << " because " << reason;
}

void AssignPrecision::runOnOperation() {
  func::FuncOp function = getOperation();
  if (function.isExternal() || carriesGrids(function))
    return;
  auto error = [&] { return function.emitError(); };
  FailureOr<PrecisionRules> parsed =
      PrecisionRules::parse(schemes, keepFloat, error);
  if (failed(parsed) || failed(parsed->resolve(function, error)))
    return signalPassFailure();
  auto precisionOf = [&](Operation *op) {
    std::optional<Precision> precision = parsed->find(op);
    if (auto measured = op->getAttrOfType<StringAttr>(
            qnn::QnnDialect::kMeasuredPrecisionAttr))
      precision = parsePrecision(measured);
    return precision.value_or(Precision::w8a8);
  };
  function.walk([&](Operation *op) {
    if (parsed->find(op))
      op->removeAttr(qnn::QnnDialect::kMeasuredPrecisionAttr);
  });
  QuantizationSites sites(function, [&](Operation *op) {
    return precisionOf(op) == Precision::f32;
  });

  perChannel.clear();
  function.walk([&](qnn::ObserveOp op) {
    if (std::optional<ChannelRanges> ranges = channelRangesBeforeDepthwise(
            op, perChannelRatio,
            [&](OpOperand &use) { return sites.isRounded(use); })) {
      perChannel.insert(op.getInput());
      SmallVector<float> bounds;
      for (auto [lo, hi] : llvm::zip_equal(ranges->min, ranges->max))
        bounds.append({std::min(lo, 0.0f), std::max(hi, 0.0f)});
      op->setAttr(qnn::QnnDialect::kRangeAttr,
                  DenseF32ArrayAttr::get(&getContext(), bounds));
    }
  });
  function.walk([&](Operation *op) {
    if (op != function && !isa<qnn::ObserveOp>(op))
      assign(op, sites, precisionOf);
  });
}
