//===- ReductionEmitter.cpp - reductions over axes ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where the innermost axis is reduced, each result is one row (or one for each
// index of the other reduced axes) of sixteen partial results. Where it is
// kept, vectors run along it, and each lane is a result of its own.
//
//===----------------------------------------------------------------------===//

#include "Addressing.h"
#include "Elements.h"
#include "GenericEmitters.h"
#include "Reductions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;
using qnn::ReduceKind;

namespace {

/// Dimensions of one role: extents, and byte strides in input and result.
struct Dimensions {
  SmallVector<int64_t> shape, in, out;

  void add(int64_t extent, int64_t inStride, int64_t outStride) {
    shape.push_back(extent);
    in.push_back(inStride);
    out.push_back(outStride);
  }
  int64_t count() const { return ShapedType::getNumElements(shape); }
};

class ReduceKernel {
public:
  ReduceKernel(Kernel &kernel, qnn::ReduceOp op);
  LogicalResult emit();

private:
  using Map = function_ref<Value(Value)>;

  Value load(Value address, int64_t lanes, int64_t valid);
  Value loadRow(Value row, Value first, int64_t valid);
  Value reduce(const Monoid &monoid, Value address, int64_t lanes,
               int64_t valid, Map map);
  Value compute(Value address, int64_t lanes, int64_t valid);
  void store(Value value, Value address, int64_t lanes, int64_t valid);
  Monoid monoid(Monoid::Kind kind) const {
    return Monoid(kind, type, isUnsigned);
  }

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  qnn::ReduceOp op;
  Type element, type; ///< Of the tensor, and what is computed in.
  bool isUnsigned;
  /// Kept dimensions; reduced ones before a kept one; the reduced tail.
  Dimensions kept, outer, inner;
  int64_t count = 1; ///< Elements for each result.
};

} // namespace

ReduceKernel::ReduceKernel(Kernel &kernel, qnn::ReduceOp op)
    : kernel(kernel), b(kernel.getBuilder()), op(op),
      element(getElementTypeOrSelf(op.getInput().getType())) {
  isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  type = isa<FloatType>(element) ? Type(b.getF32Type()) : b.getI64Type();
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(op.getInput().getType()).getShape();
  ArrayRef<int64_t> in = kernel.strides(op.getInput()),
                    out = kernel.strides(op.getResult());
  auto isReduced = [&](int64_t dim) {
    return llvm::is_contained(op.getAxes(), dim);
  };
  int64_t tail = shape.size();
  while (tail > 0 && isReduced(tail - 1))
    --tail;
  int64_t next = 0;
  for (auto [dim, extent] : llvm::enumerate(shape)) {
    if (isReduced(dim)) {
      (static_cast<int64_t>(dim) >= tail ? inner : outer)
          .add(extent, in[dim], 0);
      count *= extent;
      next += op.getKeepdims();
    } else {
      kept.add(extent, in[dim], out[next++]);
    }
  }
}

Value ReduceKernel::load(Value address, int64_t lanes, int64_t valid) {
  if (isa<FloatType>(element))
    return loadF32(b, address, element, lanes, valid);
  Value value = loadElements(b, address, element, lanes, valid);
  Type wide = registerType(type, lanes);
  if (value.getType() == wide)
    return value;
  return isUnsigned ? arith::ExtUIOp::create(b, wide, value).getResult()
                    : arith::ExtSIOp::create(b, wide, value).getResult();
}

void ReduceKernel::store(Value value, Value address, int64_t lanes,
                         int64_t valid) {
  if (isa<FloatType>(element))
    return storeF32(b, value, address, element, lanes, valid);
  Type narrow = registerType(element, lanes);
  if (value.getType() != narrow)
    value = arith::TruncIOp::create(b, narrow, value);
  storeElements(b, value, address, element, lanes, valid);
}

/// Elements [first, first + valid) of the reduced tail that begins at `row`.
Value ReduceKernel::loadRow(Value row, Value first, int64_t valid) {
  int64_t bytes = elementBytes(element);
  if (isContiguous(inner.shape, inner.in, bytes))
    return load(addressOf(kernel, row, first, bytes), kReduceLanes, valid);
  // Memory with gaps: one element at a time.
  Value zeros = splat(b, registerType(type, kReduceLanes), b.getZeroAttr(type));
  return loopCarried(
             kernel, kernel.constant(0), kernel.constant(valid), 1, zeros,
             [&](Value lane, ValueRange carried) {
               Value number = arith::AddIOp::create(b, first, lane);
               Value address = addressOf(
                   kernel, row, delinearize(kernel, number, inner.shape),
                   inner.in);
               Value position =
                   arith::IndexCastOp::create(b, b.getIndexType(), lane);
               return SmallVector<Value>{
                   vector::InsertOp::create(b, load(address, 0, 0),
                                            carried.front(),
                                            OpFoldResult(position))
                       .getResult()};
             })
      .front();
}

