//===- QuantizationSites.h - which tensors a network can round --*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A float network is rounded where numbers go through memory on their way to an
// integer contraction, and nowhere else: a contraction and the elementwise ops
// that follow it are one kernel, in which nothing is rounded. Of two
// contractions that meet in an add, the later one computes the add; the other's
// result is rounded.
//
// Calibration observes the tensors that this analysis names, and precision
// assignment gives schemes to the uses that it names.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ANALYSIS_QUANTIZATIONSITES_H
#define QCC_ANALYSIS_QUANTIZATIONSITES_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SetVector.h"

#include <string>

namespace qcc::analysis {

class QuantizationSites {
public:
  using Predicate = llvm::function_ref<bool(mlir::Operation *)>;

  /// Analyses the ops in the body of `function`; those that `keepFloat` holds
  /// for stay in f32.
  explicit QuantizationSites(mlir::Operation *function,
                             Predicate keepFloat = nullptr);

  /// True if `use` reads numbers that are rounded to a grid.
  bool isRounded(mlir::OpOperand &use) const { return rounded.contains(&use); }
  /// True if `use` reads the unrounded result of the kernel that its owner
  /// belongs to.
  bool isInterior(mlir::OpOperand &use) const {
    return interior.contains(&use);
  }
  /// True for contractions that become integer kernels.
  bool isIntegerContraction(mlir::Operation *op) const {
    return contractions.contains(op);
  }

  /// The tensors that get a grid, in program order: what rounded uses read,
  /// seen through the ops that only move numbers.
  llvm::ArrayRef<mlir::Value> getSources() const {
    return sources.getArrayRef();
  }
  /// A source that stands for all those which share one grid with `source`,
  /// because an op such as concat joins them.
  mlir::Value getGridLeader(mlir::Value source) const {
    return grids.getLeaderValue(source);
  }
  /// The sources behind `value`: itself, or what transparent ops were given.
  static void collectSources(mlir::Value value,
                             llvm::SetVector<mlir::Value> &sources);

  /// Why the op is as it is; empty for ops that have nothing to do with
  /// floats.
  std::string getReason(mlir::Operation *op) const;

private:
  void findContractions(Predicate keepFloat);
  void findInteriorUses();
  void findDiamond(mlir::Operation *top);
  void findIntegerProducers();
  void findRoundedUses();
  /// True if a map or reduction, `reader`, finds `value` rounded in memory: it
  /// is in the kernel of a contraction, beside which the value is stored, or a
  /// contraction reads the value too. What lies between float ops alone, as in
  /// a normalisation, keeps its precision.
  bool isStoredAsIntegers(mlir::Value value, mlir::Operation *reader);
  bool reachesContraction(mlir::Value value);

  mlir::Operation *function;
  llvm::DenseSet<mlir::Operation *> contractions;
  llvm::DenseSet<mlir::Operation *> keptFloat;
  /// The op in whose kernel an op is computed; its own root if it has none.
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> kernelRoot;
  llvm::DenseSet<mlir::OpOperand *> interior;
  llvm::DenseSet<mlir::OpOperand *> rounded;
  /// Values that integer kernels can give: nothing but ops with integer forms
  /// lies between them and the network's inputs or a contraction.
  llvm::DenseSet<mlir::Value> fromIntegers;
  llvm::DenseMap<mlir::Value, bool> reaches;
  llvm::SetVector<mlir::Value> sources;
  llvm::EquivalenceClasses<mlir::Value> grids;
};

} // namespace qcc::analysis

#endif // QCC_ANALYSIS_QUANTIZATIONSITES_H
