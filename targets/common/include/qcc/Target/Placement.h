//===- Placement.h - where the values of a function live --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
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
//   - the result of an op marked `qnn.view`: where its operand lives, with
//   other
//     strides. It makes no stage. A returned view makes its operand (used
//     nowhere else) live at the output.
//
// What a consumer may ask of the layout of a value in the arena is described in
// qcc/Lower/Layout.h.
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
#include "qcc/Lower/Layout.h"
#include "qcc/Target/Program.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace qcc::target {

using lower::compactByteStrides;
using lower::elementBytes;
using lower::getLayoutRequest;
using lower::isView;
using lower::LayoutRequest;
using lower::underlyingValue;

/// Where a value lives, and its byte strides.
struct Storage {
  Place place = Place::arena;
  uint32_t index = 0; ///< Of the input or output.
  int64_t offset = 0; ///< Bytes from the place to element [0, ..., 0].
  llvm::SmallVector<int64_t, 4> strides;
};

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
