//===- qcc.cpp - the compiler ---------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include "qcc/Driver/Compilation.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  std::optional<qcc::driver::Options> options =
      qcc::tools::parseCommandLine(argc, argv);
  return options && succeeded(qcc::driver::compile(*options)) ? 0 : 1;
}