/// Reduces all elements that belong to the result (or vector of results) whose
/// first one is at `address`.
Value ReduceKernel::reduce(const Monoid &monoid, Value address, int64_t lanes,
                           int64_t valid, Map map) {
  return loopCarried(kernel, outer.shape, monoid.identity(b, lanes),
                     [&](ValueRange at, ValueRange carried) {
                       Value row = addressOf(kernel, address, at, outer.in);
                       Value value =
                           inner.shape.empty()
                               ? map(load(row, lanes, valid))
                               : reduceRow(kernel, inner.count(), monoid,
                                           [&](Value first, int64_t part) {
                                             return map(
                                                 loadRow(row, first, part));
                                           });
                       return SmallVector<Value>{
                           monoid.combine(b, carried.front(), value)};
                     })
      .front();
}

/// The result, or vector of results, whose first element is at `address`.
Value ReduceKernel::compute(Value address, int64_t lanes, int64_t valid) {
  bool isFloat = isa<FloatType>(type);
  auto plain = [](Value x) { return x; };
  auto square = [&](Value x) -> Value {
    return isFloat ? arith::MulFOp::create(b, x, x).getResult()
                   : arith::MulIOp::create(b, x, x).getResult();
  };
  auto magnitude = [&](Value x) -> Value {
    if (isFloat)
      return math::AbsFOp::create(b, x);
    return isUnsigned ? x : math::AbsIOp::create(b, x).getResult();
  };
  auto reduced = [&](Monoid::Kind kind, Map map) {
    return reduce(monoid(kind), address, lanes, valid, map);
  };
  switch (op.getKind()) {
  case ReduceKind::sum:
    return reduced(Monoid::Kind::sum, plain);
  case ReduceKind::prod:
    return reduced(Monoid::Kind::prod, plain);
  case ReduceKind::max:
    return reduced(Monoid::Kind::max, plain);
  case ReduceKind::min:
    return reduced(Monoid::Kind::min, plain);
  case ReduceKind::l1:
    return reduced(Monoid::Kind::sum, magnitude);
  case ReduceKind::sum_square:
    return reduced(Monoid::Kind::sum, square);
  case ReduceKind::l2:
    return math::SqrtOp::create(b, reduced(Monoid::Kind::sum, square));
  case ReduceKind::log_sum:
    return math::LogOp::create(b, reduced(Monoid::Kind::sum, plain));
  case ReduceKind::mean: {
    Value sum = reduced(Monoid::Kind::sum, plain);
    if (isFloat)
      return arith::DivFOp::create(
          b, sum,
          splat(b, sum.getType(),
                b.getF32FloatAttr(static_cast<float>(count))));
    Value divisor = splat(b, sum.getType(),
                          b.getI64IntegerAttr(std::max<int64_t>(count, 1)));
    return isUnsigned ? arith::DivUIOp::create(b, sum, divisor).getResult()
                      : arith::DivSIOp::create(b, sum, divisor).getResult();
  }
  case ReduceKind::log_sum_exp: {
    Value maximum = reduced(Monoid::Kind::max, plain);
    Value infinity =
        splat(b, maximum.getType(),
              b.getF32FloatAttr(std::numeric_limits<float>::infinity()));
    Value zero = splat(b, maximum.getType(), b.getF32FloatAttr(0));
    Value isInfinite =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ,
                              math::AbsFOp::create(b, maximum), infinity);
    maximum = arith::SelectOp::create(b, isInfinite, zero, maximum);
    Value sum = reduced(Monoid::Kind::sum, [&](Value x) -> Value {
      Value shift = maximum;
      if (x.getType() != shift.getType())
        shift = broadcast(b, shift, kReduceLanes);
      return math::ExpOp::create(b, arith::SubFOp::create(b, x, shift));
    });
    return arith::AddFOp::create(b, maximum, math::LogOp::create(b, sum));
  }
  }
  llvm_unreachable("all kinds are handled");
}

