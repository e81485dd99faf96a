//===- npy-fuzzer.cpp - damaged and hostile .npy and .npz files -----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/io/Array.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace qcc::io;

/// Reads what a reader offers, first in pieces and then the start once more.
static void drain(ArrayReader &reader) {
  uint8_t piece[1000];
  uint64_t size = std::min<uint64_t>(reader.type().bytes(), 1 << 20);
  for (uint64_t at = 0; at < size; at += sizeof(piece))
    if (!reader.read(at, std::min<uint64_t>(sizeof(piece), size - at), piece)
             .ok())
      return;
  (void)reader.read(0, std::min<uint64_t>(sizeof(piece), size), piece);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int file = memfd_create("npy", 0);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size))
    abort();
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", file);

  std::unique_ptr<ArrayReader> reader;
  if (ArrayReader::open(path, reader).ok())
    drain(*reader);
  std::vector<NamedArray> arrays;
  if (openNpz(path, arrays).ok())
    for (NamedArray &array : arrays)
      drain(*array.reader);
  close(file);
  return 0;
}
