//===- Memory.c - memcpy and its like for code that imports nothing -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM turns copies and fills of more than a few vectors into calls of these.
// They are linked into every artifact's code. String instructions reach the
// speed of memory on every processor that has AVX2, and need no variants.
//
//===----------------------------------------------------------------------===//

#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  void *result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size)::"memory");
  return result;
}

void *memset(void *to, int byte, size_t size) {
  void *result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
  return result;
}

void *memmove(void *to, const void *from, size_t size) {
  if ((uintptr_t)to - (uintptr_t)from >= size)
    return memcpy(to, from, size);
  // The target begins within the source: backwards.
  void *result = to;
  to = (uint8_t *)to + size - 1;
  from = (const uint8_t *)from + size - 1;
  __asm__ volatile("std\n\trep movsb\n\tcld"
                   : "+D"(to), "+S"(from), "+c"(size)::"memory");
  return result;
}
