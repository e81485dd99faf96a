//===- Elements.h - loads and stores of tensor elements ---------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In memory an element has at least a byte; in registers it has its own,
// signless type. `lanes` = 0 stands for a scalar. A vector of which only the
// first `valid` lanes exist is accessed through a mask: no byte beyond them is
// touched, and the other lanes of a load are zero.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_LIB_ELEMENTS_H
#define QCC_TARGET_LIB_ELEMENTS_H

#include "qcc/Target/Lanes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace qcc::target {

/// The type of `lanes` elements in registers.
mlir::Type registerType(mlir::Type element, int64_t lanes);

mlir::Value loadElements(mlir::ImplicitLocOpBuilder &b, mlir::Value address,
                         mlir::Type element, int64_t lanes, int64_t valid);
void storeElements(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                   mlir::Value address, mlir::Type element, int64_t lanes,
                   int64_t valid);

/// The same for elements of any float type, which are computed on in f32.
mlir::Value loadF32(mlir::ImplicitLocOpBuilder &b, mlir::Value address,
                    mlir::Type element, int64_t lanes, int64_t valid);
void storeF32(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
              mlir::Value address, mlir::Type element, int64_t lanes,
              int64_t valid);

/// A value of a float register type, in f32 and back.
mlir::Value toF32(mlir::ImplicitLocOpBuilder &b, mlir::Value value);
mlir::Value fromF32(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                    mlir::Type element);

/// One element, in all lanes.
mlir::Value loadBroadcast(mlir::ImplicitLocOpBuilder &b, mlir::Value address,
                          mlir::Type element, int64_t lanes);
mlir::Value broadcast(mlir::ImplicitLocOpBuilder &b, mlir::Value scalar,
                      int64_t lanes);

/// A constant of a register type: `value` in all lanes.
mlir::Value splat(mlir::ImplicitLocOpBuilder &b, mlir::Type type,
                  mlir::TypedAttr value);

} // namespace qcc::target

#endif // QCC_TARGET_LIB_ELEMENTS_H
