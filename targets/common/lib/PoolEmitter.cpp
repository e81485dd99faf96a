//===- PoolEmitter.cpp - window reductions, vectorised over channels ------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addressing.h"
#include "Elements.h"
#include "GenericEmitters.h"
#include "LoopNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qcc/Target/Epilogue.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

/// Windows of at most this many taps are unrolled.
constexpr int64_t kMaxUnrolledTaps = 25;

class PoolKernel {
public:
  PoolKernel(Kernel &kernel, qnn::FusedPoolOp op)
      : kernel(kernel), b(kernel.getBuilder()), op(op),
        input(cast<RankedTensorType>(op.getInput().getType())),
        result(cast<RankedTensorType>(op.getResult().getType())),
        element(input.getElementType()),
        isMax(op.getKind() == qnn::PoolKind::max), spatial(input.getRank() - 2),
        channels(input.getShape().back()),
        inStrides(kernel.strides(op.getInput())) {
    accumulator = op.getEpilogue().getArgument(0).getType();
  }

  LogicalResult emit();

private:
  /// Where a window begins along each spatial dimension, in the input.
  using Starts = SmallVector<Value>;

  bool isFloat() const { return isa<FloatType>(element); }
  /// Geometry along spatial dimension `d`.
  int64_t extent(int64_t d) { return input.getDimSize(d + 1); }
  int64_t firstStart(int64_t d) { return -op.getPads()[d]; }
  int64_t lastStart(int64_t d) {
    return (result.getDimSize(d + 1) - 1) * op.getStrides()[d] -
           op.getPads()[d];
  }
  int64_t lastTap(int64_t d) {
    return (op.getKernel()[d] - 1) * op.getDilations()[d];
  }
  bool isAlwaysInside(int64_t d) {
    return firstStart(d) >= 0 && lastStart(d) + lastTap(d) < extent(d);
  }
  /// Clamping a tap to the input gives another tap of the same window.
  bool canClamp(int64_t d) {
    return isAlwaysInside(d) ||
           (op.getDilations()[d] == 1 && firstStart(d) + lastTap(d) >= 0 &&
            lastStart(d) < extent(d));
  }

  Value identity();
  Value combine(Value accumulated, Value address, int64_t valid);
  Value clampedTap(const Starts &starts, int64_t d, int64_t tap);
  Value unrolled(Value base, const Starts &starts, int64_t valid);
  std::pair<Value, Value> tapRange(const Starts &starts, int64_t d);
  Value startingPoint(ArrayRef<std::pair<Value, Value>> ranges, Value channel,
                      int64_t valid);
  Value looped(Value base, const Starts &starts, Value channel, int64_t valid);
  void emitVector(Value pixel, Value channel, int64_t valid);

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  qnn::FusedPoolOp op;
  RankedTensorType input, result;
  Type element, accumulator;
  bool isMax;
  int64_t spatial, channels, lanes = 0;
  ArrayRef<int64_t> inStrides;
  Value padPointer; ///< One i32 for each channel, where padding is not zero.
};

} // namespace

Value PoolKernel::identity() {
  Type type = registerType(accumulator, lanes);
  Type scalar = signless(accumulator);
  if (!isMax)
    return splat(b, type, b.getZeroAttr(scalar));
  if (isFloat())
    return splat(
        b, type,
        b.getFloatAttr(scalar, -std::numeric_limits<double>::infinity()));
  unsigned width = scalar.getIntOrFloatBitWidth();
  bool fromZero = element.isUnsignedInteger() || width == 1;
  APInt least =
      fromZero ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
  return splat(b, type, b.getIntegerAttr(scalar, least));
}

Value PoolKernel::combine(Value accumulated, Value address, int64_t valid) {
  Value value = loadElements(b, address, element, lanes, valid);
  if (!isMax) {
    if (isFloat())
      return arith::AddFOp::create(b, accumulated, value);
    if (value.getType() != accumulated.getType())
      value = element.isUnsignedInteger()
                  ? arith::ExtUIOp::create(b, accumulated.getType(), value)
                        .getResult()
                  : arith::ExtSIOp::create(b, accumulated.getType(), value)
                        .getResult();
    return arith::AddIOp::create(b, accumulated, value);
  }
  if (isFloat())
    return arith::MaximumFOp::create(b, accumulated, value);
  if (element.isUnsignedInteger() || element.isInteger(1))
    return arith::MaxUIOp::create(b, accumulated, value);
  return arith::MaxSIOp::create(b, accumulated, value);
}

