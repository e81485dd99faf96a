//===- Model.h - internal: models ---------------------------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CORE_MODEL_H
#define QCC_RUNTIME_CORE_MODEL_H

#include "Artifact.h"

#include "../cpu/Code.h"
#include "../cpu/Pool.h"

#include <pthread.h>
#include <stdatomic.h>

/// The code of a program, loaded when the first context asks for it.
typedef struct qcc_loaded {
  int ready;
  qcc_code code;
  qcc_step *steps;
} qcc_loaded;

struct qcc_model {
  _Atomic uint32_t references;
  char *path;    ///< For messages.
  void *mapping; ///< Null for a model in the caller's memory.
  qcc_artifact artifact;
  pthread_mutex_t mutex; ///< Guards `loaded`.
  qcc_loaded *loaded;    ///< One for each program.
};

/// Whether this machine can run the program.
int qcc_model_supports(const qcc_model *model, uint32_t program);

/// Loads the program's code unless it is. What `loaded` then points at does not
/// change any more.
qcc_status qcc_model_load(qcc_model *model, uint32_t program,
                          const qcc_loaded **loaded);

/// Fills `info` for value `index`: inputs first, then outputs.
void qcc_model_value(const qcc_model *model, uint32_t index,
                     qcc_value_info *info);

/// Where the number of rows of value `index` is; null where its shape is fixed.
const qcc_rows *qcc_model_rows(const qcc_model *model, uint32_t index);

#endif // QCC_RUNTIME_CORE_MODEL_H
