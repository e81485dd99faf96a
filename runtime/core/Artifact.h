//===- Artifact.h - internal: a checked view of model.qcm ---------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only place that looks at the raw bytes of a file. After
// qcc_artifact_parse every index, offset and size that the view can reach is
// within bounds.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CORE_ARTIFACT_H
#define QCC_RUNTIME_CORE_ARTIFACT_H

#include "qcc/runtime.h"

/// A byte range of the file.
typedef struct qcc_bytes {
  const uint8_t *data;
  uint64_t size;
} qcc_bytes;

typedef struct qcc_program_view {
  const qcc_program *record;
  qcc_bytes code;
  qcc_bytes weights;
  const qcc_stage *stages;
  uint32_t stage_count;
  const qcc_tensor *tensors;
  uint32_t tensor_count;
  const qcc_grid *grids;
  const int64_t *numbers;
} qcc_program_view;

typedef struct qcc_artifact {
  const uint8_t *data;
  uint64_t size;
  const qcc_section *sections;
  uint32_t section_count;
  qcc_bytes strings;
  const qcc_signature *signature;
  const qcc_value *values; ///< Inputs, then outputs.
  const qcc_symbol *symbols;
  const qcc_preprocess *preprocess;
  const qcc_grid *grids;
  const int64_t *numbers;
  uint64_t *value_bytes; ///< Of each value. Allocated.
  const qcc_rows *rows;
  uint32_t rows_count;
  uint32_t shown_outputs;     ///< Those in front of the numbers of rows.
  qcc_program_view *programs; ///< Allocated.
  uint32_t program_count;
  qcc_bytes provenance;
  qcc_bytes golden; ///< Empty: none.
} qcc_artifact;

/// Checks everything but the hashes of weights and bitcode. `data` is aligned
/// to 64 bytes and outlives the view. `name` is for messages. On failure there
/// is nothing to free.
qcc_status qcc_artifact_parse(const char *name, const void *data, uint64_t size,
                              qcc_artifact *artifact);
void qcc_artifact_free(qcc_artifact *artifact);

/// Checks the hashes of weights and bitcode.
qcc_status qcc_artifact_verify(const char *name, const qcc_artifact *artifact);

/// The string at `offset`, which the parse has checked.
const char *qcc_artifact_string(const qcc_artifact *artifact, uint32_t offset);

#endif // QCC_RUNTIME_CORE_ARTIFACT_H
