//===- Epilogue.h - epilogue regions made from elementwise ops -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_LIB_EPILOGUE_H
#define QCC_LOWER_LIB_EPILOGUE_H

#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/SetVector.h"

#include <map>
#include <vector>

namespace qcc::lower {

/// What a contraction or pooling accumulates and the real number that stands
/// for:
/// `(accumulator + windowSum * sumFactor[c] + offset[c]) * scale[c] + bias[c]`,
/// or divided by `divisor` where that is a tensor.
struct Root {
  mlir::Value tensor;     ///< the result that the fused op replaces
  mlir::Type accumulator; ///< i32, f32, or the element type of a maximum
  mlir::Value windowSum;  ///< i32 that broadcasts to the result, or null
  llvm::SmallVector<int32_t> sumFactor; ///< one for each channel
  llvm::SmallVector<int32_t> offset;    ///< none, one, or one for each channel
  llvm::SmallVector<double> scale; ///< none (1), one, or one for each channel
  mlir::Value bias;                ///< f32 [C], or null
  mlir::Value divisor; ///< f32 that broadcasts to the result, or null
};

/// True if one element of the op's result depends on one element of each
/// operand and the epilogue builder knows how.
bool isElementwise(mlir::Operation *op);

/// The ops of one fused region. `last` gives the result; everything in `ops` is
/// computed inside.
struct FusedSet {
  llvm::SetVector<mlir::Operation *> ops;
  mlir::Value last;
};

/// The longest run of elementwise ops that follows `root` and ends in one
/// value. Empty `ops` where nothing can follow.
FusedSet growForward(mlir::Operation *root);

/// `op` and the elementwise ops before it that nothing else reads.
FusedSet growBackward(mlir::Operation *op);

/// Builds the region of a fused op.
class EpilogueBuilder {
public:
  /// `set.ops` are computed in the region; dequantizations of other operands
  /// are pulled in too, so that stored numbers are read instead of f32. `root`
  /// is null for a pure map.
  EpilogueBuilder(mlir::OpBuilder &outer, mlir::Location loc,
                  const FusedSet &set, const Root *root);

  /// Emits everything up to the final yield. Fails, with an error, at an op
  /// that is not defined for its element type.
  llvm::LogicalResult build();

  mlir::Region &getRegion() { return region; }
  llvm::ArrayRef<mlir::Value> getExtras() const { return extras; }

private:
  /// What an f32 is multiplied with on the way to a grid: one positive number,
  /// or one for each channel. It is moved to where a constant takes it in.
  /// None: the exact numbers of the ops are wanted.
  using Factor = std::vector<double>;

  /// The element of `tensor`, times `factor` if it is an f32.
  mlir::Value emit(mlir::Value tensor, const Factor &factor = {});
  mlir::Value emitRoot(const Factor &factor);
  mlir::Value emitOp(mlir::Operation *op, const Factor &factor);
  mlir::Value emitDequantize(qnn::DequantizeOp op, const Factor &factor);
  mlir::Value emitQuantize(qnn::QuantizeOp op);
  mlir::Value emitClamp(qnn::ClampOp op, const Factor &factor);
  mlir::Value emitBinary(qnn::BinaryOp op, const Factor &factor);
  mlir::Value emitExtra(mlir::Value tensor);
  /// One number for all elements, or one for each channel as an extra.
  mlir::Value perChannel(llvm::ArrayRef<float> values);
  mlir::Value perChannel(llvm::ArrayRef<int32_t> values);
  mlir::Value scaled(mlir::Value value, const Factor &factor);
  /// `values` times `factor`, one or one for each channel.
  template <typename T>
  static Factor product(llvm::ArrayRef<T> values, const Factor &factor);
  template <typename T>
  mlir::Value perChannelProduct(llvm::ArrayRef<T> values, const Factor &factor);
  /// `factor` and what `op` multiplies with, if that is a constant of the same
  /// kind; the other operand goes to `input`.
  static std::optional<Factor>
  withConstantOf(mlir::Operation *op, const Factor &factor, mlir::Value &input);
  mlir::Value orError(mlir::FailureOr<mlir::Value> value, mlir::Operation *op);
  bool isInside(mlir::Operation *op) const;
  /// True if the value comes from stored integers, so that its exact f32
  /// rounding is qcc's own choice.
  bool comesFromIntegers(mlir::Value tensor) const;

  mlir::OpBuilder &outer;
  mlir::OpBuilder builder;
  mlir::Location loc;
  const FusedSet &set;
  const Root *root;
  mlir::Region region;
  llvm::SmallVector<mlir::Value> extras;
  std::map<std::pair<const void *, Factor>, mlir::Value> emitted;
  bool hasFailed = false;
};

} // namespace qcc::lower

#endif // QCC_LOWER_LIB_EPILOGUE_H
