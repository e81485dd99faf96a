//===- Info.cpp - qcc-run -info -------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Run.h"

#include "qcc/io/Preprocess.h"

#include <cstdio>

using namespace qcc;
using namespace qcc::tools;

static const char *targetName(qcc_target target) {
  switch (target) {
  case QCC_TARGET_X86_64:
    return "x86-64";
  case QCC_TARGET_CUDA:
    return "cuda";
  case QCC_TARGET_VULKAN:
    return "vulkan";
  }
  return "unknown";
}

/// Everything that -info shows, from the runtime's queries.
namespace {
struct Info {
  explicit Info(qcc_model *model) : model(model) {
    inputs.resize(qcc_model_input_count(model));
    outputs.resize(qcc_model_output_count(model));
    programs.resize(qcc_model_program_count(model));
    for (uint32_t i = 0; i < inputs.size(); ++i)
      (void)qcc_model_input(model, i, &inputs[i]);
    for (uint32_t i = 0; i < outputs.size(); ++i)
      (void)qcc_model_output(model, i, &outputs[i]);
    for (uint32_t i = 0; i < programs.size(); ++i)
      (void)qcc_model_program(model, i, &programs[i]);
    size_t size;
    const char *text = qcc_model_provenance(model, &size);
    provenance = text ? std::string_view(text, size) : std::string_view();
  }

  qcc_model *model;
  std::vector<qcc_value_info> inputs, outputs;
  std::vector<qcc_program_info> programs;
  std::string_view provenance;
};
} // namespace

//===----------------------------------------------------------------------===//
// For people
//===----------------------------------------------------------------------===//

static void printValue(const char *kind, const qcc_value_info &value) {
  printf("%s %s: %s", kind, value.name, describe(value).c_str());
  if (value.grid_count == 1)
    printf(", scale %.9g, zero point %d", value.grids[0].scale,
           value.grids[0].zero_point);
  else if (value.grid_count)
    printf(", %u scales along axis %u", value.grid_count, value.grid_axis);
  if (value.preprocess)
    printf(", preprocess %s", io::toString(*value.preprocess).c_str());
  printf("\n");
}

static void printText(const Info &info) {
  printf("model %s\n", qcc_model_name(info.model));
  for (const qcc_value_info &value : info.inputs)
    printValue("input", value);
  for (const qcc_value_info &value : info.outputs)
    printValue("output", value);
  for (const qcc_program_info &p : info.programs)
    printf("program %s: %s, %u stages, code %llu, weights %llu, arena %llu "
           "bytes%s\n",
           p.name, targetName(p.target), p.stage_count,
           (unsigned long long)p.code_bytes, (unsigned long long)p.weight_bytes,
           (unsigned long long)p.arena_bytes,
           p.supported ? "" : " (not for this machine)");
  printf("golden vectors: %s\n",
         qcc_model_has_golden(info.model) ? "yes" : "no");
  if (!info.provenance.empty())
    printProvenance(info.provenance);
}

//===----------------------------------------------------------------------===//
// For programs
//===----------------------------------------------------------------------===//

void qcc::tools::writeGrids(JsonWriter &json, const qcc_grid *grids,
                            uint32_t count, uint32_t axis) {
  if (count == 0)
    return;
  json.key("axis");
  json.integer(axis);
  json.key("scales");
  json.beginArray();
  for (uint32_t i = 0; i < count; ++i)
    json.number(grids[i].scale);
  json.endArray();
  json.key("zero_points");
  json.beginArray();
  for (uint32_t i = 0; i < count; ++i)
    json.integer(grids[i].zero_point);
  json.endArray();
}

static void writeValue(JsonWriter &json, const qcc_value_info &value) {
  json.beginObject();
  json.member("name", value.name);
  json.member("dtype", io::dtypeName(value.dtype));
  json.key("shape");
  json.beginArray();
  for (uint32_t i = 0; i < value.rank; ++i)
    json.integer(value.shape[i]);
  json.endArray();
  if (value.bounded) {
    json.key("bounded");
    json.boolean(true);
  }
  if (value.preprocess)
    json.member("preprocess", io::toString(*value.preprocess));
  writeGrids(json, value.grids, value.grid_count, value.grid_axis);
  json.endObject();
}

static void printJson(const Info &info) {
  JsonWriter json;
  json.beginObject();
  json.member("schema", "qcc.info/1");
  json.member("model", qcc_model_name(info.model));
  json.key("inputs");
  json.beginArray();
  for (const qcc_value_info &value : info.inputs)
    writeValue(json, value);
  json.endArray();
  json.key("outputs");
  json.beginArray();
  for (const qcc_value_info &value : info.outputs)
    writeValue(json, value);
  json.endArray();
  json.key("programs");
  json.beginArray();
  for (const qcc_program_info &p : info.programs) {
    json.beginObject();
    json.member("name", p.name);
    json.member("target", targetName(p.target));
    json.key("supported");
    json.boolean(p.supported);
    json.key("stages");
    json.integer(p.stage_count);
    json.key("code_bytes");
    json.integer(p.code_bytes);
    json.key("weight_bytes");
    json.integer(p.weight_bytes);
    json.key("arena_bytes");
    json.integer(p.arena_bytes);
    json.endObject();
  }
  json.endArray();
  json.key("golden");
  json.boolean(qcc_model_has_golden(info.model));
  if (!info.provenance.empty()) {
    json.key("provenance");
    json.raw(info.provenance);
  }
  json.endObject();
  fputs(json.text().c_str(), stdout);
}

void qcc::tools::printInfo(const RunOptions &options, qcc_model *model) {
  Info info(model);
  if (options.json)
    printJson(info);
  else
    printText(info);
}
