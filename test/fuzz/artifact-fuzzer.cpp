//===- artifact-fuzzer.cpp - damaged and hostile artifacts ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Opens an artifact, reads everything that the C API tells about it and loads
// its code, which is never run: code is trusted, tables and sizes are not.
//
// Hashes guard the file, so that plain mutations would all end at them. The
// mutator makes them right again, most of the time.
//
//===----------------------------------------------------------------------===//

#include "qcc/abi/artifact.h"
#include "qcc/runtime.h"

extern "C" {
#include "Hash.h"
}

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

/// Sets the file size and every hash to what the rest of the file asks for.
static void repairHashes(uint8_t *data, size_t size) {
  qcc_header header;
  if (size < sizeof(header))
    return;
  std::memcpy(&header, data, sizeof(header));
  header.file_size = size;
  size_t count = std::min<size_t>(header.section_count, QCC_MAX_SECTIONS);
  count = std::min(count, (size - sizeof(header)) / sizeof(qcc_section));
  uint8_t *table = data + sizeof(header);
  for (size_t i = 0; i < count; ++i) {
    qcc_section section;
    std::memcpy(&section, table + i * sizeof(section), sizeof(section));
    if (section.offset > size || section.size > size - section.offset)
      continue;
    section.hash = qcc_hash(data + section.offset, section.size);
    std::memcpy(table + i * sizeof(section), &section, sizeof(section));
  }
  header.table_hash = qcc_hash(table, count * sizeof(qcc_section));
  header.header_hash = qcc_hash(&header, offsetof(qcc_header, header_hash));
  std::memcpy(data, &header, sizeof(header));
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, maxSize);
  if (seed % 16 != 0)
    repairHashes(data, size);
  return size;
}

static void query(qcc_model *model) {
  (void)qcc_model_verify(model);
  (void)qcc_model_name(model);
  (void)qcc_model_has_golden(model);
  size_t size = 0;
  (void)qcc_model_provenance(model, &size);
  qcc_value_info value;
  for (uint32_t i = 0; i < qcc_model_input_count(model); ++i)
    (void)qcc_model_input(model, i, &value);
  for (uint32_t i = 0; i < qcc_model_output_count(model); ++i)
    (void)qcc_model_output(model, i, &value);
  qcc_program_info program;
  for (uint32_t i = 0; i < qcc_model_program_count(model); ++i)
    (void)qcc_model_program(model, i, &program);

  qcc_context_options options = {};
  options.threads = 1;
  qcc_context *context = nullptr;
  if (qcc_context_create(model, &options, &context) != QCC_OK)
    return;
  int64_t shape[QCC_MAX_RANK];
  for (uint32_t i = 0; i < qcc_model_output_count(model); ++i)
    if (qcc_model_output(model, i, &value) == QCC_OK)
      (void)qcc_context_output_shape(context, value.name, shape);
  qcc_stage_info stage;
  for (uint32_t i = 0; i < qcc_context_stage_count(context); ++i)
    (void)qcc_context_stage(context, i, &stage);
  qcc_tensor_info tensor;
  for (uint32_t i = 0; i < qcc_context_tensor_count(context); ++i)
    (void)qcc_context_tensor(context, i, &tensor);
  qcc_context_release(context);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // The API asks for data aligned to 64 bytes.
  size_t room = (size + 64) / 64 * 64;
  auto *copy = static_cast<uint8_t *>(std::aligned_alloc(64, room));
  if (size != 0)
    std::memcpy(copy, data, size);
  qcc_model *model = nullptr;
  if (qcc_model_open_memory(copy, size, &model) == QCC_OK) {
    query(model);
    qcc_model_release(model);
  }
  std::free(copy);
  return 0;
}
