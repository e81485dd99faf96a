//===- Hash.h - internal: XXH64 -----------------------------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CORE_HASH_H
#define QCC_RUNTIME_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

/// XXH64 with seed 0, as llvm::xxHash64 computes it.
uint64_t qcc_hash(const void *data, size_t size);

#endif // QCC_RUNTIME_CORE_HASH_H
