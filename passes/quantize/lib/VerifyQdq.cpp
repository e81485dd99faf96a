//===- VerifyQdq.cpp - the contract of a QDQ graph ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Grids.h"

#include "qcc/Analysis/Operands.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Quantize/Passes.h"

#include <cmath>

namespace qcc::quantize {
#define GEN_PASS_DEF_VERIFYQDQ
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::operandOfRole;
using qnn::DequantizeOp;
using qnn::OperandRole;
using qnn::QuantizableOp;

namespace {

/// How far the scale of a bias may be from the accumulator's: the product of
/// two f32 is rounded once, and other tools round it elsewhere.
constexpr float kScaleTolerance = 1e-5f;

struct VerifyQdq : quantize::impl::VerifyQdqBase<VerifyQdq> {
  using VerifyQdqBase::VerifyQdqBase;

  void runOnOperation() override {
    violations = 0;
    getOperation().walk([&](Operation *op) {
      checkLeftovers(op);
      if (auto quantize = dyn_cast<qnn::QuantizeOp>(op))
        checkScales(op, quantize.getScale());
      if (auto dequantize = dyn_cast<DequantizeOp>(op)) {
        checkScales(op, dequantize.getScale());
        checkReaders(dequantize);
      }
      if (auto quantizable = dyn_cast<QuantizableOp>(op)) {
        checkContraction(quantizable);
        checkMove(quantizable);
      }
    });
    if (violations)
      signalPassFailure();
  }

private:
  InFlightDiagnostic violation(Operation *op) {
    ++violations;
    return op->emitError();
  }

  void checkLeftovers(Operation *op) {
    if (isa<qnn::ObserveOp>(op))
      violation(op) << "an observer is left after quantization (Q1)";
    if (op->hasAttr(qnn::QnnDialect::kSchemesAttr))
      violation(op) << "was assigned schemes that were not materialized (Q1)";
  }

  void checkScales(Operation *op, Value scale) {
    std::optional<std::vector<float>> values = qnn::readFloats(scale);
    if (!values)
      return;
    for (auto [i, value] : llvm::enumerate(*values))
      if (!(value > 0) || !std::isfinite(value)) {
        violation(op) << "scale " << value << " of channel " << i
                      << " must be positive and finite (Q2)";
        return;
      }
  }

  void checkReaders(DequantizeOp op) {
    if (op.getScheme().isPerTensor() || qnn::constantValue(op.getInput()))
      return;
    for (OpOperand &use : op->getUses()) {
      auto reader = dyn_cast<QuantizableOp>(use.getOwner());
      if (!reader || reader.getOperandRole(use.getOperandNumber()) !=
                         OperandRole::activation)
        continue;
      bool keepsApart = reader.allowsPerChannelInput() ||
                        reader.isElementwise() ||
                        (reader.isQuantizationTransparent() &&
                         reader.mapAxisToResult(use.getOperandNumber(),
                                                op.getScheme().getAxis()) >= 0);
      if (!keepsApart)
        violation(reader) << "reads a tensor with a grid for each channel, "
                             "but mixes channels (Q4)";
    }
  }

  void checkContraction(QuantizableOp op) {
    OpOperand *input = operandOfRole(op, OperandRole::activation),
              *weight = operandOfRole(op, OperandRole::weight),
              *bias = operandOfRole(op, OperandRole::bias);
    if (!input || !weight || !op.isIntegerContraction())
      return;
    auto roundedInput = input->get().getDefiningOp<DequantizeOp>(),
         roundedWeight = weight->get().getDefiningOp<DequantizeOp>();
    if (static_cast<bool>(roundedInput) != static_cast<bool>(roundedWeight))
      violation(op) << "reads a rounded "
                    << (roundedInput ? "activation" : "weight")
                    << " but an f32 "
                    << (roundedInput ? "weight" : "activation") << " (Q3)";
    if (!roundedInput || !roundedWeight)
      return;
    qnn::SchemeAttr scheme = roundedWeight.getScheme();
    int64_t axis = op.getWeightChannelAxis(weight->getOperandNumber());
    if (scheme.isPerAxis() && scheme.getAxis() != axis)
      violation(op) << "scales of its weight run along axis "
                    << scheme.getAxis() << ", its output channels along axis "
                    << axis << " (Q6)";
    auto roundedBias =
        bias ? bias->get().getDefiningOp<DequantizeOp>() : DequantizeOp();
    if (roundedBias)
      checkBias(op, roundedInput, roundedWeight, roundedBias);
  }

  void checkBias(QuantizableOp op, DequantizeOp input, DequantizeOp weight,
                 DequantizeOp bias) {
    std::optional<std::vector<float>> in = qnn::readFloats(input.getScale()),
                                      w = qnn::readFloats(weight.getScale()),
                                      b = qnn::readFloats(bias.getScale());
    if (!in || !w || !b)
      return;
    auto at = [](const std::vector<float> &scales, size_t c) {
      return scales[scales.size() == 1 ? 0 : c];
    };
    for (size_t c = 0, e = std::max({in->size(), w->size(), b->size()}); c < e;
         ++c) {
      float expected = at(*in, c) * at(*w, c), actual = at(*b, c);
      if (!(std::abs(actual - expected) <= kScaleTolerance * expected)) {
        violation(op) << "scale " << actual << " of its bias in channel " << c
                      << " is not that of the accumulator, " << expected
                      << " (Q5)";
        return;
      }
    }
  }

  void checkMove(QuantizableOp op) {
    if (!op.isQuantizationTransparent() || op->getNumResults() != 1)
      return;
    DequantizeOp given;
    for (Value operand : op->getOperands())
      if (auto dequantize = operand.getDefiningOp<DequantizeOp>()) {
        if (given && !haveSameParameters(given, dequantize))
          return;
        given = dequantize;
      }
    if (!given)
      return;
    for (Operation *user : op->getUsers()) {
      auto quantize = dyn_cast<qnn::QuantizeOp>(user);
      if (quantize &&
          (!areSameConstants(quantize.getScale(), given.getScale()) ||
           !areSameConstants(quantize.getZeroPoint(), given.getZeroPoint())))
        violation(op) << "only moves numbers, but its result is rounded to "
                         "another grid than its operand (Q7)";
    }
  }

  unsigned violations = 0;
};

} // namespace
