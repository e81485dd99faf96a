//===- Tiling.h - the shape of a register tile ------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_TILING_H
#define QCC_X86_LIB_TILING_H

#include "Contraction.h"
#include "Isa.h"

namespace qcc::x86 {

/// How a kernel multiplies and accumulates.
enum class Arithmetic {
  dotBytes,   ///< vpdpbusd: unsigned by signed bytes, exact.
  pairBytes,  ///< vpmaddubsw: a byte by a signed byte, exact.
  widenPairs, ///< Bytes widened to i16, vpmaddwd: any signedness, exact.
  words,      ///< vpdpwssd or vpmaddwd: i16 by i16, exact.
  fma,        ///< f32, one fused multiply-add for each element of K in order.
};
Arithmetic selectArithmetic(const Contraction &contraction, const Isa &isa);

/// Accumulators of one tile: `rows` x `columns` output positions by `vectors`
/// vectors of output channels.
struct Tile {
  int64_t rows = 1, columns = 1, vectors = 1;
  int64_t positions() const { return rows * columns; }
};

/// The cheapest tile that fits the register file. `vectorLimit` bounds
/// `vectors`; they must divide it where `exact`.
Tile selectTile(const Contraction &contraction, const Isa &isa,
                int64_t vectorLimit, bool exact);

/// Key of the strategy dictionary under which the tile for `isa` is found, as
/// array<i64: rows, columns, vectors>.
llvm::StringRef tileKey(const Isa &isa);

} // namespace qcc::x86

#endif // QCC_X86_LIB_TILING_H
