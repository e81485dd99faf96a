//===- DType.h - element types as the runtime names them --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_DTYPE_H
#define QCC_QNN_DTYPE_H

#include "mlir/IR/Types.h"
#include "qcc/abi/artifact.h"

#include <optional>

namespace qcc::qnn {

/// The runtime's name of an element type, or nullopt for one that tensors in
/// files and arguments cannot have.
std::optional<qcc_dtype> dtypeOf(mlir::Type element);

} // namespace qcc::qnn

#endif // QCC_QNN_DTYPE_H
