//===- qcc-test-artifact.cpp - writes the test artifact -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// For lit tests of the programs that run artifacts: qcc-test-artifact PATH
// [wrong-golden].
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  qcc::test::TestModel test;
  if (argc > 2)
    test.model.golden->outputs[0][0] ^= 1;
  if (llvm::Error error = qcc::package::writeArtifact(test.model, argv[1])) {
    llvm::errs() << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
