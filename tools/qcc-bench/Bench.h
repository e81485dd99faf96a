//===- Bench.h - the parts of qcc-bench -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_QCC_BENCH_BENCH_H
#define QCC_TOOLS_QCC_BENCH_BENCH_H

#include "Handle.h"

#include <string>
#include <vector>

namespace qcc::tools {

/// What the command line asks for.
struct BenchOptions : ProgramOptions {
  std::vector<std::string> inputs; ///< [NAME=]PATH; none: golden inputs.
  uint32_t warmup = 10;
  uint32_t repeat = 0; ///< 0: for a second, at least 10 times.
  bool perLayer = false;
  bool json = false;
};

/// What this machine can do at the most, on the threads of the run; 0: it
/// cannot.
struct Ceilings {
  double int8 = 0;      ///< Operations per second of vpdpbusd, two per MAC.
  double float32 = 0;   ///< Operations per second of fused multiply-add.
  double bandwidth = 0; ///< Bytes per second read from memory.
};

/// Measures the ceilings with `threads` threads at once.
Ceilings measureCeilings(uint32_t threads);

/// The better of each.
Ceilings maxOf(const Ceilings &a, const Ceilings &b);

/// Time and work of one stage, or of all.
struct Work {
  std::string name, op;
  uint64_t macsInt8 = 0;
  uint64_t macsFloat = 0;
  uint64_t bytes = 0;
  std::vector<double> samples; ///< Seconds.

  double median() const;
  double minimum() const;
  double operationsPerSecond() const {
    return 2.0 * (macsInt8 + macsFloat) / median();
  }
  /// The time that the arithmetic takes at the ceilings, as part of the median.
  double arithmeticFraction(const Ceilings &ceilings) const;
  /// The same for bytes.
  double bandwidthFraction(const Ceilings &ceilings) const;
};

/// All that was measured.
struct Measurement {
  std::string model, program;
  uint32_t threads = 0, warmup = 0;
  Ceilings ceilings;
  Work total;
  std::vector<Work> layers; ///< Of runs apart, in which each stage is timed.
};

io::Status measure(const BenchOptions &options, qcc_model *model,
                   qcc_context *context, Measurement &measurement);

void printText(const Measurement &measurement);
void printJson(const Measurement &measurement);

} // namespace qcc::tools

#endif // QCC_TOOLS_QCC_BENCH_BENCH_H
