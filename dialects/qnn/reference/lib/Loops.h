//===- Loops.h - what the reference loops share -----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_REFERENCE_LOOPS_H
#define QCC_QNN_REFERENCE_LOOPS_H

#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Tensor.h"
#include "qcc/Qnn/VectorClones.h"

#include "llvm/ADT/SmallVector.h"

namespace qcc::qnn {

using Operands = llvm::ArrayRef<const Tensor *>;

inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// Type of the op's only result.
inline mlir::RankedTensorType resultType(mlir::Operation *op) {
  return typeOf(op->getResult(0));
}

inline int64_t product(llvm::ArrayRef<int64_t> factors) {
  int64_t result = 1;
  for (int64_t factor : factors)
    result *= factor;
  return result;
}

/// Elements between neighbours along each dimension.
llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Calls `body(std::type_identity<T>)` with the C++ type that holds elements of
/// `type`: float and double, and integers, `bool` for i1. f16 and bf16 are to
/// be converted to f32 first (see `toF32`). Fails for all other types.
template <typename Body>
mlir::LogicalResult dispatchElement(mlir::Type type, Body &&body) {
  auto call = [&]<typename T>() {
    body(std::type_identity<T>());
    return mlir::success();
  };
  if (type.isF32())
    return call.template operator()<float>();
  if (type.isF64())
    return call.template operator()<double>();
  if (type.isInteger(1))
    return call.template operator()<bool>();
  auto integer = mlir::dyn_cast<mlir::IntegerType>(type);
  if (!integer)
    return mlir::failure();
  bool isUnsigned = integer.isUnsigned();
  switch (Tensor::elementSize(type)) {
  case 1:
    return isUnsigned ? call.template operator()<uint8_t>()
                      : call.template operator()<int8_t>();
  case 2:
    return isUnsigned ? call.template operator()<uint16_t>()
                      : call.template operator()<int16_t>();
  case 4:
    return isUnsigned ? call.template operator()<uint32_t>()
                      : call.template operator()<int32_t>();
  case 8:
    return isUnsigned ? call.template operator()<uint64_t>()
                      : call.template operator()<int64_t>();
  default:
    return mlir::failure();
  }
}

/// Calls `body` with an unsigned integer type of the size of the elements, for
/// code that only moves them.
template <typename Body> void dispatchSize(mlir::Type type, Body &&body) {
  switch (Tensor::elementSize(type)) {
  case 1:
    return body(std::type_identity<uint8_t>());
  case 2:
    return body(std::type_identity<uint16_t>());
  case 4:
    return body(std::type_identity<uint32_t>());
  case 8:
    return body(std::type_identity<uint64_t>());
  default:
    llvm_unreachable("elements have 1, 2, 4 or 8 bytes");
  }
}

/// True for f16 and bf16, whose arithmetic is f32 arithmetic rounded once.
inline bool isNarrowFloat(mlir::Type type) {
  return mlir::isa<mlir::Float16Type, mlir::BFloat16Type>(type);
}

/// Brings an integer into the range of an integer type of less than its size,
/// by wrapping: i4 and ui4 in bytes.
template <typename T> class Wrapping {
public:
  explicit Wrapping(mlir::Type type) {
    if constexpr (kWraps)
      spare = 8 * sizeof(T) - type.getIntOrFloatBitWidth();
  }

  T operator()(T value) const {
    if constexpr (!kWraps) {
      return value;
    } else {
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<T>(static_cast<Unsigned>(
                                static_cast<Unsigned>(value) << spare)) >>
                            spare);
    }
  }

private:
  static constexpr bool kWraps =
      std::is_integral_v<T> && !std::is_same_v<T, bool>;
  unsigned spare = 0; ///< Bits of a T that the type does not have.
};

/// The tensor converted to another element type, as qnn.cast does. Shares the
/// memory if it has that type already. Fails for unsupported types.
mlir::FailureOr<Tensor> convert(const Tensor &tensor, mlir::Type element);

/// The tensor in f32. Asserts a type that can be converted.
Tensor toF32(const Tensor &tensor);

/// A result computed in f32 as the op's result type wants it.
Tensor fromF32(const Tensor &tensor, mlir::RankedTensorType type);

/// Visits the elements of a result together with those of operands that
/// broadcast to its shape, in row-major order, in runs along the innermost
/// dimension. Dimensions that no operand treats differently are joined first.
class BroadcastLoop {
public:
  BroadcastLoop(llvm::ArrayRef<int64_t> shape,
                llvm::ArrayRef<llvm::ArrayRef<int64_t>> operands);

  /// Distance of neighbours of a run in an operand: 1, or 0 where it repeats
  /// one element (any number where runs have length 1).
  int64_t stride(size_t operand) const { return strides[operand].back(); }

  /// Calls `body(position in the result, offset in each operand, length)`.
  void forEachRun(
      llvm::function_ref<void(int64_t, llvm::ArrayRef<int64_t>, int64_t)> body)
      const;

private:
  llvm::SmallVector<int64_t> extents;
  /// For each operand, a stride in elements for each extent.
  llvm::SmallVector<llvm::SmallVector<int64_t>> strides;
};

} // namespace qcc::qnn

#endif // QCC_QNN_REFERENCE_LOOPS_H
