//===- DepthwiseEmitter.cpp - convolutions of single channels -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vectors run over channels. A unit of work is one row of output positions for
// one vector of channels, whose weights stay in registers along the row. Bytes
// are widened to 32 bits on loading; LLVM multiplies such numbers with vpmaddwd
// or vpdpwssd.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Emitters.h"
#include "VectorEpilogue.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

namespace {

class DepthwiseKernel {
public:
  DepthwiseKernel(target::Kernel &kernel, const Contraction &contraction,
                  const Isa &isa)
      : kernel(kernel), b(kernel.getBuilder()), c(contraction), isa(isa),
        elementBytes(c.isFloat ? 4 : 1), channels(c.groups),
        epilogue(kernel, *c.epilogue, c.extras, c.extraChannels, isa.lanes) {
    listTaps(0, 0);
  }

  void emit();

private:
  struct Row {
    Value lhs, rhs, result;
    SmallVector<Value> extras;
  };

  /// Byte offsets of all taps, in the order of accumulation.
  void listTaps(size_t level, int64_t offset);
  Value takeCoordinate(Value &number, int64_t extent);
  void advance(Value &pointer, Value coordinate, int64_t stride);
  Value loadWidened(Value tensor, Value pointer, int64_t valid);
  void emitRow(const Row &row, int64_t valid);
  void emitColumns(const Row &row, Value first, int64_t count, int64_t valid,
                   ArrayRef<Value> weights);

