//===- Code.h - internal: compiled code in memory -----------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CPU_CODE_H
#define QCC_RUNTIME_CPU_CODE_H

#include "qcc/runtime.h"

/// An ELF shared object, loaded and relocated.
typedef struct qcc_code {
  uint8_t *base; ///< Where virtual address 0 is.
  void *mapping;
  size_t mapped;
  struct {
    uint64_t begin, end;
  } executable; ///< The virtual addresses that may be entered.
} qcc_code;

/// Loads code of the restricted form that artifact.h states for qcc_stage, and
/// refuses any other. `name` is for messages.
qcc_status qcc_code_load(const char *name, const uint8_t *elf, uint64_t size,
                         qcc_code *code);
void qcc_code_unload(qcc_code *code);

/// The function at a virtual address; null if nothing there is executable.
qcc_stage_fn qcc_code_entry(const qcc_code *code, uint64_t address);

#endif // QCC_RUNTIME_CPU_CODE_H
