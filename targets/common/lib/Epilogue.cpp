//===- Epilogue.cpp - scalar regions on scalars or vectors ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/Epilogue.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "qcc/Qnn/Qnn.h"

using namespace mlir;
using namespace qcc;

Type target::signless(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (element.isSignlessIntOrFloat() || !isa<IntegerType>(element))
    return type;
  Type plain =
      IntegerType::get(type.getContext(), element.getIntOrFloatBitWidth());
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(plain);
  return plain;
}

/// `scalar`, or `like`'s shape with `scalar` as element type.
static Type withElement(Type like, Type scalar) {
  if (auto vector = dyn_cast<VectorType>(like))
    return vector.clone(scalar);
  return scalar;
}

namespace {

/// Arithmetic on scalars and vectors alike.
struct Arith {
  ImplicitLocOpBuilder b;

  Value constant(Type type, TypedAttr scalar) {
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(
          b, vector, SplatElementsAttr::get(vector, Attribute(scalar)));
    return arith::ConstantOp::create(b, scalar);
  }
  Value constant(Type type, double value) {
    return constant(type, b.getFloatAttr(getElementTypeOrSelf(type), value));
  }
  Value constant(Type type, int64_t value) {
    return constant(type, b.getIntegerAttr(getElementTypeOrSelf(type), value));
  }
  /// `value < bound ? bound : value`, bound if unordered: one vmaxps.
  Value max(Value value, Value bound) {
    Value keep =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, value, bound);
    return arith::SelectOp::create(b, keep, value, bound);
  }
  Value min(Value value, Value bound) {
    Value keep =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, value, bound);
    return arith::SelectOp::create(b, keep, value, bound);
  }
  Value nanToZero(Value value) {
    Value nan =
        arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
    return arith::SelectOp::create(b, nan, constant(value.getType(), 0.0),
                                   value);
  }
  /// `limit` less `integer` as a number.
  Value less(Type f32, int64_t limit, Value integer) {
    Value difference = b.createOrFold<arith::SubIOp>(
        constant(integer.getType(), limit), integer);
    return b.createOrFold<arith::SIToFPOp>(f32, difference);
  }
  /// `value`, which i32 holds once it is rounded, plus `integer`.
  Value roundAndAdd(Value value, Value integer) {
    // llvm.lrint rounds half to even, the default mode, in one instruction.
    Value rounded =
        LLVM::CallIntrinsicOp::create(b, b.getLoc(), integer.getType(),
                                      b.getStringAttr("llvm.lrint"), value)
            .getResult(0);
    return b.createOrFold<arith::AddIOp>(rounded, integer);
  }
  Value clamp(Value integer, int64_t low, int64_t high) {
    Value above =
        arith::MaxSIOp::create(b, integer, constant(integer.getType(), low));
    return arith::MinSIOp::create(b, above, constant(integer.getType(), high));
  }
  Value truncate(Value value, unsigned width) {
    return arith::TruncIOp::create(
        b, withElement(value.getType(), b.getIntegerType(width)), value);
  }
};

} // namespace

/// The whole range of an integer of at most 16 bits, to which instructions that
/// narrow saturate. Unsigned ones do so from above only: where 0 is not the
/// least number anyway, signed ones give the result less half of the range.
static Value emitSaturatingRound(Arith &a, Value value, Value zeroPoint,
                                 bool isUnsigned, unsigned width) {
  ImplicitLocOpBuilder &b = a.b;
  Type i32 = zeroPoint.getType();
  int64_t half = int64_t(1) << (width - 1);
  if (isUnsigned && matchPattern(zeroPoint, m_Zero())) {
    value = a.max(value, a.constant(value.getType(), 0.0));
    Value most = a.constant(i32, 2 * half - 1);
    return a.truncate(
        arith::MinUIOp::create(b, a.roundAndAdd(value, zeroPoint), most),
        width);
  }
  if (isUnsigned)
    zeroPoint = b.createOrFold<arith::SubIOp>(zeroPoint, a.constant(i32, half));
  Value result = a.truncate(
      a.clamp(a.roundAndAdd(value, zeroPoint), -half, half - 1), width);
  if (isUnsigned)
    result =
        arith::XOrIOp::create(b, result, a.constant(result.getType(), -half));
  return result;
}

