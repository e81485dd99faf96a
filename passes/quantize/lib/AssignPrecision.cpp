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
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Regex.h"

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

namespace {

/// What a layer is computed in.
enum class Precision { w8a8, w8a8PerTensor, f32 };

/// An option that names nodes by a regular expression.
struct Rule {
  std::string text; ///< As the user wrote it.
  llvm::Regex regex;
  Precision precision;
  bool hasMatched = false;
};

/// What the options say about nodes.
class PrecisionRules {
public:
  LogicalResult add(Operation *function, StringRef text, StringRef regex,
                    Precision precision);
  /// Adds a REGEX:SCHEME entry.
  LogicalResult parse(Operation *function, StringRef text);
  /// The precision that is asked of a node, w8a8 if none is.
  Precision get(Operation *op);
  /// A rule that no node matched would go unnoticed otherwise.
  LogicalResult verifyAllMatched(Operation *function) const;

private:
  std::vector<Rule> rules;
};

struct AssignPrecision : quantize::impl::AssignPrecisionBase<AssignPrecision> {
  using AssignPrecisionBase::AssignPrecisionBase;

  void runOnOperation() override;

private:
  SchemeAttr activationScheme(OpOperand &use) const;
  void assign(Operation *op, const QuantizationSites &sites,
              Precision precision);

  /// Tensors that get a grid for each channel.
  llvm::DenseSet<Value> perChannel;
};

} // namespace

LogicalResult PrecisionRules::add(Operation *function, StringRef text,
                                  StringRef regex, Precision precision) {
  Rule rule{text.str(), llvm::Regex(regex), precision};
  if (std::string error; !rule.regex.isValid(error))
    return function->emitError()
           << "'" << regex << "' is not a regular expression: " << error;
  rules.push_back(std::move(rule));
  return success();
}

LogicalResult PrecisionRules::parse(Operation *function, StringRef text) {
  auto [regex, name] = text.rsplit(':');
  auto precision = llvm::StringSwitch<std::optional<Precision>>(name)
                       .Case("w8a8", Precision::w8a8)
                       .Case("w8a8-per-tensor", Precision::w8a8PerTensor)
                       .Case("f32", Precision::f32)
                       .Default(std::nullopt);
  if (!precision)
    return function->emitError()
           << "scheme entry '" << text
           << "' must be REGEX:SCHEME, with SCHEME one of w8a8, "
              "w8a8-per-tensor, f32";
  return add(function, text, regex, *precision);
}

Precision PrecisionRules::get(Operation *op) {
  Precision result = Precision::w8a8;
  std::string name = analysis::nodeName(op);
  for (Rule &rule : rules)
    if (rule.regex.match(name)) {
      rule.hasMatched = true;
      result = rule.precision;
    }
  return result;
}

LogicalResult PrecisionRules::verifyAllMatched(Operation *function) const {
  for (const Rule &rule : rules)
    if (!rule.hasMatched)
      return function->emitError() << "'" << rule.text << "' matches no node";
  return success();
}

SchemeAttr AssignPrecision::activationScheme(OpOperand &use) const {
  Type storage =
      IntegerType::get(use.get().getContext(), 8, IntegerType::Unsigned);
  if (perChannel.contains(use.get()))
    return SchemeAttr::perAxis(
        storage, cast<RankedTensorType>(use.get().getType()).getRank() - 1);
  return SchemeAttr::perTensor(storage);
}

void AssignPrecision::assign(Operation *op, const QuantizationSites &sites,
                             Precision precision) {
  std::string reason = sites.getReason(op);
  if (reason.empty())
    return;
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
  bool perTensorWeights =
      sites.isIntegerContraction(op) && precision == Precision::w8a8PerTensor;
  SmallVector<Attribute> assigned(op->getNumOperands(), builder.getUnitAttr());
  Type i8 = builder.getI8Type(), i32 = builder.getI32Type();
  for (OpOperand &use : op->getOpOperands()) {
    unsigned number = use.getOperandNumber();
    Attribute &scheme = assigned[number];
    if (sites.isRounded(use))
      scheme = activationScheme(use);
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
           << (perTensorWeights ? "tensor" : "output channel")
           << " and uint8 activations per "
           << (channelGrid ? "channel" : "tensor");
  } else {
    remark << "uint8 activations";
  }
  remark << " because " << reason;
}

void AssignPrecision::runOnOperation() {
  func::FuncOp function = getOperation();
  if (function.isExternal() || carriesGrids(function))
    return;
  PrecisionRules rules;
  for (StringRef text : schemes)
    if (failed(rules.parse(function, text)))
      return signalPassFailure();
  for (StringRef text : keepFloat)
    if (failed(rules.add(function, text, text, Precision::f32)))
      return signalPassFailure();
  QuantizationSites sites(
      function, [&](Operation *op) { return rules.get(op) == Precision::f32; });
  function.walk([&](Operation *op) { rules.get(op); });
  if (failed(rules.verifyAllMatched(function)))
    return signalPassFailure();

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
      assign(op, sites, rules.get(op));
  });
}
