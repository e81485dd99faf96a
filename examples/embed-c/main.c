//===- main.c - a model within a C program --------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
//   qcc model.onnx -emit=obj -o model.o        also writes model.h
//   cc main.c model.o -o classify              nothing else is needed
//   ./classify < input.bin                     the first input, as bare numbers
//
//===----------------------------------------------------------------------===//

#include "model.h"

#include <stdio.h>

static MODEL_INPUT_0_TYPE input[MODEL_INPUT_0_ELEMENTS];
static MODEL_OUTPUT_0_TYPE output[MODEL_OUTPUT_0_ELEMENTS];
static _Alignas(MODEL_ARENA_ALIGNMENT) char arena[MODEL_ARENA_BYTES];

int main(void) {
  const void *inputs[] = {input};
  void *outputs[] = {output};
  if (fread(input, sizeof(input), 1, stdin) != 1)
    return 1;
  if (model_run(inputs, outputs, arena, NULL))
    return 1;
  int best = 0;
  for (int i = 1; i < MODEL_OUTPUT_0_ELEMENTS; ++i)
    if (output[i] > output[best])
      best = i;
  printf("class %d: %g\n", best, (double)output[best]);
  return 0;
}
