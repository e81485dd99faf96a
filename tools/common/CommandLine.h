//===- CommandLine.h - options, as LLVM spells them -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// For the programs that must not link LLVM: -x=v, -x v, --x=v, and flags -x.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_COMMANDLINE_H
#define QCC_TOOLS_COMMON_COMMANDLINE_H

#include "qcc/io/Status.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace qcc::tools {

class CommandLine {
public:
  /// `usage` is what stands behind the tool's name in the help.
  CommandLine(std::string tool, std::string usage, std::string overview)
      : tool(std::move(tool)), usage(std::move(usage)),
        overview(std::move(overview)) {}

  void addFlag(std::string name, std::string help, bool &target);
  void addString(std::string name, std::string value, std::string help,
                 std::string &target);
  /// May be given more than once.
  void addList(std::string name, std::string value, std::string help,
               std::vector<std::string> &target);
  /// Must be at least `minimum`.
  void addNumber(std::string name, std::string value, std::string help,
                 uint32_t minimum, uint32_t &target);

  /// What to do after parsing.
  enum class Outcome { Run, Exit, Fail };

  /// Parses, and prints help, version or an error. The arguments that are not
  /// options go to `files`; there must be one for each.
  Outcome parse(int argc, char **argv, const std::vector<std::string *> &files);

  /// Parses, and does `job` unless that is not to be. Returns what main does:
  /// 0, or 1 after one error.
  int run(int argc, char **argv, const std::vector<std::string *> &files,
          const std::function<io::Status()> &job);

  /// Prints "tool: error: message".
  void printError(const std::string &message) const;

private:
  struct Option {
    std::string name, value, help;
    bool repeatable;
    /// Takes the value; returns what is wrong with it, or nothing.
    std::function<std::string(const std::string &)> set;
    bool seen = false;
  };

  Option *find(std::string_view name);
  void printHelp() const;

  std::string tool, usage, overview;
  std::vector<Option> options;
};

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_COMMANDLINE_H
