//===- Compilation.cpp - a model's way through the phases -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Driver/Compilation.h"

#include "Diagnostics.h"

#include "qcc/Driver/InitAll.h"
#include "qcc/Driver/ModuleIO.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Import/Import.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace qcc::driver;

namespace {

class Compilation {
public:
  Compilation(const Options &options, MLIRContext &context)
      : options(options), context(context) {}

  LogicalResult run() {
    if (failed(checkOptions()))
      return failure();
    struct Step {
      Phase phase;
      LogicalResult (Compilation::*run)();
    };
    const Step steps[] = {
        {Phase::import, &Compilation::import},
        {Phase::graph, &Compilation::graph},
        {Phase::calibrate, &Compilation::calibrate},
        {Phase::quantize, &Compilation::quantize},
        {Phase::lower, &Compilation::lower},
    };
    for (const Step &step : steps) {
      if (failed((this->*step.run)()) || failed(finish(step.phase)))
        return failure();
      if (options.compileTo == step.phase)
        return writeModule(*module, outputPath(".mlir"), options.emitBytecode);
    }
    return error() << "there is no code generator yet; use -compile-to=lower";
  }

private:
  InFlightDiagnostic error() {
    return emitError(FileLineColLoc::get(&context, options.model, 0, 0));
  }

  LogicalResult checkOptions() {
    if (options.target != "x86")
      return error() << "-target=" << options.target
                     << " is not built in; this qcc has x86";
    if (!options.bits.empty() && options.bits != "8" && options.bits != "f32")
      return error() << "-bits=" << options.bits
                     << " is not supported; use 8 or f32";
    return success();
  }

  std::string outputPath(StringRef suffix) const {
    if (!options.output.empty())
      return options.output;
    return (llvm::sys::path::stem(options.model) + suffix).str();
  }

  static StringRef suffixOf(Emit emit) {
    switch (emit) {
    case Emit::artifact:
      return ".qcm";
    case Emit::sharedObject:
      return ".so";
    case Emit::object:
      return ".o";
    case Emit::assembly:
      return ".s";
    case Emit::llvmIR:
      return ".ll";
    case Emit::mlir:
      return ".mlir";
    }
    llvm_unreachable("all kinds of output have a suffix");
  }

  /// Runs a pipeline; MLIR reports what fails, and the printer counts it.
  LogicalResult runPipeline(function_ref<void(OpPassManager &)> build) {
    PassManager manager(&context);
    build(manager);
    return manager.run(*module);
  }

  LogicalResult finish(Phase phase) {
    if (options.dumpPhasesTo.empty())
      return success();
    if (std::error_code failure =
            llvm::sys::fs::create_directories(options.dumpPhasesTo))
      return error() << "cannot create " << options.dumpPhasesTo << ": "
                     << failure.message();
    SmallString<128> path(options.dumpPhasesTo);
    llvm::sys::path::append(path, Twine(static_cast<int>(phase)) + "-" +
                                      phaseName(phase) + ".mlir");
    return writeModule(*module, path, /*bytecode=*/false);
  }

  LogicalResult import() {
    module = qcc::importer::importOnnx(options.model, context);
    return success(static_cast<bool>(module));
  }

  LogicalResult graph() {
    return runPipeline([&](OpPassManager &manager) {
      qcc::graph::ConvertOnnxToQnnPassOptions convert;
      convert.shapes.assign(options.shapes.begin(), options.shapes.end());
      manager.addPass(qcc::graph::createConvertOnnxToQnnPass(convert));
    });
  }

  LogicalResult calibrate() { return success(); }
  LogicalResult quantize() { return success(); }

  LogicalResult lower() { return runPipeline(qcc::lower::buildLowerPipeline); }

  const Options &options;
  MLIRContext &context;
  OwningOpRef<ModuleOp> module;
};

} // namespace

LogicalResult qcc::driver::compile(const Options &options) {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, options.model, options.remarks);
  LogicalResult result = Compilation(options, context).run();
  if (failed(result) && printer.getErrorCount() == 0)
    emitError(FileLineColLoc::get(&context, options.model, 0, 0))
        << "internal error: a phase failed without saying why";
  return result;
}