//===----------------------------------------------------------------------===//
// Small windows
//===----------------------------------------------------------------------===//

/// Bytes to a tap along one dimension; a tap in the padding becomes the nearest
/// one of the input, which a maximum may count twice.
Value PoolKernel::clampedTap(const Starts &starts, int64_t d, int64_t tap) {
  Value at = arith::AddIOp::create(b, starts[d],
                                   kernel.constant(tap * op.getDilations()[d]));
  if (!isAlwaysInside(d)) {
    at = arith::MaxSIOp::create(b, at, kernel.constant(0));
    at = arith::MinSIOp::create(b, at, kernel.constant(extent(d) - 1));
  }
  return arith::MulIOp::create(b, at, kernel.constant(inStrides[d + 1]));
}

Value PoolKernel::unrolled(Value base, const Starts &starts, int64_t valid) {
  SmallVector<SmallVector<Value>> offsets(spatial);
  for (int64_t d = 0; d < spatial; ++d)
    for (int64_t tap = 0; tap < op.getKernel()[d]; ++tap)
      offsets[d].push_back(clampedTap(starts, d, tap));
  Value accumulated = identity();
  auto visit = [&](auto &self, Value address, int64_t d) -> void {
    if (d == spatial) {
      accumulated = combine(accumulated, address, valid);
      return;
    }
    for (Value offset : offsets[d])
      self(self, kernel.offset(address, offset), d + 1);
  };
  visit(visit, base, 0);
  return accumulated;
}

//===----------------------------------------------------------------------===//
// Windows of any size
//===----------------------------------------------------------------------===//

/// The taps [first, last) of a window that lie in the input.
std::pair<Value, Value> PoolKernel::tapRange(const Starts &starts, int64_t d) {
  Value taps = kernel.constant(op.getKernel()[d]), zero = kernel.constant(0);
  if (isAlwaysInside(d))
    return {zero, taps};
  Value dilation = kernel.constant(op.getDilations()[d]);
  auto tapsBefore = [&](int64_t position) -> Value {
    Value distance =
        arith::SubIOp::create(b, kernel.constant(position), starts[d]);
    distance = arith::MaxSIOp::create(b, distance, zero);
    return arith::MinUIOp::create(
        b, arith::CeilDivUIOp::create(b, distance, dilation), taps);
  };
  Value first = tapsBefore(0);
  return {first, tapsBefore(extent(d))};
}

/// What an accumulator starts from: for a sum, what the taps in the padding
/// contribute.
Value PoolKernel::startingPoint(ArrayRef<std::pair<Value, Value>> ranges,
                                Value channel, int64_t valid) {
  if (!padPointer)
    return identity();
  Value inside = kernel.constant(1);
  int64_t taps = 1;
  for (auto [d, range] : llvm::enumerate(ranges)) {
    taps *= op.getKernel()[d];
    inside = arith::MulIOp::create(
        b, inside, arith::SubIOp::create(b, range.second, range.first));
  }
  Value outside = arith::SubIOp::create(b, kernel.constant(taps), inside);
  outside = arith::TruncIOp::create(b, b.getI32Type(), outside);
  Value address = kernel.offset(
      padPointer, arith::MulIOp::create(b, channel, kernel.constant(4)));
  Value values = loadElements(b, address, b.getI32Type(), lanes, valid);
  return arith::MulIOp::create(b, values, broadcast(b, outside, lanes));
}

Value PoolKernel::looped(Value base, const Starts &starts, Value channel,
                         int64_t valid) {
  SmallVector<std::pair<Value, Value>> ranges;
  for (int64_t d = 0; d < spatial; ++d)
    ranges.push_back(tapRange(starts, d));
  auto nest = [&](auto &self, Value address, int64_t d,
                  Value accumulated) -> Value {
    if (d == spatial)
      return combine(accumulated, address, valid);
    return loopCarried(
               kernel, ranges[d].first, ranges[d].second, 1, accumulated,
               [&](Value tap, ValueRange carried) {
                 Value at = arith::AddIOp::create(
                     b, starts[d],
                     arith::MulIOp::create(
                         b, tap, kernel.constant(op.getDilations()[d])));
                 Value inner = addressOf(kernel, address, at, inStrides[d + 1]);
                 return SmallVector<Value>{
                     self(self, inner, d + 1, carried.front())};
               })
        .front();
  };
  return nest(nest, base, 0, startingPoint(ranges, channel, valid));
}

