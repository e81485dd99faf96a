//===- ContractionEmitter.cpp - contractions that no kernel takes ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolutions, transposed convolutions and matrix products of any form, one
// result at a time: correct for what a target has no kernel for, and no more.
//
//===----------------------------------------------------------------------===//

#include "Addressing.h"
#include "Elements.h"
#include "GenericEmitters.h"
#include "LoopNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "qcc/Target/Epilogue.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// An element of an accumulation in `accumulator`: f32 or i32.
Value widened(ImplicitLocOpBuilder &b, Value value, Type element,
              Type accumulator) {
  if (isa<FloatType>(accumulator))
    return toF32(b, value);
  if (value.getType() == accumulator)
    return value;
  if (element.isUnsignedInteger())
    return arith::ExtUIOp::create(b, accumulator, value);
  return arith::ExtSIOp::create(b, accumulator, value);
}

Value multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum) {
  if (isa<FloatType>(sum.getType()))
    return math::FmaOp::create(b, x, y, sum);
  return arith::AddIOp::create(b, arith::MulIOp::create(b, x, y), sum);
}

Value zero(ImplicitLocOpBuilder &b, Type type) {
  return arith::ConstantOp::create(b, b.getZeroAttr(type));
}

/// Applies the epilogue of a fused op to the accumulator of the result at `at`,
/// and stores it.
void finish(Kernel &kernel, Region &epilogue, ValueRange extras, Value result,
            ValueRange at, Value accumulator) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  SmallVector<Value> arguments = {accumulator};
  for (Value extra : extras) {
    NestOperand operand = nestOperand(kernel, extra, typeOf(result).getShape());
    arguments.push_back(
        loadElements(b, addressOf(kernel, operand.pointer, at, operand.strides),
                     operand.element, 0, 0));
  }
  storeElements(
      b, cloneEpilogue(b, epilogue, arguments, {}),
      addressOf(kernel, kernel.pointer(result), at, kernel.strides(result)),
      typeOf(result).getElementType(), 0, 0);
}

/// Calls `body` with the index of each element of `result` that the thread
/// owns.
void forEachResult(Kernel &kernel, Value result,
                   function_ref<void(ArrayRef<Value> at)> body) {
  ArrayRef<int64_t> shape = typeOf(result).getShape();
  auto [first, last] = kernel.partition(ShapedType::getNumElements(shape));
  kernel.loop(first, last, 1,
              [&](Value number) { body(delinearize(kernel, number, shape)); });
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// Where a tap reads along one spatial dimension, and whether that is inside
/// the input.
struct Coordinate {
  Value position, isInside;
};

/// Sums the products of one result: taps row by row, then channels.
Value convolve(Kernel &kernel, Value input, Value weight, ArrayRef<Value> at,
               int64_t groups, Type accumulator, ArrayRef<int32_t> padValue,
               function_ref<Coordinate(size_t dim, Value tap)> coordinate) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  ArrayRef<int64_t> filter = typeOf(weight).getShape(),
                    shape = typeOf(input).getShape(),
                    inStrides = kernel.strides(input),
                    weightStrides = kernel.strides(weight);
  Type inElement = typeOf(input).getElementType(),
       weightElement = typeOf(weight).getElementType();
  int64_t spatial = shape.size() - 2, channels = filter.back();
  Value firstChannel = kernel.constant(0);
  if (groups > 1)
    firstChannel = arith::MulIOp::create(
        b,
        arith::DivUIOp::create(b, at.back(),
                               kernel.constant(filter.front() / groups)),
        kernel.constant(channels));
  Value pads;
  if (padValue.size() > 1)
    pads = kernel.constantData(
        ArrayRef(reinterpret_cast<const uint8_t *>(padValue.data()),
                 padValue.size() * sizeof(int32_t)));
  auto padding = [&](Value channel) -> Value {
    if (padValue.empty())
      return zero(b, accumulator);
    Value value =
        pads ? loadElements(b, addressOf(kernel, pads, channel, 4),
                            b.getI32Type(), 0, 0)
             : arith::ConstantOp::create(b, b.getI32IntegerAttr(padValue[0]))
                   .getResult();
    if (isa<FloatType>(accumulator))
      return arith::SIToFPOp::create(b, accumulator, value);
    return value;
  };
  SmallVector<int64_t> loops(filter.drop_front());
  return loopCarried(
             kernel, loops, zero(b, accumulator),
             [&](ValueRange indices, ValueRange carried) {
               Value isInside, address = kernel.pointer(input);
               address =
                   addressOf(kernel, address, at.front(), inStrides.front());
               for (int64_t d = 0; d < spatial; ++d) {
                 Coordinate c = coordinate(d, indices[d]);
                 isInside = isInside
                                ? arith::AndIOp::create(b, isInside, c.isInside)
                                      .getResult()
                                : c.isInside;
                 // A place in the input stands for one outside.
                 Value safe = arith::SelectOp::create(b, c.isInside, c.position,
                                                      kernel.constant(0));
                 address = addressOf(kernel, address, safe, inStrides[d + 1]);
               }
               Value channel =
                   arith::AddIOp::create(b, firstChannel, indices.back());
               address = addressOf(kernel, address, channel, inStrides.back());
               Value x = widened(b, loadElements(b, address, inElement, 0, 0),
                                 inElement, accumulator);
               x = arith::SelectOp::create(b, isInside, x, padding(channel));
               Value row = addressOf(kernel, kernel.pointer(weight), at.back(),
                                     weightStrides.front());
               Value w =
                   widened(b,
                           loadElements(b,
                                        addressOf(kernel, row, indices,
                                                  weightStrides.drop_front()),
                                        weightElement, 0, 0),
                           weightElement, accumulator);
               return SmallVector<Value>{multiplyAdd(b, x, w, carried.front())};
             })
      .front();
}

