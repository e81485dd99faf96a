//===- Entry.cpp - the function that a module runs ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/Entry.h"

using namespace mlir;

func::FuncOp qcc::analysis::entryFunction(ModuleOp module) {
  if (auto main = module.lookupSymbol<func::FuncOp>("main"))
    return main;
  auto functions = module.getOps<func::FuncOp>();
  if (!llvm::hasSingleElement(functions)) {
    module.emitError("has no function 'main', and not exactly one other");
    return {};
  }
  return *functions.begin();
}