/// True for the whole range of an integer of at most 16 bits.
static bool isWholeRange(int64_t low, int64_t high, unsigned width) {
  return width <= 16 && high - low == (int64_t(1) << width) - 1;
}

Value target::emitRound(OpBuilder &builder, Location loc, Value value,
                        Value zeroPoint, int64_t low, int64_t high,
                        unsigned width, Operand known) {
  Arith a{ImplicitLocOpBuilder(loc, builder)};
  ImplicitLocOpBuilder &b = a.b;
  Type f32 = value.getType(), i32 = withElement(f32, b.getI32Type());
  if (known == Operand::any)
    value = a.nanToZero(value);
  if (known == Operand::small && isWholeRange(low, high, width))
    return emitSaturatingRound(a, value, zeroPoint, /*isUnsigned=*/low == 0,
                               width);
  Value result;
  if (width <= 16) {
    // The bounds less the zero point are exact in f32, so clamping before
    // rounding gives the same and keeps the conversion within i32. (A zero
    // point is a number of the result's type.)
    value = a.min(a.max(value, a.less(f32, low, zeroPoint)),
                  a.less(f32, high, zeroPoint));
    result = a.roundAndAdd(value, zeroPoint);
  } else {
    // A sum of two i32-sized numbers is exact in f64.
    Type f64 = withElement(f32, b.getF64Type());
    Value rounded = math::RoundEvenOp::create(b, value);
    Value sum =
        arith::AddFOp::create(b, arith::ExtFOp::create(b, f64, rounded),
                              arith::SIToFPOp::create(b, f64, zeroPoint));
    sum = a.min(a.max(sum, a.constant(f64, double(low))),
                a.constant(f64, double(high)));
    result = arith::FPToSIOp::create(b, i32, sum);
  }
  if (width == 32)
    return result;
  return a.truncate(result, width);
}

/// Divisors whose reciprocals, and the remainders of quotients that round to
/// another number than 0, are normal numbers.
static constexpr float kLeastDivisor = 0x1p-60f, kGreatestDivisor = 0x1p60f;

/// The constant that `round` divides by, if nobody else reads the quotient and
/// emitRoundedQuotient() can give the result.
static std::optional<float> constantDivisor(qnn::RoundOp round) {
  auto quotient = round.getValue().getDefiningOp<arith::DivFOp>();
  FloatAttr divisor;
  if (!quotient || !quotient->hasOneUse() || !quotient.getType().isF32() ||
      !matchPattern(quotient.getRhs(), m_Constant(&divisor)) ||
      round.getResult().getType().getIntOrFloatBitWidth() > 16)
    return std::nullopt;
  float value = divisor.getValue().convertToFloat();
  if (!(value >= kLeastDivisor && value <= kGreatestDivisor))
    return std::nullopt;
  return value;
}

/// What emitRound() gives of `value` / `divisor`, without a division, which
/// takes as long as ten multiplications. A product with the reciprocal is
/// corrected by its remainder, first to a number next to the quotient, then to
/// the rounded quotient itself (P. Markstein, "Computation of elementary
/// functions on the IBM RISC System/6000 processor", 1990, theorem 8.2). The
/// bounds are those of emitRound() times the divisor: the quotient of a product
/// of f32 rounds to the same number of 16 bits.
static Value emitRoundedQuotient(OpBuilder &builder, Location loc, Value value,
                                 float divisor, Value zeroPoint, int64_t low,
                                 int64_t high, unsigned width) {
  Arith a{ImplicitLocOpBuilder(loc, builder)};
  ImplicitLocOpBuilder &b = a.b;
  Type f32 = value.getType();
  Value reciprocal = a.constant(f32, double(1.0f / divisor)),
        positive = a.constant(f32, double(divisor)),
        negative = a.constant(f32, -double(divisor));
  auto bound = [&](int64_t limit) -> Value {
    return b.createOrFold<arith::MulFOp>(a.less(f32, limit, zeroPoint),
                                         positive);
  };
  value = a.min(a.max(a.nanToZero(value), bound(low)), bound(high));
  Value quotient = arith::MulFOp::create(b, value, reciprocal);
  for (int i = 0; i < 2; ++i) {
    Value remainder = math::FmaOp::create(b, quotient, negative, value);
    quotient = math::FmaOp::create(b, remainder, reciprocal, quotient);
  }
  return a.truncate(a.roundAndAdd(quotient, zeroPoint), width);
}

