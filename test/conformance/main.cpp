//===- main.cpp - runs ONNX's backend node tests --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: qcc-conformance FOLDER [-min-passed=N] [-v] [NAME...]
//
// Runs every test in FOLDER, or those whose names are given, and prints how
// many passed, were refused with a reason, or were wrong. Each runs in a
// process of its own: a crash or a hang is a wrong result of one test. Exits
// with 1 if one is wrong or fewer than N passed.
//
//===----------------------------------------------------------------------===//

#include "NodeTest.h"

#include "qcc/Driver/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

using namespace qcc::conformance;

namespace {

struct Options {
  std::string folder;
  std::vector<std::string> names;
  bool verbose = false;
  unsigned minPassed = 0;
};

constexpr unsigned kWorkers = 2;
constexpr unsigned kSecondsPerTest = 60;
/// Fits into a pipe, so that no child waits for its parent.
constexpr size_t kMaxDetail = 4000;

/// Runs tests in children of this process.
class Pool {
public:
  Pool(const Options &options, mlir::MLIRContext &context)
      : options(options), context(context) {}

  std::map<std::string, Outcome> run() {
    for (const std::string &name : options.names) {
      if (children.size() == kWorkers)
        wait();
      start(name);
    }
    while (!children.empty())
      wait();
    return std::move(outcomes);
  }

private:
  struct Child {
    std::string name;
    int pipe;
  };

  void start(const std::string &name) {
    int ends[2];
    if (pipe(ends) != 0)
      llvm::report_fatal_error("cannot make a pipe");
    pid_t pid = fork();
    if (pid < 0)
      llvm::report_fatal_error("cannot fork");
    if (pid == 0) {
      alarm(kSecondsPerTest);
      llvm::SmallString<256> path(options.folder);
      llvm::sys::path::append(path, name);
      Outcome outcome = runNodeTest(path, context);
      outcome.detail.resize(std::min(outcome.detail.size(), kMaxDetail));
      std::string message(1, static_cast<char>(outcome.verdict));
      message += outcome.detail;
      bool written = write(ends[1], message.data(), message.size()) ==
                     static_cast<ssize_t>(message.size());
      _exit(written ? 0 : 1);
    }
    close(ends[1]);
    children[pid] = {name, ends[0]};
  }

  void wait() {
    int status;
    pid_t pid = ::wait(&status);
    auto found = children.find(pid);
    if (found == children.end())
      llvm::report_fatal_error("lost a child");
    char message[kMaxDetail + 1];
    ssize_t size = read(found->second.pipe, message, sizeof(message));
    close(found->second.pipe);
    Outcome &outcome = outcomes[found->second.name];
    if (WIFSIGNALED(status))
      outcome = {Verdict::wrong,
                 WTERMSIG(status) == SIGALRM
                     ? "no answer after " + std::to_string(kSecondsPerTest) +
                           " seconds"
                     : std::string("crashed: ") + strsignal(WTERMSIG(status))};
    else if (size < 1)
      outcome = {Verdict::wrong, "ended without an answer"};
    else
      outcome = {static_cast<Verdict>(message[0]),
                 std::string(message + 1, size - 1)};
    children.erase(found);
  }

  const Options &options;
  mlir::MLIRContext &context;
  std::map<pid_t, Child> children;
  std::map<std::string, Outcome> outcomes;
};

} // namespace

static bool parseOptions(int argc, char **argv, Options &options) {
  for (llvm::StringRef argument : llvm::ArrayRef(argv + 1, argc - 1)) {
    if (argument == "-v")
      options.verbose = true;
    else if (argument.consume_front("-min-passed=")) {
      if (argument.getAsInteger(10, options.minPassed))
        return false;
    } else if (argument.starts_with("-"))
      return false;
    else if (options.folder.empty())
      options.folder = argument.str();
    else
      options.names.push_back(argument.str());
  }
  return !options.folder.empty();
}

/// The names of all folders in `folder` that hold a model.
static std::vector<std::string> findTests(llvm::StringRef folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error))
    if (llvm::sys::fs::exists(it->path() + "/model.onnx"))
      names.push_back(llvm::sys::path::filename(it->path()).str());
  std::sort(names.begin(), names.end());
  return names;
}

/// A message without the names in it, so that equal problems are counted
/// together.
static std::string withoutNames(llvm::StringRef message) {
  std::string general;
  while (!message.empty()) {
    auto [before, rest] = message.split('\'');
    general += before;
    if (rest.empty())
      break;
    general += "'...'";
    message = rest.split('\'').second;
  }
  return general;
}

/// Refusals by what was said, the most frequent first.
static void printRefusals(const std::map<std::string, Outcome> &outcomes) {
  std::map<std::string, std::vector<std::string>> byReason;
  for (const auto &[name, outcome] : outcomes)
    if (outcome.verdict == Verdict::refused)
      byReason[withoutNames(outcome.detail)].push_back(name);
  std::vector<std::pair<std::string, std::vector<std::string>>> sorted(
      byReason.begin(), byReason.end());
  llvm::sort(sorted, [](const auto &a, const auto &b) {
    return std::pair(b.second.size(), a.first) <
           std::pair(a.second.size(), b.first);
  });
  for (const auto &[reason, names] : sorted)
    llvm::outs() << "refused " << names.size() << ": " << reason << " ("
                 << names.front() << (names.size() > 1 ? ", ..." : "") << ")\n";
}

int main(int argc, char **argv) {
  Options options;
  if (!parseOptions(argc, argv, options)) {
    llvm::errs() << "usage: qcc-conformance FOLDER "
                    "[-min-passed=N] [-v] [NAME...]\n";
    return 1;
  }
  if (options.names.empty())
    options.names = findTests(options.folder);

  // Children share what is made here: dialects are loaded once.
  mlir::DialectRegistry registry;
  qcc::driver::registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();

  std::map<std::string, Outcome> outcomes = Pool(options, context).run();

  unsigned counts[3] = {};
  std::map<std::string, unsigned> passedHow;
  for (const auto &[name, outcome] : outcomes) {
    ++counts[static_cast<int>(outcome.verdict)];
    if (outcome.verdict == Verdict::passed)
      ++passedHow[outcome.detail];
    if (options.verbose && outcome.verdict == Verdict::passed)
      llvm::outs() << "passed " << name << ": " << outcome.detail << "\n";
  }
  printRefusals(outcomes);
  for (const auto &[name, outcome] : outcomes)
    if (outcome.verdict == Verdict::wrong)
      llvm::outs() << "WRONG " << name << ": " << outcome.detail << "\n";
  for (const auto &[how, count] : passedHow)
    llvm::outs() << "passed with " << how << ": " << count << "\n";
  unsigned passed = counts[static_cast<int>(Verdict::passed)];
  unsigned wrong = counts[static_cast<int>(Verdict::wrong)];
  llvm::outs() << outcomes.size() << " tests: " << passed << " passed, "
               << counts[static_cast<int>(Verdict::refused)]
               << " refused with a reason, " << wrong << " wrong\n";
  if (passed < options.minPassed)
    llvm::outs() << "at least " << options.minPassed << " should have passed\n";
  return wrong == 0 && passed >= options.minPassed && !outcomes.empty() ? 0 : 1;
}
