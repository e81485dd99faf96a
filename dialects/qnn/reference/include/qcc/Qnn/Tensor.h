//===- Tensor.h - tensors on the host ---------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_TENSOR_H
#define QCC_QNN_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <memory>

namespace qcc::qnn {

/// A tensor of static shape in contiguous row-major memory, each element in
/// whole bytes: i1 and integers of less than 8 bits take one byte (sign- or
/// zero-extended by the signedness of the type), f16 and bf16 two.
///
/// Copies share the memory. It is owned, or borrowed from somebody who outlives
/// the tensor (an attribute, a caller's buffer).
class Tensor {
public:
  Tensor() = default;

  /// A new tensor of zeros.
  static Tensor zeros(mlir::RankedTensorType type);

  /// A new tensor whose elements are yet to be written.
  static Tensor uninitialized(mlir::RankedTensorType type);

  /// A tensor in borrowed memory of `byteSize(type)` bytes.
  static Tensor borrow(mlir::RankedTensorType type, const void *bytes);

  /// The elements of an attribute: dense ones and resources are borrowed where
  /// their layout allows it. Fails for other kinds of attributes, and for
  /// resources that were elided or have the wrong size.
  static mlir::FailureOr<Tensor> fromAttribute(mlir::ElementsAttr attribute);

  /// A dense attribute: a splat where all elements have the same bits, the
  /// elements themselves up to `kInlineBytes`, beyond that a resource that
  /// keeps owned memory alive instead of copying it.
  mlir::ElementsAttr toAttribute() const;

  /// Tensors of more bytes than this become resources.
  static constexpr size_t kInlineBytes = 1024;

  /// Bytes that a tensor of this type takes. The shape must be static.
  static size_t byteSize(mlir::RankedTensorType type);

  /// Bytes of one element, or 0 for types that tensors cannot have.
  static size_t elementSize(mlir::Type type);

  explicit operator bool() const { return bytes != nullptr; }

  mlir::RankedTensorType getType() const { return type; }
  mlir::Type getElementType() const { return type.getElementType(); }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t getRank() const { return type.getRank(); }
  int64_t getNumElements() const { return type.getNumElements(); }
  size_t getByteSize() const { return byteSize(type); }

  /// The same memory as a tensor of another type with as many bytes.
  Tensor withType(mlir::RankedTensorType newType) const;

  /// The elements as `T`, which must have the element's size.
  template <typename T> const T *data() const {
    return static_cast<const T *>(bytes);
  }

  /// The elements to write to. Only for owned memory.
  template <typename T> T *mutableData() {
    assert(owner && "memory is borrowed");
    return reinterpret_cast<T *>(owner.get());
  }

private:
  mlir::ElementsAttr bytesToAttribute() const;

  mlir::RankedTensorType type;
  /// Null where the memory is borrowed.
  std::shared_ptr<char[]> owner;
  const void *bytes = nullptr;
};

} // namespace qcc::qnn

#endif // QCC_QNN_TENSOR_H
