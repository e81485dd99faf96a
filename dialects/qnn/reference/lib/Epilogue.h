//===- Epilogue.h - regions of scalar ops as programs -----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_REFERENCE_EPILOGUE_H
#define QCC_QNN_REFERENCE_EPILOGUE_H

#include "Loops.h"

#include <functional>
#include <vector>

namespace qcc::qnn {

/// Values of one SSA value of the region for a batch of elements. Floats of up
/// to 32 bits are held in f32; integers in 64 bits, extended by their
/// signedness (i1 as 0 or 1).
struct Column {
  static constexpr int64_t kSize = 256;
  union {
    float f32[kSize];
    double f64[kSize];
    int64_t integers[kSize];
  };
};

/// The column's member that holds a value of the type.
template <typename T> T *values(Column &column) {
  if constexpr (std::is_same_v<T, float>)
    return column.f32;
  else if constexpr (std::is_same_v<T, double>)
    return column.f64;
  else
    return column.integers;
}

/// A value of the region computed from others: `columns[i]` holds the i-th
/// value.
using EpilogueStep = std::function<void(Column *columns, int64_t count)>;

/// The step of one scalar op whose operands and result are held in the columns
/// given; null for an op that epilogues cannot hold.
EpilogueStep buildEpilogueStep(mlir::Operation *op,
                               llvm::ArrayRef<size_t> operands, size_t result);

/// An epilogue region, translated once into a list of steps that each compute
/// one value for a whole batch of elements.
class EpilogueProgram {
public:
  /// Fails, with an error at the op, on ops that epilogues cannot hold.
  static mlir::FailureOr<EpilogueProgram> compile(mlir::Region &region);

  /// Evaluates the region for every element of `type`; `operands` are what its
  /// block arguments stand for, and broadcast to the shape.
  Tensor run(llvm::ArrayRef<Tensor> operands, mlir::RankedTensorType type);

private:
  llvm::SmallVector<mlir::Type> arguments;
  llvm::SmallVector<EpilogueStep> steps;
  /// One for each value: arguments first.
  std::vector<Column> columns;
  size_t yielded = 0;
};

} // namespace qcc::qnn

#endif // QCC_QNN_REFERENCE_EPILOGUE_H
