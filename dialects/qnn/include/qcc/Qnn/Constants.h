//===- Constants.h - reading and making constant tensors --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_CONSTANTS_H
#define QCC_QNN_CONSTANTS_H

#include "qcc/Qnn/Qnn.h"

#include <optional>
#include <vector>

namespace qcc::qnn {

/// The elements of a constant f32 tensor, dense, splat or resource; nullopt for
/// any other attribute and for resources whose data is not loaded.
std::optional<std::vector<float>> readFloats(mlir::Attribute attribute);
/// The same for the constant that defines `value`.
std::optional<std::vector<float>> readFloats(mlir::Value value);

/// The elements of a constant tensor of integers of 8 to 64 bits.
std::optional<std::vector<int64_t>> readIntegers(mlir::Attribute attribute);
std::optional<std::vector<int64_t>> readIntegers(mlir::Value value);

/// Constant tensors of these elements. Large ones become resources, which are
/// neither uniqued nor printed inline.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           llvm::ArrayRef<int64_t> shape,
                           llvm::ArrayRef<float> values);
/// `elementType` has 8, 16, 32 or 64 bits, and every value fits it.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           llvm::ArrayRef<int64_t> shape,
                           mlir::IntegerType elementType,
                           llvm::ArrayRef<int64_t> values);

} // namespace qcc::qnn

#endif // QCC_QNN_CONSTANTS_H
