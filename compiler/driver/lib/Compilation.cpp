//===- Compilation.cpp - a model's way through the phases -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Driver/Compilation.h"

#include "CheckOptions.h"
#include "Codegen.h"
#include "CompiledExecutor.h"
#include "Diagnostics.h"
#include "Golden.h"
#include "InProcess.h"
#include "NumberVerifier.h"
#include "Provenance.h"
#include "Signature.h"

#include "qcc/Calibrate/Passes.h"
#include "qcc/Calibrate/Statistics.h"
#include "qcc/Calibration/Calibrate.h"
#include "qcc/Calibration/Quantize.h"
#include "qcc/Driver/InitAll.h"
#include "qcc/Driver/ModuleIO.h"
#include "qcc/Graph/Pipelines.h"
#include "qcc/Import/Import.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Quantize/PrecisionRules.h"
#include "qcc/io/Preprocess.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

class Compilation {
public:
  Compilation(const Options &options, MLIRContext &context)
      : options(options), context(context) {}

  LogicalResult run() {
    if (failed(checkOptions(options, [&] { return error(); })))
      return failure();
    struct Step {
      Phase phase;
      LogicalResult (Compilation::*run)();
    };
    const Step steps[] = {
        {Phase::import, &Compilation::importModel},
        {Phase::graph, &Compilation::convertToGraph},
        {Phase::calibrate, &Compilation::collectStatistics},
        {Phase::quantize, &Compilation::quantizeModule},
        {Phase::lower, &Compilation::lowerModule},
    };
    for (const Step &step : steps) {
      if (failed((this->*step.run)()) || failed(finish(step.phase)))
        return failure();
      if (options.compileTo == step.phase)
        return writeModule(*module, outputPath(options), options.emitBytecode);
    }
    return writeProgram();
  }

private:
  InFlightDiagnostic error() {
    return emitError(FileLineColLoc::get(&context, options.model, 0, 0));
  }

  /// Runs a pipeline whose passes may move the numbers as `declared` says.
  LogicalResult runPipeline(function_ref<void(OpPassManager &)> build,
                            Declared declared) {
    PassManager manager(&context);
    if (options.verifyLowering)
      manager.addInstrumentation(
          verifier.instrument([declared](StringRef pass) {
            // The two passes that move from real numbers to integers.
            bool isDeclared = pass == "qcc-fuse-contractions" ||
                              pass == "qcc-fuse-elementwise";
            return isDeclared ? Declared::oneStep : declared;
          }));
    build(manager);
    if (failed(manager.run(*module)))
      return failure();
    return success(!verifier.hasFailed());
  }

  /// What the program computes on its way: the first calibration sample, or
  /// numbers from the interval of each input.
  SmallVector<qnn::Tensor> sampleInputs(ModuleOp program) {
    return goldenInputs(program, inputRanges(program), /*seed=*/1);
  }