LogicalResult ReduceKernel::emit() {
  bool needsF32 = op.getKind() == ReduceKind::l2 ||
                  op.getKind() == ReduceKind::log_sum ||
                  op.getKind() == ReduceKind::log_sum_exp;
  if (needsF32 && !isa<FloatType>(element))
    return op.emitOpError() << "has no code for elements of type " << element;
  Value input = kernel.pointer(op.getInput()),
        result = kernel.pointer(op.getResult());
  if (kept.count() == 0)
    return success();
  if (!inner.shape.empty()) {
    auto [first, last] = kernel.partition(kept.count());
    kernel.loop(first, last, 1, [&](Value number) {
      SmallVector<Value> at = delinearize(kernel, number, kept.shape);
      Value value = compute(addressOf(kernel, input, at, kept.in), 0, 0);
      store(value, addressOf(kernel, result, at, kept.out), 0, 0);
    });
    return success();
  }
  // Vectors along the last kept dimension, if there is one.
  int64_t extent = kept.shape.empty() ? 1 : kept.shape.back();
  int64_t lanes = isa<FloatType>(type) ? kReduceLanes : kReduceLanes / 2;
  ArrayRef<int64_t> rows =
      ArrayRef(kept.shape)
          .take_front(std::max<int64_t>(kept.shape.size(), 1) - 1);
  auto emitVectors = [&](int64_t begin, int64_t vectors, int64_t valid) {
    if (vectors == 0)
      return;
    SmallVector<int64_t> shape(rows);
    shape.push_back(vectors);
    auto [first, last] = kernel.partition(ShapedType::getNumElements(shape));
    kernel.loop(first, last, 1, [&](Value number) {
      SmallVector<Value> at = delinearize(kernel, number, shape);
      Value start = kernel.constant(begin);
      if (vectors > 1)
        start = arith::MulIOp::create(b, at.back(), kernel.constant(lanes));
      at.back() = start;
      at.resize(kept.shape.size());
      Value value =
          compute(addressOf(kernel, input, at, kept.in), lanes, valid);
      store(value, addressOf(kernel, result, at, kept.out), lanes, valid);
    });
  };
  emitVectors(0, extent / lanes, lanes);
  if (extent % lanes)
    emitVectors(extent / lanes * lanes, 1, extent % lanes);
  return success();
}

//===----------------------------------------------------------------------===//
// Index of the extreme element
//===----------------------------------------------------------------------===//

