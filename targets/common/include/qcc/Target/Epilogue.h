//===- Epilogue.h - scalar regions on scalars or vectors --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_EPILOGUE_H
#define QCC_TARGET_EPILOGUE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Region.h"
#include "qcc/Qnn/Qnn.h"

namespace qcc::target {

/// `type` with a signless integer in place of a signed or unsigned one: what
/// memory and arith ops know.
mlir::Type signless(mlir::Type type);

/// Clones the one block of a fused op's region in front of the builder's
/// insertion point and returns the yielded value. `arguments` stand for the
/// block arguments: all of them scalars (`lanes` = {}), or all of them vectors
/// of shape `lanes`, of signless element type. Ops that all lanes share
/// (constants) are broadcast. `qnn.round` and `qnn.widen` are expanded; the
/// result is signless. Ops whose results `map` already knows are left out. The
/// result of `unsaturated` is left an i32 that has yet to be clamped.
mlir::Value cloneEpilogue(mlir::OpBuilder &builder, mlir::Region &region,
                          mlir::ValueRange arguments,
                          llvm::ArrayRef<int64_t> lanes,
                          mlir::IRMapping map = {},
                          qnn::RoundOp unsaturated = {});

/// The rounding that an epilogue yields if it is to the whole range of 8 or 16
/// bits, of a number that i32 holds once it is rounded, so that instructions
/// that narrow with saturation may finish it. Null if there is none.
qnn::RoundOp saturatingRound(mlir::Region &region);

/// What is known of a number that is rounded: nothing, that it is not NaN
/// (`qnn.no_nan` on the op), or that its magnitude is below kSmall
/// (`qnn.small`), so that integers can be clamped instead of it.
enum class Operand { any, notNaN, small };
inline constexpr double kSmall = 0x1p30;

/// `min(max(round_half_even(value) + zeroPoint, low), high)` as an integer of
/// `width` bits, NaN to the zero point: qnn.round on a scalar or vector.
mlir::Value emitRound(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, mlir::Value zeroPoint, int64_t low,
                      int64_t high, unsigned width,
                      Operand known = Operand::any);

} // namespace qcc::target

#endif // QCC_TARGET_EPILOGUE_H
