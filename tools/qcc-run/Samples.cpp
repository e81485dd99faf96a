//===- Samples.cpp - running all samples ----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"
#include "Run.h"

#include <cstdio>
#include <cstring>

using namespace qcc;
using namespace qcc::tools;

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

namespace {

/// An output of the model over all samples.
struct Output {
  std::string name;
  qcc_dltensor tensor;   ///< Of one sample; the context owns the data.
  io::ArrayType type;    ///< Of one sample.
  io::ArrayType allType; ///< Of all.
  bool isBounded;        ///< Rows are counted after the run.
  std::string path;      ///< Empty: printed instead.
  bool isRaw = false;
  std::unique_ptr<io::ArrayWriter> writer;
  std::vector<uint8_t> first; ///< What is printed.
};

} // namespace

/// The outputs stacked along the leading dimension, which is one if there is
/// none.
static io::ArrayType stacked(const io::ArrayType &type, uint64_t samples) {
  io::ArrayType result = type;
  if (result.shape.empty())
    result.shape.push_back(samples);
  else
    result.shape[0] *= samples;
  return result;
}

static bool endsWith(const std::string &text, std::string_view end) {
  return text.size() >= end.size() &&
         text.compare(text.size() - end.size(), end.size(), end) == 0;
}

static void openWriter(Output &output) {
  output.writer = std::make_unique<io::ArrayWriter>(output.path, output.allType,
                                                    output.isRaw);
}

static io::Status openOutput(const std::string &option, uint64_t samples,
                             std::vector<Output> &outputs) {
  Output *output = outputs.size() == 1 ? &outputs[0] : nullptr;
  std::string path = option;
  if (size_t equals = option.find('='); equals != std::string::npos) {
    output = nullptr;
    for (Output &candidate : outputs)
      if (candidate.name == option.substr(0, equals))
        output = &candidate;
    path = option.substr(equals + 1);
  }
  if (!output) {
    std::string names;
    for (const Output &candidate : outputs)
      names += (names.empty() ? "'" : ", '") + candidate.name + "'";
    return io::Status::error(
        "-output: '" + option +
        "' must name one of the model's outputs: " + names);
  }
  if (!output->path.empty())
    return io::Status::error("-output: '" + output->name + "' is given twice");
  if (output->isBounded && samples != 1)
    return io::Status::error("-output: how many rows '" + output->name +
                             "' has depends on the data, so that those of " +
                             std::to_string(samples) +
                             " samples cannot be stacked; give one at a time");
  bool raw = endsWith(path, ".bin") || endsWith(path, ".raw");
  if (!raw && !endsWith(path, ".npy"))
    return io::Status::error("-output: '" + path +
                             "': expected a name that ends in .npy, .bin or "
                             ".raw");
  output->path = path;
  output->isRaw = raw;
  if (!output->isBounded)
    openWriter(*output);
  return io::Status::success();
}

static io::Status openOutputs(const RunOptions &options, qcc_model *model,
                              qcc_context *context, uint64_t samples,
                              std::vector<Output> &outputs) {
  for (uint32_t i = 0; i < qcc_model_output_count(model); ++i) {
    qcc_value_info info;
    Output output;
    if (qcc_model_output(model, i, &info) ||
        qcc_context_get_output(context, info.name, &output.tensor))
      return runtimeError();
    output.name = info.name;
    output.type = typeOf(info);
    output.isBounded = info.bounded;
    output.allType = stacked(output.type, samples);
    outputs.push_back(std::move(output));
  }
  for (const std::string &option : options.outputs)
    if (io::Status status = openOutput(option, samples, outputs); !status.ok())
      return status;
  return io::Status::success();
}

