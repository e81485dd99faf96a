//===- NumberVerifier.h - which pass changed the numbers -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_NUMBERVERIFIER_H
#define QCC_DRIVER_LIB_NUMBERVERIFIER_H

#include "Comparison.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/ADT/MapVector.h"

namespace qcc::driver {

/// One tensor for each argument of the entry function.
using Sample = llvm::SmallVector<qnn::Tensor>;

/// The tensors of one run, in the order in which they were computed, and the
/// results. A tensor goes by its ONNX name and its type: a layer's real numbers
/// and their integers share the name.
struct Snapshot {
  using Key = std::pair<mlir::StringAttr, mlir::Type>;
  llvm::MapVector<Key, qnn::Tensor> tensors;
  /// Of those that were dequantized, how far their numbers lie apart.
  llvm::DenseMap<Key, double> steps;
  llvm::SmallVector<qnn::Tensor> results;
};

/// `-verify-lowering`: interprets the program on samples after each pass and
/// reports the first pass that changes its numbers beyond what it declares.
class NumberVerifier {
public:
  /// Makes the samples, when the first program is there that can be run.
  using SampleMaker =
      std::function<mlir::FailureOr<std::vector<Sample>>(mlir::ModuleOp)>;

  explicit NumberVerifier(SampleMaker makeSamples)
      : makeSamples(std::move(makeSamples)) {}

  /// Compares `module` with the last accepted numbers and, if it keeps to
  /// `declared`, accepts its own. The first program that can be interpreted is
  /// taken as it is; one of ONNX nodes cannot.
  mlir::LogicalResult check(mlir::ModuleOp module, llvm::StringRef changedBy,
                            Declared declared);

  /// Calls check() after every pass of a pass manager. `declared` says what a
  /// pass may do that declares nothing itself; `before` sees the module first.
  std::unique_ptr<mlir::PassInstrumentation>
  instrument(Declared declared,
             std::function<void(mlir::ModuleOp, llvm::StringRef pass)> before);

  llvm::ArrayRef<Sample> getSamples() const { return samples; }
  /// The last accepted numbers, for each sample.
  llvm::ArrayRef<Snapshot> getSnapshots() const { return accepted; }

  /// True once a check has failed; further checks are skipped.
  bool hasFailed() const { return failed; }

  /// What was found where integers may move by one step.
  const Comparison &getTotal() const { return total; }

private:
  mlir::FailureOr<Snapshot> interpret(mlir::ModuleOp module,
                                      const Sample &sample) const;
  Comparison compareTensors(const Snapshot &before, const Snapshot &now,
                            Declared declared) const;
  /// Every op of `module` on the accepted tensors of the names of its operands.
  mlir::FailureOr<Comparison> compareLayers(mlir::ModuleOp module, size_t index,
                                            Declared declared) const;

  SampleMaker makeSamples;
  std::vector<Sample> samples;
  std::vector<Snapshot> accepted;
  std::optional<mlir::OperationFingerPrint> fingerPrint; ///< Of that module.
  Comparison total;
  bool failed = false;
};

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_NUMBERVERIFIER_H
