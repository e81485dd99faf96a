//===- DirectEmitter.cpp - contractions by register tiles -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Work is cut into units, one register tile each: for each block of output
// channels, all tiles of output positions, so that a thread keeps its weights
// in cache. Where tiles do not divide the output, the last one is smaller, with
// code of its own; no output is computed twice.
//
//===----------------------------------------------------------------------===//

#include "Emitters.h"
#include "Microkernel.h"
#include "VectorEpilogue.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

namespace {

/// The kernel of one contraction.
class DirectKernel {
public:
  DirectKernel(target::Kernel &kernel, const Contraction &contraction,
               const Isa &isa, const Tile &tile)
      : kernel(kernel), b(kernel.getBuilder()), c(contraction), isa(isa),
        tile(tile), microkernel(kernel, contraction, isa) {}

  void emit();

private:
  /// Where a unit begins in memory.
  struct Unit {
    Value lhs, rhs, result;
    Value corrections, marks; ///< Null where they are not read.
    SmallVector<Value> extras;
  };

  /// Takes the innermost coordinate, of `extent`, off the number of a unit.
  Value takeCoordinate(Value &number, int64_t extent);
  void advance(Value &pointer, Value coordinate, int64_t stride);
  void advance(Unit &unit, Value coordinate, const PositionLoop &loop,
               int64_t step);

  int64_t selectUnroll(const Tile &shape) const;
  void emitTile(const Unit &unit, const Tile &shape, int64_t lanesOfLast);
  SmallVector<Value> emitReduction(const Unit &unit, const Tile &shape,
                                   ArrayRef<int64_t> offsets,
                                   SmallVector<Value> sums, size_t level,
                                   Value lhs, Value rhs, Value marks);
  SmallVector<Value> emitMarkedRun(const Tile &shape, ArrayRef<int64_t> offsets,
                                   SmallVector<Value> sums, Value lhs,
                                   Value rhs, Value marks);
  /// A loop that LLVM doesn't unroll, and that carries `sums`.
  SmallVector<Value>
  emitLoop(int64_t count, int64_t step, ValueRange sums,
           function_ref<SmallVector<Value>(Value, SmallVector<Value>)> body);