Value isWithin(Kernel &kernel, Value position, int64_t extent) {
  // Unsigned comparison catches negative positions too.
  return arith::CmpIOp::create(kernel.getBuilder(), arith::CmpIPredicate::ult,
                               position, kernel.constant(extent));
}

LogicalResult emitConv(Kernel &kernel, qnn::FusedConvOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  if (op.getPacking())
    return op.emitOpError("has a packed weight, but no kernel");
  forEachResult(kernel, op.getResult(), [&](ArrayRef<Value> at) {
    auto coordinate = [&](size_t d, Value tap) {
      Value start = arith::MulIOp::create(b, at[d + 1],
                                          kernel.constant(op.getStrides()[d]));
      Value reach =
          arith::MulIOp::create(b, tap, kernel.constant(op.getDilations()[d]));
      Value position =
          arith::SubIOp::create(b, arith::AddIOp::create(b, start, reach),
                                kernel.constant(op.getPads()[d]));
      return Coordinate{
          position,
          isWithin(kernel, position, typeOf(op.getInput()).getDimSize(d + 1))};
    };
    Value sum =
        convolve(kernel, op.getInput(), op.getWeight(), at, op.getGroups(),
                 op.getEpilogue().getArgument(0).getType(),
                 op.getPadValue().value_or(ArrayRef<int32_t>()), coordinate);
    finish(kernel, op.getEpilogue(), op.getExtras(), op.getResult(), at, sum);
  });
  return success();
}