//===----------------------------------------------------------------------===//
// Pixels
//===----------------------------------------------------------------------===//

/// One vector of channels of one pixel of the result.
void PoolKernel::emitVector(Value pixel, Value channel, int64_t valid) {
  ArrayRef<int64_t> shape = result.getShape();
  SmallVector<Value> at = delinearize(kernel, pixel, shape.drop_back());
  Starts starts;
  for (int64_t d = 0; d < spatial; ++d)
    starts.push_back(arith::SubIOp::create(
        b,
        arith::MulIOp::create(b, at[d + 1],
                              kernel.constant(op.getStrides()[d])),
        kernel.constant(op.getPads()[d])));
  Value base =
      addressOf(kernel, kernel.pointer(op.getInput()), {at.front(), channel},
                {inStrides.front(), inStrides.back()});
  int64_t taps = llvm::product_of(op.getKernel());
  bool unroll = taps <= kMaxUnrolledTaps;
  for (int64_t d = 0; d < spatial; ++d)
    unroll &= isMax ? canClamp(d) : isAlwaysInside(d);
  Value accumulated = unroll ? unrolled(base, starts, valid)
                             : looped(base, starts, channel, valid);

  at.push_back(channel);
  SmallVector<Value> arguments = {accumulated};
  for (Value extra : op.getExtras()) {
    NestOperand operand = nestOperand(kernel, extra, shape);
    Value address = addressOf(kernel, operand.pointer, at, operand.strides);
    arguments.push_back(
        operand.strides.back() == 0
            ? loadBroadcast(b, address, operand.element, lanes)
            : loadElements(b, address, operand.element, lanes, valid));
  }
  Value value = cloneEpilogue(b, op.getEpilogue(), arguments, lanes);
  storeElements(b, value,
                addressOf(kernel, kernel.pointer(op.getResult()), at,
                          kernel.strides(op.getResult())),
                result.getElementType(), lanes, valid);
}

LogicalResult PoolKernel::emit() {
  if (result.getNumElements() == 0)
    return success();
  std::optional<ArrayRef<int32_t>> padValue = op.getPadValue();
  bool pads = padValue && llvm::any_of(*padValue, [](int32_t v) { return v; });
  if (!isMax && pads) {
    if (isFloat())
      return op.emitOpError("sums floats with a pad value other than 0");
    SmallVector<int32_t> values(channels);
    for (int64_t c = 0; c < channels; ++c)
      values[c] = (*padValue)[padValue->size() == 1 ? 0 : c];
    padPointer = kernel.constantData(
        ArrayRef(reinterpret_cast<const uint8_t *>(values.data()),
                 values.size() * sizeof(int32_t)));
  }
  unsigned bits = std::max(8u, accumulator.getIntOrFloatBitWidth());
  for (Operation &inner : op.getEpilogue().front().without_terminator())
    for (Type type : inner.getResultTypes())
      bits = std::max(bits, type.getIntOrFloatBitWidth());
  lanes = std::min<int64_t>(512 / bits, llvm::PowerOf2Ceil(channels));

  // Whole vectors first, then the channels that are left, each shared out on
  // its own.
  int64_t pixels = ShapedType::getNumElements(result.getShape().drop_back());
  int64_t full = channels / lanes, rest = channels % lanes;
  if (full > 0) {
    auto [first, last] = kernel.partition(pixels * full);
    kernel.loop(first, last, 1, [&](Value number) {
      SmallVector<Value> at = delinearize(kernel, number, {pixels, full});
      Value channel = arith::MulIOp::create(b, at[1], kernel.constant(lanes));
      emitVector(at[0], channel, lanes);
    });
  }
  if (rest > 0) {
    auto [first, last] = kernel.partition(pixels);
    kernel.loop(first, last, 1, [&](Value pixel) {
      emitVector(pixel, kernel.constant(full * lanes), rest);
    });
  }
  return success();
}

namespace {
class PoolEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::FusedPoolOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    return PoolKernel(kernel, cast<qnn::FusedPoolOp>(op)).emit();
  }
};
} // namespace

const KernelEmitter &target::poolEmitter() {
  static const PoolEmitter emitter;
  return emitter;
}
