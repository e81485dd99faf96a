//===- Stages.c - stages of a small model, for tests --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// y = table[1](x * 2) + w, through the arena, on 1000 floats. Compiled by CMake
// in the way generated code is: position-independent, without a C library.
//
//===----------------------------------------------------------------------===//

#include "qcc/abi/kernel.h"

enum { N = 1000 };

static float identity(float x) { return x; }
static float negate(float x) { return -x; }

/// Needs relocations that the loader applies.
float (*volatile const table[])(float) = {identity, negate};

/// Doubles this thread's part of the input.
void stage_double(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  const float *x = (const float *)frame->inputs[0];
  float *scratch = (float *)frame->arena;
  uint32_t begin = N * thread / threads, end = N * (thread + 1) / threads;
  for (uint32_t i = begin; i < end; ++i)
    scratch[i] = 2 * x[i];
}

/// Clears the output: LLVM makes a call of memset of it.
void stage_clear(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  float *y = (float *)frame->outputs[0];
  for (uint32_t i = 0; i < N; ++i)
    y[i] = 0;
}

void stage_add(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  const float *scratch = (const float *)frame->arena;
  const float *w = (const float *)frame->weights;
  float *y = (float *)frame->outputs[0];
  uint32_t begin = N * thread / threads, end = N * (thread + 1) / threads;
  for (uint32_t i = begin; i < end; ++i)
    y[i] += table[1](scratch[i]) + w[i];
}

/// As many rows of output 0 as the first input says.
void stage_rows(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  *(int64_t *)frame->outputs[1] = (int64_t)*(const float *)frame->inputs[0];
}

/// As calibration does.
void stage_observe(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  frame->imports->observe(frame->user, 7, frame->arena, thread, threads);
}
