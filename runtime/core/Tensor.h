//===- Tensor.h - internal: checks of borrowed tensors ------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_CORE_TENSOR_H
#define QCC_RUNTIME_CORE_TENSOR_H

#include "qcc/runtime.h"

/// Checks that `tensor` is what `value` says and hands out its first element.
/// `what` is "input" or "output", for messages.
qcc_status qcc_tensor_check(const char *what, const qcc_value_info *value,
                            const qcc_dltensor *tensor, void **data);

#endif // QCC_RUNTIME_CORE_TENSOR_H
