//===- Artifact.c - a checked view of model.qcm ---------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact.h"
#include "Hash.h"
#include "Status.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(qcc_header) == 64, "layout of the file");
_Static_assert(sizeof(qcc_section) == 32, "layout of the file");
_Static_assert(sizeof(qcc_program) == 56, "layout of the file");
_Static_assert(sizeof(qcc_stage) == 48, "layout of the file");
_Static_assert(sizeof(qcc_tensor) == 56, "layout of the file");
_Static_assert(sizeof(qcc_value) == 32, "layout of the file");
_Static_assert(sizeof(qcc_symbol) == 24, "layout of the file");
_Static_assert(sizeof(qcc_preprocess) == 64, "layout of the file");
_Static_assert(sizeof(qcc_signature) == 32, "layout of the file");
_Static_assert(sizeof(qcc_tensors) == 16, "layout of the file");
_Static_assert(sizeof(qcc_rows) == 8, "layout of the file");
_Static_assert(sizeof(qcc_golden) == 16, "layout of the file");

/// No tensor and no arena is larger: sums and products of checked sizes stay
/// far from overflow.
static const uint64_t max_bytes = (uint64_t)1 << 46;

/// A cursor over one section: hands out arrays as long as they fit.
typedef struct {
  const uint8_t *next;
  uint64_t left;
} cursor;

static const void *take(cursor *c, uint64_t count, uint64_t size) {
  uint64_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > c->left)
    return NULL;
  const void *result = c->next;
  c->next += bytes;
  c->left -= bytes;
  return result;
}

/// What the checks below have in common: the artifact and how to complain.
typedef struct {
  const char *name;
  qcc_artifact *artifact;
} parser;

static qcc_status corrupt(const parser *p, const char *what) {
  return qcc_fail(QCC_CORRUPT, "%s: damaged artifact: %s", p->name, what);
}

static int is_string(const qcc_artifact *artifact, uint32_t offset) {
  return offset < artifact->strings.size;
}

//===----------------------------------------------------------------------===//
// Header and section table
//===----------------------------------------------------------------------===//

static qcc_status check_header(const parser *p, const void *data,
                               uint64_t size) {
  const qcc_header *header = (const qcc_header *)data;
  if (size < 8 || memcmp(header->magic, QCC_ARTIFACT_MAGIC, 8) != 0)
    return qcc_fail(QCC_CORRUPT, "%s: not a qcc artifact", p->name);
  if (size < sizeof(*header))
    return corrupt(p, "the header is truncated");
  // The version comes before the hash: a later one may hash something else.
  if (header->version_major != QCC_ARTIFACT_VERSION_MAJOR)
    return qcc_fail(
        QCC_UNSUPPORTED, "%s: artifact of version %u.%u, this runtime reads %s",
        p->name, header->version_major, header->version_minor, qcc_version());
  if (header->header_hash !=
      qcc_hash(header, offsetof(qcc_header, header_hash)))
    return corrupt(p, "the header does not match its hash");
  if (header->file_size != size)
    return qcc_fail(QCC_CORRUPT,
                    "%s: damaged artifact: %llu bytes long, should be %llu",
                    p->name, (unsigned long long)size,
                    (unsigned long long)header->file_size);
  if (header->section_count > QCC_MAX_SECTIONS ||
      header->section_count * sizeof(qcc_section) > size - sizeof(*header))
    return corrupt(p, "the section table does not fit into the file");
  return QCC_OK;
}

static int is_lazy(uint32_t kind) {
  return kind == QCC_SECTION_WEIGHTS || kind == QCC_SECTION_BITCODE;
}

static int is_zero(const uint8_t *begin, const uint8_t *end) {
  for (; begin < end; ++begin)
    if (*begin)
      return 0;
  return 1;
}

