//===- Provenance.cpp - where an artifact comes from -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Provenance.h"

#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;
namespace json = llvm::json;

/// SHA-256 of a file in hexadecimal, or "" if it cannot be read again.
static std::string hashFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return "";
  llvm::SHA256 hash;
  hash.update((*buffer)->getBuffer());
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

json::Object qcc::driver::describeProvenance(const Options &options) {
  json::Object model{
      {"file", llvm::sys::path::filename(options.model)},
      {"sha256", hashFile(options.model)},
  };
  json::Array sources;
  for (const std::string &source : options.calibration)
    sources.push_back(llvm::sys::path::filename(source));
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
  };
}

json::Array qcc::driver::describeSchemes(ModuleOp quantized) {
  json::Array result;
  quantized.walk([&](qnn::QuantizeOp op) {
    auto name = op->getAttrOfType<StringAttr>(qnn::QnnDialect::kTensorAttr);
    std::string scheme;
    llvm::raw_string_ostream(scheme) << op.getScheme();
    json::Object entry{{"tensor", name ? name.getValue() : ""},
                       {"scheme", scheme}};
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
