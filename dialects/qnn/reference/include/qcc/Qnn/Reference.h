//===- Reference.h - what every op computes ---------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The reference evaluation of the qnn dialect in plain loops: the oracle that
// constant folding, the interpreter and the tests of every target share. The
// semantics are those of the ops' descriptions, the numbers those of
// qcc/abi/numerics.h.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_REFERENCE_H
#define QCC_QNN_REFERENCE_H

#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Tensor.h"

namespace qcc::qnn {

/// Computes the results of a qnn op from its operands. The tensors of absent
/// optional operands are left out, as in `op->getOperands()`. All shapes must
/// be static. On failure an error has been emitted at the op.
mlir::FailureOr<llvm::SmallVector<Tensor>>
evaluate(mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands);

/// The results of a qnn op whose operands are all `qnn.constant`, as
/// attributes. Fails, without an error, where an operand is not constant, the
/// op has side effects or cannot be evaluated, or a result has more than
/// `maxBytes`.
mlir::FailureOr<llvm::SmallVector<mlir::ElementsAttr>>
foldConstants(mlir::Operation *op, size_t maxBytes = SIZE_MAX);

} // namespace qcc::qnn

#endif // QCC_QNN_REFERENCE_H
