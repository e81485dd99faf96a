//===- SwitchedProgram.h - a network with errors to switch on ---*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_REPORT_LIB_SWITCHEDPROGRAM_H
#define QCC_REPORT_LIB_SWITCHEDPROGRAM_H

#include "qcc/Report/Report.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace qcc::report {

/// An activation that is rounded, and the interval that its grid covers: one
/// pair of bounds, or one for each channel.
struct RoundedActivation {
  std::string node;
  std::string tensor;
  std::vector<float> least, greatest;
  int64_t inner; ///< Numbers that lie together and are of one channel.
};

/// Weights that are rounded, with bounds in the same way.
struct RoundedWeights {
  std::string node;
  std::vector<float> values, least, greatest;
  int64_t inner;
};

/// A float network with a switch for each source of error.
struct SwitchedProgram {
  struct Switch {
    std::string node;
    Source source;
    /// Errors of weights have a mean in each of so many channels, which bias
    /// correction takes away; 0 if the source is no weight.
    int64_t channels;
  };

  /// The entry function has one more argument, a scalar, for each of
  /// `switches`, followed by the means for those that have some: the error that
  /// is switched on is what is left without them. A qnn.observe shows each
  /// tensor before it is rounded, its id an index into `activations`, and each
  /// error of weights, its id that of the switch after the last of them.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<Switch> switches;
  std::vector<RoundedActivation> activations;
  std::vector<RoundedWeights> weights;

  /// See attributeError().
  static mlir::FailureOr<SwitchedProgram> create(mlir::ModuleOp exact,
                                                 mlir::ModuleOp rounded);
};

} // namespace qcc::report

#endif // QCC_REPORT_LIB_SWITCHEDPROGRAM_H