/// Sections lie in the order of the table, without overlap, and zeros between.
static qcc_status check_sections(const parser *p) {
  const qcc_artifact *a = p->artifact;
  uint64_t end = sizeof(qcc_header) + a->section_count * sizeof(qcc_section);
  if (((const qcc_header *)a->data)->table_hash !=
      qcc_hash(a->sections, a->section_count * sizeof(qcc_section)))
    return corrupt(p, "the section table does not match its hash");
  for (uint32_t i = 0; i < a->section_count; ++i) {
    const qcc_section *s = &a->sections[i];
    uint64_t alignment =
        s->kind == QCC_SECTION_CODE || s->kind == QCC_SECTION_WEIGHTS
            ? QCC_PAGE_ALIGNMENT
            : QCC_SECTION_ALIGNMENT;
    if (s->offset % alignment || s->offset < end || s->offset > a->size ||
        s->size > a->size - s->offset)
      return corrupt(p, "a section does not fit into the file");
    if (s->kind == QCC_SECTION_WEIGHTS &&
        a->size - s->offset - s->size < QCC_READ_SLACK)
      return corrupt(p, "there is no slack behind the weights");
    if (!is_zero(a->data + end, a->data + s->offset))
      return corrupt(p, "the padding between sections is not zero");
    if (!is_lazy(s->kind) && s->hash != qcc_hash(a->data + s->offset, s->size))
      return qcc_fail(
          QCC_CORRUPT,
          "%s: damaged artifact: section %u does not match its hash", p->name,
          i);
    end = s->offset + s->size;
  }
  if (!is_zero(a->data + end, a->data + a->size))
    return corrupt(p, "the padding behind the last section is not zero");
  return QCC_OK;
}

qcc_status qcc_artifact_verify(const char *name, const qcc_artifact *artifact) {
  for (uint32_t i = 0; i < artifact->section_count; ++i) {
    const qcc_section *s = &artifact->sections[i];
    if (is_lazy(s->kind) &&
        s->hash != qcc_hash(artifact->data + s->offset, s->size))
      return qcc_fail(
          QCC_CORRUPT, "%s: damaged artifact: %s do not match their hash", name,
          s->kind == QCC_SECTION_WEIGHTS ? "the weights" : "the bitcode");
  }
  return QCC_OK;
}

/// The bytes of the only section of a kind; empty if there is none.
static qcc_status find_section(const parser *p, uint32_t kind, const char *what,
                               int required, qcc_bytes *bytes) {
  const qcc_artifact *a = p->artifact;
  uint32_t count = 0;
  for (uint32_t i = 0; i < a->section_count; ++i) {
    if (a->sections[i].kind != kind)
      continue;
    bytes->data = a->data + a->sections[i].offset;
    bytes->size = a->sections[i].size;
    ++count;
  }
  if (count > 1 || (required && count == 0))
    return qcc_fail(QCC_CORRUPT, "%s: damaged artifact: %u sections of %s",
                    p->name, count, what);
  return QCC_OK;
}

//===----------------------------------------------------------------------===//
// Signature
//===----------------------------------------------------------------------===//

static int check_grids(const qcc_grid *grids, uint32_t total, uint32_t first,
                       uint32_t count, uint32_t axis, uint32_t rank) {
  if (first > total || count > total - first || (count > 1 && axis >= rank))
    return 0;
  for (uint32_t i = 0; i < count; ++i)
    if (!(grids[first + i].scale > 0 && grids[first + i].scale <= FLT_MAX))
      return 0;
  return 1;
}

/// Whether the values of one input or output make sense; its size goes to
/// `bytes`.
static int check_value(const qcc_artifact *a, const qcc_value *v,
                       uint64_t *bytes) {
  const qcc_signature *s = a->signature;
  *bytes = qcc_dtype_size(v->dtype);
  if (!is_string(a, v->name) || *bytes == 0 || v->rank > QCC_MAX_RANK ||
      v->first_dim > s->number_count ||
      v->rank > s->number_count - v->first_dim ||
      v->preprocess > s->preprocess_count ||
      !check_grids(a->grids, s->grid_count, v->first_grid, v->grid_count,
                   v->grid_axis, v->rank))
    return 0;
  for (uint32_t i = 0; i < v->rank; ++i) {
    int64_t extent = a->numbers[v->first_dim + i];
    if (extent < 0) {
      if (extent < -(int64_t)s->symbol_count)
        return 0;
      extent = a->symbols[-1 - extent].max;
    }
    if (__builtin_mul_overflow(*bytes, (uint64_t)extent, bytes) ||
        *bytes > max_bytes)
      return 0;
  }
  return 1;
}

