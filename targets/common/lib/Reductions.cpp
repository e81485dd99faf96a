//===- Reductions.cpp - sums and maxima in the order of numerics.h --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reductions.h"

#include "Addressing.h"
#include "Elements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

Value Monoid::identity(ImplicitLocOpBuilder &b, int64_t lanes) const {
  Type vector = lanes ? VectorType::get({lanes}, type) : type;
  auto real = [&](double value) {
    return splat(b, vector, b.getFloatAttr(type, value));
  };
  auto integer = [&](const APInt &value) {
    return splat(b, vector, b.getIntegerAttr(type, value));
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  bool isFloat = isa<FloatType>(type);
  unsigned width = type.getIntOrFloatBitWidth();
  switch (kind) {
  case Kind::sum:
    return splat(b, vector, b.getZeroAttr(type));
  case Kind::prod:
    return splat(b, vector, b.getOneAttr(type));
  case Kind::max:
    if (isFloat)
      return real(-infinity);
    return integer(isUnsigned ? APInt::getMinValue(width)
                              : APInt::getSignedMinValue(width));
  case Kind::min:
    if (isFloat)
      return real(infinity);
    return integer(isUnsigned ? APInt::getMaxValue(width)
                              : APInt::getSignedMaxValue(width));
  }
  llvm_unreachable("all kinds are handled");
}

Value Monoid::combine(ImplicitLocOpBuilder &b, Value x, Value y) const {
  bool isFloat = isa<FloatType>(type);
  switch (kind) {
  case Kind::sum:
    return isFloat ? arith::AddFOp::create(b, x, y).getResult()
                   : arith::AddIOp::create(b, x, y).getResult();
  case Kind::prod:
    return isFloat ? arith::MulFOp::create(b, x, y).getResult()
                   : arith::MulIOp::create(b, x, y).getResult();
  case Kind::max:
    if (isFloat)
      return arith::MaximumFOp::create(b, x, y);
    return isUnsigned ? arith::MaxUIOp::create(b, x, y).getResult()
                      : arith::MaxSIOp::create(b, x, y).getResult();
  case Kind::min:
    if (isFloat)
      return arith::MinimumFOp::create(b, x, y);
    return isUnsigned ? arith::MinUIOp::create(b, x, y).getResult()
                      : arith::MinSIOp::create(b, x, y).getResult();
  }
  llvm_unreachable("all kinds are handled");
}

SmallVector<Value> target::forEachVector(
    Kernel &kernel, int64_t count, int64_t lanes, ValueRange initial,
    function_ref<SmallVector<Value>(Value, int64_t, ValueRange)> body) {
  int64_t full = count / lanes * lanes;
  SmallVector<Value> carried(initial);
  if (full > 0)
    carried = loopCarried(kernel, kernel.constant(0), kernel.constant(full),
                          lanes, carried, [&](Value first, ValueRange inner) {
                            return body(first, lanes, inner);
                          });
  if (full < count)
    carried = body(kernel.constant(full), count - full, carried);
  return carried;
}

Value target::reduceRow(Kernel &kernel, int64_t count, const Monoid &monoid,
                        function_ref<Value(Value, int64_t)> load) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  Value partial =
      forEachVector(kernel, count, kReduceLanes,
                    monoid.identity(b, kReduceLanes),
                    [&](Value first, int64_t valid, ValueRange carried) {
                      Value elements = load(first, valid);
                      if (valid < kReduceLanes)
                        elements = arith::SelectOp::create(
                            b, laneMask(b, kReduceLanes, valid), elements,
                            monoid.identity(b, kReduceLanes));
                      return SmallVector<Value>{
                          monoid.combine(b, carried.front(), elements)};
                    })
          .front();
  for (int64_t half = kReduceLanes / 2; half > 0; half /= 2) {
    auto part = [&](int64_t offset) -> Value {
      return vector::ExtractStridedSliceOp::create(
          b, partial, ArrayRef<int64_t>(offset), ArrayRef<int64_t>(half),
          ArrayRef<int64_t>(1));
    };
    Value low = part(0);
    partial = monoid.combine(b, low, part(half));
  }
  return vector::ExtractOp::create(b, partial, ArrayRef<int64_t>{0});
}
