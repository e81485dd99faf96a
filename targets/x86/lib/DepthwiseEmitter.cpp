//===- DepthwiseEmitter.cpp - convolutions of single channels -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vectors run over channels. A unit of work is one row of output positions for
// one vector of channels, whose weights stay in registers along the row.
//
// Of integers with two dimensions of taps, a unit has as many channels as a
// register has bytes, or words if the inputs are words or there is no VNNI:
// then bytes are widened on loading. Four rows of bytes, or two of words, of a
// column of the window are interleaved into dwords, which serve vpdpbusd, or
// vpdpwssd or vpmaddwd, for every output that the column belongs to. Within
// their 128-bit lanes channels are then out of order by fours, and brought back
// by the packs that narrow the results, or else before the epilogue. Where two
// or more output columns of all channels fit into a register, they share it:
// they are neighbours in the output, and in the input after one shuffle at
// most, and weights repeat.
//
// vpdpbusd wants unsigned bytes: signed ones are moved up by 128, and sums
// start from what takes that off again.
//
// Floats, and windows of other ranks, are multiplied tap by tap, integers after
// widening to 32 bits.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Emitters.h"
#include "Microkernel.h"
#include "VectorEpilogue.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qcc/Target/Epilogue.h"
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
        lhsBytes(target::elementBytes(getElementTypeOrSelf(c.lhs))),
        rhsBytes(c.isFloat ? 4 : 1), channels(c.groups),
        multipliesWords(c.isWords || !isa.hasVnni),
        epilogue(kernel, *c.epilogue, c.extras, c.extraChannels, isa.lanes) {
    listTaps(0, 0);
    if (canInterleave())
      shared = countShared();
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
  /// True if the highest bit of inputs is flipped on loading.
  bool flips() const;
  Value flip(Value stored);
  void emitRow(const Row &row, int64_t valid);

  /// Dwords of the channels of a unit, in each all rows that fit.
  using Dwords = SmallVector<Value, 4>;
  /// Elements of a register, and the type of one that is full of inputs.
  int64_t unitChannels() const { return isa.lanes * (multipliesWords ? 2 : 4); }
  VectorType registerType() const {
    return VectorType::get({unitChannels()},
                           b.getIntegerType(multipliesWords ? 16 : 8));
  }
  bool canInterleave() const;
  /// Output columns that share a register; 1 if they cannot.
  int64_t countShared() const;
  /// True if the extra depends on the channel only, and columns share.
  bool repeats(size_t extra) const;
  Dwords interleave(ArrayRef<Value> rows);
  /// The sums in the order of channels, and back.
  Dwords inOrder(const Dwords &sums);
  Dwords asInterleaved(const Dwords &ordered);
  /// True if extras stay the same along a row, so that they can be brought into
  /// the order of the sums, instead of these into that of the channels: packs
  /// of narrower numbers do it in passing.
  bool epilogueInterleaves() const;
  /// The rows of one column of the window, which `load` gives by number, in
  /// dwords.
  SmallVector<Dwords> interleaveColumn(function_ref<Value(int64_t)> load);
  /// Stored bytes or words as registerType().
  Value widen(Value stored, bool isUnsigned);
  Value loadWeights(Value pointer);
  Value loadInput(Value pointer);
  Value multiply(Value sum, Value bytes, Value weights);
  /// What stays the same along a row of outputs.
  struct RowConstants {
    SmallVector<SmallVector<Dwords>> weights; ///< Of each column of the window.
    Dwords start;
    /// For each extra that repeats, one for each vector of lanes.
    SmallVector<SmallVector<Value>> extras;
    /// All extras, for each vector of interleaved lanes, if the epilogue is
    /// applied to these.
    SmallVector<SmallVector<Value>> interleavedExtras;
    bool hasInitialValue = false;
  };
  void emitInterleavedRow(const Row &row, int64_t valid);
  /// Adds to `constants` what epilogueInterleaves() promises.
  void interleaveExtras(const Row &row, int64_t valid, RowConstants &constants);
  /// `count` registers full of output columns, `valid` elements in each.
  void emitInterleavedColumns(const Row &row, Value first, int64_t count,
                              int64_t valid, const RowConstants &constants);
  /// Emits `columns(first, count)` for pieces of `width` columns.
  void forColumns(int64_t width, int64_t count,
                  llvm::function_ref<void(Value, int64_t)> columns);

  void emitColumns(const Row &row, Value first, int64_t count, int64_t valid,
                   ArrayRef<Value> weights);

  target::Kernel &kernel;
  ImplicitLocOpBuilder &b;
  const Contraction &c;
  const Isa &isa;
  int64_t lhsBytes, rhsBytes, channels;
  bool multipliesWords; ///< Where rows are interleaved.
  VectorEpilogue epilogue;
  SmallVector<int64_t> taps;
  int64_t shared = 1;
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

bool DepthwiseKernel::flips() const {
  return !multipliesWords && !qnn::isUnsigned(getElementTypeOrSelf(c.lhs));
}

Value DepthwiseKernel::flip(Value stored) {
  auto type = cast<VectorType>(stored.getType());
  APInt highest = APInt::getSignMask(type.getElementTypeBitWidth());
  return arith::XOrIOp::create(
      b, stored,
      arith::ConstantOp::create(b, DenseElementsAttr::get(type, highest)));
}

/// A vector of stored elements as accumulator elements.
Value DepthwiseKernel::loadWidened(Value tensor, Value pointer, int64_t valid) {
  Type element = getElementTypeOrSelf(tensor.getType());
  auto wide = VectorType::get({isa.lanes}, c.isFloat ? Type(b.getF32Type())
                                                     : Type(b.getI32Type()));
  auto stored = VectorType::get({isa.lanes}, target::signless(element));
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
  int64_t size = interleaved ? unitChannels() : isa.lanes;
  int64_t units = llvm::divideCeil(channels, size);
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
    advance(row.lhs, unit, size * lhsBytes);
    advance(row.result, unit, size * c.resultChannel);
    for (auto [address, stride] : llvm::zip_equal(row.extras, c.extraChannels))
      advance(address, unit, size * stride);
    // Several units may share a packed block, or one may have room for more.
    Value block = unit;
    Value inBlock = takeCoordinate(block, std::max<int64_t>(1, c.block / size));
    advance(row.rhs, block,
            static_cast<int64_t>(taps.size()) * c.block * rhsBytes);
    advance(row.rhs, inBlock, size * rhsBytes);
    emitForSize(kernel, unit, channels, size, [&](int64_t valid) {
      if (interleaved)
        emitInterleavedRow(row, valid);
      else
        emitRow(row, valid);
    });
  });
}

