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

namespace qcc::calibration {

/// The work of a network in Q/DQ form once it is lowered, in
/// multiply-accumulates of int8: an estimate of its time that is the same on
/// every machine.
mlir::FailureOr<double> programWork(mlir::ModuleOp network);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_WORK_H
