//===- Context.h - internal: contexts -----------------------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CORE_CONTEXT_H
#define QCC_RUNTIME_CORE_CONTEXT_H

#include "Model.h"

/// Where an input or output is.
typedef struct qcc_binding {
  void *data;  ///< What runs use; null: not set yet.
  void *owned; ///< Allocated because the caller asked for the tensor.
} qcc_binding;

struct qcc_context {
  _Atomic uint32_t references;
  qcc_model *model;
  uint32_t program;
  const qcc_loaded *loaded;
  qcc_thread_pool *pool;
  void *mapping; ///< Of the arena.
  size_t mapped;
  qcc_binding *bindings; ///< Inputs, then outputs.
  const void **inputs;   ///< As the frame has them.
  void **outputs;
  qcc_frame frame;
  qcc_trace_fn trace;
  void *trace_user;
};

/// Runs all stages on the frame as it is.
void qcc_context_execute(qcc_context *context);

#endif // QCC_RUNTIME_CORE_CONTEXT_H
