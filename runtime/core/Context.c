//===- Context.c - contexts -----------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include "../cpu/Cpu.h"
#include "Status.h"
#include "Tensor.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static const qcc_program_view *view(const qcc_context *context) {
  return &context->model->artifact.programs[context->program];
}

//===----------------------------------------------------------------------===//
// Making and ending
//===----------------------------------------------------------------------===//

/// Maps the arena: at a huge page if it is that large, with the slack that
/// stages may read, and behind it a page that faults.
static qcc_status map_arena(qcc_context *context) {
  const uint64_t huge = (uint64_t)1 << 21, page = QCC_PAGE_ALIGNMENT;
  uint64_t size = view(context)->record->arena_size + QCC_READ_SLACK;
  uint64_t alignment = size >= huge ? huge : page;
  size = (size + page - 1) & ~(page - 1);
  uint64_t mapped = size + alignment + page;
  void *mapping = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    return qcc_fail(QCC_OUT_OF_MEMORY,
                    "%s: out of memory for an arena of %llu bytes",
                    context->model->path, (unsigned long long)size);
  context->mapping = mapping;
  context->mapped = mapped;
  uintptr_t base = ((uintptr_t)mapping + alignment - 1) & ~(alignment - 1);
  context->frame.arena = (uint8_t *)base;
  if (alignment == huge)
    madvise((void *)base, size, MADV_HUGEPAGE); // only advice: may fail
  mprotect((void *)(base + size), page, PROT_NONE);
  return QCC_OK;
}

static qcc_status choose_program(qcc_context *context, const char *name) {
  const qcc_model *model = context->model;
  for (uint32_t i = 0; i < model->artifact.program_count; ++i) {
    const char *candidate = qcc_artifact_string(
        &model->artifact, model->artifact.programs[i].record->name);
    if (name && strcmp(name, candidate) != 0)
      continue;
    if (qcc_model_supports(model, i)) {
      context->program = i;
      return QCC_OK;
    }
    if (name)
      return qcc_fail(QCC_UNSUPPORTED,
                      "%s: this machine cannot run its program '%s'",
                      model->path, name);
  }
  if (name)
    return qcc_fail(QCC_NOT_FOUND, "%s: no program '%s'", model->path, name);
  return qcc_fail(QCC_UNSUPPORTED,
                  "%s: this machine can run none of its %u programs",
                  model->path, model->artifact.program_count);
}

static qcc_status initialize(qcc_context *context,
                             const qcc_context_options *options) {
  const qcc_model *model = context->model;
  const qcc_signature *signature = model->artifact.signature;
  uint32_t values = signature->input_count + signature->output_count;
  if (signature->symbol_count)
    return qcc_fail(QCC_UNSUPPORTED,
                    "%s: this runtime cannot run symbolic dimensions",
                    model->path);
  qcc_status status = choose_program(context, options->program);
  if (status)
    return status;
  if ((view(context)->record->flags & QCC_PROGRAM_NEEDS_IMPORTS) &&
      !options->imports)
    return qcc_fail(QCC_UNSUPPORTED,
                    "%s: made for calibration, it needs functions to call",
                    model->path);
  context->bindings = (qcc_binding *)calloc(values + 1, sizeof(qcc_binding));
  context->inputs =
      (const void **)calloc(signature->input_count + 1, sizeof(void *));
  context->outputs =
      (void **)calloc(signature->output_count + 1, sizeof(void *));
  if (!context->bindings || !context->inputs || !context->outputs)
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", model->path);
  if ((status = qcc_model_load(context->model, context->program,
                               &context->loaded)) ||
      (status = map_arena(context)))
    return status;
  context->frame.weights = view(context)->weights.data;
  context->frame.inputs = context->inputs;
  context->frame.outputs = context->outputs;
  context->frame.imports = options->imports;
  context->frame.user = options->user;
  return qcc_thread_pool_create(
      options->threads ? options->threads : qcc_cpu_cores(), &context->pool);
}

qcc_status qcc_context_create(qcc_model *model,
                              const qcc_context_options *options,
                              qcc_context **result) {
  const qcc_context_options defaults = {0, NULL, NULL, NULL};
  if (!model || !result)
    return qcc_fail(QCC_INVALID_ARGUMENT, "qcc_context_create: null argument");
  qcc_context *context = (qcc_context *)calloc(1, sizeof(*context));
  if (!context)
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", model->path);
  atomic_init(&context->references, 1);
  qcc_model_retain(model);
  context->model = model;
  qcc_status status = initialize(context, options ? options : &defaults);
  if (status) {
    qcc_context_release(context);
    return status;
  }
  *result = context;
  return QCC_OK;
}

void qcc_context_retain(qcc_context *context) {
  atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
}

