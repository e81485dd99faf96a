//===- Samples.h - calibration data for a module ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_SAMPLES_H
#define QCC_CALIBRATION_SAMPLES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "qcc/Qnn/Tensor.h"
#include "qcc/io/Dataset.h"

#include <memory>
#include <string>
#include <vector>

namespace qcc::calibration {

/// The source that stands for "there is no data": invented samples.
constexpr llvm::StringLiteral kSynthetic = "synthetic";

/// Samples for the arguments of a module's entry function, read when they are
/// wanted.
class Samples {
public:
  /// Opens `[NAME=]PATH` sources (see qcc/io/Dataset.h), or kSynthetic, with a
  /// warning. Names, shapes and types that do not fit the arguments are errors,
  /// as is an empty set.
  static mlir::FailureOr<Samples> open(mlir::ModuleOp module,
                                       llvm::ArrayRef<std::string> sources,
                                       llvm::StringRef preprocess);

  size_t count() const { return dataset->count(); }

  /// Reads sample `index`; on failure an error has been emitted. Not to be
  /// called from several threads at once.
  mlir::FailureOr<llvm::SmallVector<qnn::Tensor>> read(size_t index) const;

private:
  explicit Samples(mlir::Location location) : location(location) {}

  mlir::Location location;
  std::unique_ptr<io::Dataset> dataset;
  llvm::SmallVector<mlir::RankedTensorType> types;
};

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_SAMPLES_H
