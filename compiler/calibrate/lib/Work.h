//===- Work.h - what a program has to do ------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_WORK_H
#define QCC_CALIBRATION_LIB_WORK_H

#include "mlir/IR/BuiltinOps.h"
#include "qcc/Qnn/Qnn.h"

namespace qcc::calibration {

/// Work of an AVX-512 VNNI core, relative to a multiply-accumulate of int8, of
/// which it does 64 to 128 in a cycle: of one in f32, of a byte that is read or
/// written, and of a number that an epilogue or a map gives.
inline constexpr double kFloatWork = 4, kByteWork = 2, kResultWork = 10;

/// The work of reading or writing a tensor. What does not fit in a core's cache
/// comes from memory, which takes several times as long.
double bytesWork(double bytes);

/// The work of the multiplications of a contraction, as if it were in int8.
double macsWork(qnn::CostOp op);

/// The work of a network in Q/DQ form once it is lowered, in
/// multiply-accumulates of int8: an estimate of its time that is the same on
/// every machine.
mlir::FailureOr<double> programWork(mlir::ModuleOp network);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_WORK_H
