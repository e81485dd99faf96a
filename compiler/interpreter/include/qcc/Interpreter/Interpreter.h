//===- Interpreter.h - run a qnn module op by op ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_INTERPRETER_INTERPRETER_H
#define QCC_INTERPRETER_INTERPRETER_H

#include "qcc/Qnn/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace qcc::interpreter {

/// Runs the entry function of a module with the reference evaluation of each
/// op: the meaning of a model at any point of the compiler after conversion to
/// qnn.
///
/// Constants are read once. A value is freed after its last use, so that memory
/// stays near that of the live values. The module must outlive the interpreter
/// and not change meanwhile. `run` may be called from several threads.
class Interpreter {
public:
  /// Sees the inputs, then each value that is not a constant when it has been
  /// computed.
  using Observer =
      llvm::function_ref<void(mlir::Value value, const qnn::Tensor &tensor)>;

  /// Prepares the function `main`, or the only function. Fails, with an error,
  /// if there is none, it has several blocks or a constant cannot be read.
  static mlir::FailureOr<Interpreter> create(mlir::ModuleOp module);

  /// Evaluates the function. Inputs that do not have the arguments' types are
  /// an error that names them.
  mlir::FailureOr<llvm::SmallVector<qnn::Tensor>>
  run(llvm::ArrayRef<qnn::Tensor> inputs, Observer observer = {}) const;

  mlir::func::FuncOp getFunction() const { return function; }

private:
  explicit Interpreter(mlir::func::FuncOp function) : function(function) {}

  mlir::LogicalResult prepare();
  mlir::LogicalResult checkInputs(llvm::ArrayRef<qnn::Tensor> inputs) const;

  /// A handle; its accessors are not const.
  mutable mlir::func::FuncOp function;
  /// In order, without constants.
  llvm::SmallVector<mlir::Operation *> program;
  /// For each op of the program the values that nobody reads after it.
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> dead;
  llvm::DenseMap<mlir::Value, qnn::Tensor> constants;
};

/// ONNX name of a value: that of the argument or of the tensor that its op
/// stands for, or "" if it has none.
llvm::StringRef getTensorName(mlir::Value value);

} // namespace qcc::interpreter

#endif // QCC_INTERPRETER_INTERPRETER_H
