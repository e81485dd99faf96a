//===- Evaluate.cpp - qcc-run -eval ---------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "Json.h"
#include "Numbers.h"

#include "qcc/io/Labels.h"
#include "qcc/io/Sqnr.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sys/stat.h>
#include <tuple>

using namespace qcc;
using namespace qcc::tools;

/// How many of the worst classes are shown.
static constexpr size_t kWorstClasses = 5;

/// Whether samples come from a folder, in the order of its files' names.
static bool isFolder(const std::string &source) {
  struct stat status;
  auto check = [&](const std::string &path) {
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  };
  return check(source) || check(source.substr(source.find('=') + 1));
}

io::Status Evaluation::open(const RunOptions &options, qcc_model *model,
                            qcc_context *context, uint64_t samples,
                            std::unique_ptr<Evaluation> &evaluation) {
  evaluation.reset(new Evaluation(options));
  Evaluation &result = *evaluation;
  qcc_value_info info;
  if (qcc_model_output(model, 0, &info) ||
      qcc_context_get_output(context, info.name, &result.output))
    return runtimeError();
  result.type = typeOf(info);
  if (!isNumeric(info.dtype))
    return io::Status::error("-eval: output '" + std::string(info.name) +
                             "' is " + io::toString(result.type) +
                             ", which is no scores");
  if (info.bounded)
    return io::Status::error("-eval: output '" + std::string(info.name) +
                             "' is " + describe(info) +
                             ", whose rows depend on the data");
  // [rows, classes], and whatever is 1.
  bool isBatch = info.rank > 1 && info.shape[0] > 0;
  uint64_t rowsOfRun = isBatch ? info.shape[0] : 1;
  result.classes = result.type.elements() / rowsOfRun;
  if (result.classes < 2)
    return io::Status::error("-eval: output '" + std::string(info.name) +
                             "' is " + io::toString(result.type) +
                             ", not a score for each class");
  if (!options.labels.empty()) {
    if (io::Status status = io::readLabels(
            options.labels, isFolder(options.inputs.front()), result.labels);
        !status.ok())
      return status;
    if (result.labels.size() != samples * rowsOfRun)
      return io::Status::error(
          "-labels: '" + options.labels + "' holds " +
          std::to_string(result.labels.size()) + " labels for " +
          std::to_string(samples * rowsOfRun) + " samples");
    for (int64_t label : result.labels)
      if (label < 0 ||
          label + options.firstClass >= static_cast<int64_t>(result.classes))
        return io::Status::error(
            "-labels: '" + options.labels + "' holds " + std::to_string(label) +
            ", but the output has " + std::to_string(result.classes) +
            " classes" +
            (options.firstClass ? ", the first of them is number " +
                                      std::to_string(options.firstClass)
                                : ""));
  }
  return options.against.empty() ? io::Status::success()
                                 : result.openOther(model, context);
}

io::Status Evaluation::openOther(qcc_model *model, qcc_context *context) {
  ProgramOptions program = options;
  program.artifact = options.against;
  if (io::Status status = openModel(program, other); !status.ok())
    return status;
  if (io::Status status = makeContext(other, program, otherContext);
      !status.ok())
    return status;
  if (io::Status status = shareInputs(options.against, other.get(),
                                      otherContext.get(), model, context);
      !status.ok())
    return status;
  qcc_value_info info;
  if (qcc_model_output(other.get(), 0, &info) ||
      qcc_context_get_output(otherContext.get(), info.name, &otherOutput))
    return runtimeError();
  if (typeOf(info) != type)
    return io::Status::error("'" + options.against + "' has the output '" +
                             info.name + "' of " + io::toString(typeOf(info)) +
                             ", not of " + io::toString(type));
  return io::Status::success();
}

/// The first of the greatest.
static int64_t bestOf(const double *scores, size_t classes) {
  return std::max_element(scores, scores + classes) - scores;
}

void Evaluation::addRow(const double *scores) {
  int64_t label = labels[rows], wanted = label + options.firstClass;
  int64_t best = bestOf(scores, classes);
  // How many classes come before the right one.
  int64_t rank = 0;
  for (int64_t i = 0; i < static_cast<int64_t>(classes); ++i)
    rank += scores[i] > scores[wanted] ||
            (scores[i] == scores[wanted] && i < wanted);
  top5 += rank < 5;
  Class &entry = byLabel[label];
  ++entry.count;
  if (best == wanted) {
    ++top1;
    ++entry.right;
  } else {
    ++entry.takenFor[best - options.firstClass];
  }
}

