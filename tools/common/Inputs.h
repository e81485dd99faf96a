//===- Inputs.h - samples for the inputs of a model -------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_INPUTS_H
#define QCC_TOOLS_COMMON_INPUTS_H

#include "Handle.h"

#include "qcc/io/Dataset.h"

#include <memory>
#include <string>
#include <vector>

namespace qcc::tools {

/// -input and -preprocess.
struct InputOptions {
  std::vector<std::string> inputs;     ///< [NAME=]PATH
  std::vector<std::string> preprocess; ///< [NAME=]SPEC or [NAME=]none

  void addTo(CommandLine &line) {
    line.addList("input", "[NAME=]PATH",
                 "samples: .npy, .npz, raw bytes (.bin), a picture, a folder",
                 inputs);
    line.addList("preprocess", "[NAME=]SPEC",
                 "instead of what the artifact records; none: nothing",
                 preprocess);
  }
};

/// The samples of the options, read into the inputs of a context one by one.
class Inputs {
public:
  static io::Status open(const InputOptions &options, qcc_model *model,
                         qcc_context *context, Inputs &result);

  size_t count() const { return dataset->count(); }
  io::Status read(size_t sample) { return dataset->read(sample, buffers); }

private:
  std::unique_ptr<io::Dataset> dataset;
  std::vector<void *> buffers;
};

/// Lets `context` of `model` read the memory of the inputs of another model's
/// context. Inputs go by their position; types that differ are an error, which
/// calls the model `name`.
io::Status shareInputs(const std::string &name, qcc_model *model,
                       qcc_context *context, qcc_model *owner,
                       qcc_context *ownerContext);

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_INPUTS_H
