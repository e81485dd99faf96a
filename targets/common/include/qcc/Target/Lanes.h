//===- Lanes.h - the first lanes of a vector --------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_LANES_H
#define QCC_TARGET_LANES_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qcc::target {

/// The first `valid` of `lanes` bits set.
mlir::Value laneMask(mlir::ImplicitLocOpBuilder &b, int64_t lanes,
                     int64_t valid);

/// Stores the first `valid` lanes of a vector, or a scalar.
void storeLanes(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                mlir::Value address, int64_t valid, unsigned alignment);

} // namespace qcc::target

#endif // QCC_TARGET_LANES_H
