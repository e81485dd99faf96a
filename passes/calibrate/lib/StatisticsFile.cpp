//===- StatisticsFile.cpp - statistics that outlive a run -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibrate/Statistics.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "qcc/Qnn/Qnn.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibrate;

static constexpr StringLiteral kSchema = "qcc.ranges/1";

//===- Fingerprint --------------------------------------------------------===//

/// Attributes that only say what things are called.
static bool isName(StringRef attribute) {
  return attribute == qnn::QnnDialect::kNameAttr ||
         attribute == qnn::QnnDialect::kTensorAttr ||
         attribute == qnn::QnnDialect::kDimNamesAttr;
}

static void hashConstant(llvm::SHA256 &hash, ElementsAttr value) {
  ArrayRef<char> bytes;
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    bytes = dense.getRawData();
  else if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      bytes = blob->getData();
  hash.update(
      ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
}

std::string qcc::calibrate::fingerprint(ModuleOp module) {
  llvm::SHA256 hash;
  llvm::DenseMap<Value, size_t> numbers;
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<qnn::ObserveOp>(op))
      return;
    text.clear();
    stream << op->getName() << '(';
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments()) {
        numbers.try_emplace(argument, numbers.size());
        stream << argument.getType() << ' ';
      }
    for (Value operand : op->getOperands())
      stream << numbers.lookup(operand) << ' ';
    for (Value result : op->getResults()) {
      numbers.try_emplace(result, numbers.size());
      stream << result.getType() << ' ';
    }
    for (NamedAttribute attribute : op->getAttrs()) {
      if (auto elements = dyn_cast<ElementsAttr>(attribute.getValue());
          elements && isa<qnn::ConstantOp>(op))
        hashConstant(hash, elements);
      else if (!isName(attribute.getName()) && !isa<FunctionOpInterface>(op) &&
               !isa<ModuleOp>(op))
        stream << attribute.getName().getValue() << '=' << attribute.getValue()
               << ' ';
    }
    hash.update(text);
  });
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

//===- Writing ------------------------------------------------------------===//

template <typename Range>
static llvm::json::Array toArray(const Range &values) {
  llvm::json::Array array;
  for (auto value : values)
    array.push_back(value);
  return array;
}

static llvm::json::Value toJson(const TensorStatistics &tensor) {
  llvm::json::Array halves;
  for (const Moments &half : tensor.halves) {
    llvm::json::Object object{{"count", half.count},
                              {"sum", half.sum},
                              {"sum_of_squares", half.sumOfSquares}};
    // JSON has no infinities: an empty half has no extremes.
    if (half.count) {
      object["min"] = half.min;
      object["max"] = half.max;
    }
    halves.push_back(std::move(object));
  }
  ArrayRef<uint64_t> counts = tensor.histogram.counts;
  while (!counts.empty() && counts.back() == 0)
    counts = counts.drop_back();
  return llvm::json::Object{
      {"tensor", tensor.tensor},
      {"samples", tensor.samples},
      {"not_finite", tensor.notFinite},
      {"sum_of_mins", tensor.sumOfMins},
      {"sum_of_maxs", tensor.sumOfMaxs},
      {"halves", std::move(halves)},
      {"channel_min", toArray(tensor.channelMin)},
      {"channel_max", toArray(tensor.channelMax)},
      {"histogram",
       llvm::json::Object{{"bin_exponent", tensor.histogram.exponent},
                          {"bin_first", tensor.histogram.first},
                          {"zeros", tensor.histogram.zeros},
                          {"counts", toArray(counts)}}}};
}

void qcc::calibrate::printStatistics(const ModelStatistics &statistics,
                                     llvm::raw_ostream &os) {
  llvm::json::Array tensors;
  for (const TensorStatistics &tensor : statistics.tensors)
    tensors.push_back(toJson(tensor));
  os << llvm::json::Value(llvm::json::Object{{"schema", kSchema},
                                             {"model", statistics.model},
                                             {"samples", statistics.samples},
                                             {"tensors", std::move(tensors)}})
     << '\n';
}

//===- Reading ------------------------------------------------------------===//

