//===- Inputs.cpp - samples for the inputs of a model ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"

#include "qcc/io/Preprocess.h"

using namespace qcc;
using namespace qcc::tools;

static io::Status specOf(qcc_model *model, uint32_t index,
                         io::InputSpec &input) {
  qcc_value_info info;
  if (qcc_model_input(model, index, &info))
    return runtimeError();
  input.name = info.name;
  input.type = typeOf(info);
  input.finite = false;
  if (info.preprocess)
    input.preprocess = *info.preprocess;
  return io::Status::success();
}

/// Replaces what the artifact records by one -preprocess.
static io::Status applyPreprocess(const std::string &option,
                                  std::vector<io::InputSpec> &inputs) {
  size_t equals = option.find('=');
  std::string spec =
      equals == std::string::npos ? option : option.substr(equals + 1);
  io::InputSpec *input = inputs.size() == 1 ? &inputs[0] : nullptr;
  if (equals != std::string::npos) {
    input = nullptr;
    for (io::InputSpec &candidate : inputs)
      if (candidate.name == option.substr(0, equals))
        input = &candidate;
  }
  if (!input)
    return io::Status::error("-preprocess: '" + option +
                             "' names no input of the model");
  input->preprocess.reset();
  if (spec == "none")
    return io::Status::success();
  qcc_preprocess preprocess;
  io::Status status = io::parsePreprocess(spec, input->type, preprocess);
  if (status.ok())
    input->preprocess = preprocess;
  return status;
}

io::Status Inputs::open(const InputOptions &options, qcc_model *model,
                        qcc_context *context, Inputs &result) {
  std::vector<io::InputSpec> inputs(qcc_model_input_count(model));
  result.buffers.clear();
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    if (io::Status status = specOf(model, i, inputs[i]); !status.ok())
      return status;
    qcc_dltensor tensor;
    if (qcc_context_get_input(context, inputs[i].name.c_str(), &tensor))
      return runtimeError();
    result.buffers.push_back(tensor.data);
  }
  for (const std::string &option : options.preprocess)
    if (io::Status status = applyPreprocess(option, inputs); !status.ok())
      return status;
  return io::Dataset::open(options.inputs, inputs, result.dataset);
}

io::Status qcc::tools::shareInputs(const std::string &name, qcc_model *model,
                                   qcc_context *context, qcc_model *owner,
                                   qcc_context *ownerContext) {
  if (qcc_model_input_count(model) != qcc_model_input_count(owner))
    return io::Status::error("'" + name + "' has another number of inputs");
  for (uint32_t i = 0; i < qcc_model_input_count(model); ++i) {
    qcc_value_info ours, theirs;
    qcc_dltensor input;
    if (qcc_model_input(model, i, &ours) ||
        qcc_model_input(owner, i, &theirs) ||
        qcc_context_get_input(ownerContext, theirs.name, &input))
      return runtimeError();
    // Names may differ: one model may be the other's quantized twin.
    if (typeOf(ours) != typeOf(theirs))
      return io::Status::error("'" + name + "' has the input '" + ours.name +
                               "' of " + io::toString(typeOf(ours)) +
                               ", not '" + theirs.name + "' of " +
                               io::toString(typeOf(theirs)));
    if (qcc_context_set_input(context, ours.name, &input))
      return runtimeError();
  }
  return io::Status::success();
}
