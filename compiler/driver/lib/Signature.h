//===- Signature.h - the entry function as people call it -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_SIGNATURE_H
#define QCC_DRIVER_LIB_SIGNATURE_H

#include "qcc/Package/Package.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcc::driver {

/// Inputs and outputs by name, type and shape.
llvm::LogicalResult describeSignature(mlir::func::FuncOp entry,
                                      package::Model &model);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_SIGNATURE_H
