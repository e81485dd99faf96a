//===- picture-fuzzer.cpp - damaged and hostile pictures ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/io/Preprocess.h"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace qcc::io;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int file = memfd_create("picture", 0);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size))
    abort();
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", file);

  // Small enough to resize in no time.
  Picture picture;
  if (readPicture(path, picture).ok() && picture.pixels.size() < (1 << 20)) {
    const ArrayType input = {QCC_DTYPE_F32, {1, 3, 8, 8}};
    qcc_preprocess preprocess;
    float sample[3 * 8 * 8];
    if (!parsePreprocess("size:9,crop:8,channels:bgr,scale:1/255", input,
                         preprocess)
             .ok())
      abort();
    (void)preprocessPicture(picture, preprocess, input, sample).ok();
  }
  close(file);
  return 0;
}
