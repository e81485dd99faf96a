//===- OnnxDialect.h - the onnx dialect -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXDIALECT_H
#define QCC_ONNX_ONNXDIALECT_H

#include "mlir/IR/Dialect.h"

#include "qcc/Onnx/OnnxDialect.h.inc"

#endif // QCC_ONNX_ONNXDIALECT_H
