//===- Options.cpp - names of phases -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Driver/Options.h"

#include "llvm/Support/ErrorHandling.h"

using namespace qcc::driver;

llvm::StringRef qcc::driver::phaseName(Phase phase) {
  switch (phase) {
  case Phase::import:
    return "import";
  case Phase::graph:
    return "graph";
  case Phase::calibrate:
    return "calibrate";
  case Phase::quantize:
    return "quantize";
  case Phase::lower:
    return "lower";
  case Phase::codegen:
    return "codegen";
  case Phase::package:
    return "package";
  }
  llvm_unreachable("all phases are named");
}
