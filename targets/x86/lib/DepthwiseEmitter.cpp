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
// With VNNI, a unit has 64 channels. The bytes of up to four rows of a column
// of the window are interleaved into dwords, which serve vpdpbusd for every
// output that the column belongs to. Within their 128-bit lanes channels are
// then out of order by fours, and brought back before the epilogue.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Emitters.h"
#include "VectorEpilogue.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

#include <map>

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

  /// Four registers: dwords of 64 channels, four rows in each.
  using Dwords = std::array<Value, 4>;
  bool canInterleave() const;
  Dwords interleave(ArrayRef<Value> rows);
  /// The rows of one column of the window, from `pointer` on, `stride` bytes
  /// apart, in dwords.
  SmallVector<Dwords> loadColumn(Value pointer, int64_t stride, bool flipSign);
  Value multiply(Value sum, Value bytes, Value weights);
  void emitInterleavedRow(const Row &row, int64_t valid);
  void emitInterleavedColumns(const Row &row, Value first, int64_t count,
                              int64_t valid,
                              ArrayRef<SmallVector<Dwords>> weights,
                              const Dwords &start);
  /// Emits `columns(first, count)` for pieces of a row of outputs.
  void forColumns(int64_t count,
                  llvm::function_ref<void(Value, int64_t)> columns);

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
  bool interleaved = canInterleave();
  int64_t unitChannels = interleaved ? kInterleavedChannels : isa.lanes;
  int64_t units = llvm::divideCeil(channels, unitChannels);
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
    Value unit = number;
    advance(row.lhs, unit, unitChannels * elementBytes);
    advance(row.result, unit, unitChannels * c.resultChannel);
    for (auto [address, stride] : llvm::zip_equal(row.extras, c.extraChannels))
      advance(address, unit, unitChannels * stride);
    // Several units may share a packed block.
    Value block = unit;
    Value inBlock = takeCoordinate(block, c.block / unitChannels);
    advance(row.rhs, block,
            static_cast<int64_t>(taps.size()) * c.block * elementBytes);
    advance(row.rhs, inBlock, unitChannels * elementBytes);
    emitForSize(kernel, unit, channels, unitChannels, [&](int64_t valid) {
      if (interleaved)
        emitInterleavedRow(row, valid);
      else
        emitRow(row, valid);
    });
  });
}

void DepthwiseKernel::forColumns(int64_t count,
                                 function_ref<void(Value, int64_t)> columns) {
  int64_t width = c.positions.back().extent;
  count = std::min(count, width);
  int64_t whole = width / count * count;
  kernel.loop(kernel.constant(0), kernel.constant(whole), count,
              [&](Value column) { columns(column, count); });
  if (whole != width)
    columns(kernel.constant(whole), width - whole);
}

