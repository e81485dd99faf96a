//===- CodeEmission.h - stages to object code -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_CODEEMISSION_H
#define QCC_TARGET_CODEEMISSION_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"

#include <string>
#include <vector>

namespace qcc::target {

/// A processor to generate code for.
struct Cpu {
  std::string name; ///< For people: "avx512-vnni".
  std::string cpu;  ///< LLVM's name: "x86-64-v4".
  /// Features beyond `cpu`, by LLVM's names, "+" or "-" in front.
  std::vector<std::string> features;
  /// Instructions stay in the order in which kernels have them: LLVM's
  /// scheduler moves loads up until sums leave their registers.
  bool keepsOrder = false;
};

enum class CodeForm { assembly, llvmIR };

/// How much time to spend for fast code. The numbers are the same.
enum class Effort {
  /// For programs that the compiler itself runs a few times: what MLIR makes is
  /// translated as it is, in a third of the time.
  quick,
  /// For those that it runs often: registers and instructions are chosen well.
  /// Takes half as long again as `quick`, and the code half as long to run.
  brief,
  full
};

/// The code of all stages and, for the packager, the instruction sets that it
/// may use: every feature that LLVM enabled, without "+".
struct EmittedCode {
  /// Relocatable objects, to be linked together.
  std::vector<llvm::SmallVector<char, 0>> objects;
  std::vector<std::string> features;
  /// Instructions stay in the order in which kernels have them: LLVM's
  /// scheduler moves loads up until sums leave their registers.
  bool keepsOrder = false;
};

/// The features that LLVM enables for `cpu`, without "+"; an error if it does
/// not know the processor.
mlir::FailureOr<std::vector<std::string>>
enabledFeatures(const Cpu &cpu,
                llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// Compiles a module of stage functions (llvm, scf, cf, arith, math, vector,
/// memref, ub ops) in this process, parts of it side by side. The module is
/// consumed. Floating-point operations keep their exact IEEE meaning: nothing
/// is contracted or reassociated. The same module gives the same bytes on every
/// machine and any number of threads.
mlir::FailureOr<EmittedCode> emitCode(mlir::ModuleOp module, const Cpu &cpu,
                                      Effort effort = Effort::full);

/// The same as text, in one part.
mlir::FailureOr<std::string> emitText(mlir::ModuleOp module, const Cpu &cpu,
                                      CodeForm form);

} // namespace qcc::target

#endif // QCC_TARGET_CODEEMISSION_H