  target::Kernel &kernel;
  ImplicitLocOpBuilder &b;
  const Contraction &c;
  const Isa &isa;
  Tile tile;
  Microkernel microkernel;
};

Value DirectKernel::takeCoordinate(Value &number, int64_t extent) {
  if (extent == 1)
    return kernel.constant(0);
  Value size = kernel.constant(extent);
  Value coordinate = arith::RemUIOp::create(b, number, size);
  number = arith::DivUIOp::create(b, number, size);
  return coordinate;
}

void DirectKernel::advance(Value &pointer, Value coordinate, int64_t stride) {
  if (stride)
    pointer = kernel.offset(
        pointer, arith::MulIOp::create(b, coordinate, kernel.constant(stride)));
}

void DirectKernel::advance(Unit &unit, Value coordinate,
                           const PositionLoop &loop, int64_t step) {
  advance(unit.lhs, coordinate, loop.lhs * step);
  advance(unit.rhs, coordinate, loop.rhs * step);
  if (unit.corrections && loop.rhs)
    advance(unit.corrections, coordinate, loop.rhs / c.steps() * step);
  if (unit.marks && loop.rhs)
    advance(unit.marks, coordinate,
            loop.rhs / (c.steps() * kMarkedColumns * 4) * c.marksPerVector() *
                step);
  advance(unit.result, coordinate, loop.result * step);
  for (auto [address, stride] : llvm::zip_equal(unit.extras, loop.extras))
    advance(address, coordinate, stride * step);
}

void DirectKernel::emit() {
  const PositionLoop &height = c.positions.end()[-2],
                     &width = c.positions.back();
  int64_t tileChannels = tile.vectors * isa.lanes;
  int64_t hTiles = llvm::divideCeil(height.extent, tile.rows),
          wTiles = llvm::divideCeil(width.extent, tile.columns),
          channelTiles = llvm::divideCeil(c.outputs, tileChannels);
  int64_t units = hTiles * wTiles * channelTiles * c.groups;
  auto outer = ArrayRef(c.positions).drop_back(2);
  for (const PositionLoop &loop : outer)
    units *= loop.extent;
  if (units == 0)
    return;

  auto [first, last] = kernel.partition(units);
  kernel.loop(first, last, 1, [&](Value number) {
    Unit unit;
    unit.lhs = kernel.offset(kernel.pointer(c.lhs), c.lhsOrigin);
    unit.rhs = kernel.pointer(c.rhs);
    unit.result = kernel.pointer(c.result);
    if (microkernel.correctsSigns())
      unit.corrections = kernel.offset(unit.rhs, c.correctionsOrigin);
    if (microkernel.getArithmetic() == Arithmetic::pairBytes)
      unit.corrections = kernel.offset(unit.rhs, c.pairsOrigin);
    if (microkernel.hasMarks())
      unit.marks = kernel.offset(unit.rhs, c.marksOrigin);
    for (Value extra : c.extras)
      unit.extras.push_back(kernel.pointer(extra));

    Value w = takeCoordinate(number, wTiles);
    Value h = takeCoordinate(number, hTiles);
    advance(unit, w, width, tile.columns);
    advance(unit, h, height, tile.rows);
    for (const PositionLoop &loop : llvm::reverse(outer))
      advance(unit, takeCoordinate(number, loop.extent), loop, 1);
    Value channel = takeCoordinate(number, channelTiles);
    Value group = takeCoordinate(number, c.groups);

    // Channels: tiles within blocks within groups.
    int64_t bytes = c.block ? c.rhsBlock() * tileChannels / c.block : 0;
    if (!c.block) {
      advance(unit.rhs, channel, tileChannels * 4);
    } else if (tileChannels == c.block || channelTiles == 1) {
      advance(unit.rhs, channel, bytes);
    } else {
      Value inBlock = takeCoordinate(channel, c.block / tileChannels);
      advance(unit.rhs, inBlock, tileChannels * 4);
      advance(unit.rhs, channel, c.rhsBlock());
      channel = arith::AddIOp::create(
          b, inBlock,
          arith::MulIOp::create(b, channel,
                                kernel.constant(c.block / tileChannels)));
    }
    advance(unit.rhs, group, c.block ? c.blocksPerGroup() * c.rhsBlock() : 0);
    advance(unit.lhs, group, c.lhsGroup);
    auto advanceChannels = [&](Value &pointer, int64_t stride) {
      advance(pointer, channel, stride * tileChannels);
      if (c.groups > 1)
        advance(pointer, group, stride * c.outputs);
    };
    advanceChannels(unit.result, c.resultChannel);
    if (unit.corrections) {
      advance(unit.corrections, channel, tileChannels * 4);
      advance(unit.corrections, group, c.correctionsPerGroup() * 4);
    }
    if (unit.marks) {
      advance(unit.marks, channel, tile.vectors * c.marksPerVector());
      advance(unit.marks, group, c.marksPerGroup());
    }
    for (auto [address, stride] : llvm::zip_equal(unit.extras, c.extraChannels))
      advanceChannels(address, stride);

    emitForSize(kernel, h, height.extent, tile.rows, [&](int64_t rows) {
      emitForSize(kernel, w, width.extent, tile.columns, [&](int64_t columns) {
        emitForSize(kernel, channel, c.outputs, tileChannels,
                    [&](int64_t channels) {
                      int64_t vectors = llvm::divideCeil(channels, isa.lanes);
                      emitTile(unit, {rows, columns, vectors},
                               channels - (vectors - 1) * isa.lanes);
                    });
      });
    });
  });
}

/// Steps of a run that are written out in the loop: enough to make its overhead
/// vanish. No address may occur twice among them: neighbouring windows overlap,
/// and LLVM would keep what it could use again in registers that it does not
/// have.
int64_t DirectKernel::selectUnroll(const Tile &shape) const {
  constexpr int64_t kInstructions = 96;
  int64_t perStep = shape.positions() * shape.vectors * microkernel.parts();
  int64_t unroll =
      std::clamp<int64_t>(llvm::divideCeil(kInstructions, perStep), 2, 8);
  int64_t stride = c.positions.back().lhs;
  if (stride == 0)
    return unroll;
  int64_t stepsToRepeat = std::lcm(stride, int64_t(4)) / 4,
          columnsToRepeat = std::lcm(stride, int64_t(4)) / stride;
  return columnsToRepeat < shape.columns ? std::min(unroll, stepsToRepeat)
                                         : unroll;
}

SmallVector<Value> DirectKernel::emitLoop(
    int64_t count, int64_t step, ValueRange sums,
    function_ref<SmallVector<Value>(Value, SmallVector<Value>)> body) {
  auto loop = scf::ForOp::create(b, kernel.constant(0), kernel.constant(count),
                                 kernel.constant(step), sums);
  // LLVM would unroll until registers run out.
  auto unroll = LLVM::LoopUnrollAttr::get(b.getContext(),
                                          /*disable=*/b.getBoolAttr(true), {},
                                          {}, {}, {}, {}, {});
  loop->setAttr("llvm.loop_annotation",
                LLVM::LoopAnnotationAttr::get(b.getContext(), {}, {}, {},
                                              unroll, {}, {}, {}, {}, {}, {},
                                              {}, {}, {}, {}, {}));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> inside(loop.getRegionIterArgs());
  scf::YieldOp::create(b, body(loop.getInductionVar(), std::move(inside)));
  return SmallVector<Value>(loop.getResults());
}

/// One run, with the marks of its steps at `marks`.
SmallVector<Value> DirectKernel::emitMarkedRun(const Tile &shape,
                                               ArrayRef<int64_t> offsets,
                                               SmallVector<Value> sums,
                                               Value lhs, Value rhs,
                                               Value marks) {
  // One step for all vectors; `bits`, one number for each, are used up.
  auto emitStep = [&](MutableArrayRef<Value> sums, MutableArrayRef<Value> bits,
                      Value lhs, Value rhs) {
    for (int64_t v = 0; v < shape.vectors; ++v) {
      SmallVector<Value> mine;
      for (int64_t position = 0; position < shape.positions(); ++position)
        mine.push_back(sums[position * shape.vectors + v]);
      Value weights = kernel.offset(rhs, v * isa.lanes * 4);
      Value isMarked = arith::TruncIOp::create(b, b.getI1Type(), bits[v]);
      auto branch = scf::IfOp::create(b, ValueRange(mine).getTypes(), isMarked,
                                      /*withElseRegion=*/true);
      auto emitBranch = [&](Block *block, bool marked) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(block);
        SmallVector<Value> next = mine;
        if (marked)
          microkernel.stepSigned(next, lhs, offsets, weights, /*vectors=*/1);
        else
          microkernel.step(next, lhs, offsets, weights, /*vectors=*/1);
        scf::YieldOp::create(b, next);
      };
      emitBranch(branch.thenBlock(), true);
      emitBranch(branch.elseBlock(), false);
      for (auto [position, sum] : llvm::enumerate(branch.getResults()))
        sums[position * shape.vectors + v] = sum;
      bits[v] = arith::ShRUIOp::create(
          b, bits[v], arith::ConstantIntOp::create(b, b.getI32Type(), 1));
    }
  };
  // As many steps as an i32 has bits, or the rest of them.
  auto emitSteps = [&](SmallVector<Value> sums, Value lhs, Value rhs,
                       Value marks, int64_t count) {
    size_t accumulators = sums.size();
    for (int64_t v = 0; v < shape.vectors; ++v)
      sums.push_back(LLVM::LoadOp::create(
          b, b.getI32Type(), kernel.offset(marks, v * c.marksPerVector()),
          /*alignment=*/4));
    sums = emitLoop(count, 1, sums, [&](Value k, SmallVector<Value> inside) {
      Value nextLhs = lhs, nextRhs = rhs;
      advance(nextLhs, k, 4);
      advance(nextRhs, k, c.rhsStep());
      MutableArrayRef<Value> all = inside;
      emitStep(all.take_front(accumulators), all.drop_front(accumulators),
               nextLhs, nextRhs);
      return inside;
    });
    sums.truncate(accumulators);
    return sums;
  };
  int64_t words = c.stepsPerRun() / 32, rest = c.stepsPerRun() % 32;
  if (words > 0)
    sums = emitLoop(words, 1, sums, [&](Value word, SmallVector<Value> inside) {
      Value nextLhs = lhs, nextRhs = rhs, nextMarks = marks;
      advance(nextLhs, word, 32 * 4);
      advance(nextRhs, word, 32 * c.rhsStep());
      advance(nextMarks, word, 4);
      return emitSteps(std::move(inside), nextLhs, nextRhs, nextMarks, 32);
    });
  if (rest > 0)
    sums = emitSteps(std::move(sums), kernel.offset(lhs, words * 32 * 4),
                     kernel.offset(rhs, words * 32 * c.rhsStep()),
                     kernel.offset(marks, words * 4), rest);
  return sums;
}

