//===- CommandLine.h - options, as LLVM spells them -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// What LLVM's own parser takes (-x=v, -x v, --x=v, and flags -x), for programs
// that must not link LLVM; and for the compiler, so that one message has one
// form and linking with LLD, which resets all cl::opts, concerns nobody.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_COMMANDLINE_H
#define QCC_TOOLS_COMMON_COMMANDLINE_H

#include "qcc/io/Status.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcc::tools {

/// The largest number of anything that can be asked for.
inline constexpr uint32_t kMany = 1000000000;

class CommandLine {
public:
  /// `usage` is what stands behind the tool's name in the help, `subject` what
  /// its files are.
  CommandLine(std::string tool, std::string usage, std::string overview,
              std::string subject = "artifact")
      : tool(std::move(tool)), usage(std::move(usage)),
        overview(std::move(overview)), subject(std::move(subject)) {}

  // An option without help is hidden.

  void addFlag(std::string name, std::string help, bool &target);
  void addString(std::string name, std::string value, std::string help,
                 std::string &target);
  /// May be given more than once.
  void addList(std::string name, std::string value, std::string help,
               std::vector<std::string> &target);
  /// A whole number of that range. One letter may have it attached: -j4.
  void addNumber(std::string name, std::string value, std::string help,
                 uint32_t minimum, uint32_t maximum, uint32_t &target);
  /// A finite number.
  void addReal(std::string name, std::string value, std::string help,
               std::optional<double> &target);
  /// One of some words, each of which stands for something.
  template <typename T, typename TargetT>
  void addChoice(std::string name, std::string value, std::string help,
                 std::vector<std::pair<std::string, T>> choices,
                 TargetT &target) {
    auto set = [&target, choices = std::move(choices)](
                   const std::string &value) -> std::string {
      std::string known;
      for (size_t i = 0; i < choices.size(); ++i) {
        if (choices[i].first == value) {
          target = choices[i].second;
          return "";
        }
        known += i == 0 ? "" : i + 1 < choices.size() ? ", " : " or ";
        known += choices[i].first;
      }
      return "expected " + known;
    };
    options.push_back(
        {std::move(name), std::move(value), std::move(help), false, set});
  }

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
    bool isRepeatable;
    /// Takes the value; returns what is wrong with it, or nothing.
    std::function<std::string(const std::string &)> set;
    /// The value may follow the name at once, as in -j4.
    bool isJoined = false;
    bool isSeen = false;
  };

  Option *find(std::string_view name);
  std::string parseOption(int argc, char **argv, int &i);
  void printHelp() const;

  std::string tool, usage, overview, subject;
  std::vector<Option> options;
};

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_COMMANDLINE_H
