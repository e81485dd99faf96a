//===- Options.h - what a compilation was asked for -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_OPTIONS_H
#define QCC_DRIVER_OPTIONS_H

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace qcc::driver {

/// The phases of a compilation, in order. Each name is at once a value of
/// `-compile-to=`, a file of `-dump-phases-to=` and a folder of the tree.
enum class Phase {
  import,
  graph,
  calibrate,
  quantize,
  lower,
  codegen,
  package
};

llvm::StringRef phaseName(Phase phase);

/// What is written in the end.
enum class Emit { artifact, sharedObject, object, assembly, llvmIR, mlir };

/// A layer that keeps less of its float result, in dB, has collapsed.
inline constexpr double kDefaultMinSqnrLayer = 3;

/// The command line as a plain struct.
struct Options {
  std::string model;
  std::string output; ///< Empty: the model's name with the suffix of `emit`.
  Emit emit = Emit::artifact;
  std::string target = "x86";
  std::string cpu;  ///< Empty: one variant for AVX-512 VNNI and one for AVX2.
  std::string bits; ///< "8" or "f32"; empty: what the model says, else 8.
  std::vector<std::string> calibration; ///< `[NAME=]PATH`.
  std::string preprocess;
  std::vector<std::string> shapes;    ///< `NAME:1x3x224x224`.
  std::string ranges;                 ///< Statistics to reload, or to save.
  std::string rangeMethod;            ///< Empty: the default of the recipe.
  std::string recipe;                 ///< A recipe file; empty: the default.
  std::vector<std::string> keepFloat; ///< Regular expressions of nodes.
  std::vector<std::string> schemes;   ///< `REGEX:SCHEME`.
  /// What int8 must keep of the float network, see Guards.h.
  std::optional<double> minSqnrLayer; ///< In dB; else kDefaultMinSqnrLayer.
  std::optional<double> minSqnr;      ///< In dB.
  std::optional<double> maxDrop;      ///< In percentage points.
  std::string labels;                 ///< Of the calibration samples.
  bool quiet = false;                 ///< No summary at the end.
  std::optional<Phase> compileTo;
  bool emitBytecode = false;
  std::string dumpPhasesTo;
  std::string report; ///< Where to write a report, .html or .json.
  bool remarks = false;
  bool verifyLowering = false;
  /// Test hook: after this phase or pass numbers of the program are made wrong,
  /// which `verifyLowering` must find.
  std::string seedMiscompile;
  bool keepFunctions = false; ///< Functions of the model are not inlined.
  bool customDomains = false; ///< Operators that nobody knows are imported.
  unsigned threads = 0;       ///< Of the compiler itself; 0: one for each core.
  std::string commandLine;    ///< As a shell takes it, for reports.
};

} // namespace qcc::driver

#endif // QCC_DRIVER_OPTIONS_H
