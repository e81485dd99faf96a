//===- NormalizationEmitter.cpp - softmax and layer normalisation ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addressing.h"
#include "Elements.h"
#include "GenericEmitters.h"
#include "Reductions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

Value subtract(ImplicitLocOpBuilder &b, Value x, Value y) {
  return arith::SubFOp::create(b, x, y);
}

/// Softmax along one axis. Along the last one, a row is reduced in
/// kReduceLanes; along another one, vectors of neighbouring rows are reduced in
/// index order.
class SoftmaxKernel {
public:
  SoftmaxKernel(Kernel &kernel, qnn::SoftmaxOp op)
      : kernel(kernel), b(kernel.getBuilder()), op(op),
        type(cast<RankedTensorType>(op.getInput().getType())),
        element(type.getElementType()), axis(op.getAxis()),
        extent(type.getDimSize(axis)), in(kernel.strides(op.getInput())),
        out(kernel.strides(op.getResult())) {}

  void emit();

private:
  void emitRow(Value from, Value to);
  void emitColumns(Value from, Value to, int64_t valid);
  /// Of `x`, less the maximum; `sum` is that of the exponentials, or its
  /// logarithm.
  Value normalized(Value shifted, Value exponential, Value sum) {
    return op.getLog() ? subtract(b, shifted, sum)
                       : arith::DivFOp::create(b, exponential, sum).getResult();
  }
  Value exponential(Value x, Value maximum) {
    return math::ExpOp::create(b, subtract(b, x, maximum));
  }

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  qnn::SoftmaxOp op;
  RankedTensorType type;
  Type element;
  int64_t axis, extent;
  SmallVector<int64_t> in, out;
};

} // namespace

void SoftmaxKernel::emitRow(Value from, Value to) {
  auto load = [&](Value first, int64_t valid) {
    return loadF32(b, addressOf(kernel, from, first, in[axis]), element,
                   kReduceLanes, valid);
  };
  Monoid max(Monoid::Kind::max, b.getF32Type()),
      plus(Monoid::Kind::sum, b.getF32Type());
  // A reduction ends by combining with the identity, as for several rows.
  Value maximum =
      max.combine(b, max.identity(b, 0), reduceRow(kernel, extent, max, load));
  Value shift = broadcast(b, maximum, kReduceLanes);
  // The exponentials wait in the result, if they fit there.
  bool keep = element.isF32() && !op.getLog();
  Value sum = reduceRow(kernel, extent, plus, [&](Value first, int64_t valid) {
    Value e = exponential(load(first, valid), shift);
    if (keep)
      storeF32(b, e, addressOf(kernel, to, first, out[axis]), element,
               kReduceLanes, valid);
    return e;
  });
  sum = plus.combine(b, plus.identity(b, 0), sum);
  if (op.getLog())
    sum = math::LogOp::create(b, sum);
  Value divisor = broadcast(b, sum, kReduceLanes);
  forEachVector(kernel, extent, kReduceLanes, {},
                [&](Value first, int64_t valid, ValueRange) {
                  Value address = addressOf(kernel, to, first, out[axis]);
                  Value shifted, e;
                  if (keep) {
                    e = loadF32(b, address, element, kReduceLanes, valid);
                  } else {
                    shifted = subtract(b, load(first, valid), shift);
                    if (!op.getLog())
                      e = math::ExpOp::create(b, shifted);
                  }
                  storeF32(b, normalized(shifted, e, divisor), address, element,
                           kReduceLanes, valid);
                  return SmallVector<Value>();
                });
}

void SoftmaxKernel::emitColumns(Value from, Value to, int64_t valid) {
  auto load = [&](Value index) {
    return loadF32(b, addressOf(kernel, from, index, in[axis]), element,
                   kReduceLanes, valid);
  };
  auto reduce = [&](const Monoid &monoid, function_ref<Value(Value)> map) {
    return loopCarried(kernel, kernel.constant(0), kernel.constant(extent), 1,
                       monoid.identity(b, kReduceLanes),
                       [&](Value index, ValueRange carried) {
                         return SmallVector<Value>{monoid.combine(
                             b, carried.front(), map(load(index)))};
                       })
        .front();
  };
  Value maximum = reduce(Monoid(Monoid::Kind::max, b.getF32Type()),
                         [](Value x) { return x; });
  Value sum = reduce(Monoid(Monoid::Kind::sum, b.getF32Type()),
                     [&](Value x) { return exponential(x, maximum); });
  if (op.getLog())
    sum = math::LogOp::create(b, sum);
  kernel.loop(kernel.constant(0), kernel.constant(extent), 1, [&](Value index) {
    Value shifted = subtract(b, load(index), maximum), e;
    if (!op.getLog())
      e = math::ExpOp::create(b, shifted);
    storeF32(b, normalized(shifted, e, sum),
             addressOf(kernel, to, index, out[axis]), element, kReduceLanes,
             valid);
  });
}

