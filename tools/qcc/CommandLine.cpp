//===- CommandLine.cpp - the options of qcc -------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/WithColor.h"

namespace cl = llvm::cl;
using namespace qcc::driver;

namespace {

/// Every option of qcc.
struct CommandLine {
  cl::OptionCategory category{"qcc options"};
  cl::opt<std::string> model{cl::Positional, cl::Required,
                             cl::desc("model.onnx"), cl::cat(category)};
  cl::opt<std::string> output{"o", cl::value_desc("file"),
                              cl::desc("where to write the result"),
                              cl::cat(category)};
  cl::opt<Emit> emit{
      "emit", cl::desc("what to write (default: an artifact for qcc-run)"),
      cl::init(Emit::artifact),
      cl::values(clEnumValN(Emit::artifact, "qcm", "artifact"),
                 clEnumValN(Emit::sharedObject, "so", "shared object"),
                 clEnumValN(Emit::object, "obj", "object file and C header"),
                 clEnumValN(Emit::assembly, "asm", "assembly"),
                 clEnumValN(Emit::llvmIR, "llvm", "LLVM IR"),
                 clEnumValN(Emit::mlir, "mlir", "the lowered program")),
      cl::cat(category)};
  cl::opt<std::string> target{"target", cl::init("x86"),
                              cl::desc("x86 (default)"), cl::cat(category)};
  cl::opt<std::string> cpu{
      "mcpu",
      cl::desc("generate code for this processor only (default: AVX-512 VNNI "
               "and AVX2, chosen at load)"),
      cl::cat(category)};
  cl::opt<std::string> bits{
      "bits", cl::value_desc("8|f32"),
      cl::desc("bits of the weights (default: what the model says, else 8)"),
      cl::cat(category)};
  cl::list<std::string> calibration{
      "calib", cl::value_desc("[name=]path"),
      cl::desc("calibration data: npy, npz, picture, or a folder of them; "
               "'synthetic': invented, only to try things out"),
      cl::cat(category)};
  cl::opt<std::string> preprocess{
      "preprocess", cl::value_desc("entries"),
      cl::desc("how pictures become the input, as in "
               "size:256,crop:224,channels:rgb,scale:1/255,mean:.5,std:.5"),
      cl::cat(category)};
  cl::list<std::string> shapes{
      "shape", cl::value_desc("name:1x3x224x224"),
      cl::desc("extents for the symbolic dimensions of an input"),
      cl::cat(category)};
  cl::opt<std::string> ranges{
      "ranges", cl::value_desc("file"),
      cl::desc("reload calibration statistics, or save them if the file does "
               "not exist"),
      cl::cat(category)};
  cl::opt<std::string> rangeMethod{
      "range-method", cl::value_desc("name"),
      cl::desc("how statistics become ranges: minmax, percentile, ..."),
      cl::cat(category)};
  cl::opt<std::string> recipe{
      "recipe", cl::value_desc("file"),
      cl::desc("how to quantize: JSON, see docs/recipes.md"),
      cl::cat(category)};
  cl::list<std::string> keepFloat{"keep-float", cl::value_desc("regex"),
                                  cl::desc("nodes that stay in f32"),
                                  cl::cat(category)};
  cl::list<std::string> schemes{
      "scheme", cl::value_desc("regex:scheme"),
      cl::desc("how nodes are quantized: w8a8, w8a8-per-tensor, w8a16 or f32"),
      cl::cat(category)};
  cl::opt<double> minSqnrLayer{
      "min-sqnr-layer", cl::init(kDefaultMinSqnrLayer), cl::value_desc("dB"),
      cl::desc("fail if the result of a layer keeps less of the float one "
               "(default: 3; -100: never)"),
      cl::cat(category)};
  cl::opt<double> minSqnr{
      "min-sqnr", cl::value_desc("dB"),
      cl::desc("fail if the outputs keep less of the float ones"),
      cl::cat(category)};
  cl::opt<double> maxDrop{
      "max-drop", cl::value_desc("points"),
      cl::desc("fail if top-1 falls by more percentage points, or without "
               "-labels if more percent disagree with float"),
      cl::cat(category)};
  cl::opt<std::string> labels{
      "labels", cl::value_desc("file"),
      cl::desc("classes of the calibration samples: npy, or text with the "
               "class last in each line"),
      cl::cat(category)};
  cl::opt<bool> quiet{"quiet", cl::desc("no summary at the end"),
                      cl::cat(category)};
  cl::opt<std::string> compileTo{
      "compile-to", cl::value_desc("phase"),
      cl::desc(
          "stop after import, graph, calibrate, quantize, lower or codegen "
          "and write the module"),
      cl::cat(category)};
  cl::opt<bool> bytecode{"emit-bytecode",
                         cl::desc("write modules as MLIR bytecode"),
                         cl::cat(category)};
  cl::opt<std::string> dumpPhasesTo{
      "dump-phases-to", cl::value_desc("folder"),
      cl::desc("write the module after each phase"), cl::cat(category)};
  cl::opt<std::string> report{
      "report", cl::value_desc("file.html|file.json"),
      cl::desc("write what was lost where, and why, for people or programs"),
      cl::cat(category)};
  cl::opt<bool> remarks{"remarks",
                        cl::desc("say of every node what was done and why"),
                        cl::cat(category)};
  cl::opt<bool> verifyLowering{
      "verify-lowering",
      cl::desc("interpret the module after each phase and name the first one "
               "that changes its numbers beyond what it declares"),
      cl::cat(category)};
  cl::opt<std::string> seedMiscompile{
      "seed-miscompile", cl::Hidden, cl::value_desc("phase|pass"),
      cl::desc("make the result of this phase or pass wrong (tests of "
               "-verify-lowering)"),
      cl::cat(category)};
  cl::opt<bool> keepFunctions{
      "keep-functions",
      cl::desc("leave the model's own functions as they are, to look at them "
               "with -compile-to=import"),
      cl::cat(category)};
  cl::opt<bool> customDomains{
      "custom-domains",
      cl::desc("let operators through that nobody knows, to look at them with "
               "-compile-to=import"),
      cl::cat(category)};
  // "threads" is taken: libLLVM registers it.
  cl::opt<unsigned> jobs{
      "j", cl::init(0), cl::Prefix,
      cl::desc("threads of the compiler (default: all cores)"),
      cl::cat(category)};
};

} // namespace

