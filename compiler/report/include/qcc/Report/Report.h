//===- Report.h - what a compilation has to tell -----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The contents of `-report=`, apart from how they are found and how they are
// shown. docs/report.md explains them to users.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_REPORT_REPORT_H
#define QCC_REPORT_REPORT_H

#include "qcc/Calibration/Source.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qcc::report {

using calibration::kSources;
using calibration::Source;

/// The name of a source as JSON has it: "weight_rounding".
llvm::StringRef nameOf(Source source);

/// How the numbers of a tensor are distributed, and what the grid covers.
struct Distribution {
  std::string tensor;
  double low = 0, high = 0;     ///< Edges of the first and of the last bin.
  std::vector<uint64_t> counts; ///< Of bins of equal width.
  /// What is not clipped; with a grid for each channel, the widest.
  double least = 0, greatest = 0;
  size_t grids = 1;   ///< More than one: a grid for each channel.
  double clipped = 0; ///< Share of the numbers outside their grids.
};

/// One kernel of the program, named after the node that it is made for.
struct Layer {
  std::string node;
  std::vector<std::string> fused; ///< The other nodes that it computes.
  std::string op;
  std::string precision;
  std::string reason;
  uint64_t macs = 0;
  uint64_t weightBytes = 0;
  /// Share of the time of one inference; nothing if no code is left of it.
  std::optional<double> timeShare;
  double milliseconds = 0;
  std::optional<double> sqnr; ///< In dB, of the layer's own result.
  /// Noise at the output relative to its signal, by source; nothing where there
  /// is no such source.
  std::array<std::optional<double>, kSources> damage;
  std::vector<Distribution> activations, weights;

  double totalDamage() const;
};

/// A compiled program as a whole.
struct Program {
  uint64_t bytes = 0;       ///< Of the artifact.
  uint64_t weightBytes = 0; ///< Of the weights as they are packed.
  uint64_t arenaBytes = 0;  ///< Working memory.
  double milliseconds = 0;  ///< Of one inference, the median.
};

/// How close the quantized program comes to the float one.
struct Accuracy {
  size_t samples = 0;
  double sqnr = 0;      ///< Of the results, in dB.
  double logitSqnr = 0; ///< Before a last softmax.
  /// Share of the samples with the greatest output in the same place.
  double agreement = 0;
};

/// How the damage was measured.
struct AttributionCost {
  size_t samples = 0;
  size_t sources = 0;
  size_t runs = 0;
  double seconds = 0;
  /// Relative noise at the output with all sources at once, and the sum over
  /// sources by themselves.
  double together = 0, sum = 0;
};

struct Report {
  std::string model;
  std::string compiler;    ///< "qcc 0.1.0"
  std::string commandLine; ///< That reproduces the artifact.
  std::string processor;   ///< That the times were taken on.
  unsigned threads = 0;
  Program program;
  std::optional<Program> floatProgram;
  std::optional<Accuracy> accuracy;
  std::optional<AttributionCost> attribution;
  std::vector<Layer> layers; ///< In program order.
};

/// The layers by damage, the worst first; those that do none in program order.
std::vector<const Layer *> sortedByDamage(const Report &report);

/// Schema "qcc.report/1".
llvm::json::Value toJson(const Report &report);

/// One page that needs nothing else.
void writeHtml(const Report &report, llvm::raw_ostream &out);

} // namespace qcc::report

#endif // QCC_REPORT_REPORT_H