  target::Kernel &kernel;
  ImplicitLocOpBuilder &b;
  const Contraction &c;
  const Isa &isa;
  int64_t elementBytes, channels;
  VectorEpilogue epilogue;
  SmallVector<int64_t> taps;
};

void DepthwiseKernel::listTaps(size_t level, int64_t offset) {
  if (level == c.loops.size()) {
    taps.push_back(offset);
    return;
  }
  for (int64_t i = 0; i < c.loops[level].count; ++i)
    listTaps(level + 1, offset + i * c.loops[level].lhs);
}

Value DepthwiseKernel::takeCoordinate(Value &number, int64_t extent) {
  Value size = kernel.constant(extent);
  Value coordinate = arith::RemUIOp::create(b, number, size);
  number = arith::DivUIOp::create(b, number, size);
  return coordinate;
}

void DepthwiseKernel::advance(Value &pointer, Value coordinate,
                              int64_t stride) {
  pointer = kernel.offset(
      pointer, arith::MulIOp::create(b, coordinate, kernel.constant(stride)));
}

/// A vector of stored elements as accumulator elements.
Value DepthwiseKernel::loadWidened(Value tensor, Value pointer, int64_t valid) {
  Type element = getElementTypeOrSelf(tensor.getType());
  auto wide = VectorType::get({isa.lanes}, c.isFloat ? Type(b.getF32Type())
                                                     : Type(b.getI32Type()));
  auto stored = VectorType::get({isa.lanes}, c.isFloat ? Type(b.getF32Type())
                                                       : Type(b.getI8Type()));
  Value value = loadVector(kernel, tensor, pointer, stored, valid);
  if (c.isFloat)
    return value;
  return qnn::isUnsigned(element)
             ? arith::ExtUIOp::create(b, wide, value).getResult()
             : arith::ExtSIOp::create(b, wide, value).getResult();
}

void DepthwiseKernel::emit() {
  auto rows = ArrayRef(c.positions).drop_back();
  int64_t vectors = llvm::divideCeil(channels, isa.lanes);
  int64_t units = vectors;
  for (const PositionLoop &loop : rows)
    units *= loop.extent;
  auto [first, last] = kernel.partition(units);
  kernel.loop(first, last, 1, [&](Value number) {
    Row row;
    row.lhs = kernel.offset(kernel.pointer(c.lhs), c.lhsOrigin);
    row.rhs = kernel.pointer(c.rhs);
    row.result = kernel.pointer(c.result);
    for (Value extra : c.extras)
      row.extras.push_back(kernel.pointer(extra));
    for (const PositionLoop &loop : llvm::reverse(rows)) {
      Value coordinate = takeCoordinate(number, loop.extent);
      advance(row.lhs, coordinate, loop.lhs);
      advance(row.result, coordinate, loop.result);
      for (auto [address, stride] : llvm::zip_equal(row.extras, loop.extras))
        advance(address, coordinate, stride);
    }
    Value vector = number;
    advance(row.lhs, vector, isa.lanes * elementBytes);
    advance(row.result, vector, isa.lanes * c.resultChannel);
    for (auto [address, stride] : llvm::zip_equal(row.extras, c.extraChannels))
      advance(address, vector, isa.lanes * stride);
    // Several vectors may share a packed block.
    Value block = vector;
    Value inBlock = takeCoordinate(block, c.block / isa.lanes);
    advance(row.rhs, block,
            static_cast<int64_t>(taps.size()) * c.block * elementBytes);
    advance(row.rhs, inBlock, isa.lanes * elementBytes);
    emitForSize(kernel, vector, channels, isa.lanes,
                [&](int64_t valid) { emitRow(row, valid); });
  });
}

void DepthwiseKernel::emitRow(const Row &row, int64_t valid) {
  SmallVector<Value> weights;
  for (size_t tap = 0; tap < taps.size(); ++tap)
    weights.push_back(
        loadWidened(c.rhs, kernel.offset(row.rhs, tap * c.block * elementBytes),
                    isa.lanes));
  // Enough accumulators to hide the latency of the multiplications.
  constexpr int64_t kColumns = 8;
  int64_t width = c.positions.back().extent;
  int64_t columns = std::min(kColumns, width),
          whole = width / columns * columns;
  kernel.loop(
      kernel.constant(0), kernel.constant(whole), columns,
      [&](Value column) { emitColumns(row, column, columns, valid, weights); });
  if (whole != width)
    emitColumns(row, kernel.constant(whole), width - whole, valid, weights);
}

void DepthwiseKernel::emitColumns(const Row &row, Value first, int64_t count,
                                  int64_t valid, ArrayRef<Value> weights) {
  const PositionLoop &width = c.positions.back();
  Row at = row;
  advance(at.lhs, first, width.lhs);
  advance(at.result, first, width.result);
  for (auto [address, stride] : llvm::zip_equal(at.extras, width.extras))
    advance(address, first, stride);
  for (int64_t column = 0; column < count; ++column) {
    SmallVector<Value> extras;
    for (auto [address, stride] : llvm::zip_equal(at.extras, width.extras))
      extras.push_back(kernel.offset(address, column * stride));
    auto type = VectorType::get({isa.lanes}, c.isFloat ? Type(b.getF32Type())
                                                       : Type(b.getI32Type()));
    Value start =
        c.isFloat ? Value() : epilogue.takeInitialValue(extras, valid);
    Value sum =
        start ? start
              : arith::ConstantOp::create(b, b.getZeroAttr(type)).getResult();
    for (auto [tap, weight] : llvm::zip_equal(taps, weights)) {
      Value element = loadWidened(
          c.lhs, kernel.offset(at.lhs, tap + column * width.lhs), valid);
      if (c.isFloat)
        sum = LLVM::FMAOp::create(b, element, weight, sum);
      else
        sum = arith::AddIOp::create(b, sum,
                                    arith::MulIOp::create(b, element, weight));
    }
    epilogue.apply(sum, extras, kernel.offset(at.result, column * width.result),
                   valid, bool(start));
  }
}

class DepthwiseEmitter : public target::KernelEmitter {
public:
  explicit DepthwiseEmitter(const Isa &isa) : isa(isa) {}

  bool handles(Operation *op) const override {
    return hasKernel(op, kDepthwiseKernel);
  }

  LogicalResult emit(target::Kernel &kernel, Operation *op) const override {
    FailureOr<Contraction> contraction =
        getContraction(op, [&](Value v) { return kernel.strides(v); });
    if (failed(contraction))
      return failure();
    if (!contraction->block || contraction->block % isa.lanes != 0)
      return op->emitOpError("has weights that are not packed in blocks of ")
             << isa.lanes << " channels";
    DepthwiseKernel(kernel, *contraction, isa).emit();
    return success();
  }

private:
  const Isa &isa;
};

} // namespace

std::unique_ptr<target::KernelEmitter>
x86::createDepthwiseEmitter(const Isa &isa) {
  return std::make_unique<DepthwiseEmitter>(isa);
}