void qcc_context_release(qcc_context *context) {
  if (!context || atomic_fetch_sub_explicit(&context->references, 1,
                                            memory_order_acq_rel) != 1)
    return;
  const qcc_signature *signature = context->model->artifact.signature;
  if (context->pool)
    qcc_thread_pool_destroy(context->pool);
  if (context->mapping)
    munmap(context->mapping, context->mapped);
  if (context->bindings)
    for (uint32_t i = 0; i < signature->input_count + signature->output_count;
         ++i)
      free(context->bindings[i].owned);
  free(context->bindings);
  free(context->inputs);
  free(context->outputs);
  qcc_model_release(context->model);
  free(context);
}

uint32_t qcc_context_threads(const qcc_context *context) {
  return qcc_thread_pool_threads(context->pool);
}

uint32_t qcc_context_program(const qcc_context *context) {
  return context->program;
}

//===----------------------------------------------------------------------===//
// Inputs and outputs
//===----------------------------------------------------------------------===//

typedef enum { INPUT, OUTPUT } direction;

static const char *direction_name(direction d) {
  return d == INPUT ? "input" : "output";
}

/// The index among all values of the input or output called `name`.
static qcc_status find_value(const qcc_context *context, direction d,
                             const char *name, uint32_t *index) {
  const qcc_model *model = context->model;
  uint32_t inputs = qcc_model_input_count(model);
  uint32_t first = d == INPUT ? 0 : inputs;
  uint32_t shown = d == INPUT ? inputs : qcc_model_output_count(model);
  if (!name && shown != 1)
    return qcc_fail(QCC_INVALID_ARGUMENT, "%s: one of its %u %ss must be named",
                    model->path, shown, direction_name(d));
  uint32_t count =
      d == INPUT ? inputs : model->artifact.signature->output_count;
  for (uint32_t i = first; i < first + count; ++i) {
    const char *candidate =
        qcc_artifact_string(&model->artifact, model->artifact.values[i].name);
    if (!name || strcmp(candidate, name) == 0) {
      *index = i;
      return QCC_OK;
    }
  }
  return qcc_fail(QCC_NOT_FOUND, "%s: no %s '%s'", model->path,
                  direction_name(d), name);
}

static qcc_status set_value(qcc_context *context, direction d, const char *name,
                            const qcc_dltensor *tensor) {
  uint32_t index;
  void *data;
  qcc_value_info info;
  qcc_status status = find_value(context, d, name, &index);
  if (status)
    return status;
  qcc_model_value(context->model, index, &info);
  if ((status = qcc_tensor_check(direction_name(d), &info, tensor, &data)))
    return status;
  context->bindings[index].data = data;
  return QCC_OK;
}

/// Gives value `index` memory of its own unless the caller lent some.
static qcc_status ensure_bound(qcc_context *context, uint32_t index) {
  qcc_binding *b = &context->bindings[index];
  uint64_t bytes = context->model->artifact.value_bytes[index];
  if (b->data)
    return QCC_OK;
  if (!b->owned) {
    uint64_t size =
        (bytes + QCC_ARENA_ALIGNMENT) & ~(QCC_ARENA_ALIGNMENT - 1ull);
    b->owned = aligned_alloc(QCC_ARENA_ALIGNMENT, size);
    if (!b->owned)
      return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory for %llu bytes",
                      context->model->path, (unsigned long long)bytes);
    memset(b->owned, 0, size);
  }
  b->data = b->owned;
  return QCC_OK;
}

static qcc_status get_value(qcc_context *context, direction d, const char *name,
                            qcc_dltensor *tensor) {
  uint32_t index = 0;
  qcc_value_info info;
  qcc_status status = find_value(context, d, name, &index);
  if (status || (status = ensure_bound(context, index)))
    return status;
  qcc_model_value(context->model, index, &info);
  *tensor = qcc_dltensor_make(context->bindings[index].data, info.dtype,
                              (int32_t)info.rank, (int64_t *)info.shape);
  return QCC_OK;
}

qcc_status qcc_context_set_input(qcc_context *context, const char *name,
                                 const qcc_dltensor *tensor) {
  return set_value(context, INPUT, name, tensor);
}

qcc_status qcc_context_set_output(qcc_context *context, const char *name,
                                  const qcc_dltensor *tensor) {
  return set_value(context, OUTPUT, name, tensor);
}

qcc_status qcc_context_get_input(qcc_context *context, const char *name,
                                 qcc_dltensor *tensor) {
  return get_value(context, INPUT, name, tensor);
}

qcc_status qcc_context_get_output(qcc_context *context, const char *name,
                                  qcc_dltensor *tensor) {
  return get_value(context, OUTPUT, name, tensor);
}

