//===- Layers.cpp - two programs, tensor by tensor ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layers.h"

#include "Numbers.h"
#include "qcc/io/Sqnr.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace qcc;
using namespace qcc::tools;

/// The tensor of that index; the index comes from the context itself.
static qcc_tensor_info infoOf(const Side &side, uint32_t index) {
  qcc_tensor_info info = {};
  (void)qcc_context_tensor(side.context.get(), index, &info);
  return info;
}

static std::string typeText(const qcc_tensor_info &info) {
  std::string text = io::dtypeName(info.dtype);
  if (info.grid_count > 1)
    return text + " by channel";
  char scale[32];
  snprintf(scale, sizeof(scale), " x %.4g",
           info.grid_count ? info.grids->scale : 1);
  return info.grid_count ? text + scale : text;
}

static bool haveSameShape(const qcc_tensor_info &a, const qcc_tensor_info &b) {
  return std::equal(a.shape, a.shape + a.rank, b.shape, b.shape + b.rank);
}

std::vector<Layer> qcc::tools::matchLayers(const Side (&sides)[2]) {
  std::vector<Layer> layers;
  for (int s = 0; s < 2; ++s)
    for (uint32_t i = 0; i < qcc_context_tensor_count(sides[s].context.get());
         ++i) {
      qcc_tensor_info info = infoOf(sides[s], i);
      auto known =
          std::find_if(layers.begin(), layers.end(), [&](const Layer &layer) {
            return s == 1 && !layer.tensors[1] && layer.name == info.name &&
                   haveSameShape(infoOf(sides[0], *layer.tensors[0]), info);
          });
      Layer &layer = known != layers.end() ? *known : layers.emplace_back();
      layer.name = info.name;
      layer.tensors[s] = i;
      layer.types[s] = typeText(info);
    }
  return layers;
}

void Layer::compare(const std::vector<double> &others) {
  elements += numbers.size();
  for (size_t i = 0; i < numbers.size(); ++i) {
    double difference = std::abs(numbers[i] - others[i]);
    bool isEqual = numbers[i] == others[i] ||
                   (std::isnan(numbers[i]) && std::isnan(others[i]));
    equal += isEqual;
    if (isEqual)
      difference = 0;
    signal += numbers[i] * numbers[i];
    noise += difference * difference;
    largest = std::max(largest, difference);
  }
}

namespace {

/// Sees the tensors of one program as its stages complete them.
struct Tracer {
  const Side &side;
  int index;
  std::vector<Layer> &layers;

  static void trace(void *user, uint32_t stage, double) {
    auto &self = *static_cast<Tracer *>(user);
    for (Layer &layer : self.layers) {
      if (!layer.tensors[0] || !layer.tensors[1])
        continue;
      qcc_tensor_info info = infoOf(self.side, *layer.tensors[self.index]);
      if (info.valid_from != stage || !info.data || !isNumeric(info.dtype))
        continue;
      if (self.index == 0)
        layer.numbers = realNumbers(info);
      else if (!layer.numbers.empty())
        layer.compare(realNumbers(info));
    }
  }
};

} // namespace

static io::Status runSide(const Side &side, int index,
                          std::vector<Layer> &layers) {
  Tracer tracer = {side, index, layers};
  qcc_context_trace(side.context.get(), Tracer::trace, &tracer);
  qcc_status status = qcc_context_run(side.context.get());
  qcc_context_trace(side.context.get(), nullptr, nullptr);
  return status ? runtimeError() : io::Status::success();
}

namespace {

/// An output that both have, of the same type.
struct OutputPair {
  Layer layer;
  io::ArrayType type;
  const void *data[2]; ///< The contexts own it.

  std::vector<double> numbers(int index) const {
    return toDoubles(type.dtype, data[index], type.elements());
  }
};

} // namespace

