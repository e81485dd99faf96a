//===- qcc-test-artifact.cpp - writes the test artifact -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// For lit tests of the programs that run artifacts:
//   qcc-test-artifact OUT.qcm [wrong-golden | rows]
//   qcc-test-artifact OUT.o    and OUT.h beside it, for a model called "model"
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace qcc;

static llvm::Error write(test::TestModel &test, llvm::StringRef path) {
  if (!path.ends_with(".o"))
    return package::writeArtifact(test.model, path);
  test.model.name = "model";
  llvm::SmallString<128> header(path);
  llvm::sys::path::replace_extension(header, "h");
  return package::writeObject(test.model, path, header);
}

int main(int argc, char **argv) {
  test::TestModel test;
  llvm::StringRef form = argc > 2 ? argv[2] : "";
  if (form == "rows")
    test.countRows();
  else if (form == "wrong-golden")
    test.model.golden->outputs[0][0] ^= 1;
  if (llvm::Error error = write(test, argv[1])) {
    llvm::errs() << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
