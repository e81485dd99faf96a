//===- Codegen.h - from the lowered program to a model to package ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_CODEGEN_H
#define QCC_DRIVER_LIB_CODEGEN_H

#include "qcc/Package/Package.h"
#include "qcc/Target/CodeEmission.h"
#include "qcc/X86/Compile.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>
#include <vector>

namespace qcc::driver {

/// A model ready to be packaged, with the weights that it borrows and the
/// module that its code was generated from, every value with its place.
struct CompiledModel {
  package::Model model;
  mlir::OwningOpRef<mlir::ModuleOp> planned;
  std::vector<std::vector<uint8_t>> weights;
};

/// Generates code for the lowered `module`, which is left as it is: one program
/// for each variant that `options` ask for. Signature, programs and weights of
/// the result are filled in.
mlir::FailureOr<std::unique_ptr<CompiledModel>>
generateCode(mlir::ModuleOp module, llvm::StringRef name,
             const x86::X86Options &options);

/// The code of the first variant as text.
mlir::FailureOr<std::string> generateText(mlir::ModuleOp module,
                                          const x86::X86Options &options,
                                          target::CodeForm form);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_CODEGEN_H
