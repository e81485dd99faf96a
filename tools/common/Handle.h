//===- Handle.h - owners of what the runtime hands out --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_HANDLE_H
#define QCC_TOOLS_COMMON_HANDLE_H

#include "qcc/io/Array.h"
#include "qcc/runtime.h"

#include <memory>

namespace qcc::tools {

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

inline io::Status openModel(const std::string &path, ModelHandle &model) {
  qcc_model *raw = nullptr;
  if (qcc_model_open(path.c_str(), &raw))
    return runtimeError();
  model.reset(raw);
  return io::Status::success();
}

/// An empty `program` stands for the best, 0 threads for one per core.
inline io::Status makeContext(const ModelHandle &model, uint32_t threads,
                              const std::string &program,
                              ContextHandle &context) {
  qcc_context_options options = {
      threads, program.empty() ? nullptr : program.c_str(), nullptr, nullptr};
  qcc_context *raw = nullptr;
  if (qcc_context_create(model.get(), &options, &raw))
    return runtimeError();
  context.reset(raw);
  return io::Status::success();
}

/// The devices that a build without accelerators has.
inline io::Status checkDevice(const std::string &device) {
  if (device == "cpu" || device == "auto")
    return io::Status::success();
  return io::Status::error("device '" + device +
                           "' is not available; there are cpu and auto");
}

inline io::ArrayType typeOf(const qcc_value_info &value) {
  return {value.dtype, {value.shape, value.shape + value.rank}};
}

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_HANDLE_H
