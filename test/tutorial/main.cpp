//===- main.cpp - qcc-opt with the tutorial's pass ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "qcc/Tutorial/Passes.h"

int main(int argc, char **argv) {
  qcc::tutorial::registerTutorialPasses();
  mlir::DialectRegistry registry;
  registry.insert<qcc::qnn::QnnDialect, mlir::func::FuncDialect>();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "the tutorial's pass\n", registry));
}
