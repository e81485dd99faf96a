//===- Placement.h - where the values of a function live --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rule of physical layouts, which strategy, memory planner and code
// generation share.
//
// A lowered function has static shapes and one block. Its values live
//
//   - arguments: at frame->inputs[i], compact row-major, aligned to the element
//     only, with no byte behind them that may be read;
//   - constants: in the weights blob, compact, aligned to 64 bytes, equal
//     constants once, QCC_READ_SLACK readable bytes behind the blob;
//   - results of ops with a `qnn.buffer` attribute: in the arena, element
//     [0, ..., 0] at its offset, with its byte strides; `begin` and `size` are
//     the bytes that the value owns;
//   - a value that is returned: at frame->outputs[i], compact. It has no
//     `qnn.buffer`. The pass qcc-insert-copies makes sure that each returned
//     value has no other use, and is not an argument, a constant or a view of
//     one;
//   - the result of a `qnn.reshape` without `qnn.buffer`: it is a view of the
//     operand, which must be compact. It makes no stage. A returned view makes
//     its operand (used nowhere else) live at the output.
//
// What a consumer needs of a layout is asked for by discardable attributes on
// the op that defines the value, set before the planner runs by the target's
// strategy pass:
//
//   qnn.halo = array<i64: lo_0, ..., lo_r-1, hi_0, ..., hi_r-1>
//       elements to reserve before and behind each dimension (the last
//       dimension has none). Whoever writes the value also fills the halo:
//       Kernel::fillHalo() at the end of its emission does it;
//   qnn.halo_value = array<i32: ...>
//       one number, or one for each channel, to fill the halo with (absent: 0);
//   qnn.channels = N : i64
//       physical extent of the last dimension, at least the logical one: the
//       pitch of the dimension before it. The padding between holds anything.
//
// The planner gives such a value row-major strides of the shape enlarged by
// halo and channels, aligns `begin` to 64 bytes, and points `offset` behind the
// low halo. Values without these attributes are compact. An argument that would
// need a halo or slack gets a copy (an identity qnn.fused_map) from
// qcc-insert-copies.
//
// Vector code may read up to QCC_READ_SLACK bytes behind any value in arena or
// weights (what it finds there must not influence the result), but writes only
// elements that its thread owns: tails use masked stores or tiles that overlap
// within the same thread's share.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_PLACEMENT_H
#define QCC_TARGET_PLACEMENT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Target/Program.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace qcc::target {

/// Names of the layout requests described above.
constexpr llvm::StringLiteral kHaloAttr = "qnn.halo";
constexpr llvm::StringLiteral kHaloValueAttr = "qnn.halo_value";
constexpr llvm::StringLiteral kChannelsAttr = "qnn.channels";

/// Where a value lives, and its byte strides.
struct Storage {
  Place place = Place::arena;
  uint32_t index = 0; ///< Of the input or output.
  int64_t offset = 0; ///< Bytes from the place to element [0, ..., 0].
  llvm::SmallVector<int64_t, 4> strides;
};

/// What the op that defines a value was asked for, with the defaults filled in.
struct LayoutRequest {
  llvm::SmallVector<int64_t, 4> low, high; ///< Halo elements of each dimension.
  llvm::SmallVector<int32_t> haloValue;    ///< One number, or one per channel.
  int64_t channels = 0; ///< Physical extent of the last dimension.

  bool hasHalo() const;
  /// Row-major byte strides of the enlarged shape.
  llvm::SmallVector<int64_t, 4> byteStrides(mlir::RankedTensorType type) const;
};
LayoutRequest getLayoutRequest(mlir::OpResult value);

/// Bytes of a stored element: at least one (i1, i4 take a whole byte).
int64_t elementBytes(mlir::Type elementType);

/// Row-major byte strides without gaps.
llvm::SmallVector<int64_t, 4> compactByteStrides(mlir::RankedTensorType type);

/// True if `op` is a qnn.reshape that only renames its operand's memory.
bool isView(mlir::Operation *op);

/// The value that owns the memory of `value`: looks through views.
mlir::Value underlyingValue(mlir::Value value);

/// The constants of a program, one behind the other.
class WeightsBlob {
public:
  /// Appends the elements of `value`, or finds an equal constant that is there
  /// already. Returns the offset.
  int64_t add(mlir::ElementsAttr value);
  int64_t add(llvm::ArrayRef<uint8_t> bytes);
  std::vector<uint8_t> take() { return std::move(data); }

private:
  std::vector<uint8_t> data;
  llvm::DenseMap<mlir::Attribute, int64_t> offsets;
  /// Offset and size of the constants with the same hash.
  llvm::DenseMap<uint64_t, llvm::SmallVector<std::pair<int64_t, int64_t>, 1>>
      byHash;
};

/// Storage of all values of a planned function.
class Placement {
public:
  /// Resolves every operand and result; emits an error at the first value that
  /// the rule above gives no place.
  static mlir::FailureOr<Placement> get(mlir::func::FuncOp function,
                                        WeightsBlob &weights);

  const Storage &operator[](mlir::Value value) const {
    return storage.find(value)->second;
  }
  /// Bytes of arena that the buffers reach to.
  int64_t getArenaSize() const { return arenaSize; }

private:
  llvm::DenseMap<mlir::Value, Storage> storage;
  int64_t arenaSize = 0;
};

} // namespace qcc::target

#endif // QCC_TARGET_PLACEMENT_H
