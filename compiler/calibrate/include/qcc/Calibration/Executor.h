//===- Executor.h - something that runs a module ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_EXECUTOR_H
#define QCC_CALIBRATION_EXECUTOR_H

#include "mlir/IR/BuiltinOps.h"
#include "qcc/Qnn/Tensor.h"

#include <functional>
#include <memory>

namespace qcc::calibration {

/// Runs one module over and over. `run` may be called from several threads.
class Executor {
public:
  virtual ~Executor() = default;

  /// Sees the tensor of each qnn.observe, by its id. The tensor's memory is
  /// used again when the call has returned.
  using Observer =
      llvm::function_ref<void(int64_t id, const qnn::Tensor &tensor)>;

  /// Runs the entry function; on failure an error has been emitted.
  virtual mlir::FailureOr<llvm::SmallVector<qnn::Tensor>>
  run(llvm::ArrayRef<qnn::Tensor> inputs, Observer observer) const = 0;
};

/// How often an executor will be asked to run: whether to make it soon or to
/// make it fast.
enum class Runs { few, many };

/// Makes an executor of a module, which outlives it and does not change
/// meanwhile.
using ExecutorFactory =
    std::function<mlir::FailureOr<std::unique_ptr<Executor>>(mlir::ModuleOp,
                                                             Runs)>;

/// Runs modules with the reference interpreter, which is made at once.
mlir::FailureOr<std::unique_ptr<Executor>>
createInterpreterExecutor(mlir::ModuleOp module, Runs runs = Runs::few);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_EXECUTOR_H