/// The loops of the reduction from `level` inwards. Returns the new sums.
SmallVector<Value>
DirectKernel::emitReduction(const Unit &unit, const Tile &shape,
                            ArrayRef<int64_t> offsets, SmallVector<Value> sums,
                            size_t level, Value lhs, Value rhs, Value marks) {
  if (level < c.loops.size()) {
    int64_t runs = 1;
    for (size_t i = level + 1; i < c.loops.size(); ++i)
      runs *= c.loops[i].count;
    return emitLoop(
        c.loops[level].count, 1, sums, [&](Value i, SmallVector<Value> inside) {
          Value nextLhs = lhs, nextRhs = rhs, nextMarks = marks;
          advance(nextLhs, i, c.loops[level].lhs);
          advance(nextRhs, i, runs * c.stepsPerRun() * c.rhsStep());
          if (marks)
            advance(nextMarks, i, runs * c.marksPerRun());
          return emitReduction(unit, shape, offsets, std::move(inside),
                               level + 1, nextLhs, nextRhs, nextMarks);
        });
  }
  if (marks)
    return emitMarkedRun(shape, offsets, std::move(sums), lhs, rhs, marks);
  auto emitSteps = [&](SmallVector<Value> inside, Value lhs, Value rhs,
                       int64_t count) {
    for (int64_t k = 0; k < count; ++k)
      microkernel.step(inside, kernel.offset(lhs, k * 4), offsets,
                       kernel.offset(rhs, k * c.rhsStep()), shape.vectors);
    return inside;
  };
  int64_t steps = c.stepsPerRun(), unroll = selectUnroll(shape);
  if (steps <= unroll)
    return emitSteps(std::move(sums), lhs, rhs, steps);
  int64_t looped = steps / unroll * unroll;
  sums =
      emitLoop(looped, unroll, sums, [&](Value k, SmallVector<Value> inside) {
        Value nextLhs = lhs, nextRhs = rhs;
        advance(nextLhs, k, 4);
        advance(nextRhs, k, c.rhsStep());
        return emitSteps(std::move(inside), nextLhs, nextRhs, unroll);
      });
  return emitSteps(std::move(sums), kernel.offset(lhs, looped * 4),
                   kernel.offset(rhs, looped * c.rhsStep()), steps - looped);
}