void DepthwiseKernel::forColumns(int64_t width, int64_t count,
                                 function_ref<void(Value, int64_t)> columns) {
  if (width == 0)
    return;
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
    weights.push_back(loadWidened(
        c.rhs, kernel.offset(row.rhs, tap * c.block * rhsBytes), isa.lanes));
  // Enough accumulators to hide the latency of the multiplications.
  constexpr int64_t kColumns = 8;
  forColumns(c.positions.back().extent, kColumns,
             [&](Value first, int64_t count) {
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
    Value start;
    if (!c.isFloat)
      start = epilogue.takeInitialValue([&](unsigned extra) {
        return epilogue.loadExtra(extra, extras[extra], valid);
      });
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
    epilogue.apply(sum, extras, at.result, column * width.result, valid,
                   bool(start));
  }
  epilogue.flush();
}

//===----------------------------------------------------------------------===//
// Interleaved rows
//===----------------------------------------------------------------------===//

bool DepthwiseKernel::canInterleave() const {
  bool wholeUnits = c.block % unitChannels() == 0;
  return !c.isFloat && c.loops.size() == 2 &&
         (wholeUnits || countShared() > 1) && kernel.hasReadSlack(c.lhs) &&
         (multipliesWords || !qnn::isUnsigned(getElementTypeOrSelf(c.rhs)));
}

int64_t DepthwiseKernel::countShared() const {
  const PositionLoop &width = c.positions.back();
  int64_t columns = unitChannels() / channels;
  int64_t bytes = channels * lhsBytes;
  // Shuffles of dwords are one instruction, and may take two registers.
  if (columns < 2 || channels % 4 != 0 || channels > c.block ||
      (width.lhs != bytes && width.lhs != 2 * bytes) ||
      width.result != channels * c.resultChannel)
    return 1;
  for (auto [column, channel] : llvm::zip_equal(width.extras, c.extraChannels))
    if (column != 0 && column != channels * channel)
      return 1;
  return columns;
}

bool DepthwiseKernel::repeats(size_t extra) const {
  return shared > 1 && c.positions.back().extras[extra] == 0 &&
         c.extraChannels[extra] != 0;
}

DepthwiseKernel::Dwords DepthwiseKernel::interleave(ArrayRef<Value> rows) {
  // Elements of two registers by turns, from the lower or upper half of each
  // 128-bit lane: vpunpck{l,h}{bw,wd}.
  auto unpack = [&](Value a, Value b2, bool high) -> Value {
    int64_t elements = cast<VectorType>(a.getType()).getNumElements(),
            lane = elements * 4 / isa.lanes;
    SmallVector<int64_t> order;
    for (int64_t first = high ? lane / 2 : 0; first < elements; first += lane)
      for (int64_t i = first; i < first + lane / 2; ++i)
        order.append({i, elements + i});
    return vector::ShuffleOp::create(b, a, b2, order);
  };
  if (multipliesWords)
    return {unpack(rows[0], rows[1], false), unpack(rows[0], rows[1], true)};
  auto words = VectorType::get({unitChannels() / 2}, b.getI16Type());
  auto pairs = [&](Value a, Value b2, bool high) -> Value {
    return vector::BitCastOp::create(b, words, unpack(a, b2, high));
  };
  Dwords result;
  for (bool high : {false, true}) {
    Value first = pairs(rows[0], rows[1], high),
          second = pairs(rows[2], rows[3], high);
    for (bool upper : {false, true})
      result.push_back(vector::BitCastOp::create(b, registerType(),
                                                 unpack(first, second, upper)));
  }
  return result;
}

DepthwiseKernel::Dwords DepthwiseKernel::inOrder(const Dwords &sums) {
  // 128-bit lanes of two registers.
  auto blocks = [&](Value a, Value b2, ArrayRef<int64_t> which) -> Value {
    SmallVector<int64_t> order;
    for (int64_t block : which)
      for (int64_t i = 0; i < 4; ++i)
        order.push_back(block * 4 + i);
    return vector::ShuffleOp::create(b, a, b2, order);
  };
  if (multipliesWords && isa.lanes == 8)
    return {blocks(sums[0], sums[1], {0, 2}), blocks(sums[0], sums[1], {1, 3})};
  if (multipliesWords)
    return {blocks(sums[0], sums[1], {0, 4, 1, 5}),
            blocks(sums[0], sums[1], {2, 6, 3, 7})};
  // The transposed 4x4 matrix of lanes.
  Dwords ordered(4);
  for (int64_t half = 0; half < 2; ++half) {
    int64_t ends[] = {2 * half, 2 * half + 1, 4 + 2 * half, 5 + 2 * half};
    Value front = blocks(sums[0], sums[1], ends),
          back = blocks(sums[2], sums[3], ends);
    ordered[2 * half] = blocks(front, back, {0, 2, 4, 6});
    ordered[2 * half + 1] = blocks(front, back, {1, 3, 5, 7});
  }
  return ordered;
}

DepthwiseKernel::Dwords DepthwiseKernel::asInterleaved(const Dwords &ordered) {
  // For a transposition, and for two by two of four, that is the same.
  if (!multipliesWords || isa.lanes == 8)
    return inOrder(ordered);
  Dwords result;
  for (int64_t which : {0, 1}) {
    SmallVector<int64_t> order;
    for (int64_t block = which; block < 8; block += 2)
      for (int64_t i = 0; i < 4; ++i)
        order.push_back(block * 4 + i);
    result.push_back(
        vector::ShuffleOp::create(b, ordered[0], ordered[1], order));
  }
  return result;
}

bool DepthwiseKernel::epilogueInterleaves() const {
  return epilogue.packs() &&
         llvm::all_of(c.positions.back().extras,
                      [](int64_t stride) { return stride == 0; });
}

SmallVector<DepthwiseKernel::Dwords>
DepthwiseKernel::interleaveColumn(function_ref<Value(int64_t)> load) {
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(registerType()));
  int64_t fitting = multipliesWords ? 2 : 4;
  SmallVector<Dwords> result;
  for (int64_t group = 0; group < c.loops[0].count; group += fitting) {
    SmallVector<Value> rows(fitting, zero);
    for (int64_t i = group; i < std::min(group + fitting, c.loops[0].count);
         ++i)
      rows[i - group] = load(i);
    result.push_back(interleave(rows));
  }
  return result;
}

