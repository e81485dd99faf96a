//===- RawTensor.h - reads constant tensors in either form ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_RAWTENSOR_H
#define QCC_ONNX_RAWTENSOR_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace qcc::onnx {

/// Number of bytes that a tensor of this type has as ONNX `raw_data`, or
/// nothing where there is no such number: dynamic shapes, elements that are
/// neither numbers nor booleans, more than 2^63 - 1 bytes.
std::optional<uint64_t> getRawByteSize(mlir::ShapedType type);

/// The data of a constant tensor in the layout of ONNX's `raw_data`: row-major,
/// little-endian, one byte per bool, 4-bit elements two to a byte with the
/// first in the low bits, 2-bit elements four to a byte.
///
/// A view of the attribute's own bytes wherever it stores them so, as
/// `dense_resource` always does; else a converted copy. Views live as long as
/// the attribute's data does.
class RawTensor {
public:
  /// Reads `dense`, `dense_resource` or `#onnx.sparse`. Fails if the attribute
  /// is something else, holds no numbers (strings), or is a resource whose data
  /// is not there or of the wrong size.
  static mlir::FailureOr<RawTensor> get(mlir::Attribute value);

  mlir::ShapedType getType() const { return type; }
  mlir::Type getElementType() const { return type.getElementType(); }
  int64_t getNumElements() const { return type.getNumElements(); }
  llvm::ArrayRef<char> getBytes() const {
    return storage.empty() ? view : llvm::ArrayRef<char>(storage);
  }

  /// The elements as integers; fails for other element types. Unsigned 64-bit
  /// elements wrap.
  mlir::FailureOr<llvm::SmallVector<int64_t>> getInts() const;

  /// The elements as floats, from any float or integer type, rounded to
  /// nearest where f64 is not wide enough; fails for complex elements.
  mlir::FailureOr<llvm::SmallVector<double>> getDoubles() const;

private:
  mlir::ShapedType type;
  llvm::ArrayRef<char> view;
  llvm::SmallVector<char, 0> storage;
};

} // namespace qcc::onnx

#endif // QCC_ONNX_RAWTENSOR_H
