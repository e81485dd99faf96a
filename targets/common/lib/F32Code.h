//===- F32Code.h - functions of floats as IEEE operations -------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGETS_COMMON_LIB_F32CODE_H
#define QCC_TARGETS_COMMON_LIB_F32CODE_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <initializer_list>

namespace qcc::target {

/// Emits the functions of qcc/abi/functions.h by their names, operation by
/// operation: expressions on values of type `f32` (a scalar or a vector) and on
/// integers and conditions of the same shape.
class F32Code {
public:
  F32Code(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type f32)
      : b(loc, builder), f32(f32), i32(withElement(b.getI32Type())) {}

  mlir::Value exp(mlir::Value x) { return expScaled(x, 0); }
  mlir::Value expm1(mlir::Value x);
  mlir::Value tanh(mlir::Value x);
  mlir::Value sinh(mlir::Value x);
  mlir::Value cosh(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value log1p(mlir::Value x);
  mlir::Value pow(mlir::Value x, mlir::Value y);
  mlir::Value asinh(mlir::Value x);
  mlir::Value acosh(mlir::Value x);
  mlir::Value atanh(mlir::Value x);
  mlir::Value erf(mlir::Value x);
  mlir::Value sin(mlir::Value x);
  mlir::Value cos(mlir::Value x);
  mlir::Value tan(mlir::Value x);
  mlir::Value atan(mlir::Value x);
  mlir::Value asin(mlir::Value x);
  mlir::Value acos(mlir::Value x);
  mlir::Value fmod(mlir::Value x, mlir::Value y);

private:
  struct ExpParts {
    mlir::Value p, n;
  };
  struct Angle {
    mlir::Value r, quadrant;
  };
  ExpParts expSplit(mlir::Value x);
  mlir::Value exp2Int(mlir::Value n);
  mlir::Value expScaled(mlir::Value x, int32_t k);
  mlir::Value powPositive(mlir::Value x, mlir::Value y);
  Angle reduceAngle(mlir::Value x);
  mlir::Value sinCore(mlir::Value r);
  mlir::Value cosCore(mlir::Value r);
  mlir::Value asinCore(mlir::Value z);

  mlir::Type withElement(mlir::Type element) const {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(f32))
      return vector.clone(element);
    return element;
  }
  mlir::Value constant(mlir::Type type, mlir::TypedAttr scalar) {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(type))
      return mlir::arith::ConstantOp::create(
          b, vector,
          mlir::SplatElementsAttr::get(vector, mlir::Attribute(scalar)));
    return mlir::arith::ConstantOp::create(b, scalar);
  }
  mlir::Value c(float value) { return constant(f32, b.getF32FloatAttr(value)); }
  mlir::Value c(int32_t value) {
    return constant(i32, b.getI32IntegerAttr(value));
  }

  mlir::Value add(mlir::Value x, mlir::Value y) {
    return mlir::arith::AddFOp::create(b, x, y);
  }
  mlir::Value sub(mlir::Value x, mlir::Value y) {
    return mlir::arith::SubFOp::create(b, x, y);
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    return mlir::arith::MulFOp::create(b, x, y);
  }
  mlir::Value div(mlir::Value x, mlir::Value y) {
    return mlir::arith::DivFOp::create(b, x, y);
  }
  mlir::Value neg(mlir::Value x) { return mlir::arith::NegFOp::create(b, x); }
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z) {
    return mlir::math::FmaOp::create(b, x, y, z);
  }
  mlir::Value abs(mlir::Value x) { return mlir::math::AbsFOp::create(b, x); }
  mlir::Value sqrt(mlir::Value x) { return mlir::math::SqrtOp::create(b, x); }
  mlir::Value copysign(mlir::Value x, mlir::Value sign) {
    return mlir::math::CopySignOp::create(b, x, sign);
  }
  mlir::Value floor(mlir::Value x) { return mlir::math::FloorOp::create(b, x); }
  mlir::Value trunc(mlir::Value x) { return mlir::math::TruncOp::create(b, x); }
  mlir::Value roundEven(mlir::Value x) {
    return mlir::math::RoundEvenOp::create(b, x);
  }
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y) {
    return mlir::arith::SelectOp::create(b, condition, x, y);
  }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x,
                      mlir::Value y) {
    return mlir::arith::CmpFOp::create(b, predicate, x, y);
  }
  mlir::Value less(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpFPredicate::OLT, x, y);
  }
  mlir::Value greater(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpFPredicate::OGT, x, y);
  }
  mlir::Value equal(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpFPredicate::OEQ, x, y);
  }
  mlir::Value isNaN(mlir::Value x) {
    return compare(mlir::arith::CmpFPredicate::UNO, x, x);
  }
  mlir::Value both(mlir::Value x, mlir::Value y) {
    return mlir::arith::AndIOp::create(b, x, y);
  }
  mlir::Value either(mlir::Value x, mlir::Value y) {
    return mlir::arith::OrIOp::create(b, x, y);
  }
  /// True where two conditions agree.
  mlir::Value same(mlir::Value x, mlir::Value y) {
    return mlir::arith::CmpIOp::create(b, mlir::arith::CmpIPredicate::eq, x, y);
  }
  mlir::Value negate(mlir::Value condition) {
    mlir::Value yes = constant(condition.getType(), b.getBoolAttr(true));
    return mlir::arith::XOrIOp::create(b, condition, yes);
  }
  mlir::Value clamp(mlir::Value x, float lo, float hi) {
    mlir::Value low = c(lo), high = c(hi);
    mlir::Value t = select(greater(low, x), low, x);
    return select(less(high, t), high, t);
  }
  mlir::Value addI(mlir::Value x, mlir::Value y) {
    return mlir::arith::AddIOp::create(b, x, y);
  }
  mlir::Value subI(mlir::Value x, mlir::Value y) {
    return mlir::arith::SubIOp::create(b, x, y);
  }
  mlir::Value bits(mlir::Value x) {
    return mlir::arith::BitcastOp::create(b, i32, x);
  }
  mlir::Value fromBits(mlir::Value x) {
    return mlir::arith::BitcastOp::create(b, f32, x);
  }
  mlir::Value halved(mlir::Value n) {
    return mlir::arith::ShRSIOp::create(b, n, c(1));
  }
  mlir::Value fromInteger(mlir::Value n) {
    return mlir::arith::SIToFPOp::create(b, f32, n);
  }

  /// Horner's scheme: each coefficient adds to the product with `x` of all
  /// before.
  mlir::Value polynomial(mlir::Value x,
                         std::initializer_list<float> coefficients) {
    mlir::Value p;
    for (float coefficient : coefficients)
      p = p ? fma(p, x, c(coefficient)) : c(coefficient);
    return p;
  }

  mlir::ImplicitLocOpBuilder b;
  mlir::Type f32, i32;
};

} // namespace qcc::target

#endif // QCC_TARGETS_COMMON_LIB_F32CODE_H
