//===- ScalarEmitter.h - functions of one element ---------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_PASSES_LOWER_LIB_SCALAREMITTER_H
#define QCC_PASSES_LOWER_LIB_SCALAREMITTER_H

#include "qcc/Lower/ScalarCode.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qcc::lower {

/// Writes expressions on values of one type: `type` is a float type or a
/// signless integer type, and `isUnsigned` says how to read the latter.
struct ScalarEmitter {
  mlir::ImplicitLocOpBuilder b;
  mlir::Type type;
  bool isUnsigned;

  ScalarEmitter(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
                bool isUnsigned)
      : b(loc, builder), type(type), isUnsigned(isUnsigned) {}

  mlir::Value constant(double value) {
    return emitConstant(b, b.getLoc(), type, value);
  }
  mlir::Value add(mlir::Value x, mlir::Value y) {
    return isFloat() ? mlir::arith::AddFOp::create(b, x, y).getResult()
                     : mlir::arith::AddIOp::create(b, x, y).getResult();
  }
  mlir::Value sub(mlir::Value x, mlir::Value y) {
    return isFloat() ? mlir::arith::SubFOp::create(b, x, y).getResult()
                     : mlir::arith::SubIOp::create(b, x, y).getResult();
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    return isFloat() ? mlir::arith::MulFOp::create(b, x, y).getResult()
                     : mlir::arith::MulIOp::create(b, x, y).getResult();
  }
  mlir::Value div(mlir::Value x, mlir::Value y) {
    return mlir::arith::DivFOp::create(b, x, y);
  }
  mlir::Value neg(mlir::Value x) {
    return isFloat() ? mlir::arith::NegFOp::create(b, x).getResult()
                     : sub(constant(0), x);
  }
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y) {
    return mlir::arith::SelectOp::create(b, condition, x, y);
  }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x,
                      mlir::Value y) {
    return mlir::arith::CmpFOp::create(b, predicate, x, y);
  }
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value x,
                      mlir::Value y) {
    return mlir::arith::CmpIOp::create(b, predicate, x, y);
  }
  mlir::Value less(mlir::Value x, mlir::Value y) {
    if (isFloat())
      return compare(mlir::arith::CmpFPredicate::OLT, x, y);
    return compare(isUnsigned ? mlir::arith::CmpIPredicate::ult
                              : mlir::arith::CmpIPredicate::slt,
                   x, y);
  }
  mlir::Value greater(mlir::Value x, mlir::Value y) { return less(y, x); }
  mlir::Value lessEqual(mlir::Value x, mlir::Value y) {
    if (isFloat())
      return compare(mlir::arith::CmpFPredicate::OLE, x, y);
    return compare(isUnsigned ? mlir::arith::CmpIPredicate::ule
                              : mlir::arith::CmpIPredicate::sle,
                   x, y);
  }
  mlir::Value equal(mlir::Value x, mlir::Value y) {
    return isFloat() ? compare(mlir::arith::CmpFPredicate::OEQ, x, y)
                     : compare(mlir::arith::CmpIPredicate::eq, x, y);
  }
  template <typename Op> mlir::Value math(mlir::Value x) {
    return Op::create(b, x);
  }

  bool isFloat() const { return llvm::isa<mlir::FloatType>(type); }

  // As the functions of the same names in numerics.h.
  mlir::Value abs(mlir::Value x);
  mlir::Value sign(mlir::Value x);
  mlir::Value minimum(mlir::Value x, mlir::Value y);
  mlir::Value maximum(mlir::Value x, mlir::Value y);
  mlir::Value clamp(mlir::Value x, mlir::Value lo, mlir::Value hi);
  mlir::Value sigmoid(mlir::Value x);
  mlir::Value softplus(mlir::Value x);
  mlir::Value gelu(mlir::Value x);
  mlir::Value geluTanh(mlir::Value x);
  mlir::Value hardSigmoid(mlir::Value x, double alpha, double beta);
  mlir::Value elu(mlir::Value x, mlir::Value alpha, mlir::Value inner);
  mlir::Value shrink(mlir::Value x, double lambda, double bias);

  mlir::Value integerQuotient(mlir::Value x, mlir::Value y);
  mlir::Value integerRemainder(mlir::Value x, mlir::Value y);
  mlir::Value integerPower(mlir::Value x, mlir::Value y);
  mlir::Value floored(mlir::Value remainder, mlir::Value divisor);
  mlir::Value shift(qnn::BinaryKind kind, mlir::Value x, mlir::Value amount);

  mlir::FailureOr<mlir::Value> unary(qnn::UnaryKind kind, float alpha,
                                     float beta, mlir::Value x);
  mlir::FailureOr<mlir::Value> binary(qnn::BinaryKind kind, mlir::Value x,
                                      mlir::Value y);
};

} // namespace qcc::lower

#endif // QCC_PASSES_LOWER_LIB_SCALAREMITTER_H
