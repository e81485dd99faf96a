//===- InProcess.h - compiled programs run by the compiler itself ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_INPROCESS_H
#define QCC_DRIVER_LIB_INPROCESS_H

#include "Codegen.h"

#include "qcc/Qnn/Tensor.h"
#include "qcc/runtime.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <functional>

namespace qcc::driver {

/// A compiled model in this process: packaged in memory and run by the runtime
/// that runs artifacts, so that what is measured is what is shipped.
class InProcess {
public:
  ~InProcess();
  InProcess(const InProcess &) = delete;
  InProcess &operator=(const InProcess &) = delete;

  struct Settings {
    unsigned threads = 0;
    std::string program; ///< Of the variants; empty: the best.
    const qcc_imports *imports = nullptr;
    void *user = nullptr;
  };

  /// Loads `compiled`, made of `entry`. Errors are emitted at `entry`.
  static mlir::FailureOr<std::unique_ptr<InProcess>>
  load(const CompiledModel &compiled, mlir::func::FuncOp entry,
       const Settings &settings);

  /// Runs once. `outputs` are allocated by the callee.
  mlir::FailureOr<llvm::SmallVector<qnn::Tensor>>
  run(llvm::ArrayRef<qnn::Tensor> inputs);

  /// How long it takes.
  struct Times {
    double inference = 0;       ///< The median of some runs, in seconds.
    std::vector<double> stages; ///< Of each stage, the mean.
    unsigned program = 0;       ///< The one that ran, an index.
    unsigned threads = 0;
  };

  /// Runs over and over, for about half a second.
  mlir::FailureOr<Times> measure(llvm::ArrayRef<qnn::Tensor> inputs);

  /// Whether this machine can run the variant of that name.
  bool supports(llvm::StringRef program) const;

  size_t getArtifactSize() const { return artifact->getBufferSize(); }

  /// Called with every recorded tensor of a run, where it lies, as soon as it
  /// is whole.
  using TensorCallback =
      std::function<void(llvm::StringRef name, const qcc_tensor_info &info)>;
  void setTensorCallback(TensorCallback callback);

private:
  InProcess(mlir::Location location) : location(location) {}
  mlir::LogicalResult check(qcc_status status);
  /// Sets inputs, and outputs to `results`, which the caller keeps.
  mlir::LogicalResult bind(llvm::ArrayRef<qnn::Tensor> inputs,
                           llvm::SmallVectorImpl<qnn::Tensor> &results);

  mlir::Location location;
  std::unique_ptr<llvm::MemoryBuffer> artifact;
  qcc_model *model = nullptr;
  qcc_context *context = nullptr;
  llvm::SmallVector<mlir::RankedTensorType> outputTypes;
  /// Of all outputs: the runtime lists none of those that tell numbers of rows.
  std::vector<package::Value> outputValues;
  TensorCallback callback;
};

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_INPROCESS_H
