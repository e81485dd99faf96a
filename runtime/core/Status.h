//===- Status.h - internal: errors with messages ------------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CORE_STATUS_H
#define QCC_RUNTIME_CORE_STATUS_H

#include "qcc/runtime.h"

/// Records the message for qcc_error_message and returns `status`.
qcc_status qcc_fail(qcc_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif // QCC_RUNTIME_CORE_STATUS_H
