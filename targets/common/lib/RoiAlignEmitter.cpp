//===- RoiAlignEmitter.cpp - regions of pictures --------------------------===//
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

using FloatIs = arith::CmpFPredicate;
using IntIs = arith::CmpIPredicate;

/// Emits the arithmetic of qnn.roi_align along one dimension of the picture.
class GridAxis {
public:
  /// `bin` is an i64; corners of the region at `roi` are in `column` and
  /// `column` + 2, `stride` bytes apart.
  GridAxis(Kernel &kernel, qnn::RoiAlignOp op, Value roi, int64_t stride,
           int64_t column, int64_t bins, Value bin, int64_t extent);

  struct Point {
    Value low, high;             ///< i64
    Value lowWeight, highWeight; ///< f32
  };
  Point at(Value index);

  Value isAllInside() {
    Value starts = compare(IntIs::eq, first, kernel.constant(0));
    return arith::AndIOp::create(b, starts, compare(IntIs::eq, last, count));
  }

  Value grid;        ///< Number of points, f32.
  Value first, last; ///< Those inside the picture, i64.

private:
  Value number(float value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value compare(FloatIs predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  Value compare(IntIs predicate, Value x, Value y) {
    return arith::CmpIOp::create(b, predicate, x, y);
  }
  Value toFloat(Value integer) {
    return arith::SIToFPOp::create(b, b.getF32Type(), integer);
  }
  Value toInteger(Value value) {
    return arith::FPToSIOp::create(b, b.getI64Type(), value);
  }
  Value place(Value index);

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  int64_t extent;
  Value size, base, count;
};

GridAxis::GridAxis(Kernel &kernel, qnn::RoiAlignOp op, Value roi,
                   int64_t stride, int64_t column, int64_t bins, Value bin,
                   int64_t extent)
    : kernel(kernel), b(kernel.getBuilder()), extent(extent) {
  Value offset = number(op.getHalfPixel() ? 0.5f : 0.0f);
  auto corner = [&](int64_t at) -> Value {
    Value value =
        loadElements(b, kernel.offset(roi, at * stride), b.getF32Type(), 0, 0);
    value =
        arith::MulFOp::create(b, value, number(op.getScale().convertToFloat()));
    return arith::SubFOp::create(b, value, offset);
  };
  Value start = corner(column);
  Value length = arith::SubFOp::create(b, corner(column + 2), start);
  if (!op.getHalfPixel())
    length = arith::MaximumFOp::create(b, length, number(1));
  size = arith::DivFOp::create(b, length, number(static_cast<float>(bins)));
  if (op.getSamples()) {
    grid = number(static_cast<float>(op.getSamples()));
  } else {
    // Comparisons with NaN are false.
    Value points = math::CeilOp::create(b, size), limit = number(1 << 24);
    points = arith::SelectOp::create(b, compare(FloatIs::OLT, points, limit),
                                     points, limit);
    grid = arith::SelectOp::create(b, compare(FloatIs::OGT, size, number(0)),
                                   points, number(0));
  }
  count = toInteger(grid);
  base = arith::AddFOp::create(b, start,
                               arith::MulFOp::create(b, toFloat(bin), size));
  Value isForward = compare(FloatIs::OGE, size, number(0));
  auto isAfterStart = [&](Value y) {
    return compare(FloatIs::OGE, y, number(-1));
  };
  auto isBeforeEnd = [&](Value y) {
    return compare(FloatIs::OLE, y, number(static_cast<float>(extent)));
  };
  auto isOutside = [&](Value inside) -> Value {
    return arith::XOrIOp::create(
        b, inside, arith::ConstantOp::create(b, b.getBoolAttr(true)));
  };
  auto choose = [&](Value forward, Value backward) -> Value {
    return arith::SelectOp::create(b, isForward, forward, backward);
  };
  first = findFirst(kernel, count, [&](Value index) {
    Value y = place(index);
    return choose(isAfterStart(y), isBeforeEnd(y));
  });
  last = findFirst(kernel, count, [&](Value index) {
    Value y = place(index);
    return isOutside(choose(isBeforeEnd(y), isAfterStart(y)));
  });
}

Value GridAxis::place(Value index) {
  Value middle = arith::AddFOp::create(b, toFloat(index), number(0.5f));
  Value distance = arith::MulFOp::create(b, middle, size);
  return arith::AddFOp::create(b, base,
                               arith::DivFOp::create(b, distance, grid));
}

GridAxis::Point GridAxis::at(Value index) {
  Value y = arith::MaximumFOp::create(b, place(index), number(0));
  Value floor = toInteger(y), last = kernel.constant(extent - 1);
  Point point;
  point.low = arith::MinSIOp::create(b, floor, last);
  point.high = arith::MinSIOp::create(
      b, arith::AddIOp::create(b, point.low, kernel.constant(1)), last);
  point.highWeight =
      arith::SelectOp::create(b, compare(IntIs::sge, floor, last), number(0),
                              arith::SubFOp::create(b, y, toFloat(point.low)));
  point.lowWeight = arith::SubFOp::create(b, number(1), point.highWeight);
  return point;
}

class RoiAlignKernel {
public:
  RoiAlignKernel(Kernel &kernel, qnn::RoiAlignOp op)
      : kernel(kernel), b(kernel.getBuilder()), op(op),
        input(cast<RankedTensorType>(op.getInput().getType())),
        strides(kernel.strides(op.getInput())),
        isMax(op.getKind() == qnn::PoolKind::max),
        lanes(
            std::min<int64_t>(16, llvm::PowerOf2Ceil(input.getShape().back()))),
        monoid(isMax ? Monoid::Kind::max : Monoid::Kind::sum, b.getF32Type()) {}

  void emit();

private:
  Value pictureOf(Value region);
  void emitBin(Value number);
  Value pointValue(Value picture, const GridAxis::Point &y,
                   const GridAxis::Point &x, int64_t valid);
  Value emitVector(Value picture, GridAxis &ys, GridAxis &xs, Value initial,
                   int64_t valid);

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  qnn::RoiAlignOp op;
  RankedTensorType input;
  ArrayRef<int64_t> strides;
  bool isMax;
  int64_t lanes;
  Monoid monoid;
};

} // namespace

/// The address of the picture that a region lies in.
Value RoiAlignKernel::pictureOf(Value region) {
  Value number =
      loadElements(b,
                   addressOf(kernel, kernel.pointer(op.getPictures()), region,
                             kernel.strides(op.getPictures())),
                   b.getI64Type(), 0, 0);
  number = safeIndex(kernel, number, b.getI64Type(), input.getDimSize(0));
  return addressOf(kernel, kernel.pointer(op.getInput()), number,
                   strides.take_front());
}

/// What one grid point is worth in a vector of channels that begins at
/// `picture`.
Value RoiAlignKernel::pointValue(Value picture, const GridAxis::Point &y,
                                 const GridAxis::Point &x, int64_t valid) {
  auto product = [&](Value line, Value column, Value vertical,
                     Value horizontal) -> Value {
    Value address =
        addressOf(kernel, picture, {line, column}, strides.slice(1, 2));
    Value value = loadElements(b, address, b.getF32Type(), lanes, valid);
    Value weight = arith::MulFOp::create(b, vertical, horizontal);
    return arith::MulFOp::create(b, broadcast(b, weight, lanes), value);
  };
  Value value = product(y.low, x.low, y.lowWeight, x.lowWeight);
  value = monoid.combine(b, value,
                         product(y.low, x.high, y.lowWeight, x.highWeight));
  value = monoid.combine(b, value,
                         product(y.high, x.low, y.highWeight, x.lowWeight));
  return monoid.combine(b, value,
                        product(y.high, x.high, y.highWeight, x.highWeight));
}

/// One vector of channels of one bin.
Value RoiAlignKernel::emitVector(Value picture, GridAxis &ys, GridAxis &xs,
                                 Value initial, int64_t valid) {
  return loopCarried(
             kernel, ys.first, ys.last, 1, broadcast(b, initial, lanes),
             [&](Value i, ValueRange outer) {
               GridAxis::Point y = ys.at(i);
               return loopCarried(
                   kernel, xs.first, xs.last, 1, outer,
                   [&](Value j, ValueRange carried) {
                     GridAxis::Point x = xs.at(j);
                     return SmallVector<Value>{monoid.combine(
                         b, carried.front(), pointValue(picture, y, x, valid))};
                   });
             })
      .front();
}

void RoiAlignKernel::emitBin(Value number) {
  auto result = cast<RankedTensorType>(op.getResult().getType());
  SmallVector<Value> at =
      delinearize(kernel, number, result.getShape().drop_back());
  ArrayRef<int64_t> roiStrides = kernel.strides(op.getRois());
  Value roi = addressOf(kernel, kernel.pointer(op.getRois()), at.front(),
                        roiStrides.take_front());
  GridAxis ys(kernel, op, roi, roiStrides[1], 1, op.getHeight(), at[1],
              input.getDimSize(1)),
      xs(kernel, op, roi, roiStrides[1], 0, op.getWidth(), at[2],
         input.getDimSize(2));
  auto real = [&](float value) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  };
  Value points = arith::MulFOp::create(b, ys.grid, xs.grid), initial = real(0);
  if (isMax) {
    // A point outside is a 0 among those of a maximum.
    Value isInside =
        arith::AndIOp::create(b, ys.isAllInside(), xs.isAllInside());
    isInside = arith::AndIOp::create(
        b, isInside, arith::CmpFOp::create(b, FloatIs::OGT, points, initial));
    initial =
        arith::SelectOp::create(b, isInside, monoid.identity(b, 0), initial);
  }
  Value divisor = arith::MaximumFOp::create(b, points, real(1));
  Value picture = pictureOf(at.front());
  Value out = addressOf(kernel, kernel.pointer(op.getResult()), at,
                        kernel.strides(op.getResult()).drop_back());
  auto emitChannels = [&](Value channel, int64_t valid) {
    Value value =
        emitVector(addressOf(kernel, picture, channel, strides.take_back()), ys,
                   xs, initial, valid);
    if (!isMax)
      value = arith::DivFOp::create(b, value, broadcast(b, divisor, lanes));
    storeElements(b, value,
                  addressOf(kernel, out, channel,
                            kernel.strides(op.getResult()).take_back()),
                  b.getF32Type(), lanes, valid);
  };
  int64_t channels = input.getShape().back(), full = channels / lanes * lanes;
  kernel.loop(kernel.constant(0), kernel.constant(full), lanes,
              [&](Value channel) { emitChannels(channel, lanes); });
  if (full < channels)
    emitChannels(kernel.constant(full), channels - full);
}

void RoiAlignKernel::emit() {
  auto result = cast<RankedTensorType>(op.getResult().getType());
  if (result.getNumElements() == 0)
    return;
  auto [first, last] = kernel.partition(
      ShapedType::getNumElements(result.getShape().drop_back()));
  kernel.loop(first, last, 1, [&](Value number) { emitBin(number); });
}

namespace {
class RoiAlignEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::RoiAlignOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    RoiAlignKernel(kernel, cast<qnn::RoiAlignOp>(op)).emit();
    return success();
  }
};
} // namespace

const KernelEmitter &target::roiAlignEmitter() {
  static const RoiAlignEmitter emitter;
  return emitter;
}
