//===- Tiling.cpp - the shape of a register tile --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tiling.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

Arithmetic x86::selectArithmetic(const Contraction &contraction,
                                 const Isa &isa) {
  if (contraction.isFloat)
    return Arithmetic::fma;
  if (contraction.isWords)
    return Arithmetic::words;
  bool suited = (qnn::isUnsigned(getElementTypeOrSelf(contraction.lhs)) ||
                 contraction.hasCorrections) &&
                !qnn::isUnsigned(getElementTypeOrSelf(contraction.rhs));
  if (isa.hasVnni)
    return suited ? Arithmetic::dotBytes : Arithmetic::widenPairs;
  // Steps with pairs may branch and prepare weights, which costs more than it
  // gains for few positions.
  int64_t positions = 1;
  for (const PositionLoop &loop : ArrayRef(contraction.positions).take_back(2))
    positions *= loop.extent;
  return suited && contraction.hasPairs && positions >= 4
             ? Arithmetic::pairBytes
             : Arithmetic::widenPairs;
}

llvm::StringRef x86::tileKey(const Isa &isa) {
  return isa.hasVnni ? "avx512" : "avx2";
}

namespace {

/// Rough cycles on a core that starts two vector multiplications, two loads and
/// six instructions a cycle, each multiplication taking five cycles.
class CostModel {
public:
  CostModel(const Contraction &contraction, const Isa &isa)
      : arithmetic(selectArithmetic(contraction, isa)), isa(isa),
        steps(contraction.steps()) {}

  bool fits(const Tile &tile) const {
    int64_t accumulators = tile.positions() * tile.vectors;
    switch (arithmetic) {
    case Arithmetic::words:
      // vpmaddwd has a product to add.
      return accumulators + tile.vectors + (isa.hasVnni ? 4 : 2) <=
             isa.registers;
    case Arithmetic::dotBytes: {
      // With one vector, each multiplication has a load of its own, and LLVM
      // issues several of them ahead.
      int64_t rows = tile.vectors == 1 ? 4 : 1;
      return accumulators + tile.vectors + rows <= isa.registers - 1;
    }
    case Arithmetic::pairBytes:
      // Each vector has marks, and so a branch, of its own.
      return tile.vectors == 1 && accumulators + 6 <= isa.registers;
    case Arithmetic::fma:
      return accumulators + tile.vectors + 1 <= isa.registers;
    case Arithmetic::widenPairs:
      return 2 * accumulators + tile.positions() + 2 <= isa.registers;
    }
    llvm_unreachable("covered switch");
  }

  double tileCycles(const Tile &tile) const {
    double m = tile.positions(), n = tile.vectors, work = m * n;
    double multiplies = work, loads = m + n, instructions = 2 * work + n;
    bool isDot = arithmetic == Arithmetic::dotBytes ||
                 (arithmetic == Arithmetic::words && isa.hasVnni);
    if (isDot) {
      instructions = work + m + n;
    } else if (arithmetic == Arithmetic::pairBytes) {
      // A part of the steps is marked, and takes longer.
      multiplies = 2.3 * work + 1;
      instructions = 4.5 * work + 8;
    } else if (arithmetic == Arithmetic::widenPairs) {
      multiplies = 2 * work + n + m; // extensions share the ports
      loads = m + 2 * n;
      instructions = 4 * work + 2 * n + 3 * m;
    }
    double step = std::max(
        {multiplies / 2, loads / 2, instructions / 6, /*latency=*/5.0});
    return steps * step + kEpilogue * work + kTileOverhead;
  }

private:
  static constexpr double kEpilogue = 5, kTileOverhead = 25;
  Arithmetic arithmetic;
  const Isa &isa;
  int64_t steps;
};

} // namespace

Tile x86::selectTile(const Contraction &contraction, const Isa &isa,
                     int64_t vectorLimit, bool exact) {
  CostModel model(contraction, isa);
  int64_t height = contraction.positions.end()[-2].extent,
          width = contraction.positions.back().extent;
  int64_t channels = llvm::divideCeil(contraction.outputs, isa.lanes);
  Tile best;
  double bestCycles = std::numeric_limits<double>::infinity();
  auto consider = [&](const Tile &tile) {
    if (!model.fits(tile))
      return;
    // Whole tiles and the smaller ones at the ends, in each of three
    // directions.
    double cycles = 0;
    auto forEachPart = [](int64_t extent, int64_t size, auto body) {
      if (int64_t count = extent / size)
        body(size, count);
      if (extent % size)
        body(extent % size, /*count=*/1);
    };
    forEachPart(height, tile.rows, [&](int64_t rows, double hs) {
      forEachPart(width, tile.columns, [&](int64_t columns, double ws) {
        forEachPart(channels, tile.vectors, [&](int64_t vectors, double vs) {
          cycles += hs * ws * vs * model.tileCycles({rows, columns, vectors});
        });
      });
    });
    if (cycles < bestCycles) {
      bestCycles = cycles;
      best = tile;
    }
  };
  for (int64_t vectors = 1; vectors <= std::min<int64_t>(vectorLimit, 4);
       ++vectors) {
    if ((exact && vectorLimit % vectors != 0) || vectors > channels)
      continue;
    for (int64_t columns = 1; columns <= std::min<int64_t>(width, 30);
         ++columns)
      consider({1, columns, vectors});
    // Several rows only if the tile takes them whole.
    for (int64_t rows = 2; rows <= std::min<int64_t>(height, 30); ++rows)
      consider({rows, width, vectors});
  }
  return best;
}
