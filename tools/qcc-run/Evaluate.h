//===- Evaluate.h - qcc-run -eval -------------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_QCC_RUN_EVALUATE_H
#define QCC_TOOLS_QCC_RUN_EVALUATE_H

#include "Run.h"

#include <map>

namespace qcc::tools {

/// How good the answers of a classifier are: against labels, and against those
/// of another artifact that is run on the same inputs.
class Evaluation {
public:
  /// Evaluates the first output of `context` over `samples` runs. Labels that
  /// are fewer or more, and another artifact with other inputs or outputs, are
  /// errors.
  static io::Status open(const RunOptions &options, qcc_model *model,
                         qcc_context *context, uint64_t samples,
                         std::unique_ptr<Evaluation> &evaluation);

  /// Takes in what the last run gave.
  io::Status addRun();

  /// Prints what was found, as text or JSON.
  void print() const;

private:
  /// What happened to the samples of one label.
  struct Class {
    uint64_t count = 0, right = 0;
    std::map<int64_t, uint64_t> takenFor; ///< Wrong answers.
  };

  Evaluation(const RunOptions &options) : options(options) {}
  io::Status openOther(qcc_model *model, qcc_context *context);
  void addRow(const double *scores);
  void addAgreement(const std::vector<double> &scores,
                    const std::vector<double> &others);
  /// The classes that are recognized least often.
  std::vector<std::pair<int64_t, const Class *>> worstClasses() const;
  double sqnr() const;
  void printText() const;
  void printJson() const;

  const RunOptions &options;
  io::ArrayType type; ///< Of the output that is evaluated.
  qcc_dltensor output = {}, otherOutput = {};
  ModelHandle other;
  ContextHandle otherContext;
  size_t classes = 0;
  std::vector<int64_t> labels;

  uint64_t rows = 0, top1 = 0, top5 = 0, agreeing = 0;
  double signal = 0, noise = 0;
  std::map<int64_t, Class> byLabel;
};

} // namespace qcc::tools

#endif // QCC_TOOLS_QCC_RUN_EVALUATE_H
