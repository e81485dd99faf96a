//===- Model.c - models ---------------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"

#include "../cpu/Cpu.h"
#include "Status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

//===----------------------------------------------------------------------===//
// Opening and closing
//===----------------------------------------------------------------------===//

/// Takes over `mapping` on success.
static qcc_status make_model(const char *name, const void *data, uint64_t size,
                             void *mapping, qcc_model **result) {
  qcc_model *model = (qcc_model *)calloc(1, sizeof(*model));
  char *path = strdup(name);
  if (!model || !path) {
    free(model);
    free(path);
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", name);
  }
  qcc_status status = qcc_artifact_parse(name, data, size, &model->artifact);
  if (!status) {
    model->loaded = (qcc_loaded *)calloc(model->artifact.program_count + 1,
                                         sizeof(qcc_loaded));
    if (!model->loaded) {
      qcc_artifact_free(&model->artifact);
      status = qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", name);
    }
  }
  if (status) {
    free(model);
    free(path);
    return status;
  }
  atomic_init(&model->references, 1);
  model->path = path;
  model->mapping = mapping;
  pthread_mutex_init(&model->mutex, NULL);
  *result = model;
  return QCC_OK;
}

static qcc_status open_failed(const char *path) {
  return qcc_fail(QCC_IO_ERROR, "%s: %s", path, strerror(errno));
}

qcc_status qcc_model_open(const char *path, qcc_model **model) {
  if (!path || !model)
    return qcc_fail(QCC_INVALID_ARGUMENT, "qcc_model_open: null argument");
  // Opening a pipe must not wait for somebody to write to it.
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return open_failed(path);
  struct stat info;
  qcc_status status = QCC_OK;
  void *data = NULL;
  if (fstat(file, &info))
    status = open_failed(path);
  else if (!S_ISREG(info.st_mode))
    status = qcc_fail(QCC_IO_ERROR, "%s: not a regular file", path);
  else if (info.st_size == 0)
    status = qcc_fail(QCC_CORRUPT, "%s: not a qcc artifact: empty", path);
  else if ((data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE,
                        file, 0)) == MAP_FAILED)
    status = open_failed(path);
  close(file);
  if (status)
    return status;
  status = make_model(path, data, (uint64_t)info.st_size, data, model);
  if (status)
    munmap(data, (size_t)info.st_size);
  return status;
}

qcc_status qcc_model_open_memory(const void *data, size_t size,
                                 qcc_model **model) {
  if (!data || !model)
    return qcc_fail(QCC_INVALID_ARGUMENT,
                    "qcc_model_open_memory: null argument");
  if ((uintptr_t)data % QCC_ARENA_ALIGNMENT)
    return qcc_fail(
        QCC_INVALID_ARGUMENT,
        "qcc_model_open_memory: the data is not aligned to %d bytes",
        QCC_ARENA_ALIGNMENT);
  return make_model("<memory>", data, size, NULL, model);
}

void qcc_model_retain(qcc_model *model) {
  atomic_fetch_add_explicit(&model->references, 1, memory_order_relaxed);
}

void qcc_model_release(qcc_model *model) {
  if (!model || atomic_fetch_sub_explicit(&model->references, 1,
                                          memory_order_acq_rel) != 1)
    return;
  for (uint32_t i = 0; i < model->artifact.program_count; ++i) {
    free(model->loaded[i].steps);
    qcc_code_unload(&model->loaded[i].code);
  }
  if (model->mapping)
    munmap(model->mapping, model->artifact.size);
  qcc_artifact_free(&model->artifact);
  pthread_mutex_destroy(&model->mutex);
  free(model->loaded);
  free(model->path);
  free(model);
}

qcc_status qcc_model_verify(qcc_model *model) {
  return qcc_artifact_verify(model->path, &model->artifact);
}

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

const char *qcc_model_name(const qcc_model *model) {
  return qcc_artifact_string(&model->artifact, model->artifact.signature->name);
}

uint32_t qcc_model_input_count(const qcc_model *model) {
  return model->artifact.signature->input_count;
}

uint32_t qcc_model_output_count(const qcc_model *model) {
  return model->artifact.shown_outputs;
}

const qcc_rows *qcc_model_rows(const qcc_model *model, uint32_t index) {
  const qcc_artifact *a = &model->artifact;
  for (uint32_t i = 0; i < a->rows_count; ++i)
    if (a->signature->input_count + a->rows[i].output == index)
      return &a->rows[i];
  return NULL;
}