void DirectKernel::emitTile(const Unit &unit, const Tile &shape,
                            int64_t lanesOfLast) {
  const PositionLoop &height = c.positions.end()[-2],
                     &width = c.positions.back();
  VectorEpilogue epilogue(kernel, *c.epilogue, c.extras, c.extraChannels,
                          isa.lanes);
  auto validLanes = [&](int64_t v) {
    return v == shape.vectors - 1 ? lanesOfLast : isa.lanes;
  };
  /// Addresses of the extras for a position and vector of the tile.
  auto extrasAt = [&](int64_t row, int64_t column, int64_t v) {
    SmallVector<Value> addresses;
    for (auto [i, address] : llvm::enumerate(unit.extras))
      addresses.push_back(kernel.offset(
          address, row * height.extras[i] + column * width.extras[i] +
                       v * isa.lanes * c.extraChannels[i]));
    return addresses;
  };

  SmallVector<int64_t> offsets;
  SmallVector<Value> sums, corrections(shape.vectors);
  if (unit.corrections)
    for (int64_t v = 0; v < shape.vectors; ++v)
      corrections[v] = LLVM::LoadOp::create(
          b, microkernel.accumulatorType(),
          kernel.offset(unit.corrections, v * isa.lanes * 4), /*alignment=*/4);
  int64_t parts = microkernel.parts();
  bool startsFromOffset = false;
  for (int64_t row = 0; row < shape.rows; ++row)
    for (int64_t column = 0; column < shape.columns; ++column) {
      offsets.push_back(row * height.lhs + column * width.lhs);
      for (int64_t v = 0; v < shape.vectors; ++v) {
        Value start;
        if (parts == 1 && !c.isFloat)
          start = epilogue.takeInitialValue([&](unsigned extra) {
            return epilogue.loadExtra(extra, extrasAt(row, column, v)[extra],
                                      validLanes(v));
          });
        startsFromOffset |= bool(start);
        if (!start)
          start = corrections[v] ? corrections[v] : microkernel.zero();
        else if (corrections[v])
          start = arith::AddIOp::create(b, start, corrections[v]);
        sums.append(parts, start);
      }
    }
  sums = emitReduction(unit, shape, offsets, std::move(sums), 0, unit.lhs,
                       unit.rhs, unit.marks);
  ArrayRef<Value> rest = sums;
  for (int64_t row = 0; row < shape.rows; ++row)
    for (int64_t column = 0; column < shape.columns; ++column)
      for (int64_t v = 0; v < shape.vectors; ++v) {
        Value sum = microkernel.finish(rest.take_front(parts));
        rest = rest.drop_front(parts);
        epilogue.apply(sum, extrasAt(row, column, v), unit.result,
                       row * height.result + column * width.result +
                           v * isa.lanes * c.resultChannel,
                       validLanes(v), startsFromOffset);
      }
  epilogue.flush();
}

