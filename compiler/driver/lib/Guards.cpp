//===- Guards.cpp - what int8 must keep of float --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Guards.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/io/Labels.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;
using calibration::Comparison;
using calibration::LayerSqnr;

/// Layers that a broken contract names.
static constexpr size_t kWorstLayers = 3;

/// As messages show it.
static std::string number(double value) {
  return llvm::formatv("{0:f1}", value);
}

/// Classes that the first f32 result of `program` tells apart.
static int64_t classCount(ModuleOp program) {
  for (Type type : analysis::entryFunction(program).getResultTypes())
    if (auto tensor = dyn_cast<RankedTensorType>(type);
        tensor && tensor.getElementType().isF32() && tensor.hasStaticShape())
      return tensor.getNumElements();
  return 0;
}

FailureOr<std::vector<int64_t>>
qcc::driver::readLabels(const Options &options, ModuleOp program,
                        const calibration::Samples &samples,
                        ErrorFn emitError) {
  std::vector<int64_t> labels;
  if (options.labels.empty())
    return labels;
  // A folder's pictures are taken in the order of their names.
  bool byName = options.calibration.size() == 1 &&
                llvm::sys::fs::is_directory(options.calibration.front());
  if (io::Status status = io::readLabels(options.labels, byName, labels);
      !status.ok())
    return emitError() << status.message();
  if (labels.size() != samples.count())
    return emitError() << "-labels=" << options.labels << " has "
                       << labels.size() << " classes for " << samples.count()
                       << " calibration samples";
  int64_t classes = classCount(program);
  for (auto [i, label] : llvm::enumerate(labels))
    if (label < 0 || label >= classes)
      return emitError() << "-labels=" << options.labels << ": class " << label
                         << " of sample " << i << " is not one of the "
                         << classes << " that the model tells apart";
  return labels;
}

LogicalResult qcc::driver::checkLayers(const Options &options,
                                       ArrayRef<LayerSqnr> layers) {
  double limit = options.minSqnrLayer.value_or(kDefaultMinSqnrLayer);
  for (const LayerSqnr &layer : layers)
    // A layer that is silent in float has no SQNR: NaN.
    if (layer.sqnr < limit)
      return emitError(layer.location)
             << "the layer collapses: its int8 result keeps "
             << number(layer.sqnr) << " dB of the float one, less than "
             << "-min-sqnr-layer=" << number(limit)
             << "; more or better mixed calibration samples, another "
                "-range-method=, or -keep-float= for the layer or the one "
                "before it would help";
  return success();
}

/// The layers that keep least, as a message lists them.
static std::string worstLayers(ArrayRef<LayerSqnr> layers) {
  auto order = llvm::to_vector(llvm::make_pointer_range(layers));
  llvm::erase_if(
      order, [](const LayerSqnr *layer) { return std::isnan(layer->sqnr); });
  llvm::stable_sort(order, [](const LayerSqnr *a, const LayerSqnr *b) {
    return a->sqnr < b->sqnr;
  });
  std::string text;
  for (const LayerSqnr *layer : ArrayRef(order).take_front(kWorstLayers)) {
    auto name = layer->location->findInstanceOf<NameLoc>();
    text += text.empty() ? "; the layers that keep least: " : ", ";
    text += "'" + (name ? name.getName().str() : "?") + "' (" +
            number(layer->sqnr) + " dB)";
  }
  return text;
}

std::string qcc::driver::describeQuality(const llvm::json::Object &quality) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (std::optional<double> sqnr = quality.getNumber("sqnr_db"))
    stream << number(*sqnr) << " dB, ";
  stream << number(*quality.getNumber("agreement_percent"))
         << " % agreement with float";
  if (std::optional<double> top1 = quality.getNumber("top1_percent"))
    stream << ", top-1 " << number(*top1) << " % (float "
           << number(*quality.getNumber("top1_float_percent")) << " %)";
  stream << " on " << *quality.getInteger("samples") << " samples"
         << (*quality.getBoolean("held_back") ? " held back" : "");
  return text;
}

/// JSON has no infinity.
static void put(llvm::json::Object &object, StringRef name, double value) {
  if (std::isfinite(value))
    object[name] = value;
}

FailureOr<llvm::json::Object> qcc::driver::checkContract(
    const Options &options, const calibration::QuantizeResult &result,
    const calibration::Measurable &reference,
    const calibration::Samples &samples, ArrayRef<int64_t> labels,
    MLIRContext *context, ErrorFn emitError) {
  bool isAsked = options.minSqnr || options.maxDrop || !labels.empty();
  FailureOr<Comparison> measured = *result.comparison;
  if (isAsked)
    measured = calibration::compareOnAll(result.program, reference, samples,
                                         labels, context);
  if (failed(measured))
    return failure();
  double agreement = 100 * measured->agreement();
  llvm::json::Object quality{
      {"samples", static_cast<int64_t>(measured->getSamples())},
      {"held_back", !isAsked && result.isOnHeldBack},
      {"agreement_percent", agreement}};
  put(quality, "sqnr_db", measured->sqnr());
  double drop = 100 - agreement;
  if (std::optional<double> before = measured->expectedTop1()) {
    double after = *measured->actualTop1();
    drop = 100 * (*before - after);
    quality["top1_float_percent"] = 100 * *before;
    quality["top1_percent"] = 100 * after;
  }
  if (options.minSqnr) {
    quality["min_sqnr_db"] = *options.minSqnr;
    if (!(measured->sqnr() >= *options.minSqnr))
      return emitError() << "int8 keeps " << number(measured->sqnr())
                         << " dB of the float outputs on the "
                         << measured->getSamples()
                         << " calibration samples, less than -min-sqnr="
                         << number(*options.minSqnr)
                         << worstLayers(result.layers);
  }
  if (options.maxDrop) {
    quality["max_drop_points"] = *options.maxDrop;
    quality["drop_points"] = drop;
    if (!(drop <= *options.maxDrop))
      return emitError() << (labels.empty() ? "int8 disagrees with float on "
                                            : "int8 loses top-1 of ")
                         << number(drop)
                         << (labels.empty() ? " %" : " percentage points")
                         << " on the " << measured->getSamples()
                         << " calibration samples, more than -max-drop="
                         << number(*options.maxDrop)
                         << worstLayers(result.layers);
  }
  return quality;
}
