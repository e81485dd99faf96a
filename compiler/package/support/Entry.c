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

/// The model compiled for one kind of processor.
typedef struct entry_program {
  const entry_stage *stages;
  uint64_t stage_count;
  uint64_t features;
  const uint8_t *weights;
} entry_program;

// What the packager fills in, best program first.
extern const entry_program qcc_entry_programs[];
extern const uint64_t qcc_entry_program_count;

/// The first program that this processor can run, or null. Asks the processor
/// once: in a virtual machine that costs microseconds. Two threads that ask at
/// the same time find the same.
static const entry_program *select_program(void) {
  static uint64_t answer; // 1 + its index
  uint64_t known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
  if (!known) {
    uint64_t features = qcc_cpu_features();
    while (known < qcc_entry_program_count &&
           (qcc_entry_programs[known].features & ~features))
      ++known;
    ++known;
    __atomic_store_n(&answer, known, __ATOMIC_RELAXED);
  }
  return known > qcc_entry_program_count ? NULL
                                         : &qcc_entry_programs[known - 1];
}

/// A stage on its frame, as a task of a pool.
typedef struct stage_call {
  qcc_stage_fn function;
  const qcc_frame *frame;
} stage_call;

/// Whatever thread this is: its modes must not change the numbers.
static void run_share(void *context, uint32_t thread, uint32_t threads) {
  const stage_call *call = (const stage_call *)context;
  uint32_t modes = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(QCC_DEFAULT_MXCSR);
  call->function(call->frame, thread, threads);
  __builtin_ia32_ldmxcsr(modes);
}

__attribute__((visibility("default"))) int
qcc_entry_run(const void *const *inputs, void *const *outputs, void *arena,
              const qcc_pool *pool) {
  const entry_program *program = select_program();
  if (!program)
    return 1;
  qcc_frame frame = {
      (uint8_t *)arena, program->weights, inputs, outputs, NULL, NULL, NULL};
  for (uint64_t i = 0; i < program->stage_count; ++i) {
    stage_call call = {program->stages[i].function, &frame};
    if (pool && pool->threads > 1 && !program->stages[i].serial)
      pool->run(pool->self, run_share, &call);
    else
      run_share(&call, 0, 1);
  }
  return 0;
}
