//===- Handle.h - owners of what the runtime hands out --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_HANDLE_H
#define QCC_TOOLS_COMMON_HANDLE_H

#include "CommandLine.h"

#include "qcc/io/Array.h"
#include "qcc/runtime.h"

#include <memory>

namespace qcc::tools {

/// Which program of which artifact a tool runs, and on what.
struct ProgramOptions {
  std::string artifact;
  std::string device = "auto";
  std::string program; ///< Empty: the best.
  uint32_t threads = 0;

  void addTo(CommandLine &line) {
    line.addString("device", "NAME", "cpu or auto", device);
    line.addNumber("threads", "N", "default: one per physical core", 1, kMany,
                   threads);
    line.addString("program", "NAME",
                   "one of the programs that qcc-run -info lists; default: the "
                   "best",
                   program);
  }
};

struct Release {
  void operator()(qcc_model *model) const { qcc_model_release(model); }
  void operator()(qcc_context *context) const { qcc_context_release(context); }
};
using ModelHandle = std::unique_ptr<qcc_model, Release>;
using ContextHandle = std::unique_ptr<qcc_context, Release>;

/// What the last call of the runtime found.
inline io::Status runtimeError() {
  return io::Status::error(qcc_error_message());
}

inline io::Status openModel(const ProgramOptions &options, ModelHandle &model) {
  if (options.device != "cpu" && options.device != "auto")
    return io::Status::error("device '" + options.device +
                             "' is not available; there are cpu and auto");
  qcc_model *raw = nullptr;
  if (qcc_model_open(options.artifact.c_str(), &raw))
    return runtimeError();
  model.reset(raw);
  return io::Status::success();
}

inline io::Status makeContext(const ModelHandle &model,
                              const ProgramOptions &options,
                              ContextHandle &context) {
  qcc_context_options settings = {
      options.threads,
      options.program.empty() ? nullptr : options.program.c_str(), nullptr,
      nullptr};
  qcc_context *raw = nullptr;
  if (qcc_context_create(model.get(), &settings, &raw))
    return runtimeError();
  context.reset(raw);
  return io::Status::success();
}

inline io::ArrayType typeOf(const qcc_value_info &value) {
  return {value.dtype, {value.shape, value.shape + value.rank}};
}

/// The type as text: "int64[<=24x3]" where the first extent is a bound.
inline std::string describe(const qcc_value_info &value) {
  std::string text = io::toString(typeOf(value));
  return value.bounded ? text.insert(text.find('[') + 1, "<=") : text;
}

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_HANDLE_H