/// `x` beats `y`, so that the index moves on.
static Value isBetter(ImplicitLocOpBuilder &b, qnn::ArgReduceOp op,
                      Type element, Value x, Value y) {
  bool minimum = op.getMinimum(), last = op.getLast();
  if (isa<FloatType>(element)) {
    using P = arith::CmpFPredicate;
    P predicate = minimum ? (last ? P::OLE : P::OLT) : (last ? P::OGE : P::OGT);
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  using P = arith::CmpIPredicate;
  P predicate;
  if (element.isUnsignedInteger() || element.isInteger(1))
    predicate = minimum ? (last ? P::ule : P::ult) : (last ? P::uge : P::ugt);
  else
    predicate = minimum ? (last ? P::sle : P::slt) : (last ? P::sge : P::sgt);
  return arith::CmpIOp::create(b, predicate, x, y);
}

static LogicalResult emitArgReduce(Kernel &kernel, qnn::ArgReduceOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto type = cast<RankedTensorType>(op.getInput().getType());
  Type element = type.getElementType();
  int64_t axis = op.getAxis(), extent = type.getDimSize(axis);
  SmallVector<int64_t> shape(type.getShape()),
      in(kernel.strides(op.getInput())), out(kernel.strides(op.getResult()));
  int64_t step = in[axis];
  shape.erase(shape.begin() + axis);
  in.erase(in.begin() + axis);
  if (op.getKeepdims())
    out.erase(out.begin() + axis);
  auto [first, last] = kernel.partition(ShapedType::getNumElements(shape));
  kernel.loop(first, last, 1, [&](Value number) {
    SmallVector<Value> at = delinearize(kernel, number, shape);
    Value run = addressOf(kernel, kernel.pointer(op.getInput()), at, in);
    Value leader = loadElements(b, run, element, 0, 0);
    SmallVector<Value> best = loopCarried(
        kernel, kernel.constant(1), kernel.constant(extent), 1,
        {kernel.constant(0), leader}, [&](Value index, ValueRange carried) {
          Value candidate = loadElements(b, addressOf(kernel, run, index, step),
                                         element, 0, 0);
          Value better = isBetter(b, op, element, candidate, carried[1]);
          return SmallVector<Value>{
              arith::SelectOp::create(b, better, index, carried[0]),
              arith::SelectOp::create(b, better, candidate, carried[1])};
        });
    storeElements(b, best.front(),
                  addressOf(kernel, kernel.pointer(op.getResult()), at, out),
                  b.getI64Type(), 0, 0);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Indices of the k greatest elements
//===----------------------------------------------------------------------===//

/// `x` comes strictly before `y` in the order of qnn.topk.
static Value comesBefore(ImplicitLocOpBuilder &b, qnn::TopKOp op, Type element,
                         Value x, Value y) {
  if (op.getSmallest())
    std::swap(x, y);
  if (!isa<FloatType>(element)) {
    bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
    return arith::CmpIOp::create(
        b, isUnsigned ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt,
        x, y);
  }
  // NaN is greater than every number.
  auto compare = [&](arith::CmpFPredicate predicate, Value a,
                     Value c) -> Value {
    return arith::CmpFOp::create(b, predicate, a, c);
  };
  Value isNaN = compare(arith::CmpFPredicate::UNO, x, x);
  Value isNumber = compare(arith::CmpFPredicate::ORD, y, y);
  return arith::OrIOp::create(b, compare(arith::CmpFPredicate::OGT, x, y),
                              arith::AndIOp::create(b, isNaN, isNumber));
}

/// Each place looks for the first element after the one of the place before:
/// no memory but the result's, and as good as any other way for a small k.
static LogicalResult emitTopK(Kernel &kernel, qnn::TopKOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto type = cast<RankedTensorType>(op.getInput().getType());
  Type element = type.getElementType();
  int64_t axis = op.getAxis();
  SmallVector<int64_t> shape(type.getShape()),
      in(kernel.strides(op.getInput())), out(kernel.strides(op.getResult()));
  int64_t step = in[axis], outStep = out[axis];
  shape.erase(shape.begin() + axis);
  in.erase(in.begin() + axis);
  out.erase(out.begin() + axis);
  if (cast<RankedTensorType>(op.getType()).getNumElements() == 0)
    return success();
  Value zero = kernel.constant(0), none = kernel.constant(-1);
  auto logicalOr = [&](Value x, Value y) -> Value {
    return arith::OrIOp::create(b, x, y);
  };
  auto [first, last] = kernel.partition(ShapedType::getNumElements(shape));
  kernel.loop(first, last, 1, [&](Value number) {
    SmallVector<Value> at = delinearize(kernel, number, shape);
    Value run = addressOf(kernel, kernel.pointer(op.getInput()), at, in);
    Value places = addressOf(kernel, kernel.pointer(op.getResult()), at, out);
    auto load = [&](Value index) {
      Value address = addressOf(kernel, run, index, step);
      return isa<FloatType>(element) && !element.isF64()
                 ? loadF32(b, address, element, 0, 0)
                 : loadElements(b, address, element, 0, 0);
    };
    loopCarried(
        kernel, zero, kernel.constant(op.getK()), 1, {none, load(zero)},
        [&](Value place, ValueRange previous) {
          Value isFirst =
              arith::CmpIOp::create(b, arith::CmpIPredicate::eq, place, zero);
          SmallVector<Value> best = loopCarried(
              kernel, zero, kernel.constant(type.getDimSize(axis)), 1,
              {none, previous[1]}, [&](Value index, ValueRange carried) {
                Value x = load(index);
                Value isLater = arith::CmpIOp::create(
                    b, arith::CmpIPredicate::sgt, index, previous[0]);
                // Not taken yet: worse than the previous one, or no better and
                // behind it.
                Value isWorse = comesBefore(b, op, element, previous[1], x);
                Value isBetter = comesBefore(b, op, element, x, previous[1]);
                Value isNoBetter = arith::SelectOp::create(
                    b, isBetter,
                    arith::ConstantOp::create(b, b.getBoolAttr(false)),
                    isLater);
                Value isFree =
                    logicalOr(isFirst, logicalOr(isWorse, isNoBetter));
                Value hasNone = arith::CmpIOp::create(
                    b, arith::CmpIPredicate::eq, carried[0], none);
                Value wins = arith::AndIOp::create(
                    b, isFree,
                    logicalOr(hasNone,
                              comesBefore(b, op, element, x, carried[1])));
                return SmallVector<Value>{
                    arith::SelectOp::create(b, wins, index, carried[0]),
                    arith::SelectOp::create(b, wins, x, carried[1])};
              });
          storeElements(b, best.front(),
                        addressOf(kernel, places, place, outStep),
                        b.getI64Type(), 0, 0);
          return best;
        });
  });
  return success();
}

namespace {
class ReductionEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::ReduceOp, qnn::ArgReduceOp, qnn::TopKOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    if (auto reduce = dyn_cast<qnn::ReduceOp>(op))
      return ReduceKernel(kernel, reduce).emit();
    if (auto topK = dyn_cast<qnn::TopKOp>(op))
      return emitTopK(kernel, topK);
    return emitArgReduce(kernel, cast<qnn::ArgReduceOp>(op));
  }
};
} // namespace

const KernelEmitter &target::reductionEmitter() {
  static const ReductionEmitter emitter;
  return emitter;
}