static qcc_status parse_signature(const parser *p) {
  qcc_artifact *a = p->artifact;
  qcc_bytes bytes = {NULL, 0};
  qcc_status status =
      find_section(p, QCC_SECTION_SIGNATURE, "the signature", 1, &bytes);
  if (status)
    return status;
  cursor c = {bytes.data, bytes.size};
  const qcc_signature *s = (const qcc_signature *)take(&c, 1, sizeof(*s));
  if (!s)
    return corrupt(p, "the signature is truncated");
  a->signature = s;
  uint64_t values = (uint64_t)s->input_count + s->output_count;
  a->values = (const qcc_value *)take(&c, values, sizeof(qcc_value));
  a->symbols =
      (const qcc_symbol *)take(&c, s->symbol_count, sizeof(qcc_symbol));
  a->preprocess = (const qcc_preprocess *)take(&c, s->preprocess_count,
                                               sizeof(qcc_preprocess));
  a->grids = (const qcc_grid *)take(&c, s->grid_count, sizeof(qcc_grid));
  a->numbers = (const int64_t *)take(&c, s->number_count, sizeof(int64_t));
  if (!a->values || !a->symbols || !a->preprocess || !a->grids || !a->numbers)
    return corrupt(p, "the signature is truncated");
  if (!is_string(a, s->name))
    return corrupt(p, "the model's name is out of bounds");
  for (uint32_t i = 0; i < s->symbol_count; ++i)
    if (!is_string(a, a->symbols[i].name) || a->symbols[i].min < 0 ||
        a->symbols[i].max < a->symbols[i].min)
      return corrupt(p, "a symbolic dimension makes no sense");
  a->value_bytes = (uint64_t *)calloc(values + 1, sizeof(uint64_t));
  if (!a->value_bytes)
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", p->name);
  for (uint64_t i = 0; i < values; ++i)
    if (!check_value(a, &a->values[i], &a->value_bytes[i]))
      return corrupt(p, i < s->input_count ? "an input makes no sense"
                                           : "an output makes no sense");
  return QCC_OK;
}

