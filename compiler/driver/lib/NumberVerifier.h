//===- NumberVerifier.h - which pass changed the numbers -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_NUMBERVERIFIER_H
#define QCC_DRIVER_LIB_NUMBERVERIFIER_H

#include "qcc/Qnn/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/ADT/StringMap.h"

namespace qcc::driver {

/// How far a pass may move the numbers of a program.
enum class Declared {
  nothing,      ///< Every tensor keeps its bits.
  rounding,     ///< Float results move within 1e-4 of their largest magnitude.
  oneStep,      ///< Layers fed the same inputs differ by at most one step.
  quantization, ///< Layers fed the same inputs keep at least 6 dB of signal.
};

/// The tensors of one run by their ONNX names, and the results.
struct Snapshot {
  llvm::StringMap<qnn::Tensor> tensors;
  llvm::SmallVector<qnn::Tensor> results;
};

/// What a comparison found.
struct Comparison {
  uint64_t elements = 0; ///< Integers compared.
  uint64_t oneStep = 0;  ///< Of them, those that differ by one.
  std::string violation; ///< Empty, or where and by how much.
};

/// `-verify-lowering`: interprets the program on sample inputs after each pass
/// and reports the first one that changes its numbers beyond what it declares.
class NumberVerifier {
public:
  /// Makes one tensor for each argument of the entry function.
  using InputMaker =
      std::function<llvm::SmallVector<qnn::Tensor>(mlir::ModuleOp)>;

  explicit NumberVerifier(InputMaker makeInputs)
      : makeInputs(std::move(makeInputs)) {}

  /// Compares `module` with the last accepted numbers and, if it keeps to
  /// `declared`, accepts its own. The first program that can be interpreted is
  /// taken as it is; one of ONNX nodes cannot. `changedBy` is named in the
  /// error otherwise.
  mlir::LogicalResult check(mlir::ModuleOp module, llvm::StringRef changedBy,
                            Declared declared);

  /// The last accepted numbers.
  const Snapshot &getSnapshot() const { return accepted; }
  llvm::ArrayRef<qnn::Tensor> getInputs() const { return inputs; }

  /// Calls check() after every pass of a pass manager. `declared` says what a
  /// pass, by its command line name, may do.
  std::unique_ptr<mlir::PassInstrumentation>
  instrument(std::function<Declared(llvm::StringRef pass)> declared);

  /// True once a check has failed; further checks are skipped.
  bool hasFailed() const { return failed; }

  /// Integers that passes of Declared::oneStep compared, and moved by one step.
  uint64_t getComparedSteps() const { return comparedSteps; }
  uint64_t getOneStepDifferences() const { return oneStepDifferences; }

private:
  mlir::FailureOr<Snapshot> interpret(mlir::ModuleOp module) const;
  Comparison compareBits(const Snapshot &now) const;
  Comparison compareRounding(const Snapshot &now) const;
  /// Every op of `module` on the accepted tensors of the names of its operands.
  mlir::FailureOr<Comparison> compareLayers(mlir::ModuleOp module,
                                            Declared declared) const;

  InputMaker makeInputs;
  llvm::SmallVector<qnn::Tensor> inputs;
  Snapshot accepted;
  uint64_t comparedSteps = 0, oneStepDifferences = 0;
  bool failed = false;
};

/// Test hook: makes one number of the program wrong, the middle constant that a
/// contraction reads. False if there is none.
bool corruptProgram(mlir::ModuleOp module);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_NUMBERVERIFIER_H
