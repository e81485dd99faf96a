//===- Layout.h - how values lie in memory ----------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the strategy of a target, the memory planner and code generation agree
// on about a lowered function of static shapes.
//
// Layout requests. What a consumer needs of a layout is asked for by
// discardable attributes on the op that defines the value, set by the target's
// strategy pass before the planner runs:
//
//   qnn.halo = array<i64: lo_0, ..., lo_r-1, hi_0, ..., hi_r-1>
//       elements to reserve before and behind each dimension (the last
//       dimension has none). Whoever writes the value also fills the halo;
//   qnn.halo_value = array<i32: ...>
//       one number, or one for each channel, to fill the halo with (absent: 0);
//   qnn.channels = N : i64
//       physical extent of the last dimension, at least the logical one: the
//       pitch of the dimension before it. The padding between holds anything.
//
// The planner gives such a value row-major strides of the shape enlarged by
// halo and channels, aligns `begin` to 64 bytes, and points `offset` behind the
// low halo. Values without these attributes are compact.
//
// Views. An op that the planner marks `qnn.view` makes no stage: its result is
// its operand's memory with other strides. Reshapes of compact values are, and
// transposes, slices and broadcasts where all readers take any strides.
//
// Parts. Operands of a concat that nobody else reads are made where the concat
// wants them; `qnn.in_place` lists their numbers. They have its buffer, with an
// offset of their own.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_LAYOUT_H
#define QCC_LOWER_LAYOUT_H

#include "qcc/Qnn/Qnn.h"

namespace qcc::lower {

constexpr llvm::StringLiteral kHaloAttr = "qnn.halo";
constexpr llvm::StringLiteral kHaloValueAttr = "qnn.halo_value";
constexpr llvm::StringLiteral kChannelsAttr = "qnn.channels";
constexpr llvm::StringLiteral kViewAttr = "qnn.view";
constexpr llvm::StringLiteral kInPlaceAttr = "qnn.in_place";
/// Bytes of arena that a planned function needs, on the function.
constexpr llvm::StringLiteral kArenaSizeAttr = "qnn.arena_size";

/// Byte strides of the dimensions, and the bytes from element [0, ..., 0] of
/// the memory's owner to that of the value.
struct StridedLayout {
  int64_t offset = 0;
  llvm::SmallVector<int64_t, 4> strides;
};

/// True if the operand of this number is made where `op` wants it.
bool isInPlace(qnn::ConcatOp op, unsigned operand);

/// The concat in whose memory `value` is made, or null.
qnn::ConcatOp concatAround(mlir::Value value);

/// Where this operand lies in the result of `op`, which has these strides.
StridedLayout partLayout(qnn::ConcatOp op, unsigned operand,
                         llvm::ArrayRef<int64_t> strides);

/// What the op that defines a value was asked for, with the defaults filled in.
struct LayoutRequest {
  llvm::SmallVector<int64_t, 4> low, high; ///< Halo elements of each dimension.
  llvm::SmallVector<int32_t> haloValue;    ///< One number, or one per channel.
  int64_t channels = 0; ///< Physical extent of the last dimension.

  bool hasHalo() const;
  /// True if nothing was asked for.
  bool isCompact(mlir::RankedTensorType type) const;
  /// Row-major byte strides of the enlarged shape.
  llvm::SmallVector<int64_t, 4> byteStrides(mlir::RankedTensorType type) const;
  /// Bytes of the enlarged shape, and of what of it lies before element
  /// [0, ..., 0].
  int64_t byteSize(mlir::RankedTensorType type) const;
  int64_t bytesBefore(mlir::RankedTensorType type) const;
};
LayoutRequest getLayoutRequest(mlir::OpResult value);

/// Bytes of a stored element: at least one (i1, i4 take a whole byte).
int64_t elementBytes(mlir::Type elementType);

/// Row-major byte strides without gaps.
llvm::SmallVector<int64_t, 4> compactByteStrides(mlir::RankedTensorType type);

/// True if `op` makes no stage: its result is its operand's memory.
bool isView(mlir::Operation *op);

/// The layout that the result of `op` has as a view of an operand with byte
/// strides `source`, or nullopt if there is none: a reshape of what is not
/// compact, or an op that computes.
std::optional<StridedLayout> viewLayout(mlir::Operation *op,
                                        llvm::ArrayRef<int64_t> source);

/// The value that owns the memory of `value`: looks through views.
mlir::Value underlyingValue(mlir::Value value);

/// Index of the function result that `value` is returned as, itself or through
/// reshapes, if it has no other use: it lives in the caller's memory.
std::optional<uint32_t> outputIndex(mlir::Value value);

} // namespace qcc::lower

#endif // QCC_LOWER_LAYOUT_H
