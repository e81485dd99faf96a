//===- qcc-diff.cpp - what differs between two artifacts ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"
#include "JsonReader.h"
#include "Layers.h"

#include <algorithm>
#include <cstdio>

using namespace qcc;
using namespace qcc::tools;

namespace {

struct DiffOptions : ProgramOptions, InputOptions {
  std::string second;
  bool json = false;
};

/// Something of the artifacts as a whole, as text.
struct Property {
  std::string name;
  std::string values[2];
};

} // namespace

static io::Status openSide(const DiffOptions &options, const std::string &path,
                           Side &side) {
  ProgramOptions program = options;
  program.artifact = path;
  side.path = path;
  if (io::Status status = openModel(program, side.model); !status.ok())
    return status;
  return makeContext(side.model, program, side.context);
}

static void addProperty(std::vector<Property> &properties, int side,
                        const std::string &name, const std::string &value) {
  auto known = std::find_if(
      properties.begin(), properties.end(),
      [&](const Property &property) { return property.name == name; });
  Property &property =
      known != properties.end() ? *known : properties.emplace_back();
  property.name = name;
  property.values[side] = value;
}

/// Signature, sizes, and what provenance says of the compilation. Tensors are
/// listed by themselves.
static void addProperties(std::vector<Property> &properties, int index,
                          const Side &side) {
  qcc_model *model = side.model.get();
  auto add = [&](const std::string &name, const std::string &value) {
    addProperty(properties, index, name, value);
  };
  qcc_value_info value;
  for (uint32_t i = 0; i < qcc_model_input_count(model); ++i)
    if (!qcc_model_input(model, i, &value))
      add("input " + std::to_string(i),
          value.name + (": " + io::toString(typeOf(value))));
  for (uint32_t i = 0; i < qcc_model_output_count(model); ++i)
    if (!qcc_model_output(model, i, &value))
      add("output " + std::to_string(i), value.name + (": " + describe(value)));
  qcc_program_info program;
  for (uint32_t i = 0; i < qcc_model_program_count(model); ++i)
    if (!qcc_model_program(model, i, &program))
      add(std::string("program ") + program.name,
          std::to_string(program.stage_count) + " stages, code " +
              std::to_string(program.code_bytes) + ", weights " +
              std::to_string(program.weight_bytes) + ", arena " +
              std::to_string(program.arena_bytes) + " bytes");
  size_t size;
  const char *text = qcc_model_provenance(model, &size);
  JsonValue provenance;
  if (!text || !parseJson({text, size}, provenance))
    return;
  for (size_t i = 0; i < provenance.names.size(); ++i)
    if (provenance.names[i] != "tensors")
      add(provenance.names[i], inLine(provenance.elements[i]));
}

static void printText(const std::vector<Property> &properties,
                      const std::vector<Layer> &layers, bool isMeasured) {
  auto orDash = [](const std::string &value) {
    return value.empty() ? "-" : value.c_str();
  };
  for (const Property &property : properties)
    printf("%s:\n  first   %s\n  second  %s\n", property.name.c_str(),
           orDash(property.values[0]), orDash(property.values[1]));
  if (!layers.empty())
    printLayers(layers, isMeasured);
  else if (properties.empty())
    printf("nothing differs\n");
}

static void printJson(const DiffOptions &options,
                      const std::vector<Property> &properties,
                      const std::vector<Layer> &layers) {
  JsonWriter json;
  json.beginObject();
  json.member("schema", "qcc.diff/1");
  json.member("first", options.artifact);
  json.member("second", options.second);
  json.key("properties");
  json.beginArray();
  for (const Property &property : properties) {
    json.beginObject();
    json.member("name", property.name);
    json.member("first", property.values[0]);
    json.member("second", property.values[1]);
    json.endObject();
  }
  json.endArray();
  json.key("layers");
  writeLayers(json, layers);
  json.endObject();
  printf("%s\n", json.text().c_str());
}

static io::Status diff(const DiffOptions &options) {
  if (options.inputs.empty() && !options.preprocess.empty())
    return io::Status::error("-preprocess needs -input");
  Side sides[2];
  std::vector<Property> properties;
  for (int s = 0; s < 2; ++s) {
    if (io::Status status =
            openSide(options, s ? options.second : options.artifact, sides[s]);
        !status.ok())
      return status;
    addProperties(properties, s, sides[s]);
  }
  std::erase_if(properties, [](const Property &property) {
    return property.values[0] == property.values[1];
  });
  std::vector<Layer> layers = matchLayers(sides);
  bool isMeasured = !options.inputs.empty();
  if (isMeasured)
    if (io::Status status = compareLayers(options, sides, layers); !status.ok())
      return status;
  // What is the same is not shown.
  std::erase_if(layers, [](const Layer &layer) {
    return layer.types[0] == layer.types[1] && layer.equal == layer.elements;
  });
  if (options.json)
    printJson(options, properties, layers);
  else
    printText(properties, layers, isMeasured);
  return io::Status::success();
}

int main(int argc, char **argv) {
  DiffOptions options;
  CommandLine line("qcc-diff", "first.qcm second.qcm [-input [NAME=]PATH]...",
                   "says what differs between two compiled models, tensor by "
                   "tensor\n\nWith samples both are run, and the second's "
                   "numbers compared with the first's.");
  options.InputOptions::addTo(line);
  line.addFlag("json", "print it as JSON", options.json);
  options.ProgramOptions::addTo(line);
  return line.run(argc, argv, {&options.artifact, &options.second},
                  [&] { return diff(options); });
}