/// What is known of the number that `round` rounds (qcc-x86-select-strategy
/// marks it).
static target::Operand operandOf(qnn::RoundOp round) {
  return round->hasAttr("qnn.small")    ? target::Operand::small
         : round->hasAttr("qnn.no_nan") ? target::Operand::notNaN
                                        : target::Operand::any;
}

qnn::RoundOp target::saturatingRound(Region &region) {
  auto yield = cast<qnn::YieldOp>(region.front().getTerminator());
  auto round = yield.getValue().getDefiningOp<qnn::RoundOp>();
  if (!round || !round->hasOneUse() || operandOf(round) != Operand::small ||
      constantDivisor(round) ||
      !isWholeRange(round.getLow(), round.getHigh(),
                    round.getResult().getType().getIntOrFloatBitWidth()))
    return {};
  return round;
}

Value target::cloneEpilogue(OpBuilder &builder, Region &region,
                            ValueRange arguments, ArrayRef<int64_t> lanes,
                            IRMapping map, qnn::RoundOp unsaturated) {
  Block &block = region.front();
  map.map(block.getArguments(), arguments);
  auto lift = [&](Type type) -> Type {
    type = signless(type);
    return lanes.empty() ? type : VectorType::get(lanes, type);
  };
  for (Operation &op : block.without_terminator()) {
    Location loc = op.getLoc();
    if (llvm::all_of(op.getResults(),
                     [&](Value result) { return map.contains(result); }))
      continue;
    if (auto quotient = dyn_cast<arith::DivFOp>(op))
      if (auto round = dyn_cast<qnn::RoundOp>(*quotient->user_begin());
          round && constantDivisor(round))
        continue;
    if (auto round = dyn_cast<qnn::RoundOp>(op)) {
      if (std::optional<float> divisor = constantDivisor(round)) {
        auto quotient = round.getValue().getDefiningOp<arith::DivFOp>();
        map.map(round.getResult(),
                emitRoundedQuotient(
                    builder, loc, map.lookup(quotient.getLhs()), *divisor,
                    map.lookup(round.getZeroPoint()), round.getLow(),
                    round.getHigh(),
                    round.getResult().getType().getIntOrFloatBitWidth()));
        continue;
      }
      Value value = map.lookup(round.getValue()),
            zeroPoint = map.lookup(round.getZeroPoint());
      map.map(
          round.getResult(),
          round == unsaturated
              ? Arith{ImplicitLocOpBuilder(loc, builder)}.roundAndAdd(value,
                                                                      zeroPoint)
              : emitRound(builder, loc, value, zeroPoint, round.getLow(),
                          round.getHigh(),
                          round.getResult().getType().getIntOrFloatBitWidth(),
                          operandOf(round)));
      continue;
    }
    if (auto widen = dyn_cast<qnn::WidenOp>(op)) {
      Value value = map.lookup(widen.getValue());
      Type type = lift(widen.getType());
      if (value.getType() != type)
        value =
            qnn::isUnsigned(widen.getValue().getType())
                ? arith::ExtUIOp::create(builder, loc, type, value).getResult()
                : arith::ExtSIOp::create(builder, loc, type, value).getResult();
      map.map(widen.getResult(), value);
      continue;
    }
    if (auto reinterpret = dyn_cast<qnn::ReinterpretOp>(op)) {
      map.map(reinterpret.getResult(), map.lookup(reinterpret.getValue()));
      continue;
    }
    TypedAttr constant;
    if (matchPattern(&op, m_Constant(&constant))) {
      // Signed constants (a pad value, say) become signless ones.
      if (auto integer = dyn_cast<IntegerAttr>(constant))
        constant =
            IntegerAttr::get(signless(constant.getType()), integer.getValue());
      map.map(op.getResult(0),
              Arith{ImplicitLocOpBuilder(loc, builder)}.constant(
                  lift(constant.getType()), constant));
      continue;
    }
    Operation *copy = builder.clone(op, map);
    for (OpResult result : copy->getResults())
      result.setType(lift(result.getType()));
  }
  Value yielded = cast<qnn::YieldOp>(block.getTerminator()).getValue();
  return map.lookup(yielded);
}
