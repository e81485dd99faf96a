//===- CommandLine.cpp - options, as LLVM spells them ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include "qcc/runtime.h"

#include <cstdio>
#include <cstdlib>

using namespace qcc;
using namespace qcc::tools;

void CommandLine::addFlag(std::string name, std::string help, bool &target) {
  auto set = [&target](const std::string &value) -> std::string {
    if (value != "" && value != "true" && value != "false")
      return "expected true or false";
    target = value != "false";
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
                            uint32_t &target) {
  auto set = [&target, minimum](const std::string &value) -> std::string {
    char *end;
    unsigned long number = strtoul(value.c_str(), &end, 10);
    if (value.empty() || !isdigit(value[0]) || *end || number > 1000000000 ||
        number < minimum)
      return "expected a number of at least " + std::to_string(minimum);
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
    print("-" + option.name +
              (option.value.empty() ? "" : "=<" + option.value + ">"),
          option.help);
  print("-help", "this text");
  print("-version", "the version of artifacts that can be read");
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
        std::string known = given == 1 ? "one artifact" : "two artifacts";
        printError("more than " + known + ": '" + *files.back() + "' and '" +
                   argv[i] + "'");
        return Outcome::Fail;
      }
      *files[given++] = argument;
      continue;
    }
    if (argument == "--") {
      onlyFiles = true;
      continue;
    }
    argument.remove_prefix(argument[1] == '-' ? 2 : 1);
    size_t equals = argument.find('=');
    std::string_view name = argument.substr(0, equals);
    if (name == "help" || name == "h") {
      printHelp();
      return Outcome::Exit;
    }
    if (name == "version") {
      printf("%s: reads qcc artifacts of version %s\n", tool.c_str(),
             qcc_version());
      return Outcome::Exit;
    }
    Option *option = find(name);
    std::string problem;
    if (!option)
      problem = "unknown option; see -help";
    else if (option->seen && !option->repeatable)
      problem = "given twice";
    else if (equals != std::string_view::npos)
      problem = option->set(std::string(argument.substr(equals + 1)));
    else if (option->value.empty())
      problem = option->set("");
    else if (i + 1 == argc)
      problem = "a value is missing";
    else
      problem = option->set(argv[++i]);
    if (!problem.empty()) {
      printError("'" + std::string(argv[i]) + "': " + problem);
      return Outcome::Fail;
    }
    option->seen = true;
  }
  if (given < files.size()) {
    printError(std::string(given ? "a second artifact is missing"
                                 : "no artifact given") +
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