  LogicalResult finish(Phase phase) {
    if (options.seedMiscompile == phaseName(phase) && !corruptProgram(*module))
      return error() << "-seed-miscompile found nothing to change";
    if (options.verifyLowering) {
      // Nothing may have happened since the last pass; quantize says what it
      // did to each layer, and is not made of one pipeline.
      Declared declared = phase == Phase::quantize && isToBeQuantized()
                              ? Declared::quantization
                              : Declared::nothing;
      if (failed(verifier.check(*module, phaseName(phase), declared)))
        return failure();
    }
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

  LogicalResult importModel() {
    importer::ImportOptions importOptions;
    importOptions.keepFunctions = options.keepFunctions;
    importOptions.customDomains = options.customDomains;
    module = importer::importOnnx(options.model, context, importOptions);
    return success(static_cast<bool>(module));
  }

  LogicalResult convertToGraph() {
    return runPipeline(
        [&](OpPassManager &manager) {
          graph::GraphOptions graphOptions;
          graphOptions.shapes = options.shapes;
          graph::buildGraphPipeline(manager, graphOptions);
        },
        Declared::rounding);
  }

  /// True if numbers are to be rounded that are not rounded yet.
  bool isToBeQuantized() const { return options.bits != "f32" && !hasQdq; }

  LogicalResult collectStatistics() {
    hasQdq = module
                 ->walk([](Operation *op) {
                   return isa<qnn::QuantizeOp, qnn::DequantizeOp>(op)
                              ? WalkResult::interrupt()
                              : WalkResult::advance();
                 })
                 .wasInterrupted();
    if (!options.calibration.empty()) {
      FailureOr<calibration::Samples> opened = calibration::Samples::open(
          *module, options.calibration, options.preprocess);
      if (failed(opened))
        return failure();
      samples = std::move(*opened);
    }
    if (failed(checkRules()))
      return failure();
    if (!isToBeQuantized())
      return success();
    bool isSaved =
        !options.ranges.empty() && llvm::sys::fs::exists(options.ranges);
    if (!samples && !isSaved)
      return error() << "8-bit activations need calibration data: give "
                        "-calib=PATH, or -bits=f32 for a float program";
    if (failed(
            runPipeline(calibrate::buildCalibratePipeline, Declared::nothing)))
      return failure();
    FailureOr<calibrate::ModelStatistics> statistics =
        isSaved
            ? calibrate::loadStatistics(options.ranges, [&] { return error(); })
            : calibration::collectStatistics(*module, *samples,
                                             compiledExecutors(options));
    if (failed(statistics))
      return failure();
    if (!isSaved && !options.ranges.empty() &&
        failed(calibrate::saveStatistics(*statistics, options.ranges,
                                         [&] { return error(); })))
      return failure();
    calibration::warnOfStatistics(*module, *statistics);
    return calibrate::absorbStatistics(*module, *statistics);
  }

  /// The recipe's rules must match nodes. Known before the work of calibration.
  LogicalResult checkRules() {
    auto emitError = [&] { return error(); };
    FailureOr<calibration::Recipe> recipe = makeRecipe(options, emitError);
    if (failed(recipe))
      return failure();
    FailureOr<quantize::PrecisionRules> rules = quantize::PrecisionRules::parse(
        recipe->schemes, recipe->keepFloat, emitError);
    if (failed(rules))
      return failure();
    if (hasQdq && !(recipe->schemes.empty() && recipe->keepFloat.empty()))
      return error() << "the model comes with Q/DQ, which is kept: no node can "
                        "be given another precision";
    return rules->verifyMatches(*module, emitError);
  }

  LogicalResult quantizeModule() {
    if (isToBeQuantized() || hasQdq) {
      FailureOr<calibration::Recipe> recipe =
          makeRecipe(options, [&] { return error(); });
      if (failed(recipe))
        return failure();
      if (failed(calibration::quantize(module, samples ? &*samples : nullptr,
                                       *recipe, compiledExecutors(options))))
        return failure();
    }
    ranges = inputRanges(*module);
    schemes = describeSchemes(*module);
    return success();
  }

  LogicalResult lowerModule() {
    return runPipeline(lower::buildLowerPipeline, Declared::nothing);
  }

  /// Writes what `-emit=` asks for.
  LogicalResult writeProgram() {
    std::string path = outputPath(options);
    switch (options.emit) {
    case Emit::mlir:
      return writeModule(*module, path, options.emitBytecode);
    case Emit::assembly:
      return writeText(path, target::CodeForm::assembly);
    case Emit::llvmIR:
      return writeText(path, target::CodeForm::llvmIR);
    case Emit::artifact:
    case Emit::sharedObject:
    case Emit::object:
      break;
    }
    FailureOr<std::unique_ptr<CompiledModel>> compiled =
        generateCode(*module, options);
    if (failed(compiled))
      return failure();
    package::Model &model = (*compiled)->model;
    if (options.verifyLowering && failed(verifyPrograms(**compiled)))
      return failure();
    if (failed(recordPreprocessing(model)))
      return failure();
    llvm::json::Object provenance = describeProvenance(options);
    provenance["tensors"] = std::move(schemes);
    model.provenance =
        llvm::formatv("{0}", llvm::json::Value(std::move(provenance)));
    if (options.emit == Emit::artifact) {
      FailureOr<package::Golden> golden = makeGolden(*module, ranges);
      if (failed(golden))
        return failure();
      model.golden = std::move(*golden);
    }
    return check(options.emit == Emit::artifact
                     ? package::writeArtifact(model, path)
                 : options.emit == Emit::sharedObject
                     ? package::writeSharedObject(model, path)
                     : package::writeObject(model, path, headerPath(path)));
  }

  /// Puts `-preprocess=` into the signature of the inputs that hold pictures,
  /// so that qcc-run takes them.
  LogicalResult recordPreprocessing(package::Model &model) {
    if (options.preprocess.empty())
      return success();
    bool isUsed = false;
    for (package::Value &input : model.inputs) {
      if (input.shape.size() != 4)
        continue;
      io::ArrayType type;
      type.dtype = input.dtype;
      type.shape.assign(input.shape.begin(), input.shape.end());
      qcc_preprocess preprocess;
      io::Status status =
          io::parsePreprocess(options.preprocess, type, preprocess);
      if (!status.ok())
        return error() << status.message();
      input.preprocess = preprocess;
      isUsed = true;
    }
    return isUsed ? success()
                  : error() << "-preprocess is for pictures, but no input has "
                               "4 dimensions";
  }

  /// Runs every variant in this process: its results must have the bits that
  /// the interpreter gives.
  LogicalResult verifyPrograms(CompiledModel &compiled) {
    if (options.seedMiscompile == phaseName(Phase::codegen)) {
      for (std::vector<uint8_t> &weights : compiled.weights)
        for (size_t i = 0; i < weights.size(); i += 7)
          weights[i] ^= 0x80;
    }
    for (const package::Program &program : compiled.model.programs) {
      InProcess::Settings settings;
      settings.program = program.name;
      FailureOr<std::unique_ptr<InProcess>> loaded =
          InProcess::load(compiled, entryFunction(*module), settings);
      if (failed(loaded))
        return failure();
      FailureOr<SmallVector<qnn::Tensor>> results =
          (*loaded)->run(verifier.getInputs());
      if (failed(results))
        return failure();
      for (auto [i, pair] : llvm::enumerate(
               llvm::zip_equal(*results, verifier.getSnapshot().results)))
        if (memcmp(std::get<0>(pair).data<char>(),
                   std::get<1>(pair).data<char>(),
                   std::get<0>(pair).getByteSize()) != 0)
          return error() << "codegen changes the numbers beyond what it "
                            "declares: result "
                         << i << " of " << program.name << " differs";
    }
    llvm::errs() << options.model
                 << ": verified: every phase keeps its numbers, "
                 << verifier.getOneStepDifferences() << " of "
                 << verifier.getComparedSteps()
                 << " integers moved by one step when layers became integer "
                    "programs\n";
    return success();
  }

  static std::string headerPath(StringRef path) {
    SmallString<128> header(path);
    llvm::sys::path::replace_extension(header, ".h");
    return header.str().str();
  }

  LogicalResult writeText(StringRef path, target::CodeForm form) {
    FailureOr<std::string> text = generateText(*module, options, form);
    if (failed(text))
      return failure();
    return check(package::writeFileAtomically(path, StringRef(*text)));
  }

  LogicalResult check(llvm::Error failure) {
    if (!failure)
      return success();
    return error() << llvm::toString(std::move(failure));
  }

  const Options &options;
  MLIRContext &context;
  OwningOpRef<ModuleOp> module;
  NumberVerifier verifier{
      [this](ModuleOp program) { return sampleInputs(program); }};
  bool hasQdq = false; ///< The model came with Q/DQ, which is kept.
  std::optional<calibration::Samples> samples;
  std::vector<qcc_golden_input>
      ranges;                ///< Of the inputs, known after quantize.
  llvm::json::Array schemes; ///< Of all tensors, for provenance.
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
