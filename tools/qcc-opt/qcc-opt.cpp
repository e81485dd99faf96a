//===- qcc-opt.cpp - one pass at a time -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "qcc/Driver/InitAll.h"
#include "qcc/Driver/ModuleIO.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

/// As MLIR's own main, for a text whose large constants are in a second file.
static LogicalResult processDump(llvm::StringRef input, llvm::StringRef output,
                                 DialectRegistry &registry) {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> buffer =
      qcc::driver::openModuleFile(input, error);
  std::unique_ptr<llvm::ToolOutputFile> file =
      buffer ? openOutputFile(output, &error) : nullptr;
  if (!file) {
    llvm::errs() << error << '\n';
    return failure();
  }
  if (failed(MlirOptMain(file->os(), std::move(buffer), registry,
                         MlirOptMainConfig::createFromCLOptions())))
    return failure();
  file->keep();
  return success();
}

int main(int argc, char **argv) {
  // libLLVM brings some 2,800 options of its own: they still work, but only
  // what is registered from here on is shown by -help.
  for (auto &[name, option] : llvm::cl::getRegisteredOptions())
    if (name != "help" && name != "version")
      option->setHiddenFlag(llvm::cl::ReallyHidden);

  llvm::InitLLVM init(argc, argv);
  qcc::driver::registerAllPasses();
  DialectRegistry registry;
  qcc::driver::registerAllDialects(registry);
  auto [input, output] = registerAndParseCLIOptions(
      argc, argv, "qcc's passes, one at a time\n", registry);
  if (qcc::driver::hasSideFile(input))
    return asMainReturnCode(processDump(input, output, registry));
  return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
}
