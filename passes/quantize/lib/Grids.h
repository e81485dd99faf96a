//===- Grids.h - scales and zero points, and pairs made of them -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QUANTIZE_LIB_GRIDS_H
#define QCC_QUANTIZE_LIB_GRIDS_H

#include "mlir/IR/Builders.h"
#include "qcc/Qnn/Qnn.h"

#include <vector>

namespace qcc::quantize {

/// Where the numbers of a quantized tensor lie.
struct Grid {
  qnn::SchemeAttr scheme;
  std::vector<float> scales;
  std::vector<int64_t> zeroPoints;
};

/// True for grids of 16 bits.
bool isWide(qnn::SchemeAttr scheme);

/// The grid that covers [lo, hi], which holds 0: one pair of bounds, or one for
/// each channel.
Grid activationGrid(qnn::SchemeAttr scheme, llvm::ArrayRef<float> bounds);

/// Scale and zero point as constants.
std::pair<mlir::Value, mlir::Value> createParameters(mlir::OpBuilder &builder,
                                                     mlir::Location loc,
                                                     const Grid &grid);

/// Rounds `value` to `grid`: the result of a quantize/dequantize pair. The
/// stored numbers get the ONNX name `tensor`, if there is one.
qnn::DequantizeOp createPair(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::Value value, const Grid &grid,
                             mlir::StringAttr tensor = {});

/// True if both values are the same, or constants of equal elements.
bool areSameConstants(mlir::Value a, mlir::Value b);

/// True if all dequantize from the same grid, axes apart.
bool haveSameParameters(qnn::DequantizeOp a, qnn::DequantizeOp b);

/// True if an op of `function` rounds already: its grids came with the model.
bool carriesGrids(mlir::Operation *function);

} // namespace qcc::quantize

#endif // QCC_QUANTIZE_LIB_GRIDS_H
