//===- Quantization.h - constant parameters of quantize and dequantize ----===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_QUANTIZATION_H
#define QCC_LOWER_QUANTIZATION_H

#include "qcc/Qnn/Qnn.h"

namespace qcc::lower {

/// Scales and zero points that are known at compile time: one of each per
/// tensor, or one for each index of an axis.
struct Parameters {
  llvm::SmallVector<float> scales;
  llvm::SmallVector<int64_t> zeroPoints;
};

/// Elements of a constant as float or integer; empty where it is not one of
/// that kind.
llvm::SmallVector<float> constantFloats(mlir::Value value);
llvm::SmallVector<int64_t> constantIntegers(mlir::Value value);

/// Parameters of a per-tensor or per-axis op, or nullopt if they are computed,
/// per group, or not f32.
std::optional<Parameters> constantParameters(qnn::DequantizeOp op);
std::optional<Parameters> constantParameters(qnn::QuantizeOp op);

/// True if both have constant, equal scales and zero points.
bool haveSameParameters(qnn::DequantizeOp a, qnn::DequantizeOp b);
bool haveSameParameters(qnn::DequantizeOp a, qnn::QuantizeOp b);

/// A constant made of these elements.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc,
                         llvm::ArrayRef<float> values,
                         llvm::ArrayRef<int64_t> shape);
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc,
                         llvm::ArrayRef<int32_t> values,
                         llvm::ArrayRef<int64_t> shape);
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc,
                         llvm::ArrayRef<int8_t> values,
                         llvm::ArrayRef<int64_t> shape);

} // namespace qcc::lower

#endif // QCC_LOWER_QUANTIZATION_H
