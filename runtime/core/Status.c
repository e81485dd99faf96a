//===- Status.c - errors with messages ------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char last_message[512];

qcc_status qcc_fail(qcc_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(last_message, sizeof(last_message), format, args);
  va_end(args);
  return status;
}

const char *qcc_error_message(void) { return last_message; }

const char *qcc_version(void) {
  _Static_assert(QCC_ARTIFACT_VERSION_MAJOR == 1 &&
                     QCC_ARTIFACT_VERSION_MINOR == 1,
                 "the text below is to say the same");
  return "1.1";
}