Value DepthwiseKernel::widen(Value stored, bool isUnsigned) {
  if (stored.getType() == registerType())
    return stored;
  return isUnsigned
             ? arith::ExtUIOp::create(b, registerType(), stored).getResult()
             : arith::ExtSIOp::create(b, registerType(), stored).getResult();
}

/// One tap of all channels of a unit, repeated for the columns that share a
/// register.
Value DepthwiseKernel::loadWeights(Value pointer) {
  auto bytes =
      VectorType::get({std::min(c.block, unitChannels())}, b.getI8Type());
  Value value = LLVM::LoadOp::create(b, bytes, pointer, /*alignment=*/1);
  if (shared > 1) {
    SmallVector<int64_t> order;
    for (int64_t i = 0; i < unitChannels(); ++i)
      order.push_back(i % channels);
    value = vector::ShuffleOp::create(b, value, value, order);
  }
  return widen(value, qnn::isUnsigned(getElementTypeOrSelf(c.rhs)));
}

/// The inputs of one tap for all channels and columns that share a register, as
/// the instruction takes them.
Value DepthwiseKernel::loadInput(Value pointer) {
  auto stored =
      VectorType::get({unitChannels()}, b.getIntegerType(8 * lhsBytes));
  auto load = [&](Value from) -> Value {
    return LLVM::LoadOp::create(b, stored, from, /*alignment=*/lhsBytes);
  };
  Value value = load(pointer);
  if (int64_t distance = c.positions.back().lhs / lhsBytes;
      shared > 1 && distance != channels) {
    SmallVector<int64_t> order;
    for (int64_t i = 0; i < unitChannels(); ++i)
      order.push_back(
          i < shared * channels ? i / channels * distance + i % channels : 0);
    value = vector::ShuffleOp::create(
        b, value, load(kernel.offset(pointer, unitChannels() * lhsBytes)),
        order);
  }
  value = widen(value, qnn::isUnsigned(getElementTypeOrSelf(c.lhs)));
  return flips() ? flip(value) : value;
}

