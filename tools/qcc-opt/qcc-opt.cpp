//===- qcc-opt.cpp - one pass at a time -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "qcc/Driver/InitAll.h"
#include "llvm/Support/CommandLine.h"

int main(int argc, char **argv) {
  // libLLVM brings some 2,800 options of its own: they still work, but only
  // what is registered from here on is shown by -help.
  for (auto &[name, option] : llvm::cl::getRegisteredOptions())
    if (name != "help" && name != "version")
      option->setHiddenFlag(llvm::cl::ReallyHidden);

  qcc::driver::registerAllPasses();
  mlir::DialectRegistry registry;
  qcc::driver::registerAllDialects(registry);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "qcc's passes, one at a time\n", registry));
}
