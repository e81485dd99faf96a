//===- qcc.cpp - the compiler ---------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include "qcc/Driver/Compilation.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/InitLLVM.h"

using namespace qcc::driver;
using qcc::tools::CommandLine;

/// `argument` as it is typed to give just that.
static std::string quoteForShell(llvm::StringRef argument) {
  bool isPlain = llvm::all_of(argument, [](char c) {
    return llvm::isAlnum(c) || llvm::StringRef("_-./=:,@%+").contains(c);
  });
  if (isPlain && !argument.empty())
    return argument.str();
  std::string quoted = "'";
  for (char c : argument)
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

static void addOptions(CommandLine &line, Options &options) {
  line.addString("o", "file", "where to write the result", options.output);
  line.addChoice<Emit>("emit", "form",
                       "what to write: qcm (default: an artifact for qcc-run), "
                       "so, obj (with a C header), asm, llvm or mlir (the "
                       "lowered program)",
                       {{"qcm", Emit::artifact},
                        {"so", Emit::sharedObject},
                        {"obj", Emit::object},
                        {"asm", Emit::assembly},
                        {"llvm", Emit::llvmIR},
                        {"mlir", Emit::mlir}},
                       options.emit);
  line.addString("target", "name", "x86 (default)", options.target);
  line.addString("mcpu", "name",
                 "generate code for this processor only (default: AVX-512 VNNI "
                 "and AVX2, chosen at load)",
                 options.cpu);
  line.addString("bits", "8|f32",
                 "bits of the weights (default: what the model says, else 8)",
                 options.bits);
  line.addList("calib", "[name=]path",
               "calibration data: npy, npz, picture, or a folder of them; "
               "'synthetic': invented, only to try things out",
               options.calibration);
  line.addString("preprocess", "entries",
                 "how pictures become the input, as in "
                 "size:256,crop:224,channels:rgb,scale:1/255,mean:.5,std:.5",
                 options.preprocess);
  line.addList("shape", "name:1x3x224x224",
               "extents for the symbolic dimensions of an input",
               options.shapes);
  line.addString("ranges", "file",
                 "reload calibration statistics, or save them if the file does "
                 "not exist",
                 options.ranges);
  line.addString("range-method", "name",
                 "how statistics become ranges: minmax, percentile, ...",
                 options.rangeMethod);
  line.addString("recipe", "file", "how to quantize: JSON, see docs/recipes.md",
                 options.recipe);
  line.addList("keep-float", "regex", "nodes that stay in f32",
               options.keepFloat);
  line.addList(
      "scheme", "regex:scheme",
      "how nodes are quantized: w8a8, w8a8-per-tensor, w8a16, w8a8x2 or f32",
      options.schemes);
  line.addReal("min-sqnr-layer", "dB",
               "fail if the result of a layer keeps less of the float one "
               "(default: 3; -100: never)",
               options.minSqnrLayer);
  line.addReal("min-sqnr", "dB",
               "fail if the outputs keep less of the float ones",
               options.minSqnr);
  line.addReal("max-drop", "points",
               "fail if top-1 falls by more percentage points, or without "
               "-labels if more percent disagree with float",
               options.maxDrop);
  line.addString("labels", "file",
                 "classes of the calibration samples: npy, or text with the "
                 "class last in each line",
                 options.labels);
  line.addFlag("quiet", "no summary at the end", options.quiet);
  line.addChoice<Phase>("compile-to", "phase",
                        "stop after import, graph, calibrate, quantize, lower "
                        "or codegen and write the module",
                        {{"import", Phase::import},
                         {"graph", Phase::graph},
                         {"calibrate", Phase::calibrate},
                         {"quantize", Phase::quantize},
                         {"lower", Phase::lower},
                         {"codegen", Phase::codegen}},
                        options.compileTo);
  line.addFlag("emit-bytecode", "write modules as MLIR bytecode",
               options.emitBytecode);
  line.addString("dump-phases-to", "folder",
                 "write the module after each phase", options.dumpPhasesTo);
  line.addString("report", "file.html|file.json",
                 "write what was lost where, and why, for people or programs",
                 options.report);
  line.addFlag("remarks", "say of every node what was done and why",
               options.remarks);
  line.addFlag("verify-lowering",
               "interpret the module after each phase and name the first one "
               "that changes its numbers beyond what it declares",
               options.verifyLowering);
  // Makes the result of this phase or pass wrong: tests of -verify-lowering.
  line.addString("seed-miscompile", "phase|pass", "", options.seedMiscompile);
  line.addFlag("keep-functions",
               "leave the model's own functions as they are, to look at them "
               "with -compile-to=import",
               options.keepFunctions);
  line.addFlag("custom-domains",
               "let operators through that nobody knows, to look at them with "
               "-compile-to=import",
               options.customDomains);
  line.addNumber("j", "N", "threads of the compiler (default: one per core)", 1,
                 1024, options.threads);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  Options options;
  CommandLine line("qcc", "model.onnx [options]",
                   "quantizes an ONNX model and compiles it ahead of time",
                   "model");
  addOptions(line, options);
  switch (line.parse(argc, argv, {&options.model})) {
  case CommandLine::Outcome::Exit:
    return 0;
  case CommandLine::Outcome::Fail:
    return 1;
  case CommandLine::Outcome::Run:
    break;
  }
  options.commandLine = llvm::join(
      llvm::map_range(llvm::ArrayRef(argv + 1, argc - 1), quoteForShell), " ");
  return succeeded(compile(options)) ? 0 : 1;
}
