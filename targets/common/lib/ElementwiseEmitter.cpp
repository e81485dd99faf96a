//===- ElementwiseEmitter.cpp - maps, quantize and dequantize -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "GenericEmitters.h"
#include "LoopNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qcc/Target/Epilogue.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

unsigned bitsOf(Type type) {
  return type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 0;
}

/// Bits of the widest number that a region handles.
unsigned widestBits(Region &region) {
  unsigned bits = 8;
  for (BlockArgument argument : region.getArguments())
    bits = std::max(bits, bitsOf(argument.getType()));
  for (Operation &op : region.front())
    for (Type type : op.getResultTypes())
      bits = std::max(bits, bitsOf(type));
  return bits;
}

LogicalResult emitMap(Kernel &kernel, qnn::FusedMapOp op) {
  ArrayRef<int64_t> shape = op.getResult().getType().getShape();
  SmallVector<NestOperand> inputs;
  for (Value input : op.getInputs())
    inputs.push_back(nestOperand(kernel, input, shape));
  NestOptions options;
  options.widestBits = widestBits(op.getEpilogue());
  emitLoopNest(
      kernel, shape, inputs, nestOperand(kernel, op.getResult(), shape),
      [&](ValueRange elements, int64_t lanes) {
        SmallVector<int64_t, 1> vectorShape;
        if (lanes)
          vectorShape.push_back(lanes);
        return cloneEpilogue(kernel.getBuilder(), op.getEpilogue(), elements,
                             vectorShape);
      },
      options);
  return success();
}

//===----------------------------------------------------------------------===//
// Quantization with parameters of any granularity
//===----------------------------------------------------------------------===//

/// Calls `nest` with operands over a common shape in which scale and zero point
/// are broadcast: once, or twice where the last group is short.
void forEachGranule(
    Kernel &kernel, qnn::SchemeAttr scheme, Value tensor, Value result,
    ValueRange parameters,
    function_ref<void(ArrayRef<int64_t> shape, ArrayRef<NestOperand> inputs,
                      const NestOperand &output)>
        nest) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(tensor.getType()).getShape();
  SmallVector<NestOperand> inputs = {nestOperand(kernel, tensor, shape)};
  NestOperand output = nestOperand(kernel, result, shape);
  int64_t axis = scheme.getAxis();
  for (Value parameter : parameters) {
    if (!scheme.isPerAxis()) {
      inputs.push_back(nestOperand(kernel, parameter, shape));
      continue;
    }
    NestOperand operand = nestOperand(kernel, parameter, shape[axis]);
    int64_t stride = operand.strides.front();
    operand.strides.assign(shape.size(), 0);
    operand.strides[axis] = stride;
    inputs.push_back(std::move(operand));
  }
  if (scheme.getGranularity() != qnn::Granularity::per_group)
    return nest(shape, inputs, output);

  // The axis becomes two: groups, and elements of a group.
  int64_t group = scheme.getGroup(), extent = shape[axis];
  for (auto [first, groups, size] :
       {std::tuple(int64_t(0), extent / group, group),
        std::tuple(extent / group, int64_t(1), extent % group)}) {
    SmallVector<int64_t> split(shape);
    split[axis] = groups;
    split.insert(split.begin() + axis + 1, size);
    auto splitTensor = [&](NestOperand operand) {
      int64_t stride = operand.strides[axis];
      operand.pointer = kernel.offset(operand.pointer, first * group * stride);
      operand.strides[axis] = group * stride;
      operand.strides.insert(operand.strides.begin() + axis + 1, stride);
      return operand;
    };
    SmallVector<NestOperand> pieces = {splitTensor(inputs.front())};
    for (NestOperand operand : ArrayRef(inputs).drop_front()) {
      operand.pointer =
          kernel.offset(operand.pointer, first * operand.strides[axis]);
      operand.strides.insert(operand.strides.begin() + axis + 1, 0);
      pieces.push_back(std::move(operand));
    }
    if (groups * size > 0)
      nest(split, pieces, splitTensor(output));
  }
}

Value toI32(ImplicitLocOpBuilder &b, Value value, Type element) {
  Type i32 = registerType(
      b.getI32Type(), isa<VectorType>(value.getType())
                          ? cast<VectorType>(value.getType()).getNumElements()
                          : 0);
  if (value.getType() == i32)
    return value;
  if (element.isUnsignedInteger())
    return arith::ExtUIOp::create(b, i32, value);
  return arith::ExtSIOp::create(b, i32, value);
}

bool isStoredInI32(Type type) {
  return isa<IntegerType>(type) && type.getIntOrFloatBitWidth() <= 32;
}

LogicalResult emitQuantize(Kernel &kernel, qnn::QuantizeOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  qnn::SchemeAttr scheme = op.getScheme();
  Type storage = scheme.getStorage();
  if (!isStoredInI32(storage))
    return op.emitOpError() << "has no code for storage " << storage;
  auto body = [&](ValueRange elements, int64_t) {
    Value quotient =
        arith::DivFOp::create(b, toF32(b, elements[0]), toF32(b, elements[1]));
    return emitRound(b, op.getLoc(), quotient, toI32(b, elements[2], storage),
                     scheme.getMin(), scheme.getMax(),
                     storage.getIntOrFloatBitWidth());
  };
  forEachGranule(kernel, scheme, op.getInput(), op.getResult(),
                 {op.getScale(), op.getZeroPoint()},
                 [&](ArrayRef<int64_t> shape, ArrayRef<NestOperand> inputs,
                     const NestOperand &output) {
                   emitLoopNest(kernel, shape, inputs, output, body);
                 });
  return success();
}

LogicalResult emitDequantize(Kernel &kernel, qnn::DequantizeOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  Type storage = op.getScheme().getStorage();
  Type real = getElementTypeOrSelf(op.getResult());
  if (!isStoredInI32(storage))
    return op.emitOpError() << "has no code for storage " << storage;
  auto body = [&](ValueRange elements, int64_t lanes) {
    Value difference = arith::SubIOp::create(b, toI32(b, elements[0], storage),
                                             toI32(b, elements[2], storage));
    Value number = arith::SIToFPOp::create(
        b, registerType(b.getF32Type(), lanes), difference);
    Value product = arith::MulFOp::create(b, number, toF32(b, elements[1]));
    return fromF32(b, product, real);
  };
  forEachGranule(kernel, op.getScheme(), op.getInput(), op.getResult(),
                 {op.getScale(), op.getZeroPoint()},
                 [&](ArrayRef<int64_t> shape, ArrayRef<NestOperand> inputs,
                     const NestOperand &output) {
                   emitLoopNest(kernel, shape, inputs, output, body);
                 });
  return success();
}

class ElementwiseEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::FusedMapOp, qnn::QuantizeOp, qnn::DequantizeOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](qnn::FusedMapOp map) { return emitMap(kernel, map); })
        .Case([&](qnn::QuantizeOp quantize) {
          return emitQuantize(kernel, quantize);
        })
        .Case([&](qnn::DequantizeOp dequantize) {
          return emitDequantize(kernel, dequantize);
        });
  }
};

} // namespace

const KernelEmitter &target::elementwiseEmitter() {
  static const ElementwiseEmitter emitter;
  return emitter;
}
