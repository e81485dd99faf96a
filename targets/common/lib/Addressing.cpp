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
