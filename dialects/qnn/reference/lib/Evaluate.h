//===- Evaluate.h - the evaluation of each op -------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One overload for each op, in the file of its family. Operands are in the
// order of the op's operands, absent ones left out. An op that is not defined
// for its element types gives an error at the op.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_REFERENCE_EVALUATE_H
#define QCC_QNN_REFERENCE_EVALUATE_H

#include "Loops.h"

namespace qcc::qnn {

using Evaluated = mlir::FailureOr<Tensor>;

// Elementwise.cpp
Evaluated evaluateOp(UnaryOp op, Operands operands);
Evaluated evaluateOp(ClampOp op, Operands operands);
Evaluated evaluateOp(BinaryOp op, Operands operands);
Evaluated evaluateOp(SelectOp op, Operands operands);

// Cast.cpp
Evaluated evaluateOp(CastOp op, Operands operands);

// Contraction.cpp
Evaluated evaluateOp(ConvOp op, Operands operands);
Evaluated evaluateOp(ConvTransposeOp op, Operands operands);
Evaluated evaluateOp(LinearOp op, Operands operands);
Evaluated evaluateOp(MatmulOp op, Operands operands);

// Window.cpp
Evaluated evaluateOp(PoolOp op, Operands operands);

// Reduction.cpp
Evaluated evaluateOp(ReduceOp op, Operands operands);
Evaluated evaluateOp(ArgReduceOp op, Operands operands);
Evaluated evaluateOp(SoftmaxOp op, Operands operands);
Evaluated evaluateOp(LayerNormOp op, Operands operands);

// Movement.cpp
Evaluated evaluateOp(TransposeOp op, Operands operands);
Evaluated evaluateOp(ReshapeOp op, Operands operands);
Evaluated evaluateOp(BroadcastOp op, Operands operands);
Evaluated evaluateOp(ConcatOp op, Operands operands);
Evaluated evaluateOp(SliceOp op, Operands operands);
Evaluated evaluateOp(PadOp op, Operands operands);
Evaluated evaluateOp(TileOp op, Operands operands);
Evaluated evaluateOp(GatherOp op, Operands operands);

// Indexing.cpp
Evaluated evaluateOp(TopKOp op, Operands operands);
Evaluated evaluateOp(ScatterOp op, Operands operands);

// Detection.cpp
Evaluated evaluateOp(RoiAlignOp op, Operands operands);
Evaluated evaluateOp(NmsOp op, Operands operands);
Evaluated evaluateOp(CompactOp op, Operands operands);

// Quantization.cpp
Evaluated evaluateOp(QuantizeOp op, Operands operands);
Evaluated evaluateOp(DequantizeOp op, Operands operands);

// Fused.cpp
Evaluated evaluateOp(FusedConvOp op, Operands operands);
Evaluated evaluateOp(FusedMatmulOp op, Operands operands);
Evaluated evaluateOp(FusedPoolOp op, Operands operands);
Evaluated evaluateOp(FusedMapOp op, Operands operands);

/// The error for an op that its element type rules out.
mlir::LogicalResult emitUndefined(mlir::Operation *op, mlir::Type element);

/// Geometry of a window op over [N, D1..Dr, C].
struct Window {
  llvm::ArrayRef<int64_t> input;  ///< Whole shape.
  llvm::ArrayRef<int64_t> result; ///< Whole shape.
  llvm::ArrayRef<int64_t> kernel, strides, pads, dilations;

  size_t rank() const { return kernel.size(); }
  int64_t taps() const { return product(kernel); }
  int64_t channels() const { return input.back(); }

  /// Calls `body(pixel, offsets)` for each result pixel in row-major order
  /// (batch included); `offsets` holds for each tap the element offset of
  /// channel 0 of the input pixel that it reads, or -1 in the padding.
  void forEachPixel(
      llvm::function_ref<void(int64_t, llvm::ArrayRef<int64_t>)> body) const;
};

/// What the fused contractions accumulate: the result's shape in f32 or i32.
/// `padValue` as in qnn.fused_conv.
Tensor accumulateConv(const Tensor &input, const Tensor &weight,
                      const Window &window, int64_t groups,
                      llvm::ArrayRef<int32_t> padValue);
Tensor accumulateMatmul(const Tensor &lhs, const Tensor &rhs, bool transposeRhs,
                        llvm::ArrayRef<int64_t> shape);
/// Maxima in the input's element type, sums in f32 or i32.
Tensor accumulatePool(const Tensor &input, const Window &window, bool maximum,
                      llvm::ArrayRef<int32_t> padValue);

/// The logical weight of a packed constant, see #qnn.packing: matrices of
/// `rows` outputs by `columns`, one for each group or batch.
Tensor unpack(const Tensor &packed, PackingAttr packing, int64_t rows,
              int64_t columns);

} // namespace qcc::qnn

#endif // QCC_QNN_REFERENCE_EVALUATE_H
