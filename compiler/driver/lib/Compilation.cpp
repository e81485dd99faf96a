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
#include "Grids.h"
#include "Guards.h"
#include "InProcess.h"
#include "NumberVerifier.h"
#include "Provenance.h"
#include "Reporting.h"
#include "SeedMiscompile.h"
#include "Verification.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Names.h"
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
#include "qcc/Quantize/Passes.h"
#include "qcc/Quantize/PrecisionRules.h"
#include "qcc/io/Preprocess.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ThreadPool.h"

#include <future>

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

/// How many calibration samples -verify-lowering takes.
constexpr size_t kVerifiedSamples = 2;

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
      manager.addInstrumentation(verifier.instrument(
          declared, [this](ModuleOp program, StringRef pass) {
            if (options.seedMiscompile == pass)
              isSeeded |= corruptProgram(program);
          }));
    build(manager);
    if (failed(manager.run(*module)))
      return failure();
    return success(!verifier.hasFailed());
  }

  /// The calibration data, opened when it is first wanted; null without.
  FailureOr<const calibration::Samples *> openSamples(ModuleOp program) {
    if (!samples && !options.calibration.empty()) {
      FailureOr<calibration::Samples> opened = calibration::Samples::open(
          program, options.calibration, options.preprocess);
      if (failed(opened))
        return failure();
      samples = std::move(*opened);
    }
    return samples ? &*samples : nullptr;
  }

  /// What -verify-lowering runs the program on: the first calibration samples,
  /// or numbers from the interval of each input.
  FailureOr<std::vector<Sample>> makeVerifierSamples(ModuleOp program) {
    FailureOr<const calibration::Samples *> data = openSamples(program);
    if (failed(data))
      return failure();
    std::vector<Sample> result;
    if (!*data) {
      result.push_back(goldenInputs(program, inputRanges(program), /*seed=*/1));
      return result;
    }
    for (size_t i = 0; i < std::min(kVerifiedSamples, (*data)->count()); ++i) {
      FailureOr<Sample> sample = (*data)->read(i);
      if (failed(sample))
        return failure();
      result.push_back(std::move(*sample));
    }
    return result;
  }

  LogicalResult finish(Phase phase) {
    if (options.seedMiscompile == phaseName(phase))
      isSeeded |= corruptProgram(*module);
    if (options.verifyLowering && failed(verifyPhase(phase)))
      return failure();
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

  LogicalResult verifyPhase(Phase phase) {
    if (phase == Phase::import)
      return verifyImport(*module, options.model, importOptions());
    // Nothing may have happened since the last pass; quantize says what it did
    // to each layer, and is not made of one pipeline.
    Declared declared = phase == Phase::quantize && isToBeQuantized()
                            ? Declared::quantization
                            : Declared::nothing;
    return verifier.check(*module, phaseName(phase), declared);
  }

  void reportVerified() {
    const Comparison &total = verifier.getTotal();
    llvm::errs() << options.model
                 << ": verified: every phase keeps its numbers, "
                 << total.oneStep << " of " << total.integers
                 << " integers moved by one step when layers became integer "
                    "programs\n";
  }

  importer::ImportOptions importOptions() const {
    importer::ImportOptions result;
    result.keepFunctions = options.keepFunctions;
    result.customDomains =
        options.customDomains || options.compileTo != Phase::import;
    return result;
  }

  LogicalResult importModel() {
    module = importer::importOnnx(options.model, context, importOptions());
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
    if (failed(openSamples(*module)) || failed(checkRules()) ||
        failed(openLabels()))
      return failure();
    if (!isToBeQuantized())
      return success();
    bool isSaved =
        !options.ranges.empty() && llvm::sys::fs::exists(options.ranges);
    if (!samples && !isSaved)
      return error() << "8-bit activations need calibration data: give "
                        "-calib=PATH, -bits=f32 for a float program, or "
                        "-calib=synthetic to try without data";
    if (failed(equalize()))
      return failure();
    if (!options.report.empty())
      reported.floatNetwork = module->clone();
    if (failed(
            runPipeline(calibrate::buildCalibratePipeline, Declared::nothing)))
      return failure();
    if (options.verifyLowering &&
        failed(verifyCalibration(*module, verifier.getSamples())))
      return failure();
    if (samples) {
      FailureOr<calibration::Measurable> measurable =
          calibration::Measurable::create(*module, createCompiledExecutor,
                                          calibration::Runs::many);
      if (failed(measurable))
        return failure();
      reference = std::move(*measurable);
    }
    FailureOr<calibrate::ModelStatistics> statistics =
        isSaved
            ? calibrate::loadStatistics(options.ranges, [&] { return error(); })
            : calibration::collectStatistics(*module, *samples,
                                             *reference.executor);
    if (failed(statistics))
      return failure();
    if (!isSaved && !options.ranges.empty() &&
        failed(check(package::writeFileAtomically(
            options.ranges, [&](llvm::raw_ostream &os) {
              calibrate::printStatistics(*statistics, os);
            }))))
      return failure();
    calibration::warnOfStatistics(*module, *statistics);
    return calibrate::absorbStatistics(*module, *statistics);
  }

  /// Statistics are of the equalized network.
  LogicalResult equalize() {
    FailureOr<calibration::Recipe> recipe =
        makeRecipe(options, [&] { return error(); });
    if (failed(recipe) || !recipe->equalize)
      return recipe;
    return runPipeline(
        [](OpPassManager &manager) {
          manager.addNestedPass<func::FuncOp>(quantize::createEqualize());
        },
        Declared::nothing);
  }

  /// The recipe's rules must match nodes and agree with each other. Known
  /// before the work of calibration.
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
    return rules->resolve(*module, emitError);
  }

  LogicalResult quantizeModule() {
    if (isToBeQuantized() || hasQdq) {
      FailureOr<calibration::Recipe> recipe =
          makeRecipe(options, [&] { return error(); });
      if (failed(recipe))
        return failure();
      FailureOr<calibration::QuantizeResult> result =
          calibration::quantize(module, samples ? &*samples : nullptr, *recipe,
                                reference, createCompiledExecutor);
      if (failed(result) || failed(checkQuality(*result)))
        return failure();
      countLayers();
      if (!options.report.empty())
        reported.quantized = std::move(*result);
    }
    if (!options.report.empty())
      reported.network = module->clone();
    ranges = inputRanges(*module);
    schemes = describeSchemes(*module);
    grids = collectGrids(*module);
    return success();
  }

  LogicalResult openLabels() {
    if (hasQdq &&
        (options.minSqnr || options.maxDrop || !options.labels.empty()))
      return error() << "-min-sqnr, -max-drop and -labels compare with a float "
                        "model, but this one comes with Q/DQ";
    if (!samples)
      return success();
    FailureOr<std::vector<int64_t>> read =
        readLabels(options, *module, *samples, [&] { return error(); });
    if (failed(read))
      return failure();
    labels = std::move(*read);
    return success();
  }

  /// Whether the quantized network keeps enough of the float one.
  LogicalResult checkQuality(const calibration::QuantizeResult &result) {
    if (!result.comparison)
      return success();
    if (failed(checkLayers(options, result.layers)))
      return failure();
    FailureOr<llvm::json::Object> measured =
        checkContract(options, result, reference, *samples, labels, &context,
                      [&] { return error(); });
    if (failed(measured))
      return failure();
    quality = std::move(*measured);
    return success();
  }

  /// What became of the layers, before lowering makes other ops of them.
  void countLayers() {
    // A node may be computed in parts.
    llvm::StringSet<> nodes;
    module->walk([&](qnn::QuantizableOp op) {
      if (!op.isIntegerContraction() ||
          !nodes.insert(analysis::nodeName(op)).second)
        return;
      ++layers;
      integerLayers += llvm::any_of(op->getOperands(), [](Value operand) {
        return static_cast<bool>(operand.getDefiningOp<qnn::DequantizeOp>());
      });
    });
  }

  /// One line for those who asked for nothing more.
  void summarize(StringRef path) const {
    if (!quality || options.quiet)
      return;
    uint64_t bytes = 0;
    if (llvm::sys::fs::file_size(path, bytes))
      return;
    llvm::errs() << options.model << ": " << integerLayers << " of " << layers
                 << " layers in int8, " << (bytes + 1023) / 1024 << " KiB, "
                 << describeQuality(*quality) << "\n";
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
    FailureOr<std::unique_ptr<CompiledModel>> compiled = generateCode(
        *module, llvm::sys::path::stem(options.model), {.cpu = options.cpu});
    if (failed(compiled))
      return failure();
    package::Model &model = (*compiled)->model;
    for (package::Program &program : model.programs)
      setGrids(program, grids);
    if (options.seedMiscompile == phaseName(Phase::codegen)) {
      corruptProgram(**compiled);
      isSeeded = true;
    }
    if (!options.seedMiscompile.empty() && !isSeeded)
      return error() << "-seed-miscompile=" << options.seedMiscompile
                     << " names no phase or pass that ran and left something "
                        "to change";
    if (options.verifyLowering) {
      if (failed(verifyPrograms(**compiled, *module, verifier)))
        return failure();
      reportVerified();
    }
    if (failed(recordPreprocessing(model)))
      return failure();
    // Hashing takes as long as the interpreter, which uses one thread too.
    std::future<llvm::json::Object> described = std::async(
        std::launch::async, [&] { return describeProvenance(options); });
    if (options.emit == Emit::artifact) {
      FailureOr<std::optional<package::Golden>> golden =
          makeGolden(*module, ranges);
      if (failed(golden))
        return failure();
      model.golden = std::move(*golden);
    }
    llvm::json::Object provenance = described.get();
    provenance["tensors"] = std::move(schemes);
    if (quality)
      provenance["quality"] = llvm::json::Object(*quality);
    model.provenance =
        llvm::formatv("{0}", llvm::json::Value(std::move(provenance)));
    if (!options.report.empty() && failed(writeReport(**compiled)))
      return failure();
    if (failed(check(
            options.emit == Emit::artifact ? package::writeArtifact(model, path)
            : options.emit == Emit::sharedObject
                ? package::writeSharedObject(model, path)
                : package::writeObject(model, path, headerPath(options)))))
      return failure();
    summarize(path);
    return success();
  }

  LogicalResult writeReport(const CompiledModel &compiled) {
    reported.inputs = goldenInputs(*module, ranges, /*seed=*/1);
    if (samples) {
      reported.samples = &*samples;
      FailureOr<SmallVector<qnn::Tensor>> first = samples->read(0);
      if (failed(first))
        return failure();
      reported.inputs = std::move(*first);
    }
    FailureOr<report::Report> report = makeReport(
        reported, compiled, *module, options, createCompiledExecutor);
    if (failed(report))
      return failure();
    return check(driver::writeReport(*report, options.report));
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

  LogicalResult writeText(StringRef path, target::CodeForm form) {
    FailureOr<std::string> text =
        generateText(*module, {.cpu = options.cpu}, form);
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
      [this](ModuleOp program) { return makeVerifierSamples(program); }};
  bool isSeeded = false; ///< `-seed-miscompile` has done its work.
  bool hasQdq = false;   ///< The model came with Q/DQ, which is kept.
  std::optional<calibration::Samples> samples;
  std::vector<int64_t> labels;       ///< Of the samples, with -labels.
  calibration::Measurable reference; ///< The float network, with samples.
  Reported reported;
  std::vector<qcc_golden_input>
      ranges;                ///< Of the inputs, known after quantize.
  llvm::json::Array schemes; ///< Of all tensors, for provenance.
  llvm::StringMap<package::Grids> grids;     ///< Of the same.
  std::optional<llvm::json::Object> quality; ///< Measured against float.
  size_t layers = 0, integerLayers = 0;
};

} // namespace

LogicalResult qcc::driver::compile(const Options &options) {
  DialectRegistry registry;
  registerAllDialects(registry);
  std::optional<llvm::DefaultThreadPool> threads;
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  if (options.threads > 1)
    context.setThreadPool(
        threads.emplace(llvm::hardware_concurrency(options.threads)));
  else if (options.threads == 0)
    context.enableMultithreading();
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, options.model, options.remarks);
  LogicalResult result = Compilation(options, context).run();
  if (failed(result) && printer.getErrorCount() == 0)
    emitError(FileLineColLoc::get(&context, options.model, 0, 0))
        << "internal error: a phase failed without saying why";
  return result;
}
