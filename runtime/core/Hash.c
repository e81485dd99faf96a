//===- Hash.c - XXH64 -----------------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Hash.h"

#include <string.h>

static const uint64_t prime1 = 0x9E3779B185EBCA87u;
static const uint64_t prime2 = 0xC2B2AE3D27D4EB4Fu;
static const uint64_t prime3 = 0x165667B19E3779F9u;
static const uint64_t prime4 = 0x85EBCA77C2B2AE63u;
static const uint64_t prime5 = 0x27D4EB2F165667C5u;

static uint64_t rotate(uint64_t x, int bits) {
  return (x << bits) | (x >> (64 - bits));
}

static uint64_t read64(const uint8_t *p) {
  uint64_t x;
  memcpy(&x, p, sizeof(x));
  return x;
}

static uint32_t read32(const uint8_t *p) {
  uint32_t x;
  memcpy(&x, p, sizeof(x));
  return x;
}

static uint64_t round64(uint64_t lane, uint64_t input) {
  return rotate(lane + input * prime2, 31) * prime1;
}

static uint64_t merge(uint64_t hash, uint64_t lane) {
  return (hash ^ round64(0, lane)) * prime1 + prime4;
}

uint64_t qcc_hash(const void *data, size_t size) {
  const uint8_t *p = (const uint8_t *)data;
  const uint8_t *end = p + size;
  uint64_t hash;
  if (size >= 32) {
    uint64_t lane[4] = {prime1 + prime2, prime2, 0, 0 - prime1};
    for (; end - p >= 32; p += 32)
      for (int i = 0; i < 4; ++i)
        lane[i] = round64(lane[i], read64(p + 8 * i));
    hash = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) +
           rotate(lane[3], 18);
    for (int i = 0; i < 4; ++i)
      hash = merge(hash, lane[i]);
  } else {
    hash = prime5;
  }
  hash += size;
  for (; end - p >= 8; p += 8)
    hash = rotate(hash ^ round64(0, read64(p)), 27) * prime1 + prime4;
  if (end - p >= 4) {
    hash = rotate(hash ^ read32(p) * prime1, 23) * prime2 + prime3;
    p += 4;
  }
  for (; p < end; ++p)
    hash = rotate(hash ^ *p * prime5, 11) * prime1;
  hash = (hash ^ (hash >> 33)) * prime2;
  hash = (hash ^ (hash >> 29)) * prime3;
  return hash ^ (hash >> 32);
}