/// Which outputs have a bound instead of an extent, and where their numbers of
/// rows are: behind all others.
static qcc_status parse_rows(const parser *p) {
  qcc_artifact *a = p->artifact;
  const qcc_signature *s = a->signature;
  qcc_bytes bytes = {NULL, 0};
  qcc_status status =
      find_section(p, QCC_SECTION_ROWS, "numbers of rows", 0, &bytes);
  if (status)
    return status;
  if (bytes.size % sizeof(qcc_rows) ||
      bytes.size / sizeof(qcc_rows) > s->output_count)
    return corrupt(p, "the table of rows has a broken record");
  a->rows = (const qcc_rows *)bytes.data;
  a->rows_count = (uint32_t)(bytes.size / sizeof(qcc_rows));
  a->shown_outputs = s->output_count;
  for (uint32_t i = 0; i < a->rows_count; ++i)
    if (a->rows[i].count < a->shown_outputs)
      a->shown_outputs = a->rows[i].count;
  const qcc_value *outputs = a->values + s->input_count;
  for (uint32_t i = 0; i < a->rows_count; ++i) {
    const qcc_rows *r = &a->rows[i];
    if (r->output >= a->shown_outputs ||
        (i > 0 && r->output <= a->rows[i - 1].output) ||
        outputs[r->output].rank == 0 || r->count >= s->output_count ||
        outputs[r->count].rank != 0 || outputs[r->count].dtype != QCC_DTYPE_I64)
      return corrupt(p, "a number of rows makes no sense");
  }
  return QCC_OK;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

static int program_section(const qcc_artifact *a, uint32_t index, uint32_t kind,
                           qcc_bytes *bytes) {
  if (index >= a->section_count || a->sections[index].kind != kind)
    return 0;
  bytes->data = a->data + a->sections[index].offset;
  bytes->size = a->sections[index].size;
  return 1;
}

/// The bytes that a tensor may lie in.
static int place_size(const qcc_artifact *a, const qcc_program_view *v,
                      const qcc_tensor *t, uint64_t *size) {
  const qcc_signature *s = a->signature;
  switch (t->place) {
  case QCC_PLACE_ARENA:
    *size = v->record->arena_size;
    return 1;
  case QCC_PLACE_WEIGHTS:
    *size = v->weights.size;
    return 1;
  case QCC_PLACE_INPUT:
    if (t->index >= s->input_count)
      return 0;
    *size = a->value_bytes[t->index];
    return 1;
  case QCC_PLACE_OUTPUT:
    if (t->index >= s->output_count)
      return 0;
    *size = a->value_bytes[s->input_count + t->index];
    return 1;
  default:
    return 0;
  }
}

static int check_tensor(const qcc_artifact *a, const qcc_program_view *v,
                        const qcc_tensors *head, const qcc_tensor *t) {
  uint64_t element = qcc_dtype_size(t->dtype), place;
  if (!is_string(a, t->name) || element == 0 || t->rank > QCC_MAX_RANK ||
      t->first_dim > head->number_count ||
      2 * t->rank > head->number_count - t->first_dim ||
      t->valid_from >= v->stage_count || t->valid_to < t->valid_from ||
      !check_grids(v->grids, head->grid_count, t->first_grid, t->grid_count,
                   t->grid_axis, t->rank) ||
      !place_size(a, v, t, &place) || t->offset > place)
    return 0;
  // The last element ends within the place; strides do not go back.
  const int64_t *extents = v->numbers + t->first_dim;
  const int64_t *strides = extents + t->rank;
  uint64_t reach = element;
  for (uint32_t i = 0; i < t->rank; ++i) {
    uint64_t bytes;
    if (extents[i] < 0 || strides[i] < 0)
      return 0;
    if (extents[i] == 0)
      return 1;
    if (__builtin_mul_overflow((uint64_t)(extents[i] - 1), (uint64_t)strides[i],
                               &bytes) ||
        bytes > max_bytes)
      return 0;
    reach += bytes;
  }
  return reach <= place - t->offset;
}

static qcc_status parse_program(const parser *p, qcc_program_view *v) {
  const qcc_artifact *a = p->artifact;
  const qcc_program *r = v->record;
  qcc_bytes stages, tensors;
  if (!program_section(a, r->code, QCC_SECTION_CODE, &v->code) ||
      !program_section(a, r->weights, QCC_SECTION_WEIGHTS, &v->weights) ||
      !program_section(a, r->stages, QCC_SECTION_STAGES, &stages) ||
      !program_section(a, r->tensors, QCC_SECTION_TENSORS, &tensors))
    return corrupt(p, "a program names a section that is not there");
  if (!is_string(a, r->name) || r->arena_size > max_bytes)
    return corrupt(p, "a program makes no sense");

  if (stages.size % sizeof(qcc_stage) || stages.size > UINT32_MAX)
    return corrupt(p, "the stage table has a broken record");
  v->stages = (const qcc_stage *)stages.data;
  v->stage_count = (uint32_t)(stages.size / sizeof(qcc_stage));
  for (uint32_t i = 0; i < v->stage_count; ++i)
    if (!is_string(a, v->stages[i].name) || !is_string(a, v->stages[i].op))
      return corrupt(p, "the name of a stage is out of bounds");

  cursor c = {tensors.data, tensors.size};
  const qcc_tensors *head = (const qcc_tensors *)take(&c, 1, sizeof(*head));
  if (!head)
    return corrupt(p, "the tensor table is truncated");
  v->tensor_count = head->tensor_count;
  v->tensors =
      (const qcc_tensor *)take(&c, head->tensor_count, sizeof(qcc_tensor));
  v->grids = (const qcc_grid *)take(&c, head->grid_count, sizeof(qcc_grid));
  v->numbers = (const int64_t *)take(&c, head->number_count, sizeof(int64_t));
  if (!v->tensors || !v->grids || !v->numbers)
    return corrupt(p, "the tensor table is truncated");
  for (uint32_t i = 0; i < v->tensor_count; ++i)
    if (!check_tensor(a, v, head, &v->tensors[i]))
      return corrupt(p, "a tensor does not fit into its place");
  return QCC_OK;
}

static qcc_status parse_programs(const parser *p) {
  qcc_artifact *a = p->artifact;
  qcc_bytes bytes = {NULL, 0};
  qcc_status status =
      find_section(p, QCC_SECTION_PROGRAMS, "programs", 1, &bytes);
  if (status)
    return status;
  uint64_t count = bytes.size / sizeof(qcc_program);
  if (bytes.size % sizeof(qcc_program) || count > QCC_MAX_SECTIONS)
    return corrupt(p, "the program table has a broken record");
  a->programs = (qcc_program_view *)calloc(count + 1, sizeof(qcc_program_view));
  if (!a->programs)
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory", p->name);
  a->program_count = (uint32_t)count;
  for (uint64_t i = 0; i < count; ++i) {
    a->programs[i].record = (const qcc_program *)bytes.data + i;
    if ((status = parse_program(p, &a->programs[i])))
      return status;
  }
  return QCC_OK;
}

static qcc_status parse_golden(const parser *p) {
  qcc_artifact *a = p->artifact;
  const qcc_signature *s = a->signature;
  qcc_status status =
      find_section(p, QCC_SECTION_GOLDEN, "golden vectors", 0, &a->golden);
  if (status || !a->golden.data)
    return status;
  cursor c = {a->golden.data, a->golden.size};
  const qcc_golden *head = (const qcc_golden *)take(&c, 1, sizeof(qcc_golden));
  const qcc_golden_input *inputs = (const qcc_golden_input *)take(
      &c, s->input_count, sizeof(qcc_golden_input));
  if (!head || !inputs)
    return corrupt(p, "the golden vectors are truncated");
  for (uint32_t i = 0; i < s->input_count; ++i)
    if (!(inputs[i].lo <= inputs[i].hi) || inputs[i].lo < -1e300 ||
        inputs[i].hi > 1e300)
      return corrupt(p, "the range of a golden input makes no sense");
  for (uint32_t i = 0; i < s->output_count; ++i)
    if (!take(&c, qcc_golden_blocks(a->value_bytes[s->input_count + i]),
              sizeof(uint64_t)))
      return corrupt(p, "the golden vectors are truncated");
  return QCC_OK;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

static qcc_status parse(const parser *p) {
  qcc_artifact *a = p->artifact;
  qcc_status status = check_header(p, a->data, a->size);
  if (status)
    return status;
  a->sections = (const qcc_section *)(a->data + sizeof(qcc_header));
  a->section_count = ((const qcc_header *)a->data)->section_count;
  if ((status = check_sections(p)) ||
      (status =
           find_section(p, QCC_SECTION_STRINGS, "strings", 1, &a->strings)))
    return status;
  // So that every offset within it is a string.
  if (a->strings.size == 0 || a->strings.size > UINT32_MAX ||
      a->strings.data[0] || a->strings.data[a->strings.size - 1])
    return corrupt(p, "the strings are not terminated");
  if ((status = find_section(p, QCC_SECTION_PROVENANCE, "provenance", 0,
                             &a->provenance)) ||
      (status = parse_signature(p)) || (status = parse_rows(p)) ||
      (status = parse_programs(p)))
    return status;
  return parse_golden(p);
}

qcc_status qcc_artifact_parse(const char *name, const void *data, uint64_t size,
                              qcc_artifact *artifact) {
  memset(artifact, 0, sizeof(*artifact));
  artifact->data = (const uint8_t *)data;
  artifact->size = size;
  parser p = {name, artifact};
  qcc_status status = parse(&p);
  if (status)
    qcc_artifact_free(artifact);
  return status;
}

void qcc_artifact_free(qcc_artifact *artifact) {
  free(artifact->value_bytes);
  free(artifact->programs);
  memset(artifact, 0, sizeof(*artifact));
}

const char *qcc_artifact_string(const qcc_artifact *artifact, uint32_t offset) {
  return (const char *)artifact->strings.data + offset;
}