qcc_status qcc_context_output_shape(const qcc_context *context,
                                    const char *name, int64_t *shape) {
  const qcc_model *model = context->model;
  uint32_t index = 0;
  qcc_value_info info;
  if (!shape)
    return qcc_fail(QCC_INVALID_ARGUMENT,
                    "qcc_context_output_shape: null argument");
  qcc_status status = find_value(context, OUTPUT, name, &index);
  if (status)
    return status;
  qcc_model_value(model, index, &info);
  const qcc_rows *rows = qcc_model_rows(model, index);
  if (info.rank)
    memcpy(shape, info.shape, info.rank * sizeof(int64_t));
  if (!rows)
    return QCC_OK;
  const void *count =
      context->bindings[qcc_model_input_count(model) + rows->count].data;
  if (!count)
    return qcc_fail(QCC_INVALID_ARGUMENT,
                    "%s: output '%s' has no number of rows before a run",
                    model->path, info.name);
  memcpy(shape, count, sizeof(int64_t));
  if (shape[0] >= 0 && shape[0] <= info.shape[0])
    return QCC_OK;
  return qcc_fail(QCC_CORRUPT,
                  "%s: damaged artifact: output '%s' has %lld of at most %lld "
                  "rows",
                  model->path, info.name, (long long)shape[0],
                  (long long)info.shape[0]);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void qcc_context_execute(qcc_context *context) {
  const qcc_step *steps = context->loaded->steps;
  uint32_t count = view(context)->stage_count;
  if (!context->trace) {
    qcc_thread_pool_run(context->pool, steps, count, &context->frame);
    return;
  }
  for (uint32_t i = 0; i < count; ++i) {
    double begin = now();
    qcc_thread_pool_run(context->pool, &steps[i], 1, &context->frame);
    context->trace(context->trace_user, i, now() - begin);
  }
}

qcc_status qcc_context_run(qcc_context *context) {
  uint32_t inputs = qcc_model_input_count(context->model);
  // Numbers of rows too, which the caller does not see.
  uint32_t outputs = context->model->artifact.signature->output_count;
  for (uint32_t i = 0; i < inputs; ++i) {
    context->inputs[i] = context->bindings[i].data;
    if (!context->inputs[i]) {
      qcc_value_info info;
      qcc_model_value(context->model, i, &info);
      return qcc_fail(QCC_INVALID_ARGUMENT, "%s: input '%s' is not set",
                      context->model->path, info.name);
    }
  }
  for (uint32_t i = 0; i < outputs; ++i) {
    qcc_status status = ensure_bound(context, inputs + i);
    if (status)
      return status;
    context->outputs[i] = context->bindings[inputs + i].data;
  }
  qcc_context_execute(context);
  return QCC_OK;
}

//===----------------------------------------------------------------------===//
// Looking inside
//===----------------------------------------------------------------------===//

uint32_t qcc_context_stage_count(const qcc_context *context) {
  return view(context)->stage_count;
}

qcc_status qcc_context_stage(const qcc_context *context, uint32_t index,
                             qcc_stage_info *info) {
  if (index >= view(context)->stage_count)
    return qcc_fail(QCC_INVALID_ARGUMENT, "%s: no stage %u",
                    context->model->path, index);
  const qcc_artifact *a = &context->model->artifact;
  const qcc_stage *s = &view(context)->stages[index];
  info->name = qcc_artifact_string(a, s->name);
  info->op = qcc_artifact_string(a, s->op);
  info->macs_int8 = s->macs_int8;
  info->macs_float = s->macs_float;
  info->bytes = s->bytes;
  info->serial = s->flags & QCC_STAGE_SERIAL;
  return QCC_OK;
}

void qcc_context_trace(qcc_context *context, qcc_trace_fn trace, void *user) {
  context->trace = trace;
  context->trace_user = user;
}

uint32_t qcc_context_tensor_count(const qcc_context *context) {
  return view(context)->tensor_count;
}

static const uint8_t *place_base(const qcc_context *context,
                                 const qcc_tensor *t) {
  switch (t->place) {
  case QCC_PLACE_ARENA:
    return context->frame.arena;
  case QCC_PLACE_WEIGHTS:
    return context->frame.weights;
  case QCC_PLACE_INPUT:
    return (const uint8_t *)context->bindings[t->index].data;
  default:
    return (const uint8_t *)context
        ->bindings[qcc_model_input_count(context->model) + t->index]
        .data;
  }
}

qcc_status qcc_context_tensor(const qcc_context *context, uint32_t index,
                              qcc_tensor_info *info) {
  const qcc_program_view *v = view(context);
  if (index >= v->tensor_count)
    return qcc_fail(QCC_INVALID_ARGUMENT, "%s: no tensor %u",
                    context->model->path, index);
  const qcc_tensor *t = &v->tensors[index];
  const uint8_t *base = place_base(context, t);
  info->name = qcc_artifact_string(&context->model->artifact, t->name);
  info->dtype = (qcc_dtype)t->dtype;
  info->rank = t->rank;
  info->shape = v->numbers + t->first_dim;
  info->byte_strides = info->shape + t->rank;
  info->data = base ? base + t->offset : NULL;
  info->valid_from = t->valid_from;
  info->valid_to = t->valid_to;
  info->grids = v->grids + t->first_grid;
  info->grid_count = t->grid_count;
  info->grid_axis = t->grid_axis;
  return QCC_OK;
}
