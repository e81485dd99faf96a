//===- SwitchedProgram.h - a network with errors to switch on ---*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_SWITCHEDPROGRAM_H
#define QCC_CALIBRATION_LIB_SWITCHEDPROGRAM_H

#include "qcc/Calibration/ErrorSources.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "qcc/Qnn/Qnn.h"

namespace qcc::calibration {

/// A float network with a switch for each source of error.
struct SwitchedProgram {
  /// The entry function has one more argument, a scalar, for each of
  /// `switches`, followed by the means for those that have some: the error that
  /// is switched on is what is left without them. A qnn.observe shows each
  /// tensor before it is rounded, its id an index into `activations`, and each
  /// error of weights, its id that of the switch after the last of them.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<ErrorSwitch> switches;
  std::vector<RoundedActivation> activations;
  std::vector<RoundedWeights> weights;

  /// See ErrorSources::create().
  static mlir::FailureOr<SwitchedProgram> create(mlir::ModuleOp exact,
                                                 mlir::ModuleOp rounded);
};

/// The roundings of activations in a function with Q/DQ pairs, in program
/// order.
llvm::SmallVector<qnn::QuantizeOp>
collectRoundings(mlir::func::FuncOp function);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_SWITCHEDPROGRAM_H