void SoftmaxKernel::emit() {
  if (type.getNumElements() == 0)
    return;
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = 1;
  int64_t last = type.getRank() - 1;
  Value input = kernel.pointer(op.getInput()),
        result = kernel.pointer(op.getResult());
  auto forEach = [&](ArrayRef<int64_t> counts, int64_t scale, int64_t begin,
                     function_ref<void(Value, Value)> body) {
    auto [first, end] = kernel.partition(ShapedType::getNumElements(counts));
    kernel.loop(first, end, 1, [&](Value number) {
      SmallVector<Value> at = delinearize(kernel, number, counts);
      at[last] = arith::AddIOp::create(
          b, arith::MulIOp::create(b, at[last], kernel.constant(scale)),
          kernel.constant(begin));
      body(addressOf(kernel, input, at, in),
           addressOf(kernel, result, at, out));
    });
  };
  if (axis == last)
    return forEach(shape, 1, 0,
                   [&](Value from, Value to) { emitRow(from, to); });
  int64_t columns = shape[last], full = columns / kReduceLanes;
  shape[last] = full;
  if (full > 0)
    forEach(shape, kReduceLanes, 0,
            [&](Value from, Value to) { emitColumns(from, to, kReduceLanes); });
  shape[last] = 1;
  if (int64_t rest = columns % kReduceLanes)
    forEach(shape, 1, full * kReduceLanes,
            [&](Value from, Value to) { emitColumns(from, to, rest); });
}

//===----------------------------------------------------------------------===//
// Layer normalisation
//===----------------------------------------------------------------------===//

static LogicalResult emitLayerNorm(Kernel &kernel, qnn::LayerNormOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  auto type = cast<RankedTensorType>(op.getInput().getType());
  int64_t axis = op.getAxis();
  ArrayRef<int64_t> rows = type.getShape().take_front(axis),
                    row = type.getShape().drop_front(axis);
  ArrayRef<int64_t> in = kernel.strides(op.getInput()),
                    out = kernel.strides(op.getResult());
  Type element = type.getElementType();
  int64_t bytes = elementBytes(element);
  if (!isContiguous(row, in.drop_front(axis), bytes) ||
      !isContiguous(row, out.drop_front(axis), bytes))
    return op.emitOpError("normalises rows with gaps between their elements");
  int64_t count = ShapedType::getNumElements(row);
  Monoid plus(Monoid::Kind::sum, b.getF32Type());
  auto scalar = [&](float value) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  };
  auto mean = [&](function_ref<Value(Value, int64_t)> load) -> Value {
    Value sum = reduceRow(kernel, count, plus, load);
    return arith::DivFOp::create(b, sum, scalar(static_cast<float>(count)));
  };
  auto [first, last] = kernel.partition(ShapedType::getNumElements(rows));
  kernel.loop(first, last, 1, [&](Value number) {
    SmallVector<Value> at = delinearize(kernel, number, rows);
    Value from = addressOf(kernel, kernel.pointer(op.getInput()), at,
                           in.take_front(axis));
    Value to = addressOf(kernel, kernel.pointer(op.getResult()), at,
                         out.take_front(axis));
    auto load = [&](Value index, int64_t valid) {
      return loadF32(b, addressOf(kernel, from, index, bytes), element,
                     kReduceLanes, valid);
    };
    Value center;
    if (!op.getRms())
      center = broadcast(b, mean(load), kReduceLanes);
    auto deviation = [&](Value index, int64_t valid) {
      Value x = load(index, valid);
      return center ? subtract(b, x, center) : x;
    };
    Value variance = mean([&](Value index, int64_t valid) -> Value {
      Value d = deviation(index, valid);
      return arith::MulFOp::create(b, d, d);
    });
    Value root = math::SqrtOp::create(
        b, arith::AddFOp::create(b, variance,
                                 scalar(op.getEpsilon().convertToFloat())));
    Value factor =
        broadcast(b, arith::DivFOp::create(b, scalar(1), root), kReduceLanes);
    forEachVector(kernel, count, kReduceLanes, {},
                  [&](Value index, int64_t valid, ValueRange) {
                    auto parameter = [&](Value tensor) {
                      Type type = getElementTypeOrSelf(tensor.getType());
                      return loadF32(b,
                                     addressOf(kernel, kernel.pointer(tensor),
                                               index, elementBytes(type)),
                                     type, kReduceLanes, valid);
                    };
                    Value y = arith::MulFOp::create(b, deviation(index, valid),
                                                    factor);
                    if (op.getScale())
                      y = arith::MulFOp::create(b, y, parameter(op.getScale()));
                    if (op.getBias())
                      y = arith::AddFOp::create(b, y, parameter(op.getBias()));
                    storeF32(b, y, addressOf(kernel, to, index, bytes), element,
                             kReduceLanes, valid);
                    return SmallVector<Value>();
                  });
  });
  return success();
}

namespace {
class NormalizationEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::SoftmaxOp, qnn::LayerNormOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    Type element = getElementTypeOrSelf(op->getResult(0).getType());
    if (!isa<FloatType>(element))
      return op->emitOpError()
             << "has no code for elements of type " << element;
    if (auto norm = dyn_cast<qnn::LayerNormOp>(op))
      return emitLayerNorm(kernel, norm);
    SoftmaxKernel(kernel, cast<qnn::SoftmaxOp>(op)).emit();
    return success();
  }
};
} // namespace

const KernelEmitter &target::normalizationEmitter() {
  static const NormalizationEmitter emitter;
  return emitter;
}
