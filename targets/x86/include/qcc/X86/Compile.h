//===- Compile.h - lowered functions to x86 stages --------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_COMPILE_H
#define QCC_X86_COMPILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "qcc/Target/CodeEmission.h"
#include "qcc/Target/Program.h"

namespace qcc::x86 {

struct X86Options {
  /// LLVM's name of the processor to compile for. Empty: the two variants that
  /// every artifact holds, AVX-512 VNNI and AVX2, best first.
  std::string cpu;
  /// Only the best of those variants that this machine can run, whatever `cpu`
  /// says: for programs that the compiler runs itself.
  bool forHost = false;
  target::Effort effort = target::Effort::full;
};

/// Reports a processor that there is no code for.
mlir::LogicalResult
checkOptions(const X86Options &options,
             llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// One function as stages for one processor, to be handed to target::emitCode.
/// Variants have the same weights.
struct CompiledVariant {
  target::Cpu cpu;
  target::ProgramInfo info;
  mlir::OwningOpRef<mlir::ModuleOp> stages;
};

/// The passes between `lower` and the emission of stages: copies, strategies,
/// packed weights, the memory plan. Registered as qcc-x86-pipeline.
void buildX86Pipeline(mlir::OpPassManager &manager);
void registerX86Pipeline();

/// Generates stages for the one function of `module`, a program of fused ops of
/// static shapes as `lower` leaves it. The module is left planned (see
/// buildX86Pipeline).
mlir::FailureOr<llvm::SmallVector<CompiledVariant>>
compileToStages(mlir::ModuleOp module, const X86Options &options);

} // namespace qcc::x86

#endif // QCC_X86_COMPILE_H
