//===- QuantizeBiases.cpp - round biases to the accumulator's grid --------===//
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
#define GEN_PASS_DEF_QUANTIZEBIASES
#include "qcc/Quantize/Passes.h.inc"
} // namespace qcc::quantize

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;
using analysis::operandOfRole;
using qnn::OperandRole;

/// The scales that a dequantized operand has, one or one for each channel.
static std::optional<std::vector<float>> scalesOf(OpOperand *operand) {
  auto dequantize = operand ? operand->get().getDefiningOp<qnn::DequantizeOp>()
                            : qnn::DequantizeOp();
  return dequantize ? qnn::readFloats(dequantize.getScale()) : std::nullopt;
}

/// Rounds the bias of `op` where it has one of f32.
static void quantizeBias(qnn::QuantizableOp op, OpBuilder &builder) {
  OpOperand *bias = operandOfRole(op, OperandRole::bias);
  std::optional<std::vector<float>> values =
      bias ? qnn::readFloats(bias->get()) : std::nullopt;
  std::optional<std::vector<float>> input = scalesOf(operandOfRole(
                                        op, OperandRole::activation)),
                                    weight = scalesOf(
                                        operandOfRole(op, OperandRole::weight));
  if (!values || !input || !weight)
    return;
  Type storage = builder.getI32Type();
  Grid grid{qnn::SchemeAttr::perAxis(storage, 0, /*symmetric=*/true), {}, {}};
  std::vector<int64_t> stored;
  for (size_t c = 0; c < values->size(); ++c) {
    float scale = (*input)[input->size() == 1 ? 0 : c] *
                  (*weight)[weight->size() == 1 ? 0 : c];
    double steps = std::nearbyint(static_cast<double>((*values)[c]) / scale);
    if (!(std::abs(steps) <= std::numeric_limits<int32_t>::max())) {
      op.emitRemark("bias kept in f32 because that of channel ")
          << c << " does not fit i32 on the accumulator's grid";
      return;
    }
    grid.scales.push_back(scale);
    grid.zeroPoints.push_back(0);
    stored.push_back(static_cast<int64_t>(steps));
  }
  builder.setInsertionPoint(op);
  Location loc = bias->get().getLoc();
  auto type = cast<RankedTensorType>(bias->get().getType());
  Value constant = qnn::createConstant(builder, loc, type.getShape(),
                                       cast<IntegerType>(storage), stored);
  auto [scale, zeroPoint] = createParameters(builder, loc, grid);
  bias->set(qnn::DequantizeOp::create(builder, loc, type, constant, scale,
                                      zeroPoint, grid.scheme));
}

namespace {
struct QuantizeBiases : quantize::impl::QuantizeBiasesBase<QuantizeBiases> {
  using QuantizeBiasesBase::QuantizeBiasesBase;

  void runOnOperation() override {
    OpBuilder builder(&getContext());
    getOperation().walk(
        [&](qnn::QuantizableOp op) { quantizeBias(op, builder); });
    // The f32 constants that nothing reads any more.
    getOperation().walk([](qnn::ConstantOp op) {
      if (op.use_empty())
        op.erase();
    });
  }
};
} // namespace