/// `sum` and the products of `inputs` and `weights`, all that stand in a dword.
Value DepthwiseKernel::multiply(Value sum, Value inputs, Value weights) {
  if (multipliesWords)
    return addWordProducts(b, isa, sum, inputs, weights);
  return LLVM::CallIntrinsicOp::create(
             b, b.getLoc(), sum.getType(),
             b.getStringAttr("llvm.x86.avx512.vpdpbusd.512"),
             ValueRange{sum, inputs, weights})
      .getResult(0);
}

void DepthwiseKernel::emitInterleavedRow(const Row &row, int64_t valid) {
  int64_t columns = c.loops[1].count;
  RowConstants constants;
  for (int64_t column = 0; column < columns; ++column)
    constants.weights.push_back(interleaveColumn([&](int64_t i) {
      return loadWeights(
          kernel.offset(row.rhs, (i * columns + column) * c.block));
    }));
  auto sums = VectorType::get({isa.lanes}, b.getI32Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sums));
  Dwords &start = constants.start;
  start.assign(constants.weights.front().front().size(), zero);
  if (flips()) {
    Value offset =
        flip(arith::ConstantOp::create(b, b.getZeroAttr(registerType())));
    for (size_t q = 0; q < start.size(); ++q) {
      for (const SmallVector<Dwords> &column : constants.weights)
        for (const Dwords &group : column)
          start[q] = multiply(start[q], offset, group[q]);
      start[q] = arith::SubIOp::create(b, zero, start[q]);
    }
  }
  for (auto [i, address] : llvm::enumerate(row.extras)) {
    constants.extras.emplace_back();
    if (repeats(i))
      for (int64_t first = 0; first < shared * channels; first += isa.lanes)
        constants.extras.back().push_back(
            epilogue.loadRepeated(i, address, channels, first));
  }
  if (epilogueInterleaves())
    interleaveExtras(row, valid, constants);
  constexpr int64_t kRegisters = 4;
  int64_t width = c.positions.back().extent;
  forColumns(width / shared, kRegisters, [&](Value first, int64_t count) {
    emitInterleavedColumns(row, first, count,
                           shared > 1 ? shared * channels : valid, constants);
  });
  if (int64_t rest = width % shared)
    emitInterleavedColumns(row, kernel.constant(width / shared), 1,
                           rest * channels, constants);
}

