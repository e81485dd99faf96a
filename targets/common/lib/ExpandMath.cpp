//===- ExpandMath.cpp - math ops as sequences of IEEE operations ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/ExpandMath.h"

#include "F32Code.h"

#include "qcc/Target/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

#include <cmath>
#include <limits>

namespace qcc::target {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "qcc/Target/Passes.h.inc"
} // namespace qcc::target

using namespace mlir;
using namespace qcc;
using target::F32Code;

namespace {

template <typename Op, Value (F32Code::*function)(Value)>
struct ExpandUnary : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "only f32 is defined");
    F32Code code(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, (code.*function)(op.getOperand()));
    return success();
  }
};

template <typename Op, Value (F32Code::*function)(Value, Value)>
struct ExpandBinary : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "only f32 is defined");
    F32Code code(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, (code.*function)(op.getLhs(), op.getRhs()));
    return success();
  }
};

/// Square and multiply over the bits of the exponent, wrapping. A negative
/// exponent gives 1 / x^|y| truncated: 0 unless x is 1 or -1.
struct ExpandIntegerPower : OpRewritePattern<math::IPowIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::IPowIOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type type = op.getType();
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value one = arith::ConstantOp::create(b, b.getOneAttr(type));
    Value minusOne = arith::SubIOp::create(b, zero, one);
    auto equals = [&](Value x, Value y) -> Value {
      return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, y);
    };
    auto select = [&](Value condition, Value x, Value y) -> Value {
      return arith::SelectOp::create(b, condition, x, y);
    };
    Value base = op.getLhs(), exponent = op.getRhs(), power = base,
          rest = exponent, result = one;
    unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    for (unsigned bit = 0; bit + 1 < width; ++bit) {
      Value isSet = equals(arith::AndIOp::create(b, rest, one), one);
      result = arith::MulIOp::create(b, result, select(isSet, power, one));
      power = arith::MulIOp::create(b, power, power);
      rest = arith::ShRUIOp::create(b, rest, one);
    }
    Value isOdd = equals(arith::AndIOp::create(b, exponent, one), one);
    Value reciprocal = select(equals(base, one), one, zero);
    reciprocal = select(equals(base, minusOne), select(isOdd, minusOne, one),
                        reciprocal);
    Value isNegative =
        arith::CmpIOp::create(b, arith::CmpIPredicate::slt, exponent, zero);
    rewriter.replaceOp(op, select(isNegative, reciprocal, result));
    return success();
  }
};

/// `type` with another element type.
Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

Value integerConstant(ImplicitLocOpBuilder &b, Type type, int32_t value) {
  TypedAttr scalar = b.getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        b, vector, SplatElementsAttr::get(vector, Attribute(scalar)));
  return arith::ConstantOp::create(b, scalar);
}

/// qcc_f32_to_bf16: x86 has an instruction for this only on some machines.
struct ExpandTruncToBF16 : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getIn();
    if (!getElementTypeOrSelf(op.getType()).isBF16() ||
        !getElementTypeOrSelf(x.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not from f32 to bf16");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type i32 = withElement(x.getType(), b.getI32Type());
    auto constant = [&](int32_t value) {
      return integerConstant(b, i32, value);
    };
    Value bits = arith::BitcastOp::create(b, i32, x);
    Value high = arith::ShRUIOp::create(b, bits, constant(16));
    Value odd = arith::AndIOp::create(b, high, constant(1));
    Value half = arith::AddIOp::create(b, odd, constant(0x7FFF));
    Value rounded = arith::ShRUIOp::create(
        b, arith::AddIOp::create(b, bits, half), constant(16));
    Value nan = arith::OrIOp::create(
        b, arith::AndIOp::create(b, high, constant(0x8000)), constant(0x7FC0));
    Value isNaN = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
    Value result = arith::TruncIOp::create(
        b, withElement(x.getType(), b.getI16Type()),
        arith::SelectOp::create(b, isNaN, nan, rounded));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), result);
    return success();
  }
};

/// A bf16 is the upper half of an f32. Said with integers, because LLVM would
/// compute maxima and choices of widened numbers before it widens them, and
/// narrow the results by a call.
struct ExpandExtFromBF16 : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getIn();
    if (!getElementTypeOrSelf(x.getType()).isBF16() ||
        !getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not from bf16 to f32");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type i32 = withElement(x.getType(), b.getI32Type());
    Value bits = arith::BitcastOp::create(
        b, withElement(x.getType(), b.getI16Type()), x);
    Value high = arith::ShLIOp::create(b, arith::ExtUIOp::create(b, i32, bits),
                                       integerConstant(b, i32, 16));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), high);
    return success();
  }
};

} // namespace

void target::populateExpandMathPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandUnary<math::ExpOp, &F32Code::exp>,
               ExpandUnary<math::ExpM1Op, &F32Code::expm1>,
               ExpandUnary<math::TanhOp, &F32Code::tanh>,
               ExpandUnary<math::SinhOp, &F32Code::sinh>,
               ExpandUnary<math::CoshOp, &F32Code::cosh>,
               ExpandUnary<math::LogOp, &F32Code::log>,
               ExpandUnary<math::Log1pOp, &F32Code::log1p>,
               ExpandUnary<math::AsinhOp, &F32Code::asinh>,
               ExpandUnary<math::AcoshOp, &F32Code::acosh>,
               ExpandUnary<math::AtanhOp, &F32Code::atanh>,
               ExpandUnary<math::ErfOp, &F32Code::erf>,
               ExpandUnary<math::SinOp, &F32Code::sin>,
               ExpandUnary<math::CosOp, &F32Code::cos>,
               ExpandUnary<math::TanOp, &F32Code::tan>,
               ExpandUnary<math::AtanOp, &F32Code::atan>,
               ExpandUnary<math::AsinOp, &F32Code::asin>,
               ExpandUnary<math::AcosOp, &F32Code::acos>,
               ExpandBinary<math::PowFOp, &F32Code::pow>,
               ExpandBinary<arith::RemFOp, &F32Code::fmod>, ExpandIntegerPower,
               ExpandTruncToBF16, ExpandExtFromBF16>(patterns.getContext());
}

namespace {
struct ExpandMathPass : target::impl::ExpandMathPassBase<ExpandMathPass> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet owned(context);
    target::populateExpandMathPatterns(owned);
    patterns = std::move(owned);
    return success();
  }
  void runOnOperation() override {
    // Each expansion is made of ops that no pattern matches, or that a later
    // pattern expands: one walk suffices.
    walkAndApplyPatterns(getOperation(), patterns);
  }
  FrozenRewritePatternSet patterns;
};
} // namespace
