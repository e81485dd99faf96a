//===- OnnxAttributes.h - attributes of the onnx dialect ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXATTRIBUTES_H
#define QCC_ONNX_ONNXATTRIBUTES_H

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "qcc/Onnx/OnnxDialect.h"

#include "qcc/Onnx/OnnxEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "qcc/Onnx/OnnxAttributes.h.inc"

#endif // QCC_ONNX_ONNXATTRIBUTES_H
