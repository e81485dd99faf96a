//===- kernel.h - the calling convention of compiled stages -------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What generated code and whoever calls it agree on. A compiled model is a list
// of stages. Each stage is a function that all threads of a pool enter
// together; a barrier separates one stage from the next. Stages see nothing but
// the frame.
//
// The compiler builds the frame's type from the field order below, so a field
// is only ever appended, and its offset never changes.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ABI_KERNEL_H
#define QCC_ABI_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  /// Alignment in bytes of the arena and of the weights.
  QCC_ARENA_ALIGNMENT = 64,
  /// Bytes behind the end of the arena and of the weights that a stage may read
  /// (never write), so that a vector loop need not stop at the last element.
  /// There is no such slack behind the caller's inputs and outputs, and their
  /// alignment is only that of their element type.
  QCC_READ_SLACK = 128,
};

/// The functions that generated code may call: its only way out, because code
/// in an artifact has no imports. Entries are only ever appended.
typedef struct qcc_imports {
  /// Hands a tensor to whoever calibrates. Every thread of the stage calls it
  /// with the same `data`; the callee shares the work out by `thread` of
  /// `threads`, and must touch only what belongs to `thread`. `data` points at
  /// element [0, ..., 0]; shape and byte strides are those that the compiler
  /// gave the observed value, which `observer` identifies.
  void (*observe)(void *user, uint32_t observer, const void *data,
                  uint32_t thread, uint32_t threads);
} qcc_imports;

/// What one inference works on. The same frame is passed to every stage and
/// every thread.
typedef struct qcc_frame {
  /// Offset 0: scratch memory. What it holds at the start of a run is
  /// undefined.
  uint8_t *arena;
  /// Offset 8: packed constants, laid out by the compiler.
  const uint8_t *weights;
  /// Offset 16: the caller's inputs in the order of the signature, each a
  /// compact row-major tensor.
  const void *const *inputs;
  /// Offset 24: the caller's outputs, in the same way.
  void *const *outputs;
  /// Offset 32: null in an artifact whose code calls nothing.
  const qcc_imports *imports;
  /// Offset 40: handed to the imports as their first argument.
  void *user;
  /// Offset 48: the extents of the symbolic dimensions of this run, in the
  /// order of the signature's symbols; null where all shapes are static.
  const int64_t *dims;
} qcc_frame;

/// One stage. Called with the same frame on every thread, `thread` counting
/// from 0 to `threads` - 1. How the work is shared out depends on the two
/// numbers alone; every output element has one owner; the bits of the result do
/// not depend on `threads`. A serial stage (QCC_STAGE_SERIAL) is called once,
/// as thread 0 of 1.
typedef void (*qcc_stage_fn)(const qcc_frame *frame, uint32_t thread,
                             uint32_t threads);

/// Threads that an embedding program lends to `NAME_run` of `qcc -emit=obj`.
/// `run` calls `task(context, thread, threads)` for every thread from 0 to
/// `threads` - 1, in any order or at once, and returns when all have returned;
/// what they wrote is then visible to the caller. Running them one after
/// another in the calling thread is correct, only slow.
#ifndef QCC_POOL_DEFINED // the headers of `qcc -emit=obj` stand alone
#define QCC_POOL_DEFINED
typedef struct qcc_pool {
  void *self;
  uint32_t threads;
  void (*run)(void *self,
              void (*task)(void *context, uint32_t thread, uint32_t threads),
              void *context);
} qcc_pool;
#endif

/// The form of the entry point in `qcc -emit=obj` and `-emit=so`, which is
/// called NAME_run. `inputs` and `outputs` are in the order that the generated
/// header states; `arena` holds NAME_ARENA_BYTES (which include the slack)
/// aligned to NAME_ARENA_ALIGNMENT; a null `pool` means the calling thread
/// alone. Returns 0, or 1 if this processor lacks an instruction set that the
/// code needs. Calls with different arenas may run at the same time. All
/// threads are to have the floating-point modes that a C program starts with.
typedef int (*qcc_run_fn)(const void *const *inputs, void *const *outputs,
                          void *arena, const qcc_pool *pool);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // QCC_ABI_KERNEL_H
