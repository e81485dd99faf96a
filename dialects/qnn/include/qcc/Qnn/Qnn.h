//===- Qnn.h - the quantization dialect -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNN_H
#define QCC_QNN_QNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace qcc::qnn {

/// What an integer implementation of an op reads an operand as.
enum class OperandRole { none, activation, weight, bias };

/// What multiplying a channel of an operand by a positive factor does to the
/// op.
enum class ScaleRelation { blocks, passes, absorbs };

/// True if element types are equal and no static dimension differs.
bool areCompatibleTypes(mlir::TypeRange inferred, mlir::TypeRange actual);

/// The axis of the only result that `axis` of an operand is by numpy's rules,
/// or -1 where the operand is repeated along it.
int64_t mapBroadcastAxis(mlir::Operation *op, unsigned operand, int64_t axis);

} // namespace qcc::qnn

#include "qcc/Qnn/QnnDialect.h.inc"
#include "qcc/Qnn/QnnEnums.h.inc"
#include "qcc/Qnn/QnnInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "qcc/Qnn/QnnAttributes.h.inc"

#define GET_OP_CLASSES
#include "qcc/Qnn/QnnOps.h.inc"

namespace qcc::qnn {

/// Extent of a window op's result along one dimension; dynamic if an input is.
int64_t windowExtent(int64_t input, int64_t kernel, int64_t stride,
                     int64_t dilation, int64_t low, int64_t high);

/// numpy broadcast of two shapes, or nullopt where they do not fit.
std::optional<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

/// The constant that defines `value`, or null.
mlir::ElementsAttr constantValue(mlir::Value value);

/// True if `type` is an integer type that stands for unsigned numbers.
inline bool isUnsigned(mlir::Type type) { return type.isUnsignedInteger(); }

} // namespace qcc::qnn

#endif // QCC_QNN_QNN_H