class DirectEmitter : public target::KernelEmitter {
public:
  explicit DirectEmitter(const Isa &isa) : isa(isa) {}

  bool handles(Operation *op) const override {
    return hasKernel(op, kDirectKernel);
  }

  LogicalResult emit(target::Kernel &kernel, Operation *op) const override {
    FailureOr<Contraction> contraction =
        getContraction(op, [&](Value v) { return kernel.strides(v); });
    if (failed(contraction))
      return failure();
    if (!contraction->block && !contraction->rhsRow)
      return op->emitOpError("has weights that are not packed");
    auto strategy = op->getAttrOfType<DictionaryAttr>("strategy");
    auto shape = strategy.getAs<DenseI64ArrayAttr>(tileKey(isa));
    if (!shape || shape.size() != 3 ||
        llvm::any_of(shape.asArrayRef(), [](int64_t n) { return n < 1; }))
      return op->emitOpError("has no tile of three positive numbers for ")
             << tileKey(isa);
    Tile tile = {shape[0], shape[1], shape[2]};
    if (contraction->block &&
        contraction->block % (tile.vectors * isa.lanes) != 0)
      return op->emitOpError("has a tile of ")
             << tile.vectors * isa.lanes << " channels, which must divide "
             << contraction->block << ", the packed block";
    DirectKernel(kernel, *contraction, isa, tile).emit();
    return success();
  }

private:
  const Isa &isa;
};

} // namespace

bool x86::hasKernel(Operation *op, StringRef kernel) {
  auto strategy = op->getAttrOfType<DictionaryAttr>("strategy");
  auto name = strategy ? strategy.getAs<StringAttr>(kKernelKey) : StringAttr();
  return isContraction(op) && name && name.getValue() == kernel;
}

std::unique_ptr<target::KernelEmitter>
x86::createDirectEmitter(const Isa &isa) {
  return std::make_unique<DirectEmitter>(isa);
}
