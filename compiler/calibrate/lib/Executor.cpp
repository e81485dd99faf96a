//===- Executor.cpp - run modules with the interpreter --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Executor.h"

#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/Qnn.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

namespace {

class InterpreterExecutor : public Executor {
public:
  explicit InterpreterExecutor(interpreter::Interpreter interpreter)
      : interpreter(std::move(interpreter)) {
    this->interpreter.getFunction().walk([&](qnn::ObserveOp op) {
      observers[op.getInput()].push_back(op.getId());
      if (ElementsAttr value = qnn::constantValue(op.getInput()))
        constants.push_back({static_cast<int64_t>(op.getId()), value});
    });
  }

  FailureOr<SmallVector<qnn::Tensor>> run(ArrayRef<qnn::Tensor> inputs,
                                          Observer observer) const override {
    // The interpreter shows what it computes; constants are not among that.
    for (auto [id, value] : constants)
      if (FailureOr<qnn::Tensor> tensor = qnn::Tensor::fromAttribute(value);
          succeeded(tensor))
        observer(id, *tensor);
    return interpreter.run(inputs, [&](Value value, const qnn::Tensor &tensor) {
      auto found = observers.find(value);
      if (found == observers.end())
        return;
      for (int64_t id : found->second)
        observer(id, tensor);
    });
  }

private:
  interpreter::Interpreter interpreter;
  llvm::DenseMap<Value, SmallVector<int64_t, 1>> observers;
  SmallVector<std::pair<int64_t, ElementsAttr>> constants;
};

} // namespace

FailureOr<std::unique_ptr<Executor>>
qcc::calibration::createInterpreterExecutor(ModuleOp module, Runs /*runs*/) {
  FailureOr<interpreter::Interpreter> interpreter =
      interpreter::Interpreter::create(module);
  if (failed(interpreter))
    return failure();
  return std::unique_ptr<Executor>(
      std::make_unique<InterpreterExecutor>(std::move(*interpreter)));
}
