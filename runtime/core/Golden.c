//===- Golden.c - the self-test of an artifact ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"
#include "Hash.h"
#include "Status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// To nearest even, and the largest finite value instead of infinity.
static uint16_t to_half(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  float magnitude = fabsf(x);
  if (magnitude >= 65504)
    return sign | 0x7bff;
  if (magnitude < 0x1p-14f) // subnormal: a multiple of 2^-24
    return sign | (uint16_t)nearbyintf(magnitude * 0x1p24f);
  bits = (bits & 0x7fffffff) - (112u << 23);
  return sign | (uint16_t)((bits + 0xfff + (bits >> 13 & 1)) >> 13);
}

static uint16_t to_bfloat(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static double saturate(double x, double lo, double hi) {
  x = nearbyint(x);
  return x < lo ? lo : x > hi ? hi : x;
}

static void store(void *data, uint64_t i, qcc_dtype dtype, double x) {
  switch (dtype) {
  case QCC_DTYPE_F32:
    ((float *)data)[i] = (float)x;
    break;
  case QCC_DTYPE_F64:
    ((double *)data)[i] = x;
    break;
  case QCC_DTYPE_F16:
    ((uint16_t *)data)[i] = to_half((float)x);
    break;
  case QCC_DTYPE_BF16:
    ((uint16_t *)data)[i] = to_bfloat((float)x);
    break;
  case QCC_DTYPE_U8:
    ((uint8_t *)data)[i] = (uint8_t)saturate(x, 0, UINT8_MAX);
    break;
  case QCC_DTYPE_I8:
    ((int8_t *)data)[i] = (int8_t)saturate(x, INT8_MIN, INT8_MAX);
    break;
  case QCC_DTYPE_U16:
    ((uint16_t *)data)[i] = (uint16_t)saturate(x, 0, UINT16_MAX);
    break;
  case QCC_DTYPE_I16:
    ((int16_t *)data)[i] = (int16_t)saturate(x, INT16_MIN, INT16_MAX);
    break;
  case QCC_DTYPE_U32:
    ((uint32_t *)data)[i] = (uint32_t)saturate(x, 0, UINT32_MAX);
    break;
  case QCC_DTYPE_I32:
    ((int32_t *)data)[i] = (int32_t)saturate(x, INT32_MIN, INT32_MAX);
    break;
  // The largest doubles that these hold.
  case QCC_DTYPE_U64:
    ((uint64_t *)data)[i] = (uint64_t)saturate(x, 0, 18446744073709549568.0);
    break;
  case QCC_DTYPE_I64:
    ((int64_t *)data)[i] =
        (int64_t)saturate(x, -9223372036854775808.0, 9223372036854774784.0);
    break;
  case QCC_DTYPE_BOOL:
    ((uint8_t *)data)[i] = x >= 0.5;
    break;
  }
}

void qcc_golden_fill(const qcc_golden_input *range, uint64_t seed,
                     uint32_t input, qcc_dtype dtype, uint64_t elements,
                     void *data) {
  for (uint64_t i = 0; i < elements; ++i)
    store(data, i, dtype,
          qcc_golden_value(seed, input, i, range->lo, range->hi));
}

qcc_status qcc_model_golden_input(const qcc_model *model, uint32_t index,
                                  void *data) {
  qcc_value_info info;
  qcc_status status = qcc_model_input(model, index, &info);
  if (status)
    return status;
  if (!qcc_model_has_golden(model))
    return qcc_fail(QCC_UNSUPPORTED, "%s: it has no golden vectors",
                    model->path);
  const qcc_golden *golden = (const qcc_golden *)model->artifact.golden.data;
  const qcc_golden_input *ranges = (const qcc_golden_input *)(golden + 1);
  qcc_golden_fill(&ranges[index], golden->seed, index, info.dtype,
                  info.bytes / qcc_dtype_size(info.dtype), data);
  return QCC_OK;
}

/// Memory for all inputs and outputs of a self-test.
typedef struct {
  void **values;
  uint32_t count;
} buffers;

static void free_buffers(buffers *b) {
  for (uint32_t i = 0; b->values && i < b->count; ++i)
    free(b->values[i]);
  free(b->values);
}

/// Compares an output with its hashes, which start at `*expected`, and moves
/// that to the next output's.
static qcc_status compare(const qcc_model *model, uint32_t output,
                          const uint8_t *actual, const uint64_t **expected) {
  qcc_value_info info;
  qcc_model_value(model, model->artifact.signature->input_count + output,
                  &info);
  uint64_t blocks = qcc_golden_blocks(info.bytes), different = 0, first = 0;
  for (uint64_t i = 0; i < blocks; ++i) {
    uint64_t begin = i * QCC_GOLDEN_BLOCK, left = info.bytes - begin;
    if (qcc_hash(actual + begin,
                 left < QCC_GOLDEN_BLOCK ? left : QCC_GOLDEN_BLOCK) ==
        (*expected)[i])
      continue;
    if (different++ == 0)
      first = begin / qcc_dtype_size(info.dtype);
  }
  *expected += blocks;
  if (different == 0)
    return QCC_OK;
  return qcc_fail(QCC_SELFTEST_FAILED,
                  "%s: self-test failed: output '%s' differs from the golden "
                  "one in %llu of %llu blocks of %d bytes, the first from "
                  "element %llu on",
                  model->path, info.name, (unsigned long long)different,
                  (unsigned long long)blocks, QCC_GOLDEN_BLOCK,
                  (unsigned long long)first);
}

static qcc_status run_golden(qcc_context *context, buffers *b) {
  const qcc_model *model = context->model;
  const qcc_artifact *a = &model->artifact;
  uint32_t inputs = a->signature->input_count;
  for (uint32_t i = 0; i < b->count; ++i) {
    uint64_t size = a->value_bytes[i] + QCC_ARENA_ALIGNMENT;
    b->values[i] = calloc(1, size);
    if (!b->values[i])
      return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", model->path);
    if (i < inputs) {
      qcc_status status = qcc_model_golden_input(model, i, b->values[i]);
      if (status)
        return status;
      context->inputs[i] = b->values[i];
    } else {
      context->outputs[i - inputs] = b->values[i];
    }
  }
  qcc_context_execute(context);
  const uint64_t *expected =
      (const uint64_t *)(a->golden.data + sizeof(qcc_golden) +
                         inputs * sizeof(qcc_golden_input));
  for (uint32_t i = inputs; i < b->count; ++i) {
    qcc_status status =
        compare(model, i - inputs, (const uint8_t *)b->values[i], &expected);
    if (status)
      return status;
  }
  return QCC_OK;
}

qcc_status qcc_context_selftest(qcc_context *context) {
  qcc_model *model = context->model;
  if (!qcc_model_has_golden(model))
    return qcc_fail(QCC_UNSUPPORTED, "%s: it has no golden vectors",
                    model->path);
  qcc_status status = qcc_model_verify(model);
  if (status)
    return status;
  const qcc_signature *signature = model->artifact.signature;
  buffers b = {NULL, signature->input_count + signature->output_count};
  b.values = (void **)calloc(b.count + 1, sizeof(void *));
  if (!b.values)
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", model->path);
  status = run_golden(context, &b);
  free_buffers(&b);
  return status;
}
