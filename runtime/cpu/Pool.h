//===- Pool.h - internal: threads that run stages together --------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CPU_POOL_H
#define QCC_RUNTIME_CPU_POOL_H

#include "qcc/runtime.h"

typedef struct qcc_thread_pool qcc_thread_pool;

/// A stage as the pool sees it.
typedef struct qcc_step {
  qcc_stage_fn function;
  int serial;
} qcc_step;

/// `threads` counts the caller of qcc_thread_pool_run: one less is created.
qcc_status qcc_thread_pool_create(uint32_t threads, qcc_thread_pool **pool);
void qcc_thread_pool_destroy(qcc_thread_pool *pool);
uint32_t qcc_thread_pool_threads(const qcc_thread_pool *pool);

/// Runs the steps one after another, each on all threads, and returns when the
/// last has ended. One caller at a time.
void qcc_thread_pool_run(qcc_thread_pool *pool, const qcc_step *steps,
                         uint32_t count, const qcc_frame *frame);

#endif // QCC_RUNTIME_CPU_POOL_H