void DepthwiseKernel::interleaveExtras(const Row &row, int64_t valid,
                                       RowConstants &constants) {
  Dwords &start = constants.start;
  constants.interleavedExtras.resize(start.size());
  for (auto [i, address] : llvm::enumerate(row.extras)) {
    Dwords ordered;
    if (repeats(i))
      ordered.assign(constants.extras[i].begin(), constants.extras[i].end());
    else
      for (int64_t first = 0; first < std::min(valid, unitChannels());
           first += isa.lanes)
        ordered.push_back(epilogue.loadExtra(
            i, kernel.offset(address, first * c.extraChannels[i]),
            std::min(isa.lanes, valid - first)));
    // Of lanes that are not stored.
    ordered.resize(start.size(), ordered.back());
    for (auto [values, extra] :
         llvm::zip_equal(constants.interleavedExtras,
                         c.extraChannels[i] ? asInterleaved(ordered) : ordered))
      values.push_back(extra);
  }
  for (auto [sum, values] : llvm::zip_equal(start, constants.interleavedExtras))
    if (Value initial = epilogue.takeInitialValue(
            [&, &values = values](unsigned extra) { return values[extra]; })) {
      sum = arith::AddIOp::create(b, sum, initial);
      constants.hasInitialValue = true;
    }
}

void DepthwiseKernel::emitInterleavedColumns(const Row &row, Value first,
                                             int64_t count, int64_t valid,
                                             const RowConstants &constants) {
  // From the columns of one register to those of the next.
  PositionLoop step = c.positions.back();
  step.lhs *= shared;
  step.result *= shared;
  for (int64_t &stride : step.extras)
    stride *= shared;
  Row at = row;
  advance(at.lhs, first, step.lhs);
  advance(at.result, first, step.result);
  for (auto [address, stride] : llvm::zip_equal(at.extras, step.extras))
    advance(address, first, stride);

  // Outputs and columns of their windows that meet at each column of the input.
  std::map<int64_t, SmallVector<std::pair<int64_t, int64_t>>> meetings;
  for (int64_t output = 0; output < count; ++output)
    for (int64_t column = 0; column < c.loops[1].count; ++column)
      meetings[output * step.lhs + column * c.loops[1].lhs].push_back(
          {output, column});
  SmallVector<Dwords> sums(count, constants.start);
  for (const auto &[offset, pairs] : meetings) {
    SmallVector<Dwords> groups = interleaveColumn([&](int64_t i) {
      return loadInput(kernel.offset(at.lhs, offset + i * c.loops[0].lhs));
    });
    for (auto [output, column] : pairs)
      for (auto [g, group] : llvm::enumerate(groups))
        for (size_t q = 0; q < group.size(); ++q)
          sums[output][q] = multiply(sums[output][q], group[q],
                                     constants.weights[column][g][q]);
  }

  for (int64_t output = 0; output < count; ++output) {
    if (!constants.interleavedExtras.empty()) {
      epilogue.applyInterleaved(sums[output], constants.interleavedExtras,
                                kernel.offset(at.result, output * step.result),
                                valid, constants.hasInitialValue);
      continue;
    }
    Dwords ordered = inOrder(sums[output]);
    for (int64_t v = 0; v * isa.lanes < valid; ++v) {
      int64_t lanes = std::min(isa.lanes, valid - v * isa.lanes);
      SmallVector<Value> extras;
      for (auto [i, address] : llvm::enumerate(at.extras))
        extras.push_back(
            repeats(i) ? constants.extras[i][v]
                       : epilogue.loadExtra(
                             i,
                             kernel.offset(address, output * step.extras[i] +
                                                        v * isa.lanes *
                                                            c.extraChannels[i]),
                             lanes));
      epilogue.applyTo(ordered[v], extras, at.result,
                       output * step.result + v * isa.lanes * c.resultChannel,
                       lanes);
    }
  }
  epilogue.flush();
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