void qcc_model_value(const qcc_model *model, uint32_t index,
                     qcc_value_info *info) {
  const qcc_artifact *a = &model->artifact;
  const qcc_value *v = &a->values[index];
  info->name = qcc_artifact_string(a, v->name);
  info->dtype = (qcc_dtype)v->dtype;
  info->rank = v->rank;
  info->shape = a->numbers + v->first_dim;
  info->bytes = a->value_bytes[index];
  info->preprocess = v->preprocess ? &a->preprocess[v->preprocess - 1] : NULL;
  info->grids = a->grids + v->first_grid;
  info->grid_count = v->grid_count;
  info->grid_axis = v->grid_axis;
  info->bounded = qcc_model_rows(model, index) != NULL;
}

qcc_status qcc_model_input(const qcc_model *model, uint32_t index,
                           qcc_value_info *info) {
  if (index >= qcc_model_input_count(model))
    return qcc_fail(QCC_INVALID_ARGUMENT, "%s: no input %u", model->path,
                    index);
  qcc_model_value(model, index, info);
  return QCC_OK;
}

qcc_status qcc_model_output(const qcc_model *model, uint32_t index,
                            qcc_value_info *info) {
  if (index >= qcc_model_output_count(model))
    return qcc_fail(QCC_INVALID_ARGUMENT, "%s: no output %u", model->path,
                    index);
  qcc_model_value(model, qcc_model_input_count(model) + index, info);
  return QCC_OK;
}

const char *qcc_model_provenance(const qcc_model *model, size_t *size) {
  *size = model->artifact.provenance.size;
  return (const char *)model->artifact.provenance.data;
}

int qcc_model_has_golden(const qcc_model *model) {
  return model->artifact.golden.data != NULL;
}

uint32_t qcc_model_program_count(const qcc_model *model) {
  return model->artifact.program_count;
}

qcc_status qcc_model_program(const qcc_model *model, uint32_t index,
                             qcc_program_info *info) {
  if (index >= model->artifact.program_count)
    return qcc_fail(QCC_INVALID_ARGUMENT, "%s: no program %u", model->path,
                    index);
  const qcc_program_view *p = &model->artifact.programs[index];
  info->name = qcc_artifact_string(&model->artifact, p->record->name);
  info->target = (qcc_target)p->record->target;
  info->supported = qcc_model_supports(model, index);
  info->arena_bytes = p->record->arena_size;
  info->weight_bytes = p->weights.size;
  info->code_bytes = p->code.size;
  info->stage_count = p->stage_count;
  return QCC_OK;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

int qcc_model_supports(const qcc_model *model, uint32_t program) {
  const uint64_t amx = (uint64_t)1 << QCC_X86_BIT_AMXTILE;
  const qcc_program *p = model->artifact.programs[program].record;
  return p->target == QCC_TARGET_X86_64 &&
         (p->features & ~qcc_cpu_features()) == 0 &&
         (!(p->features & amx) || qcc_cpu_enable_amx());
}

static qcc_status load(const qcc_model *model, const qcc_program_view *program,
                       qcc_loaded *loaded) {
  qcc_step *steps =
      (qcc_step *)calloc(program->stage_count + 1, sizeof(qcc_step));
  if (!steps)
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", model->path);
  qcc_status status = qcc_code_load(model->path, program->code.data,
                                    program->code.size, &loaded->code);
  for (uint32_t i = 0; !status && i < program->stage_count; ++i) {
    steps[i].function = qcc_code_entry(&loaded->code, program->stages[i].entry);
    steps[i].serial = program->stages[i].flags & QCC_STAGE_SERIAL;
    if (!steps[i].function)
      status = qcc_fail(QCC_CORRUPT,
                        "%s: damaged artifact: stage %u is not in the code",
                        model->path, i);
  }
  if (status) {
    qcc_code_unload(&loaded->code);
    free(steps);
    return status;
  }
  loaded->steps = steps;
  loaded->ready = 1;
  return QCC_OK;
}

qcc_status qcc_model_load(qcc_model *model, uint32_t program,
                          const qcc_loaded **loaded) {
  qcc_loaded *slot = &model->loaded[program];
  qcc_status status = QCC_OK;
  pthread_mutex_lock(&model->mutex);
  if (!slot->ready)
    status = load(model, &model->artifact.programs[program], slot);
  pthread_mutex_unlock(&model->mutex);
  *loaded = slot;
  return status;
}
