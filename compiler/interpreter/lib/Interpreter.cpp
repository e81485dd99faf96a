//===- Interpreter.cpp - run a qnn module op by op ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Interpreter/Interpreter.h"

#include "qcc/Qnn/Reference.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::interpreter;
using qnn::Tensor;

StringRef interpreter::getTensorName(Value value) {
  StringAttr name;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    if (function)
      name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                   qnn::QnnDialect::kNameAttr);
  } else {
    name = value.getDefiningOp()->getAttrOfType<StringAttr>(
        qnn::QnnDialect::kTensorAttr);
  }
  return name ? name.getValue() : StringRef();
}

FailureOr<Interpreter> Interpreter::create(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function) {
    auto functions = module.getOps<func::FuncOp>();
    if (!llvm::hasSingleElement(functions))
      return module.emitError(
          "needs a function named 'main', or a single function");
    function = *functions.begin();
  }
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitError("must have a body of one block");
  Interpreter interpreter(function);
  if (failed(interpreter.prepare()))
    return failure();
  return interpreter;
}

LogicalResult Interpreter::prepare() {
  for (Operation &op : function.front().without_terminator()) {
    if (!isa<qnn::ConstantOp>(op)) {
      program.push_back(&op);
      continue;
    }
    FailureOr<SmallVector<Tensor>> value = qnn::evaluate(&op, {});
    if (failed(value))
      return failure();
    constants[op.getResult(0)] = value->front();
  }
  // Backwards, the first use that is met is the last one.
  DenseSet<Value> live(llvm::from_range,
                       function.front().getTerminator()->getOperands());
  dead.resize(program.size());
  for (size_t i = program.size(); i-- > 0;) {
    for (Value value : program[i]->getOperands())
      if (!constants.contains(value) && live.insert(value).second)
        dead[i].push_back(value);
    for (Value value : program[i]->getResults())
      if (!live.contains(value))
        dead[i].push_back(value);
  }
  return success();
}

LogicalResult Interpreter::checkInputs(ArrayRef<Tensor> inputs) const {
  if (inputs.size() != function.getNumArguments())
    return function.emitError() << "takes " << function.getNumArguments()
                                << " inputs, got " << inputs.size();
  for (auto [input, argument] :
       llvm::zip_equal(inputs, function.getArguments())) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || type.getElementType() != input.getElementType() ||
        failed(verifyCompatibleShape(type, input.getType())))
      return function.emitError()
             << "input " << argument.getArgNumber() << " '"
             << getTensorName(argument) << "' must be " << argument.getType()
             << ", got " << input.getType();
  }
  return success();
}

FailureOr<SmallVector<Tensor>> Interpreter::run(ArrayRef<Tensor> inputs,
                                                Observer observer) const {
  if (failed(checkInputs(inputs)))
    return failure();
  DenseMap<Value, Tensor> values;
  for (auto [input, argument] :
       llvm::zip_equal(inputs, function.getArguments()))
    values[argument] = input;
  auto lookup = [&](Value value) -> const Tensor & {
    auto constant = constants.find(value);
    return constant != constants.end() ? constant->second
                                       : values.find(value)->second;
  };
  if (observer)
    for (BlockArgument argument : function.getArguments())
      observer(argument, values[argument]);
  for (auto [op, dying] : llvm::zip_equal(program, dead)) {
    SmallVector<const Tensor *> operands;
    for (Value operand : op->getOperands())
      operands.push_back(&lookup(operand));
    FailureOr<SmallVector<Tensor>> results = qnn::evaluate(op, operands);
    if (failed(results))
      return failure();
    for (auto [value, tensor] : llvm::zip_equal(op->getResults(), *results)) {
      if (observer)
        observer(value, tensor);
      values[value] = std::move(tensor);
    }
    for (Value value : dying)
      values.erase(value);
  }
  SmallVector<Tensor> outputs;
  for (Value value : function.front().getTerminator()->getOperands())
    outputs.push_back(lookup(value));
  return outputs;
}
