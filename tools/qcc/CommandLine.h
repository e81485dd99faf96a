//===- CommandLine.h - the options of qcc -----------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_QCC_COMMANDLINE_H
#define QCC_TOOLS_QCC_COMMANDLINE_H

#include "qcc/Driver/Options.h"

#include <optional>

namespace qcc::tools {

/// Reads the command line. Nullopt after one error; help and version end the
/// program. Afterwards no option of ours is registered any more.
std::optional<driver::Options> parseCommandLine(int argc, char **argv);

} // namespace qcc::tools

#endif // QCC_TOOLS_QCC_COMMANDLINE_H
