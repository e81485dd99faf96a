//===- Epilogue.cpp - regions of scalar ops as programs -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include "qcc/abi/numerics.h"

using namespace mlir;
using namespace qcc::qnn;

FailureOr<EpilogueProgram> EpilogueProgram::compile(Region &region) {
  EpilogueProgram program;
  Block &block = region.front();
  DenseMap<Value, size_t> columns;
  for (BlockArgument argument : block.getArguments()) {
    columns[argument] = columns.size();
    program.arguments.push_back(argument.getType());
    if (Tensor::elementSize(argument.getType()) == 0)
      return region.getParentOp()->emitError()
             << "cannot evaluate elements of type " << argument.getType();
  }
  SmallVector<EpilogueStep> constants;
  for (Operation &op : block.without_terminator()) {
    SmallVector<size_t> operands;
    for (Value operand : op.getOperands()) {
      auto known = columns.find(operand);
      if (known == columns.end())
        return op.emitError("operand is defined outside of the epilogue");
      operands.push_back(known->second);
    }
    size_t result = columns.size();
    EpilogueStep step = buildEpilogueStep(&op, operands, result);
    if (!step)
      return op.emitError() << "'" << op.getName().getStringRef()
                            << "' cannot be evaluated in an epilogue";
    columns[op.getResult(0)] = result;
    (isa<arith::ConstantOp>(op) ? constants : program.steps)
        .push_back(std::move(step));
  }
  program.columns.resize(columns.size());
  for (const EpilogueStep &constant : constants)
    constant(program.columns.data(), Column::kSize);
  program.yielded =
      columns.lookup(cast<YieldOp>(block.getTerminator()).getValue());
  return program;
}

/// Copies elements of a tensor into a column, `step` apart.
static void load(const Tensor &tensor, int64_t offset, int64_t step,
                 int64_t count, Column &column, int64_t at) {
  Type element = tensor.getElementType();
  if (isNarrowFloat(element)) {
    const uint16_t *in = tensor.data<uint16_t>() + offset;
    for (int64_t i = 0; i < count; ++i)
      column.f32[at + i] = element.isBF16() ? qcc_bf16_to_f32(in[i * step])
                                            : qcc_f16_to_f32(in[i * step]);
    return;
  }
  (void)dispatchElement(element, [&]<typename T>(std::type_identity<T>) {
    using Held = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
    const T *in = tensor.data<T>() + offset;
    Held *out = values<Held>(column) + at;
    for (int64_t i = 0; i < count; ++i)
      out[i] = static_cast<Held>(in[i * step]);
  });
}

/// Copies the first elements of a column into a result.
static void store(Column &column, Tensor &result, int64_t at, int64_t count) {
  Type element = result.getElementType();
  if (isNarrowFloat(element)) {
    uint16_t *out = result.mutableData<uint16_t>() + at;
    for (int64_t i = 0; i < count; ++i)
      out[i] = element.isBF16() ? qcc_f32_to_bf16(column.f32[i])
                                : qcc_f32_to_f16(column.f32[i]);
    return;
  }
  (void)dispatchElement(element, [&]<typename T>(std::type_identity<T>) {
    using Held = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
    const Held *in = values<Held>(column);
    T *out = result.mutableData<T>() + at;
    for (int64_t i = 0; i < count; ++i)
      out[i] = static_cast<T>(in[i]);
  });
}

Tensor EpilogueProgram::run(ArrayRef<Tensor> operands, RankedTensorType type) {
  Tensor result = Tensor::uninitialized(type);
  SmallVector<ArrayRef<int64_t>> shapes;
  for (const Tensor &operand : operands)
    shapes.push_back(operand.getShape());
  BroadcastLoop loop(type.getShape(), shapes);
  int64_t filled = 0, written = 0;
  auto flush = [&] {
    for (const EpilogueStep &step : steps)
      step(columns.data(), filled);
    store(columns[yielded], result, written, filled);
    written += filled;
    filled = 0;
  };
  loop.forEachRun([&](int64_t, ArrayRef<int64_t> offsets, int64_t length) {
    for (int64_t done = 0; done < length;) {
      int64_t count = std::min(length - done, Column::kSize - filled);
      for (size_t i = 0; i < operands.size(); ++i)
        load(operands[i], offsets[i] + done * loop.stride(i), loop.stride(i),
             count, columns[i], filled);
      filled += count;
      done += count;
      if (filled == Column::kSize)
        flush();
    }
  });
  flush();
  return result;
}
