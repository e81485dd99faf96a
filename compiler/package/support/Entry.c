//===- Entry.c - NAME_run of -emit=obj and -emit=so -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled when qcc is built and linked into every object that qcc emits, with
// the tables below and the stages. Uses no C library.
//
//===----------------------------------------------------------------------===//

#include "runtime/cpu/Cpu.h"

#include "qcc/abi/kernel.h"

typedef struct entry_stage {
  qcc_stage_fn function;
  uint64_t serial;
} entry_stage;

// What the packager fills in.
extern const entry_stage qcc_entry_stages[];
extern const uint64_t qcc_entry_stage_count;
extern const uint64_t qcc_entry_features;
extern const uint8_t qcc_entry_weights[];

/// Asks the processor once: in a virtual machine that costs microseconds. Two
/// threads that ask at the same time find the same.
static int is_supported(void) {
  static int answer; // 1: yes, -1: no
  int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
  if (!known) {
    known = qcc_entry_features & ~qcc_cpu_features() ? -1 : 1;
    __atomic_store_n(&answer, known, __ATOMIC_RELAXED);
  }
  return known > 0;
}

static void call_stage(const entry_stage *stage, qcc_frame *frame,
                       const qcc_pool *pool) {
  // A stage is a task whose context is the frame.
  union {
    qcc_stage_fn stage;
    void (*task)(void *, uint32_t, uint32_t);
  } function = {stage->function};
  if (pool && pool->threads > 1 && !stage->serial)
    pool->run(pool->self, function.task, frame);
  else
    function.stage(frame, 0, 1);
}

__attribute__((visibility("default"))) int
qcc_entry_run(const void *const *inputs, void *const *outputs, void *arena,
              const qcc_pool *pool) {
  if (!is_supported())
    return 1;
  qcc_frame frame = {
      (uint8_t *)arena, qcc_entry_weights, inputs, outputs, NULL, NULL, NULL};
  for (uint64_t i = 0; i < qcc_entry_stage_count; ++i)
    call_stage(&qcc_entry_stages[i], &frame, pool);
  return 0;
}
