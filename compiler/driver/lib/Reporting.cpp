//===- Reporting.cpp - what -report= says of a compilation ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reporting.h"

#include "InProcess.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Report/Layers.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

/// A program, and the times of its stages.
struct Timed {
  report::Program program;
  std::vector<report::StageTime> stages;
  unsigned threads = 0;
  std::string variant;
};

} // namespace

static FailureOr<Timed> timeProgram(const CompiledModel &compiled,
                                    ModuleOp module,
                                    ArrayRef<qnn::Tensor> inputs) {
  func::FuncOp entry = analysis::entryFunction(module);
  FailureOr<std::unique_ptr<InProcess>> process =
      InProcess::load(compiled, entry, {});
  if (failed(process))
    return failure();
  FailureOr<InProcess::Times> times = (*process)->measure(inputs);
  if (failed(times))
    return failure();
  const package::Program &program = compiled.model.programs[times->program];
  Timed result;
  result.program.bytes = (*process)->getArtifactSize();
  result.program.weightBytes = compiled.weights[program.weights].size();
  result.program.arenaBytes = program.arenaSize;
  result.program.milliseconds = 1e3 * times->inference;
  result.threads = times->threads;
  result.variant = program.name;
  for (auto [stage, seconds] : llvm::zip_equal(program.stages, times->stages))
    result.stages.push_back(
        {stage.name, stage.op, stage.macsInt8 + stage.macsFloat, seconds});
  return result;
}

static FailureOr<report::Program>
timeFloatProgram(ModuleOp network, const Options &options,
                 ArrayRef<qnn::Tensor> inputs) {
  OwningOpRef<ModuleOp> lowered = network.clone();
  PassManager manager(network.getContext());
  lower::buildLowerPipeline(manager);
  if (failed(manager.run(*lowered)))
    return failure();
  FailureOr<std::unique_ptr<CompiledModel>> compiled =
      generateCode(*lowered, "float", {.cpu = options.cpu});
  if (failed(compiled))
    return failure();
  FailureOr<Timed> timed = timeProgram(**compiled, *lowered, inputs);
  if (failed(timed))
    return failure();
  return timed->program;
}

FailureOr<report::Report>
qcc::driver::makeReport(Reported &reported, const CompiledModel &compiled,
                        ModuleOp module, const Options &options,
                        const calibration::ExecutorFactory &createExecutor) {
  ModuleOp network = *reported.network, exact = *reported.quantized.exact,
           floatNetwork = *reported.floatNetwork;
  FailureOr<Timed> timed = timeProgram(compiled, module, reported.inputs);
  if (failed(timed))
    return failure();
  report::Report result;
  result.model = llvm::sys::path::filename(options.model).str();
  result.compiler = "qcc " QCC_VERSION;
  result.commandLine = "qcc " + options.commandLine;
  result.processor =
      (llvm::sys::getHostCPUName() + ", " + timed->variant).str();
  result.threads = timed->threads;
  result.program = timed->program;
  // Rounding makes clamps part of grids, and their nodes disappear.
  result.layers =
      report::describeLayers(exact ? exact : network, timed->stages);
  report::addSqnr(result, reported.quantized.layers);
  if (floatNetwork) {
    FailureOr<report::Program> program =
        timeFloatProgram(floatNetwork, options, reported.inputs);
    if (failed(program))
      return failure();
    result.floatProgram = *program;
  }
  if (const std::optional<calibration::Comparison> &comparison =
          reported.quantized.comparison)
    result.accuracy = {comparison->getSamples(), comparison->sqnr(),
                       comparison->logitSqnr(), comparison->agreement()};
  if (exact && reported.samples) {
    // Of a model with grids of its own nobody knows the weights before.
    FailureOr<report::Attribution> attribution =
        report::attributeError(exact, floatNetwork ? network : exact,
                               *reported.samples, createExecutor);
    if (failed(attribution))
      return failure();
    report::addAttribution(result, *attribution);
  }
  return result;
}

llvm::Error qcc::driver::writeReport(const report::Report &report,
                                     StringRef path) {
  return package::writeFileAtomically(path, [&](llvm::raw_ostream &out) {
    if (llvm::sys::path::extension(path) == ".html")
      report::writeHtml(report, out);
    else
      out << llvm::formatv("{0:2}", report::toJson(report)) << '\n';
  });
}
