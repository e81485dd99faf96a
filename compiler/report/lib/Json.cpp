//===- Json.cpp - a report as JSON ----------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Report.h"

#include <cmath>

using namespace qcc::report;
namespace json = llvm::json;

/// JSON knows neither NaN nor infinity.
static json::Value number(double value) {
  return std::isfinite(value) ? json::Value(value) : json::Value(nullptr);
}

static json::Value text(llvm::StringRef value) {
  return json::isUTF8(value) ? value.str() : json::fixUTF8(value);
}

static json::Object toJson(const Program &program) {
  return json::Object{{"bytes", program.bytes},
                      {"weight_bytes", program.weightBytes},
                      {"arena_bytes", program.arenaBytes},
                      {"milliseconds", number(program.milliseconds)}};
}

static json::Object toJson(const Accuracy &accuracy) {
  return json::Object{{"samples", accuracy.samples},
                      {"sqnr_db", number(accuracy.sqnr)},
                      {"logit_sqnr_db", number(accuracy.logitSqnr)},
                      {"agreement", number(accuracy.agreement)}};
}

static json::Object toJson(const AttributionCost &cost) {
  return json::Object{{"samples", cost.samples},
                      {"sources", cost.sources},
                      {"runs", cost.runs},
                      {"seconds", number(cost.seconds)},
                      {"noise_together", number(cost.together)},
                      {"noise_sum", number(cost.sum)}};
}

static json::Array toJson(const std::vector<Distribution> &distributions) {
  json::Array result;
  for (const Distribution &distribution : distributions) {
    json::Array counts;
    for (uint64_t count : distribution.counts)
      counts.push_back(count);
    result.push_back(
        json::Object{{"tensor", text(distribution.tensor)},
                     {"low", number(distribution.low)},
                     {"high", number(distribution.high)},
                     {"counts", std::move(counts)},
                     {"range", json::Array{number(distribution.least),
                                           number(distribution.greatest)}},
                     {"grids", distribution.grids},
                     {"clipped", number(distribution.clipped)}});
  }
  return result;
}

static json::Object toJson(const Layer &layer) {
  json::Array fused;
  for (const std::string &node : layer.fused)
    fused.push_back(text(node));
  json::Object result{{"node", text(layer.node)},
                      {"fused", std::move(fused)},
                      {"op", text(layer.op)},
                      {"precision", text(layer.precision)},
                      {"reason", text(layer.reason)},
                      {"macs", layer.macs},
                      {"weight_bytes", layer.weightBytes}};
  if (layer.timeShare) {
    result["time_share"] = number(*layer.timeShare);
    result["milliseconds"] = number(layer.milliseconds);
  }
  if (layer.sqnr)
    result["sqnr_db"] = number(*layer.sqnr);
  json::Object damage;
  for (size_t i = 0; i < kSources; ++i)
    if (layer.damage[i])
      damage[nameOf(static_cast<Source>(i))] = number(*layer.damage[i]);
  if (!damage.empty()) {
    result["damage"] = number(layer.totalDamage());
    result["damage_by_source"] = std::move(damage);
  }
  if (!layer.activations.empty())
    result["activations"] = toJson(layer.activations);
  if (!layer.weights.empty())
    result["weights"] = toJson(layer.weights);
  return result;
}

json::Value qcc::report::toJson(const Report &report) {
  json::Object result{{"schema", "qcc.report/1"},
                      {"model", text(report.model)},
                      {"compiler", text(report.compiler)},
                      {"command", text(report.commandLine)},
                      {"processor", text(report.processor)},
                      {"threads", report.threads},
                      {"program", ::toJson(report.program)}};
  if (report.floatProgram)
    result["float_program"] = ::toJson(*report.floatProgram);
  if (report.accuracy)
    result["accuracy"] = ::toJson(*report.accuracy);
  if (report.attribution)
    result["attribution"] = ::toJson(*report.attribution);
  json::Array layers;
  for (const Layer *layer : sortedByDamage(report))
    layers.push_back(::toJson(*layer));
  result["layers"] = std::move(layers);
  return result;
}