void Evaluation::addAgreement(const std::vector<double> &scores,
                              const std::vector<double> &others) {
  for (size_t i = 0; i < scores.size(); i += classes)
    agreeing += bestOf(&scores[i], classes) == bestOf(&others[i], classes);
  for (size_t i = 0; i < scores.size(); ++i) {
    signal += others[i] * others[i];
    noise += (scores[i] - others[i]) * (scores[i] - others[i]);
  }
}

io::Status Evaluation::addRun() {
  std::vector<double> scores =
      toDoubles(type.dtype, output.data, type.elements());
  if (otherContext) {
    if (qcc_context_run(otherContext.get()))
      return runtimeError();
    addAgreement(scores,
                 toDoubles(type.dtype, otherOutput.data, type.elements()));
  }
  for (size_t i = 0; i < scores.size(); i += classes, ++rows)
    if (!labels.empty())
      addRow(&scores[i]);
  return io::Status::success();
}

double Evaluation::sqnr() const { return io::sqnr(signal, noise); }

std::vector<std::pair<int64_t, const Evaluation::Class *>>
Evaluation::worstClasses() const {
  std::vector<std::pair<int64_t, const Class *>> result;
  for (const auto &[label, entry] : byLabel)
    if (entry.right < entry.count)
      result.emplace_back(label, &entry);
  // Of equal shares the one with more mistakes, then the first.
  std::sort(result.begin(), result.end(), [](auto &a, auto &b) {
    uint64_t left = a.second->right * b.second->count,
             right = b.second->right * a.second->count;
    return std::tuple(left, b.second->count, a.first) <
           std::tuple(right, a.second->count, b.first);
  });
  if (result.size() > kWorstClasses)
    result.resize(kWorstClasses);
  return result;
}

/// Wrong answers, the most frequent first.
static std::vector<std::pair<int64_t, uint64_t>>
byFrequency(const std::map<int64_t, uint64_t> &takenFor) {
  std::vector<std::pair<int64_t, uint64_t>> result(takenFor.begin(),
                                                   takenFor.end());
  std::sort(result.begin(), result.end(), [](auto &a, auto &b) {
    return std::pair(b.second, a.first) < std::pair(a.second, b.first);
  });
  return result;
}

static void printShare(const char *what, uint64_t count, uint64_t total) {
  printf("%s: %.2f %% (%llu of %llu)", what,
         total ? 100. * double(count) / double(total) : 0.,
         (unsigned long long)count, (unsigned long long)total);
}

void Evaluation::printText() const {
  if (!labels.empty()) {
    printShare("top-1", top1, rows);
    printf("\n");
    if (classes > 5) {
      printShare("top-5", top5, rows);
      printf("\n");
    }
  }
  if (otherContext) {
    printShare(("agreement with " + options.against).c_str(), agreeing, rows);
    printf(", %.2f dB\n", sqnr());
  }
  for (const auto &[label, entry] : worstClasses()) {
    printf("class %lld: %llu of %llu right; taken for", (long long)label,
           (unsigned long long)entry->right, (unsigned long long)entry->count);
    const char *separator = " ";
    for (auto [answer, count] : byFrequency(entry->takenFor)) {
      printf("%s%lld (%llu)", separator, (long long)answer,
             (unsigned long long)count);
      separator = ", ";
    }
    printf("\n");
  }
}

void Evaluation::printJson() const {
  JsonWriter json;
  auto count = [&](const char *name, uint64_t value) {
    json.key(name);
    json.integer(static_cast<int64_t>(value));
  };
  json.beginObject();
  json.member("schema", "qcc.eval/1");
  count("samples", rows);
  if (!labels.empty()) {
    count("top1", top1);
    count("top5", top5);
    json.key("worst_classes");
    json.beginArray();
    for (const auto &[label, entry] : worstClasses()) {
      json.beginObject();
      json.key("class");
      json.integer(label);
      count("samples", entry->count);
      count("right", entry->right);
      json.key("taken_for");
      json.beginArray();
      for (auto [answer, times] : byFrequency(entry->takenFor)) {
        json.beginObject();
        json.key("class");
        json.integer(answer);
        count("samples", times);
        json.endObject();
      }
      json.endArray();
      json.endObject();
    }
    json.endArray();
  }
  if (otherContext) {
    json.member("against", options.against);
    count("agreeing", agreeing);
    // JSON has no infinity: equal outputs have no figure.
    if (noise != 0)
      json.member("sqnr_db", sqnr());
  }
  json.endObject();
  printf("%s\n", json.text().c_str());
}

void Evaluation::print() const { options.json ? printJson() : printText(); }
