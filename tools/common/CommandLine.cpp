//===- CommandLine.cpp - options, as LLVM spells them ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include "qcc/runtime.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace qcc;
using namespace qcc::tools;

void CommandLine::addFlag(std::string name, std::string help, bool &target) {
  auto set = [&target](const std::string &value) -> std::string {
    if (value != "true" && value != "false")
      return "expected true or false";
    target = value == "true";
    return "";
  };
  options.push_back({std::move(name), "", std::move(help), true, set});
}

void CommandLine::addString(std::string name, std::string value,
                            std::string help, std::string &target) {
  auto set = [&target](const std::string &value) -> std::string {
    target = value;
    return value.empty() ? "expected a value" : "";
  };
  options.push_back(
      {std::move(name), std::move(value), std::move(help), false, set});
}

void CommandLine::addList(std::string name, std::string value, std::string help,
                          std::vector<std::string> &target) {
  auto set = [&target](const std::string &value) -> std::string {
    target.push_back(value);
    return value.empty() ? "expected a value" : "";
  };
  options.push_back(
      {std::move(name), std::move(value), std::move(help), true, set});
}

void CommandLine::addNumber(std::string name, std::string value,
                            std::string help, uint32_t minimum,
                            uint32_t maximum, uint32_t &target) {
  auto set = [&target, minimum,
              maximum](const std::string &value) -> std::string {
    char *end;
    unsigned long number = strtoul(value.c_str(), &end, 10);
    // A number that is too large for the type saturates.
    if (value.empty() || !isdigit(value[0]) || *end || number < minimum ||
        number > maximum)
      return "expected a number from " + std::to_string(minimum) + " to " +
             std::to_string(maximum);
    target = number;
    return "";
  };
  bool isJoined = name.size() == 1;
  options.push_back({std::move(name), std::move(value), std::move(help), false,
                     set, isJoined});
}

void CommandLine::addReal(std::string name, std::string value, std::string help,
                          std::optional<double> &target) {
  auto set = [&target](const std::string &value) -> std::string {
    char *end;
    double number = strtod(value.c_str(), &end);
    if (value.empty() || isspace(value[0]) || *end || !std::isfinite(number))
      return "expected a number";
    target = number;
    return "";
  };
  options.push_back(
      {std::move(name), std::move(value), std::move(help), false, set});
}

CommandLine::Option *CommandLine::find(std::string_view name) {
  for (Option &option : options)
    if (option.name == name)
      return &option;
  return nullptr;
}

void CommandLine::printError(const std::string &message) const {
  fprintf(stderr, "%s: error: %s\n", tool.c_str(), message.c_str());
}

void CommandLine::printHelp() const {
  printf("OVERVIEW: %s\n\nUSAGE: %s %s\n\nOPTIONS:\n", overview.c_str(),
         tool.c_str(), usage.c_str());
  auto print = [](const std::string &left, const std::string &right) {
    printf("  %-26s %s\n", left.c_str(), right.c_str());
  };
  for (const Option &option : options)
    if (!option.help.empty())
      print("-" + option.name +
                (option.value.empty() ? "" : "=<" + option.value + ">"),
            option.help);
  print("-help", "this text");
  print("-version", "the version of the artifacts");
}

/// Takes the option at argv[i], and its value where that is the next argument.
/// Returns what is wrong, or nothing.
std::string CommandLine::parseOption(int argc, char **argv, int &i) {
  std::string_view argument = argv[i];
  argument.remove_prefix(argument[1] == '-' ? 2 : 1);
  size_t equals = argument.find('=');
  Option *option = find(argument.substr(0, equals));
  std::optional<std::string> value;
  if (equals != std::string_view::npos)
    value = argument.substr(equals + 1);
  if (!option && argument.size() > 1 && isdigit(argument[1])) {
    option = find(argument.substr(0, 1));
    if (option && !option->isJoined)
      option = nullptr;
    value = argument.substr(1);
  }
  std::string shown = std::string("'") + argv[i] + "': ";
  if (!option)
    return shown + "unknown option; see -help";
  if (option->isSeen && !option->isRepeatable)
    return shown + "given twice";
  option->isSeen = true;
  if (!value && !option->value.empty()) {
    if (i + 1 == argc)
      return shown + "a value is missing";
    value = argv[++i];
    shown = std::string("'") + argv[i - 1] + " " + argv[i] + "': ";
  }
  std::string problem = option->set(value.value_or("true"));
  return problem.empty() ? "" : shown + problem;
}

CommandLine::Outcome
CommandLine::parse(int argc, char **argv,
                   const std::vector<std::string *> &files) {
  bool onlyFiles = false;
  size_t given = 0;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (onlyFiles || argument.size() < 2 || argument[0] != '-') {
      if (given == files.size()) {
        printError("more than " +
                   (given == 1 ? "one " + subject : "two " + subject + "s") +
                   ": '" + *files.back() + "' and '" + argv[i] + "'");
        return Outcome::Fail;
      }
      if (argument.empty()) {
        printError("an empty name is given for the " + subject);
        return Outcome::Fail;
      }
      *files[given++] = argument;
      continue;
    }
    if (argument == "--") {
      onlyFiles = true;
      continue;
    }
    std::string_view name = argument.substr(argument[1] == '-' ? 2 : 1);
    if (name == "help" || name == "h") {
      printHelp();
      return Outcome::Exit;
    }
    if (name == "version") {
      printf("%s: qcc artifacts of version %s\n", tool.c_str(), qcc_version());
      return Outcome::Exit;
    }
    std::string problem = parseOption(argc, argv, i);
    if (!problem.empty()) {
      printError(problem);
      return Outcome::Fail;
    }
  }
  if (given < files.size()) {
    printError((given ? "a second " + subject + " is missing"
                      : "no " + subject + " given") +
               "; see -help");
    return Outcome::Fail;
  }
  return Outcome::Run;
}

int CommandLine::run(int argc, char **argv,
                     const std::vector<std::string *> &files,
                     const std::function<io::Status()> &job) {
  switch (parse(argc, argv, files)) {
  case Outcome::Exit:
    return 0;
  case Outcome::Fail:
    return 1;
  case Outcome::Run:
    break;
  }
  io::Status status = job();
  if (status.ok() && fflush(stdout) == 0)
    return 0;
  printError(status.ok() ? "cannot write to the standard output"
                         : status.message());
  return 1;
}