static void printElement(const Output &output, size_t i) {
  const uint8_t *data =
      output.first.data() + i * qcc_dtype_size(output.type.dtype);
  auto as = [&](auto value) {
    memcpy(&value, data, sizeof(value));
    return value;
  };
  switch (output.type.dtype) {
  case QCC_DTYPE_F32:
    printf(" %g", as(float()));
    break;
  case QCC_DTYPE_F64:
    printf(" %g", as(double()));
    break;
  case QCC_DTYPE_I8:
    printf(" %d", as(int8_t()));
    break;
  case QCC_DTYPE_U8:
  case QCC_DTYPE_BOOL:
    printf(" %d", as(uint8_t()));
    break;
  case QCC_DTYPE_I16:
    printf(" %d", as(int16_t()));
    break;
  case QCC_DTYPE_I32:
    printf(" %d", as(int32_t()));
    break;
  case QCC_DTYPE_I64:
    printf(" %lld", (long long)as(int64_t()));
    break;
  case QCC_DTYPE_U32:
    printf(" %u", as(uint32_t()));
    break;
  case QCC_DTYPE_U64:
    printf(" %llu", (unsigned long long)as(uint64_t()));
    break;
  default: // 16 bits: as they are stored
    printf(" 0x%04x", as(uint16_t()));
    break;
  }
}

/// What becomes of an output that goes to no file: its first values.
static void printOutput(const Output &output, uint64_t samples) {
  const size_t shown = 16;
  size_t elements = output.type.elements();
  printf("%s: %s:", output.name.c_str(), io::toString(output.allType).c_str());
  for (size_t i = 0; i < elements && i < shown; ++i)
    printElement(output, i);
  printf(elements > shown || samples > 1 ? " ...\n" : "\n");
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

/// Makes the type of an output what the run has filled. Its rows lie at the
/// front of its memory.
static io::Status countRows(qcc_context *context, Output &output) {
  int64_t shape[QCC_MAX_RANK];
  if (qcc_context_output_shape(context, output.name.c_str(), shape))
    return runtimeError();
  output.type.shape[0] = shape[0];
  output.allType = output.type;
  if (!output.path.empty())
    openWriter(output);
  return io::Status::success();
}

static io::Status runSample(Inputs &inputs, size_t sample, qcc_context *context,
                            std::vector<Output> &outputs) {
  if (io::Status status = inputs.read(sample); !status.ok())
    return status;
  if (qcc_context_run(context))
    return runtimeError();
  for (Output &output : outputs) {
    // Of several samples the first alone is shown.
    if (output.isBounded && sample == 0)
      if (io::Status status = countRows(context, output); !status.ok())
        return status;
    const auto *data = static_cast<const uint8_t *>(output.tensor.data);
    if (output.writer) {
      if (io::Status status = output.writer->append(data, output.type.bytes());
          !status.ok())
        return status;
    } else if (sample == 0) {
      output.first.assign(data, data + output.type.bytes());
    }
  }
  return io::Status::success();
}

io::Status qcc::tools::runSamples(const RunOptions &options, qcc_model *model,
                                  qcc_context *context) {
  Inputs inputs;
  if (io::Status status = Inputs::open(options, model, context, inputs);
      !status.ok())
    return status;

  std::vector<Output> outputs;
  if (io::Status status =
          openOutputs(options, model, context, inputs.count(), outputs);
      !status.ok())
    return status;
  std::unique_ptr<TensorDump> dump;
  if (!options.dumpTensors.empty())
    if (io::Status status = TensorDump::open(options.dumpTensors, context,
                                             inputs.count(), dump);
        !status.ok())
      return status;
  std::unique_ptr<Evaluation> evaluation;
  if (options.eval)
    if (io::Status status = Evaluation::open(options, model, context,
                                             inputs.count(), evaluation);
        !status.ok())
      return status;
  for (size_t sample = 0; sample < inputs.count(); ++sample) {
    if (io::Status status = runSample(inputs, sample, context, outputs);
        !status.ok())
      return status;
    if (evaluation)
      if (io::Status status = evaluation->addRun(); !status.ok())
        return status;
  }
  if (dump)
    if (io::Status status = dump->finish(); !status.ok())
      return status;
  for (Output &output : outputs) {
    if (output.writer) {
      if (io::Status status = output.writer->finish(); !status.ok())
        return status;
    } else if (!evaluation) {
      printOutput(output, inputs.count());
    }
  }
  if (evaluation)
    evaluation->print();
  return io::Status::success();
}
