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
};

enum class CodeForm { object, assembly, llvmIR };

/// The code of all stages and, for the packager, the instruction sets that it
/// may use: every feature that LLVM enabled, without "+".
struct EmittedCode {
  llvm::SmallVector<char, 0> bytes;
  std::vector<std::string> features;
};

/// The features that LLVM enables for `cpu`, without "+"; an error at `module`
/// if it does not know the processor.
mlir::FailureOr<std::vector<std::string>> enabledFeatures(mlir::ModuleOp module,
                                                          const Cpu &cpu);

/// Compiles a module of stage functions (llvm, scf, cf, arith, math, vector,
/// memref, ub ops) in this process. The module is consumed: it is lowered to
/// the LLVM dialect in place. Floating-point operations keep their exact IEEE
/// meaning: nothing is contracted or reassociated. The same module gives the
/// same bytes on every machine.
mlir::FailureOr<EmittedCode> emitCode(mlir::ModuleOp module, const Cpu &cpu,
                                      CodeForm form);

} // namespace qcc::target

#endif // QCC_TARGET_CODEEMISSION_H
