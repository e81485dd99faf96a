//===- Provenance.cpp - where an artifact comes from -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Provenance.h"

#include "qcc/Analysis/Names.h"
#include "qcc/Calibration/Samples.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;
namespace json = llvm::json;

static void addFile(llvm::SHA256 &hash, StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (buffer)
    hash.update((*buffer)->getBuffer());
}

/// SHA-256 in hexadecimal of a file, or of the files of a folder by name.
static std::string hashOf(StringRef path) {
  llvm::SHA256 hash;
  if (!llvm::sys::fs::is_directory(path)) {
    addFile(hash, path);
    return llvm::toHex(hash.final(), /*LowerCase=*/true);
  }
  std::error_code error;
  std::vector<std::string> files;
  for (llvm::sys::fs::directory_iterator it(path, error), end;
       !error && it != end; it.increment(error))
    files.push_back(it->path());
  llvm::sort(files);
  for (const std::string &file : files)
    addFile(hash, file);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

/// `[NAME=]PATH` of -calib: the path may itself hold a "=".
static StringRef pathOf(StringRef source) {
  return llvm::sys::fs::exists(source) ? source : source.split('=').second;
}

json::Object qcc::driver::describeProvenance(const Options &options) {
  json::Object model{
      {"file", llvm::sys::path::filename(options.model)},
      {"sha256", hashOf(options.model)},
  };
  json::Object recipe;
  if (!options.recipe.empty())
    recipe = json::Object{{"file", llvm::sys::path::filename(options.recipe)},
                          {"sha256", hashOf(options.recipe)}};
  json::Array sources;
  for (const std::string &source : options.calibration)
    sources.push_back(source == calibration::kSynthetic
                          ? json::Object{{"source", source}}
                          : json::Object{{"source", llvm::sys::path::filename(
                                                        pathOf(source))},
                                         {"sha256", hashOf(pathOf(source))}});
  return json::Object{
      {"schema", "qcc.provenance/1"},
      {"qcc", QCC_VERSION},
      {"llvm", LLVM_VERSION_STRING},
      {"model", std::move(model)},
      {"target", options.target},
      {"cpu", options.cpu},
      {"bits", options.bits},
      {"shapes", json::Array(options.shapes)},
      {"calibration", std::move(sources)},
      {"preprocess", options.preprocess},
      {"range_method", options.rangeMethod},
      {"recipe", std::move(recipe)},
      {"keep_float", json::Array(options.keepFloat)},
      {"schemes", json::Array(options.schemes)},
  };
}

json::Array qcc::driver::describeSchemes(ModuleOp quantized) {
  json::Array result;
  quantized.walk([&](qnn::QuantizeOp op) {
    // Of the tensor that is rounded, where the stored one has no name.
    auto given = op->getAttrOfType<StringAttr>(qnn::QnnDialect::kTensorAttr);
    std::string name =
        given ? given.str() : analysis::tensorName(op.getInput());
    std::string scheme;
    llvm::raw_string_ostream(scheme) << op.getScheme();
    json::Object entry{{"tensor", name}, {"scheme", scheme}};
    std::optional<std::vector<float>> scales = qnn::readFloats(op.getScale());
    std::optional<std::vector<int64_t>> zeros =
        qnn::readIntegers(op.getZeroPoint());
    if (scales && zeros) {
      json::Array scaleList, zeroList;
      for (float scale : *scales)
        scaleList.push_back(scale);
      for (int64_t zero : *zeros)
        zeroList.push_back(zero);
      entry["scales"] = std::move(scaleList);
      entry["zero_points"] = std::move(zeroList);
    }
    result.push_back(std::move(entry));
  });
  return result;
}
