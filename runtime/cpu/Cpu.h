//===- Cpu.h - internal: what the processor and machine offer -----*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CPU_CPU_H
#define QCC_RUNTIME_CPU_CPU_H

#include <stdint.h>

/// The QCC_X86_BIT_* that the processor has and the system lets programs use.
uint64_t qcc_cpu_features(void);

/// The control word that processes start with and stages run under: round to
/// nearest even, keep subnormal numbers, mask exceptions. Libraries built with
/// -ffast-math leave another behind, and then the bits of a result would depend
/// on who else is in the process.
#define QCC_DEFAULT_MXCSR 0x1f80u

/// Asks the system for the larger state that AMX needs. Returns 0 if it
/// refuses.
int qcc_cpu_enable_amx(void);

/// The physical cores that this process may use, by its affinity and its
/// group's share of processor time; at least 1.
uint32_t qcc_cpu_cores(void);

#endif // QCC_RUNTIME_CPU_CPU_H