/// In each dimension, tap `t` of result `r` reads position (r + pad - dilation
/// t) / stride, where that divides.
LogicalResult emitConvTranspose(Kernel &kernel, qnn::ConvTransposeOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  Type element = typeOf(op.getResult()).getElementType();
  if (!isa<FloatType>(element))
    return op.emitOpError() << "has no code for elements of type " << element;
  forEachResult(kernel, op.getResult(), [&](ArrayRef<Value> at) {
    auto coordinate = [&](size_t d, Value tap) {
      Value reach =
          arith::MulIOp::create(b, tap, kernel.constant(op.getDilations()[d]));
      Value distance = arith::SubIOp::create(
          b,
          arith::AddIOp::create(b, at[d + 1], kernel.constant(op.getPads()[d])),
          reach);
      Value stride = kernel.constant(op.getStrides()[d]);
      Value position = arith::DivSIOp::create(b, distance, stride);
      Value divides = arith::CmpIOp::create(
          b, arith::CmpIPredicate::eq,
          arith::MulIOp::create(b, position, stride), distance);
      Value within =
          isWithin(kernel, position, typeOf(op.getInput()).getDimSize(d + 1));
      return Coordinate{position, arith::AndIOp::create(b, divides, within)};
    };
    Value sum = convolve(kernel, op.getInput(), op.getWeight(), at,
                         op.getGroups(), b.getF32Type(), {}, coordinate);
    if (op.getBias()) {
      Type biasElement = typeOf(op.getBias()).getElementType();
      Value bias = loadF32(b,
                           addressOf(kernel, kernel.pointer(op.getBias()),
                                     at.back(), kernel.strides(op.getBias())),
                           biasElement, 0, 0);
      sum = arith::AddFOp::create(b, sum, bias);
    }
    storeF32(b, sum,
             addressOf(kernel, kernel.pointer(op.getResult()), at,
                       kernel.strides(op.getResult())),
             element, 0, 0);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

LogicalResult emitMatmul(Kernel &kernel, qnn::FusedMatmulOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  if (op.getPacking())
    return op.emitOpError("has a packed weight, but no kernel");
  RankedTensorType lhs = typeOf(op.getLhs()), rhs = typeOf(op.getRhs());
  Type accumulator = op.getEpilogue().getArgument(0).getType();
  int64_t depth = lhs.getShape().back();
  // Batch dimensions of an operand over the result's, with 0 where broadcast.
  auto batchStrides = [&](Value operand, int64_t dims) {
    SmallVector<int64_t> strides(dims, 0);
    int64_t own = typeOf(operand).getRank() - 2;
    for (int64_t i = 0; i < own; ++i)
      if (typeOf(operand).getDimSize(i) != 1)
        strides[dims - own + i] = kernel.strides(operand)[i];
    return strides;
  };
  ArrayRef<int64_t> rhsStrides = kernel.strides(op.getRhs()),
                    lhsStrides = kernel.strides(op.getLhs());
  int64_t rhsDepth =
      rhsStrides[rhsStrides.size() - (op.getTransposeRhs() ? 1 : 2)];
  int64_t rhsColumn =
      rhsStrides[rhsStrides.size() - (op.getTransposeRhs() ? 2 : 1)];
  forEachResult(kernel, op.getResult(), [&](ArrayRef<Value> at) {
    Value x = kernel.pointer(op.getLhs()), w = kernel.pointer(op.getRhs());
    if (rhs.getRank() == 2) {
      x = addressOf(kernel, x, at.drop_back(), lhsStrides.drop_back());
    } else {
      ArrayRef<Value> batch = at.drop_back(2);
      x = addressOf(kernel, x, batch, batchStrides(op.getLhs(), batch.size()));
      x = addressOf(kernel, x, at[at.size() - 2],
                    lhsStrides[lhsStrides.size() - 2]);
      w = addressOf(kernel, w, batch, batchStrides(op.getRhs(), batch.size()));
    }
    w = addressOf(kernel, w, at.back(), rhsColumn);
    Value sum =
        loopCarried(
            kernel, kernel.constant(0), kernel.constant(depth), 1,
            zero(b, accumulator),
            [&](Value k, ValueRange carried) {
              auto load = [&](Value base, int64_t stride, Type element) {
                Value value = loadElements(
                    b, addressOf(kernel, base, k, stride), element, 0, 0);
                return widened(b, value, element, accumulator);
              };
              Value left = load(x, lhsStrides.back(), lhs.getElementType());
              Value right = load(w, rhsDepth, rhs.getElementType());
              return SmallVector<Value>{
                  multiplyAdd(b, left, right, carried.front())};
            })
            .front();
    finish(kernel, op.getEpilogue(), op.getExtras(), op.getResult(), at, sum);
  });
  return success();
}

class ContractionEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::FusedConvOp, qnn::FusedMatmulOp, qnn::ConvTransposeOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](qnn::FusedConvOp conv) { return emitConv(kernel, conv); })
        .Case([&](qnn::FusedMatmulOp matmul) {
          return emitMatmul(kernel, matmul);
        })
        .Case([&](qnn::ConvTransposeOp transpose) {
          return emitConvTranspose(kernel, transpose);
        });
  }
};

} // namespace

const KernelEmitter &target::contractionEmitter() {
  static const ContractionEmitter emitter;
  return emitter;
}
