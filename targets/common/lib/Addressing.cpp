//===- Addressing.cpp - from indices to addresses -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addressing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

SmallVector<Value> target::delinearize(Kernel &kernel, Value number,
                                       ArrayRef<int64_t> shape) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  SmallVector<Value> indices(shape.size());
  // The outermost extent that counts needs no remainder.
  const auto *outermost =
      llvm::find_if(shape, [](int64_t n) { return n != 1; });
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) {
      indices[i] = kernel.constant(0);
      continue;
    }
    if (&shape[i] == outermost) {
      indices[i] = number;
      continue;
    }
    Value extent = kernel.constant(shape[i]);
    indices[i] = arith::RemUIOp::create(b, number, extent);
    number = arith::DivUIOp::create(b, number, extent);
  }
  return indices;
}

Value target::addressOf(Kernel &kernel, Value pointer, ValueRange indices,
                        ArrayRef<int64_t> strides) {
  for (auto [index, stride] : llvm::zip_equal(indices, strides))
    if (stride != 0)
      pointer = kernel.offset(pointer,
                              arith::MulIOp::create(kernel.getBuilder(), index,
                                                    kernel.constant(stride)));
  return pointer;
}

SmallVector<Value>
target::loopCarried(Kernel &kernel, Value first, Value last, int64_t step,
                    ValueRange initial,
                    function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto loop =
      scf::ForOp::create(b, first, last, kernel.constant(step), initial);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> next =
        body(loop.getInductionVar(), loop.getRegionIterArgs());
    // A loop that carries nothing has its terminator already.
    if (!initial.empty())
      scf::YieldOp::create(b, next);
  }
  return loop.getResults();
}

SmallVector<Value> target::loopCarried(
    Kernel &kernel, ArrayRef<int64_t> shape, ValueRange initial,
    function_ref<SmallVector<Value>(ValueRange, ValueRange)> body) {
  SmallVector<Value> indices;
  auto nest = [&](auto &self, ValueRange carried) -> SmallVector<Value> {
    if (indices.size() == shape.size())
      return body(indices, carried);
    return loopCarried(kernel, kernel.constant(0),
                       kernel.constant(shape[indices.size()]), 1, carried,
                       [&](Value index, ValueRange inner) {
                         indices.push_back(index);
                         SmallVector<Value> next = self(self, inner);
                         indices.pop_back();
                         return next;
                       });
  };
  return nest(nest, initial);
}

Value target::safeIndex(Kernel &kernel, Value index, Type type,
                        int64_t extent) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  Type i64 = b.getI64Type();
  if (index.getType() != i64)
    index = type.isUnsignedInteger()
                ? arith::ExtUIOp::create(b, i64, index).getResult()
                : arith::ExtSIOp::create(b, i64, index).getResult();
  Value zero = kernel.constant(0), size = kernel.constant(extent);
  Value isNegative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, index, zero);
  Value fromEnd = arith::AddIOp::create(b, index, size);
  index = arith::SelectOp::create(b, isNegative, fromEnd, index);
  index = arith::MaxSIOp::create(b, index, zero);
  return arith::MinSIOp::create(b, index, kernel.constant(extent - 1));
}

SmallVector<Value>
target::loopWhile(Kernel &kernel, ValueRange initial,
                  function_ref<Value(ValueRange)> condition,
                  function_ref<SmallVector<Value>(ValueRange)> body) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto loop = scf::WhileOp::create(b, initial.getTypes(), initial,
                                   /*beforeBuilder=*/nullptr,
                                   /*afterBuilder=*/nullptr);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBeforeBody());
  scf::ConditionOp::create(b, condition(loop.getBeforeArguments()),
                           loop.getBeforeArguments());
  b.setInsertionPointToStart(loop.getAfterBody());
  scf::YieldOp::create(b, body(loop.getAfterArguments()));
  return loop.getResults();
}

Value target::findFirst(Kernel &kernel, Value count,
                        function_ref<Value(Value)> holds) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto isOpen = [&](ValueRange bounds) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, bounds[0],
                                 bounds[1]);
  };
  auto halve = [&](ValueRange bounds) {
    Value sum = arith::AddIOp::create(b, bounds[0], bounds[1]),
          one = kernel.constant(1);
    Value middle = arith::ShRUIOp::create(b, sum, one), found = holds(middle);
    Value next = arith::AddIOp::create(b, middle, one);
    return SmallVector<Value>{
        arith::SelectOp::create(b, found, bounds[0], next),
        arith::SelectOp::create(b, found, middle, bounds[1])};
  };
  return loopWhile(kernel, {kernel.constant(0), count}, isOpen, halve).front();
}

bool target::isContiguous(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides,
                          int64_t elementSize) {
  int64_t expected = elementSize;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1)
      continue;
    if (strides[i] != expected)
      return false;
    expected *= shape[i];
  }
  return true;
}
