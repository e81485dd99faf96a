//===- OnnxOps.h - operations of the onnx dialect -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXOPS_H
#define QCC_ONNX_ONNXOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "qcc/Onnx/OnnxAttributes.h"
#include "qcc/Onnx/OnnxTypes.h"

#define GET_OP_CLASSES
#include "qcc/Onnx/OnnxOps.h.inc"

#endif // QCC_ONNX_ONNXOPS_H