void DepthwiseKernel::emitRow(const Row &row, int64_t valid) {
  SmallVector<Value> weights;
  for (size_t tap = 0; tap < taps.size(); ++tap)
    weights.push_back(
        loadWidened(c.rhs, kernel.offset(row.rhs, tap * c.block * elementBytes),
                    isa.lanes));
  // Enough accumulators to hide the latency of the multiplications.
  constexpr int64_t kColumns = 8;
  forColumns(kColumns, [&](Value first, int64_t count) {
    emitColumns(row, first, count, valid, weights);
  });
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

//===----------------------------------------------------------------------===//
// Interleaved rows
//===----------------------------------------------------------------------===//

bool DepthwiseKernel::canInterleave() const {
  return isa.hasVnni && !c.isFloat && c.loops.size() == 2 &&
         c.block % kInterleavedChannels == 0 && kernel.hasReadSlack(c.lhs) &&
         !qnn::isUnsigned(getElementTypeOrSelf(c.rhs));
}

DepthwiseKernel::Dwords DepthwiseKernel::interleave(ArrayRef<Value> rows) {
  // Elements of two registers by turns, from the lower or upper half of each
  // 128-bit lane: vpunpck{l,h}{bw,wd}.
  auto unpack = [&](Value a, Value b2, bool high) -> Value {
    int64_t elements = cast<VectorType>(a.getType()).getNumElements(),
            lane = elements / 4;
    SmallVector<int64_t> order;
    for (int64_t first = high ? lane / 2 : 0; first < elements; first += lane)
      for (int64_t i = first; i < first + lane / 2; ++i)
        order.append({i, elements + i});
    return vector::ShuffleOp::create(b, a, b2, order);
  };
  auto words = VectorType::get({kInterleavedChannels / 2}, b.getI16Type());
  auto bytes = VectorType::get({kInterleavedChannels}, b.getI8Type());
  auto pairs = [&](Value a, Value b2, bool high) -> Value {
    return vector::BitCastOp::create(b, words, unpack(a, b2, high));
  };
  Dwords result;
  for (bool high : {false, true}) {
    Value first = pairs(rows[0], rows[1], high),
          second = pairs(rows[2], rows[3], high);
    for (bool upper : {false, true})
      result[2 * high + upper] =
          vector::BitCastOp::create(b, bytes, unpack(first, second, upper));
  }
  return result;
}

SmallVector<DepthwiseKernel::Dwords>
DepthwiseKernel::loadColumn(Value pointer, int64_t stride, bool flipSign) {
  auto type = VectorType::get({kInterleavedChannels}, b.getI8Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  SmallVector<Dwords> result;
  for (int64_t group = 0; group < c.loops[0].count; group += 4) {
    SmallVector<Value> rows(4, zero);
    for (int64_t i = 0; i < std::min<int64_t>(4, c.loops[0].count - group);
         ++i) {
      rows[i] = LLVM::LoadOp::create(
          b, type, kernel.offset(pointer, (group + i) * stride),
          /*alignment=*/1);
      if (flipSign)
        rows[i] = arith::XOrIOp::create(
            b, rows[i],
            arith::ConstantOp::create(
                b, DenseElementsAttr::get(type, APInt(8, 0x80))));
    }
    result.push_back(interleave(rows));
  }
  return result;
}

Value DepthwiseKernel::multiply(Value sum, Value bytes, Value weights) {
  return LLVM::CallIntrinsicOp::create(
             b, b.getLoc(), sum.getType(),
             b.getStringAttr("llvm.x86.avx512.vpdpbusd.512"),
             ValueRange{sum, bytes, weights})
      .getResult(0);
}

void DepthwiseKernel::emitInterleavedRow(const Row &row, int64_t valid) {
  int64_t columns = c.loops[1].count;
  SmallVector<SmallVector<Dwords>> weights;
  for (int64_t column = 0; column < columns; ++column)
    weights.push_back(loadColumn(kernel.offset(row.rhs, column * c.block),
                                 columns * c.block, /*flipSign=*/false));
  auto sums = VectorType::get({isa.lanes}, b.getI32Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sums));
  Dwords start;
  start.fill(zero);
  if (!qnn::isUnsigned(getElementTypeOrSelf(c.lhs))) {
    // Signed bytes are moved up by 128: start at -128 times the weights.
    Value offset = arith::ConstantOp::create(
        b, DenseElementsAttr::get(
               VectorType::get({kInterleavedChannels}, b.getI8Type()),
               APInt(8, 0x80)));
    for (size_t q = 0; q < start.size(); ++q) {
      for (const SmallVector<Dwords> &column : weights)
        for (const Dwords &group : column)
          start[q] = multiply(start[q], offset, group[q]);
      start[q] = arith::SubIOp::create(b, zero, start[q]);
    }
  }
  constexpr int64_t kColumns = 4;
  forColumns(kColumns, [&](Value first, int64_t count) {
    emitInterleavedColumns(row, first, count, valid, weights, start);
  });
}

void DepthwiseKernel::emitInterleavedColumns(
    const Row &row, Value first, int64_t count, int64_t valid,
    ArrayRef<SmallVector<Dwords>> weights, const Dwords &start) {
  const PositionLoop &width = c.positions.back();
  Row at = row;
  advance(at.lhs, first, width.lhs);
  advance(at.result, first, width.result);
  for (auto [address, stride] : llvm::zip_equal(at.extras, width.extras))
    advance(address, first, stride);

  // Outputs and columns of their windows that meet at each column of the input.
  std::map<int64_t, SmallVector<std::pair<int64_t, int64_t>>> meetings;
  for (int64_t output = 0; output < count; ++output)
    for (int64_t column = 0; column < c.loops[1].count; ++column)
      meetings[output * width.lhs + column * c.loops[1].lhs].push_back(
          {output, column});
  SmallVector<Dwords> sums(count, start);
  bool flipSign = !qnn::isUnsigned(getElementTypeOrSelf(c.lhs));
  for (const auto &[offset, pairs] : meetings) {
    SmallVector<Dwords> groups =
        loadColumn(kernel.offset(at.lhs, offset), c.loops[0].lhs, flipSign);
    for (auto [output, column] : pairs)
      for (auto [g, group] : llvm::enumerate(groups))
        for (size_t q = 0; q < group.size(); ++q)
          sums[output][q] =
              multiply(sums[output][q], group[q], weights[column][g][q]);
  }

  for (int64_t output = 0; output < count; ++output) {
    // Transpose the 4x4 matrix of 128-bit lanes.
    const Dwords &s = sums[output];
    auto blocks = [&](Value a, Value b2,
                      std::array<int64_t, 4> which) -> Value {
      SmallVector<int64_t> order;
      for (int64_t block : which)
        for (int64_t i = 0; i < 4; ++i)
          order.push_back(block * 4 + i);
      return vector::ShuffleOp::create(b, a, b2, order);
    };
    Dwords ordered;
    for (int64_t half = 0; half < 2; ++half) {
      std::array<int64_t, 4> ends = {2 * half, 2 * half + 1, 4 + 2 * half,
                                     5 + 2 * half};
      Value front = blocks(s[0], s[1], ends), back = blocks(s[2], s[3], ends);
      ordered[2 * half] = blocks(front, back, {0, 2, 4, 6});
      ordered[2 * half + 1] = blocks(front, back, {1, 3, 5, 7});
    }
    for (int64_t v = 0; v * isa.lanes < valid; ++v) {
      SmallVector<Value> extras;
      for (auto [i, address] : llvm::enumerate(at.extras))
        extras.push_back(
            kernel.offset(address, output * width.extras[i] +
                                       v * isa.lanes * c.extraChannels[i]));
      epilogue.apply(
          ordered[v], extras,
          kernel.offset(at.result, output * width.result +
                                       v * isa.lanes * c.resultChannel),
          std::min(isa.lanes, valid - v * isa.lanes));
    }
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
