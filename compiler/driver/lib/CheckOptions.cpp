//===- CheckOptions.cpp - what is wrong with options, before any work -----===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckOptions.h"

#include "qcc/Calibration/Samples.h"
#include "qcc/Package/Package.h"
#include "qcc/Quantize/PrecisionRules.h"
#include "qcc/X86/Compile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

using ErrorFn = llvm::function_ref<InFlightDiagnostic()>;

static StringRef suffixOf(const Options &options) {
  if (options.compileTo && *options.compileTo < Phase::codegen)
    return ".mlir";
  switch (options.emit) {
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

std::string qcc::driver::outputPath(const Options &options) {
  if (!options.output.empty())
    return options.output;
  return (llvm::sys::path::stem(options.model) + suffixOf(options)).str();
}

std::string qcc::driver::headerPath(const Options &options) {
  SmallString<128> header(outputPath(options));
  llvm::sys::path::replace_extension(header, ".h");
  return header.str().str();
}

/// A report is about a program, in a form that its name says.
static LogicalResult checkReport(const Options &options, ErrorFn emitError) {
  StringRef extension = llvm::sys::path::extension(options.report);
  if (extension != ".html" && extension != ".json")
    return emitError() << "-report=" << options.report
                       << " must end in .html or .json";
  bool isProgram = options.emit == Emit::artifact ||
                   options.emit == Emit::sharedObject ||
                   options.emit == Emit::object;
  if (!isProgram || options.compileTo)
    return emitError() << "-report measures the compiled program: it cannot be "
                          "combined with -compile-to, or with -emit=asm, llvm "
                          "or mlir";
  return success();
}

/// Options that would do nothing are a misunderstanding.
static LogicalResult checkCombination(const Options &options,
                                      ErrorFn emitError) {
  bool stopsEarly = options.compileTo && *options.compileTo < Phase::codegen;
  bool writesModule = stopsEarly || options.emit == Emit::mlir;
  if (stopsEarly && options.emit != Emit::artifact &&
      options.emit != Emit::mlir)
    return emitError() << "-emit and -compile-to="
                       << phaseName(*options.compileTo)
                       << " contradict each other: the phase ends in a module";
  if (options.emitBytecode && !writesModule)
    return emitError() << "-emit-bytecode is for modules: it needs -compile-to "
                          "or -emit=mlir";
  if (options.emit == Emit::object && options.output == "-")
    return emitError() << "-emit=obj writes two files: -o must name one";
  if ((options.keepFunctions || options.customDomains) &&
      options.compileTo != Phase::import)
    return emitError() << "-keep-functions and -custom-domains show a model "
                          "that cannot be compiled: they need "
                          "-compile-to=import";
  if (options.bits != "f32")
    return success();
  std::pair<StringRef, bool> quantizing[] = {
      {"-ranges", !options.ranges.empty()},
      {"-range-method", !options.rangeMethod.empty()},
      {"-recipe", !options.recipe.empty()},
      {"-keep-float", !options.keepFloat.empty()},
      {"-min-sqnr", options.minSqnr.has_value()},
      {"-min-sqnr-layer", options.minSqnrLayer.has_value()},
      {"-max-drop", options.maxDrop.has_value()},
      {"-labels", !options.labels.empty()},
      {"-scheme", !options.schemes.empty()}};
  for (auto [name, isGiven] : quantizing)
    if (isGiven)
      return emitError() << name << " does nothing with -bits=f32";
  return success();
}

static LogicalResult checkGuards(const Options &options, ErrorFn emitError) {
  if (options.maxDrop && !(*options.maxDrop >= 0 && *options.maxDrop <= 100))
    return emitError() << "-max-drop=" << llvm::formatv("{0}", *options.maxDrop)
                       << " must be 0 to 100 percentage points";
  bool measures = options.minSqnr || options.maxDrop || !options.labels.empty();
  if (measures &&
      (options.calibration.empty() ||
       llvm::is_contained(options.calibration, calibration::kSynthetic)))
    return emitError() << "-min-sqnr, -max-drop and -labels measure on "
                          "calibration samples: give real ones with "
                          "-calib=PATH";
  return success();
}

namespace {

/// A file that is read or written, and the option that names it.
struct Place {
  StringRef option;
  std::string path;
};

} // namespace

static SmallVector<Place> inputPlaces(const Options &options) {
  SmallVector<Place> result = {{"the model", options.model}};
  for (const std::string &entry : options.calibration) {
    StringRef path = entry;
    if (!llvm::sys::fs::exists(path) && path.contains('='))
      path = path.split('=').second;
    result.push_back({"-calib", path.str()});
  }
  if (!options.recipe.empty())
    result.push_back({"-recipe", options.recipe});
  if (!options.labels.empty())
    result.push_back({"-labels", options.labels});
  if (!options.ranges.empty() && llvm::sys::fs::exists(options.ranges))
    result.push_back({"-ranges", options.ranges});
  return result;
}

static SmallVector<Place> outputPlaces(const Options &options) {
  SmallVector<Place> result = {{"-o", outputPath(options)}};
  if (options.emit == Emit::object && !options.compileTo)
    result.push_back({"the header", headerPath(options)});
  if (!options.report.empty())
    result.push_back({"-report", options.report});
  if (!options.ranges.empty() && !llvm::sys::fs::exists(options.ranges))
    result.push_back({"-ranges", options.ranges});
  return result;
}

/// No file is written over another that the same command reads or writes; what
/// is read ends, and what is written can be written.
static LogicalResult checkFiles(const Options &options, ErrorFn emitError) {
  SmallVector<Place> others = inputPlaces(options);
  llvm::sys::fs::file_status status;
  for (const Place &input : others)
    if (!llvm::sys::fs::status(input.path, status) &&
        llvm::sys::fs::is_other(status))
      return emitError() << "cannot read '" << input.path
                         << "': not a regular file";
  for (const Place &output : outputPlaces(options)) {
    for (const Place &other : others)
      if (output.path == other.path ||
          llvm::sys::fs::equivalent(output.path, other.path))
        return emitError() << other.option << " and " << output.option
                           << " name the same file, " << output.path;
    others.push_back(output);
    if (llvm::Error problem = package::checkWritable(output.path))
      return emitError() << llvm::toString(std::move(problem));
  }
  return success();
}

LogicalResult qcc::driver::checkOptions(const Options &options,
                                        ErrorFn emitError) {
  if (options.target != "x86")
    return emitError() << "-target=" << options.target
                       << " is not built in; this qcc has x86";
  if (!options.bits.empty() && options.bits != "8" && options.bits != "f32")
    return emitError() << "-bits=" << options.bits
                       << " is not supported; use 8 or f32";
  if (failed(x86::checkOptions({.cpu = options.cpu}, emitError)))
    return failure();
  if (failed(checkCombination(options, emitError)) ||
      failed(checkGuards(options, emitError)) ||
      (!options.report.empty() && failed(checkReport(options, emitError))) ||
      failed(checkFiles(options, emitError)))
    return failure();
  FailureOr<calibration::Recipe> recipe = makeRecipe(options, emitError);
  if (failed(recipe))
    return failure();
  return quantize::PrecisionRules::parse(recipe->schemes, recipe->keepFloat,
                                         emitError);
}

FailureOr<calibration::Recipe> qcc::driver::makeRecipe(const Options &options,
                                                       ErrorFn emitError) {
  calibration::Recipe recipe;
  if (!options.recipe.empty()) {
    FailureOr<calibration::Recipe> loaded =
        calibration::loadRecipe(options.recipe, emitError);
    if (failed(loaded))
      return failure();
    recipe = std::move(*loaded);
  }
  if (!options.rangeMethod.empty()) {
    std::optional<calibrate::RangeMethod> method =
        calibration::parseRangeMethod(options.rangeMethod);
    if (!method)
      return emitError() << "-range-method=" << options.rangeMethod
                         << " is none of " << calibration::kRangeMethodNames;
    recipe.ranges = method;
  }
  llvm::append_range(recipe.keepFloat, options.keepFloat);
  llvm::append_range(recipe.schemes, options.schemes);
  return recipe;
}
