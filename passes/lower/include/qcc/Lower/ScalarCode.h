//===- ScalarCode.h - elementwise ops as code for one element ---*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The code that epilogue regions are made of: each function emits, at the
// builder's insertion point, the arith, math and qnn scalar ops that compute
// one element of an elementwise qnn op, in exactly the order of operations that
// the op's reference evaluation uses, so that both agree to the bit.
//
// Transcendental functions stay ops of the math dialect: each of them stands
// for the function of the same name in qcc/abi/numerics.h, which code
// generation expands. What numerics.h calls by a name of its own (sigmoid,
// gelu, ...) is composed of those here, as numerics.h composes it.
//
// Values have the element types of tensors, unsigned integers included. A float
// narrower than f32 is computed in f32 and rounded once at the end.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_SCALARCODE_H
#define QCC_LOWER_SCALARCODE_H

#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Builders.h"

namespace qcc::lower {

/// Emits `kind(value)`. Fails, without an error, if the kind is not defined for
/// the value's type (a logarithm of integers, or of f64).
mlir::FailureOr<mlir::Value> emitUnary(mlir::OpBuilder &builder,
                                       mlir::Location loc, qnn::UnaryKind kind,
                                       float alpha, float beta,
                                       mlir::Value value);

/// Emits `kind(lhs, rhs)`. Fails, without an error, if the kind is not defined
/// for the types. Integer division by zero gives 0, a shift by the width or
/// more gives 0, and everything else wraps: nothing here can trap.
mlir::FailureOr<mlir::Value> emitBinary(mlir::OpBuilder &builder,
                                        mlir::Location loc,
                                        qnn::BinaryKind kind, mlir::Value lhs,
                                        mlir::Value rhs);

/// Emits `qnn.clamp`: `value < min ? min : value`, then `value > max ? max :
/// value`, so that NaN stays NaN and -0 is not less than 0. The bounds saturate
/// to the range of an integer type. A bound of infinity emits nothing.
mlir::Value emitClamp(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, float min, float max);

/// Emits `qnn.cast`: floats truncate towards zero and saturate, NaN becomes 0;
/// integers wrap; anything becomes an i1 by comparing with 0. Fails, without an
/// error, for types that are neither integers nor f16, bf16, f32, f64.
mlir::FailureOr<mlir::Value> emitCast(mlir::OpBuilder &builder,
                                      mlir::Location loc, mlir::Value value,
                                      mlir::Type type);

/// Emits `qnn.quantize`: a true division by `scale` (f32), then `qnn.round`
/// with `zeroPoint` (i32) to the storage type.
mlir::Value emitQuantize(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value value, mlir::Value scale,
                         mlir::Value zeroPoint, mlir::Type storage);

/// Emits `qnn.dequantize`: the exact difference of `value` and `zeroPoint`
/// (i32) to f32, times `scale` (f32).
mlir::Value emitDequantize(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value value, mlir::Value scale,
                           mlir::Value zeroPoint);

/// A scalar constant of an integer (of any signedness) or float type.
mlir::Value emitConstant(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Type type, double value);

} // namespace qcc::lower

#endif // QCC_LOWER_SCALARCODE_H