namespace qcc::calibrate {

static bool fromJSON(const llvm::json::Value &value, Moments &moments,
                     llvm::json::Path path) {
  llvm::json::ObjectMapper map(value, path);
  if (!map || !map.map("count", moments.count) ||
      !map.map("sum", moments.sum) ||
      !map.map("sum_of_squares", moments.sumOfSquares))
    return false;
  double min = moments.min, max = moments.max;
  if (!map.mapOptional("min", min) || !map.mapOptional("max", max))
    return false;
  moments.min = static_cast<float>(min);
  moments.max = static_cast<float>(max);
  return true;
}

static bool fromJSON(const llvm::json::Value &value, Histogram &histogram,
                     llvm::json::Path path) {
  llvm::json::ObjectMapper map(value, path);
  if (!map || !map.map("bin_exponent", histogram.exponent) ||
      !map.map("bin_first", histogram.first) ||
      !map.map("zeros", histogram.zeros) ||
      !map.map("counts", histogram.counts))
    return false;
  if (histogram.counts.size() > Histogram::kBins) {
    path.field("counts").report("has too many bins");
    return false;
  }
  histogram.counts.resize(Histogram::kBins, 0);
  return true;
}

static bool fromJSON(const llvm::json::Value &value, TensorStatistics &tensor,
                     llvm::json::Path path) {
  llvm::json::ObjectMapper map(value, path);
  std::vector<double> channelMin, channelMax;
  std::vector<Moments> halves;
  if (!map || !map.map("tensor", tensor.tensor) ||
      !map.map("samples", tensor.samples) ||
      !map.map("not_finite", tensor.notFinite) ||
      !map.map("sum_of_mins", tensor.sumOfMins) ||
      !map.map("sum_of_maxs", tensor.sumOfMaxs) || !map.map("halves", halves) ||
      !map.map("channel_min", channelMin) ||
      !map.map("channel_max", channelMax) ||
      !map.map("histogram", tensor.histogram))
    return false;
  if (halves.size() != 2) {
    path.field("halves").report("must have 2 elements");
    return false;
  }
  if (channelMin.size() != channelMax.size()) {
    path.field("channel_max").report("must be as long as channel_min");
    return false;
  }
  tensor.halves[0] = halves[0];
  tensor.halves[1] = halves[1];
  tensor.channelMin.assign(channelMin.begin(), channelMin.end());
  tensor.channelMax.assign(channelMax.begin(), channelMax.end());
  return true;
}

} // namespace qcc::calibrate

FailureOr<ModelStatistics> qcc::calibrate::loadStatistics(
    StringRef path, llvm::function_ref<InFlightDiagnostic()> emitError) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (std::error_code error = buffer.getError())
    return emitError() << "cannot read statistics from '" << path
                       << "': " << error.message();
  llvm::Expected<llvm::json::Value> root =
      llvm::json::parse((*buffer)->getBuffer());
  if (!root)
    return emitError() << "'" << path
                       << "' is not JSON: " << llvm::toString(root.takeError());
  llvm::json::Path::Root where;
  llvm::json::ObjectMapper map(*root, where);
  std::string schema;
  ModelStatistics statistics;
  if (map && map.map("schema", schema) && schema != kSchema)
    return emitError() << "'" << path << "' has schema '" << schema
                       << "', expected '" << kSchema << "'";
  if (!map || !map.map("schema", schema) ||
      !map.map("model", statistics.model) ||
      !map.map("samples", statistics.samples) ||
      !map.map("tensors", statistics.tensors))
    return emitError() << "'" << path << "' does not hold statistics: "
                       << llvm::toString(where.getError());
  return statistics;
}

//===- Absorbing ----------------------------------------------------------===//

LogicalResult
qcc::calibrate::absorbStatistics(ModuleOp module,
                                 const ModelStatistics &statistics) {
  if (std::string own = fingerprint(module); own != statistics.model)
    return module.emitError()
           << "the statistics are of another model: their fingerprint is "
           << StringRef(statistics.model).take_front(16)
           << "..., this model's is " << StringRef(own).take_front(16) << "...";
  llvm::StringMap<const TensorStatistics *> byName;
  for (const TensorStatistics &tensor : statistics.tensors)
    byName[tensor.tensor] = &tensor;
  WalkResult result = module.walk([&](qnn::ObserveOp op) {
    const TensorStatistics *tensor = byName.lookup(op.getTensor());
    if (!tensor) {
      op.emitError() << "the statistics lack tensor '" << op.getTensor() << "'";
      return WalkResult::interrupt();
    }
    op->setAttr(qnn::QnnDialect::kStatisticsAttr,
                tensor->toAttribute(op.getContext()));
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
