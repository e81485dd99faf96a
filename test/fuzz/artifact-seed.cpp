//===- artifact-seed.cpp - writes the artifact that fuzzing starts from ---===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc != 2) {
    llvm::errs() << "usage: artifact-seed OUT.qcm\n";
    return 1;
  }
  qcc::test::TestModel test;
  if (llvm::Error error = qcc::package::writeArtifact(test.model, argv[1])) {
    llvm::errs() << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