/// Outputs go by their positions.
static io::Status matchOutputs(const Side (&sides)[2],
                               std::vector<OutputPair> &outputs) {
  uint32_t count = std::min(qcc_model_output_count(sides[0].model.get()),
                            qcc_model_output_count(sides[1].model.get()));
  for (uint32_t i = 0; i < count; ++i) {
    OutputPair pair;
    qcc_value_info info[2];
    for (int s = 0; s < 2; ++s) {
      qcc_dltensor tensor;
      if (qcc_model_output(sides[s].model.get(), i, &info[s]) ||
          qcc_context_get_output(sides[s].context.get(), info[s].name, &tensor))
        return runtimeError();
      pair.data[s] = tensor.data;
      pair.layer.types[s] = io::dtypeName(info[s].dtype);
      pair.layer.tensors[s] = i;
    }
    pair.layer.name = std::string("output ") + info[0].name;
    pair.type = typeOf(info[0]);
    if (pair.type == typeOf(info[1]) && isNumeric(pair.type.dtype))
      outputs.push_back(std::move(pair));
  }
  return io::Status::success();
}

io::Status qcc::tools::compareLayers(const InputOptions &options,
                                     Side (&sides)[2],
                                     std::vector<Layer> &layers) {
  Inputs inputs;
  if (io::Status status = Inputs::open(options, sides[0].model.get(),
                                       sides[0].context.get(), inputs);
      !status.ok())
    return status;
  if (io::Status status = shareInputs(
          sides[1].path, sides[1].model.get(), sides[1].context.get(),
          sides[0].model.get(), sides[0].context.get());
      !status.ok())
    return status;
  std::vector<OutputPair> outputs;
  if (io::Status status = matchOutputs(sides, outputs); !status.ok())
    return status;
  for (size_t sample = 0; sample < inputs.count(); ++sample) {
    if (io::Status status = inputs.read(sample); !status.ok())
      return status;
    for (int s = 0; s < 2; ++s)
      if (io::Status status = runSide(sides[s], s, layers); !status.ok())
        return status;
    for (OutputPair &pair : outputs) {
      pair.layer.numbers = pair.numbers(0);
      pair.layer.compare(pair.numbers(1));
    }
  }
  for (OutputPair &pair : outputs)
    layers.push_back(std::move(pair.layer));
  return io::Status::success();
}

/// Of the second program against the first.
static double sqnr(const Layer &layer) {
  return io::sqnr(layer.signal, layer.noise);
}

void qcc::tools::printLayers(const std::vector<Layer> &layers,
                             bool isMeasured) {
  size_t widths[3] = {6, 5, 6};
  for (const Layer &layer : layers) {
    widths[0] = std::max(widths[0], layer.name.size());
    for (int s = 0; s < 2; ++s)
      widths[s + 1] = std::max(widths[s + 1], layer.types[s].size());
  }
  auto cells = [&](const std::string &name, const std::string &first,
                   const std::string &second) {
    std::string line;
    const std::string *columns[3] = {&name, &first, &second};
    for (int i = 0; i < 3; ++i) {
      line += (i ? "  " : "") + *columns[i];
      line.append(widths[i] - columns[i]->size(), ' ');
    }
    return line;
  };
  auto print = [](std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    printf("%s\n", line.c_str());
  };
  print(cells("tensor", "first", "second") +
        (isMeasured ? "   SQNR dB   equal %  largest difference" : ""));
  for (const Layer &layer : layers) {
    char numbers[64] = "";
    if (layer.isCompared())
      snprintf(numbers, sizeof(numbers), "  %8.2f  %8.3f  %.4g", sqnr(layer),
               100. * double(layer.equal) / double(layer.elements),
               layer.largest);
    auto type = [&](int s) { return layer.tensors[s] ? layer.types[s] : "-"; };
    print(cells(layer.name, type(0), type(1)) + numbers);
  }
}

void qcc::tools::writeLayers(JsonWriter &json,
                             const std::vector<Layer> &layers) {
  json.beginArray();
  for (const Layer &layer : layers) {
    json.beginObject();
    json.member("tensor", layer.name);
    for (int s = 0; s < 2; ++s)
      if (layer.tensors[s])
        json.member(s ? "second" : "first", layer.types[s]);
    if (layer.isCompared()) {
      json.key("elements");
      json.integer(layer.elements);
      json.key("equal");
      json.integer(layer.equal);
      json.member("largest_difference", layer.largest);
      // JSON has no infinity: equal tensors have no figure.
      if (std::isfinite(sqnr(layer)))
        json.member("sqnr_db", sqnr(layer));
    }
    json.endObject();
  }
  json.endArray();
}
