//===- Tensor.c - checks of borrowed tensors ------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tensor.h"

#include "Status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEVICE_CPU = 1 };
enum { CODE_INT, CODE_UINT, CODE_FLOAT, CODE_BFLOAT = 4, CODE_BOOL = 6 };

static uint8_t type_code(qcc_dtype dtype) {
  switch (dtype) {
  case QCC_DTYPE_I8:
  case QCC_DTYPE_I16:
  case QCC_DTYPE_I32:
  case QCC_DTYPE_I64:
    return CODE_INT;
  case QCC_DTYPE_U8:
  case QCC_DTYPE_U16:
  case QCC_DTYPE_U32:
  case QCC_DTYPE_U64:
    return CODE_UINT;
  case QCC_DTYPE_F16:
  case QCC_DTYPE_F32:
  case QCC_DTYPE_F64:
    return CODE_FLOAT;
  case QCC_DTYPE_BF16:
    return CODE_BFLOAT;
  case QCC_DTYPE_BOOL:
    return CODE_BOOL;
  }
  return UINT8_MAX;
}

qcc_dltensor qcc_dltensor_make(void *data, qcc_dtype dtype, int32_t rank,
                               int64_t *shape) {
  qcc_dltensor tensor;
  memset(&tensor, 0, sizeof(tensor));
  tensor.data = data;
  tensor.device.type = DEVICE_CPU;
  tensor.ndim = rank;
  tensor.dtype.code = type_code(dtype);
  tensor.dtype.bits = (uint8_t)(8 * qcc_dtype_size(dtype));
  tensor.dtype.lanes = 1;
  tensor.shape = shape;
  return tensor;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// A type in words, such as "float32[1x3x32x32]", cut off where it is too long.
typedef struct {
  char text[160];
  size_t length;
} type_text;

static void append(type_text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void append(type_text *t, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int length =
      vsnprintf(t->text + t->length, sizeof(t->text) - t->length, format, args);
  va_end(args);
  t->length += (size_t)length;
  if (t->length >= sizeof(t->text))
    t->length = sizeof(t->text) - 1;
}

static type_text describe(uint8_t code, uint8_t bits, int32_t rank,
                          const int64_t *shape) {
  type_text t = {.length = 0};
  const char *names[] = {"int",    "uint",   "float", "code3-",
                         "bfloat", "code5-", "bool"};
  if (code < sizeof(names) / sizeof(names[0]))
    append(&t, "%s", names[code]);
  else
    append(&t, "code%u-", code);
  if (code != CODE_BOOL || bits != 8)
    append(&t, "%u", bits);
  append(&t, "[");
  for (int32_t i = 0; i < rank; ++i)
    append(&t, i ? "x%lld" : "%lld", (long long)shape[i]);
  append(&t, "]");
  return t;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static int is_compact(const qcc_dltensor *tensor) {
  int64_t expected = 1;
  for (int32_t i = tensor->ndim - 1; tensor->strides && i >= 0; --i) {
    if (tensor->shape[i] != 1 && tensor->strides[i] != expected)
      return 0;
    expected *= tensor->shape[i];
  }
  return 1;
}

qcc_status qcc_tensor_check(const char *what, const qcc_value_info *value,
                            const qcc_dltensor *tensor, void **data) {
  uint8_t code = type_code(value->dtype);
  uint32_t size = qcc_dtype_size(value->dtype);
  if (!tensor || tensor->ndim < 0 || (tensor->ndim > 0 && !tensor->shape) ||
      (!tensor->data && value->bytes > 0))
    return qcc_fail(QCC_INVALID_ARGUMENT, "%s '%s': null tensor, shape or data",
                    what, value->name);
  if (tensor->device.type != DEVICE_CPU)
    return qcc_fail(
        QCC_TYPE_MISMATCH,
        "%s '%s': the tensor is on device %d, it must be on the CPU", what,
        value->name, tensor->device.type);
  if (tensor->dtype.code != code || tensor->dtype.bits != 8 * size ||
      tensor->dtype.lanes != 1 || tensor->ndim != (int32_t)value->rank ||
      (value->rank > 0 && memcmp(tensor->shape, value->shape,
                                 value->rank * sizeof(int64_t)) != 0)) {
    int32_t shown = tensor->ndim > QCC_MAX_RANK ? QCC_MAX_RANK : tensor->ndim;
    type_text expected =
        describe(code, (uint8_t)(8 * size), (int32_t)value->rank, value->shape);
    type_text actual =
        describe(tensor->dtype.code, tensor->dtype.bits, shown, tensor->shape);
    return qcc_fail(QCC_TYPE_MISMATCH, "%s '%s': expected %s, got %s", what,
                    value->name, expected.text, actual.text);
  }
  if (!is_compact(tensor))
    return qcc_fail(QCC_TYPE_MISMATCH,
                    "%s '%s': the tensor is not compact and row-major", what,
                    value->name);
  *data = tensor->data ? (uint8_t *)tensor->data + tensor->byte_offset : NULL;
  if ((uintptr_t)*data % size)
    return qcc_fail(QCC_INVALID_ARGUMENT,
                    "%s '%s': the data is not aligned to its %u-byte elements",
                    what, value->name, size);
  return QCC_OK;
}