static llvm::raw_ostream &printError() {
  return llvm::WithColor::error(llvm::errs(), "qcc");
}

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

std::optional<Options> qcc::tools::parseCommandLine(int argc, char **argv) {
  // LLVM keeps pointers to categories, and LLD comes back to them.
  static CommandLine line;
  cl::HideUnrelatedOptions(line.category);
  // The first line is the point, the others guess what was meant. What is wrong
  // with a value has been said by then.
  std::string problems;
  llvm::raw_string_ostream stream(problems);
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "qcc: quantizes an ONNX model and compiles it ahead of time\n",
          &stream)) {
    llvm::StringRef first = llvm::StringRef(problems).split('\n').first;
    if (first.contains(": "))
      first = first.split(": ").second;
    if (!first.empty())
      printError() << first << '\n';
    return std::nullopt;
  }

  Options options;
  options.model = line.model;
  options.output = line.output;
  options.emit = line.emit;
  options.target = line.target;
  options.cpu = line.cpu;
  options.bits = line.bits;
  options.calibration = line.calibration;
  options.preprocess = line.preprocess;
  options.shapes = line.shapes;
  options.ranges = line.ranges;
  options.rangeMethod = line.rangeMethod;
  options.recipe = line.recipe;
  options.keepFloat = line.keepFloat;
  options.schemes = line.schemes;
  options.minSqnrLayer = line.minSqnrLayer;
  if (line.minSqnr.getNumOccurrences())
    options.minSqnr = line.minSqnr;
  if (line.maxDrop.getNumOccurrences())
    options.maxDrop = line.maxDrop;
  options.labels = line.labels;
  options.quiet = line.quiet;
  options.emitBytecode = line.bytecode;
  options.dumpPhasesTo = line.dumpPhasesTo;
  options.report = line.report;
  options.remarks = line.remarks;
  options.verifyLowering = line.verifyLowering;
  options.seedMiscompile = line.seedMiscompile;
  options.keepFunctions = line.keepFunctions;
  options.customDomains = line.customDomains;
  options.threads = line.jobs;
  for (int i = 1; i < argc; ++i)
    options.commandLine += (i > 1 ? " " : "") + quoteForShell(argv[i]);
  // LLD registers options of its own when it links, some by the same names.
  llvm::SmallVector<cl::Option *> ours;
  for (auto &[name, option] : cl::getRegisteredOptions())
    if (llvm::is_contained(option->Categories, &line.category))
      ours.push_back(option);
  for (cl::Option *option : ours)
    option->removeArgument();

  if (!line.compileTo.empty()) {
    options.compileTo = parsePhase(line.compileTo);
    if (!options.compileTo) {
      printError()
          << "-compile-to=" << line.compileTo
          << " names no phase; there are import, graph, calibrate, quantize, "
             "lower and codegen\n";
      return std::nullopt;
    }
  }
  return options;
}
