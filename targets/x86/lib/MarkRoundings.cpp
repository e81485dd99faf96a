//===- MarkRoundings.cpp - what roundings need not care for ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MarkRoundings.h"

#include "mlir/IR/Matchers.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Target/Epilogue.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

/// Bounds of absolute values in an epilogue; kUnknown may be infinite or NaN.
class Magnitudes {
public:
  Magnitudes(Operation *op, Region &region) {
    Block &block = region.front();
    // Extras are the last operands of every fused op, and match the last block
    // arguments.
    int64_t arguments = block.getNumArguments(),
            extras = arguments - (arguments > 0 && !isa<qnn::FusedMapOp>(op));
    for (int64_t i = 0; i < arguments; ++i) {
      int64_t extra = i - (arguments - extras);
      bounds[block.getArgument(i)] =
          extra < 0
              ? ofAccumulator(op, block.getArgument(i).getType())
              : ofExtra(op->getOperand(op->getNumOperands() - extras + extra));
    }
    for (Operation &inner : block.without_terminator())
      bounds[inner.getResult(0)] = ofResult(&inner);
  }

  double of(Value value) const { return bounds.lookup(value); }

private:
  static double ofType(Type type) {
    auto integer = dyn_cast<IntegerType>(type);
    return integer ? std::ldexp(1.0, integer.getWidth()) : kUnknown;
  }

  static double ofAccumulator(Operation *op, Type type) {
    auto bound =
        op->getAttrOfType<IntegerAttr>(qnn::QnnDialect::kAccumulatorBoundAttr);
    return bound ? static_cast<double>(bound.getInt()) : ofType(type);
  }

  static double ofExtra(Value value) {
    double bound = 0;
    if (std::optional<std::vector<int64_t>> integers = qnn::readIntegers(value))
      for (int64_t element : *integers)
        bound = std::max(bound, std::fabs(static_cast<double>(element)));
    else if (std::optional<std::vector<float>> floats = qnn::readFloats(value))
      for (float element : *floats)
        bound = std::isfinite(element)
                    ? std::max(bound, std::fabs(double(element)))
                    : kUnknown;
    else
      return ofType(getElementTypeOrSelf(value));
    return bound;
  }

  /// Of a number of i32, which wraps.
  double ofInteger(Operation *op) const {
    double any = ofType(op->getResult(0).getType());
    IntegerAttr constant;
    if (matchPattern(op, m_Constant(&constant)))
      return std::fabs(constant.getValue().roundToDouble(
          !constant.getType().isUnsignedInteger()));
    if (!isa<arith::AddIOp, arith::SubIOp>(op))
      return any;
    double bound = of(op->getOperand(0)) + of(op->getOperand(1));
    return bound < 0x1p31 ? bound : any;
  }

  double ofResult(Operation *op) const {
    auto operand = [&](unsigned i) { return of(op->getOperand(i)); };
    // Slightly more than the exact bound, for the rounding of the result.
    constexpr double kRounding = 1.0001;
    FloatAttr constant;
    if (matchPattern(op, m_Constant(&constant)))
      return constant.getValue().isFinite()
                 ? std::fabs(constant.getValueAsDouble())
                 : kUnknown;
    Type type = op->getResult(0).getType();
    if (type.isInteger(32))
      return ofInteger(op);
    if (!type.isF32())
      return ofType(type);
    double bound =
        llvm::TypeSwitch<Operation *, double>(op)
            .Case<arith::SIToFPOp, arith::UIToFPOp, arith::NegFOp>(
                [&](auto) { return operand(0); })
            .Case([&](arith::MulFOp) { return operand(0) * operand(1); })
            .Case<arith::AddFOp, arith::SubFOp>(
                [&](auto) { return operand(0) + operand(1); })
            .Case<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
                  arith::MinNumFOp>(
                [&](auto) { return std::max(operand(0), operand(1)); })
            .Case([&](arith::SelectOp) {
              return std::max(operand(1), operand(2));
            })
            .Default(kUnknown);
    bound *= kRounding;
    // Not so for NaN, which 0 * infinity above gives.
    return bound < std::numeric_limits<float>::max() ? bound : kUnknown;
  }

  llvm::DenseMap<Value, double> bounds;
};

} // namespace

void x86::markRoundings(Operation *op) {
  Region &region = op->getRegion(0);
  Magnitudes magnitudes(op, region);
  for (auto round : region.getOps<qnn::RoundOp>())
    if (double magnitude = magnitudes.of(round.getValue());
        magnitude != kUnknown)
      round->setAttr(magnitude < target::kSmall ? "qnn.small" : "qnn.no_nan",
                     UnitAttr::get(op->getContext()));
}
