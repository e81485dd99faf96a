//===- SanitizerOptions.cpp - what ASan is told -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For sanitized programs that link libMLIR, which is not sanitized.
//
//===----------------------------------------------------------------------===//

/// LLVM's allocators poison memory where their header was compiled with ASan,
/// and unpoison it there: not in libMLIR, which shares these functions with us.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_container_overflow=0";
}
