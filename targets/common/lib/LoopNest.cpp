//===- LoopNest.cpp - vectorised loops over strided operands --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"

#include "Elements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

/// Pieces of work that the threads share, at least: enough for an even split.
constexpr int64_t kMinPieces = 64;
/// Bytes of a vector register that the nest is written for. Narrower machines
/// split it.
constexpr int64_t kVectorBytes = 64;
/// Rows of a tile that is transposed in registers.
constexpr int64_t kTileRows = 16;

/// A dimension of the nest. `strides[0]` is the output's.
struct Dimension {
  int64_t extent;
  size_t position; ///< In the shape, outermost first.
  SmallVector<int64_t, 4> strides;
};

class LoopNest {
public:
  LoopNest(Kernel &kernel, ArrayRef<int64_t> shape,
           ArrayRef<NestOperand> inputs, const NestOperand &output,
           NestBody body, NestOptions options)
      : kernel(kernel), b(kernel.getBuilder()), body(body), options(options) {
    operands.push_back(output);
    operands.append(inputs.begin(), inputs.end());
    for (auto [i, extent] : llvm::enumerate(shape)) {
      Dimension dim{extent, i, {}};
      for (const NestOperand &operand : operands)
        dim.strides.push_back(operand.strides[i]);
      dims.push_back(std::move(dim));
    }
  }

  void emit();

private:
  using Addresses = SmallVector<Value, 4>;

  int64_t bytesOf(unsigned operand) const {
    return elementBytes(operands[operand].element);
  }
  bool isContiguous(const Dimension &dim, unsigned operand) const {
    return dim.strides[operand] == bytesOf(operand);
  }
  void simplify();
  std::optional<size_t> findTransposedDimension() const;
  int64_t lanesFor(int64_t extent) const;

  Addresses advance(const Addresses &from, Value index, const Dimension &dim);
  Addresses advance(const Addresses &from, int64_t index, const Dimension &dim);
  void forOuterDimensions(int64_t blocks,
                          function_ref<void(Addresses, Value)> row);
  void loopOver(ArrayRef<Dimension> loops, Addresses addresses,
                function_ref<void(Addresses)> innermost);

  Value compute(const Addresses &addresses, const Dimension &dim, int64_t lanes,
                int64_t valid);
  void emitVectorRow(const Addresses &row, const Dimension &inner,
                     int64_t lanes, Value block, int64_t blockVectors);
  void emitScalarRow(const Addresses &row, const Dimension &inner);
  void emitTransposed(size_t across);
  void emitTile(const Addresses &tile, const Dimension &across,
                const Dimension &inner, int64_t rows, int64_t lanes,
                int64_t valid);

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  NestBody body;
  NestOptions options;
  SmallVector<NestOperand> operands; ///< The output, then the inputs.
  SmallVector<Dimension> dims;       ///< Outermost first.
};

} // namespace

//===----------------------------------------------------------------------===//
// Shape of the nest
//===----------------------------------------------------------------------===//

/// Orders dimensions by the output's strides, so that writes go forward; drops
/// those of extent 1 and joins neighbours that all operands cross with one
/// stride.
void LoopNest::simplify() {
  llvm::erase_if(dims, [](const Dimension &dim) { return dim.extent == 1; });
  llvm::sort(dims, [](const Dimension &x, const Dimension &y) {
    return std::tuple(-std::abs(x.strides[0]), x.position) <
           std::tuple(-std::abs(y.strides[0]), y.position);
  });
  SmallVector<Dimension> joined;
  for (Dimension &dim : dims) {
    auto joins = [&](const Dimension &outer) {
      return llvm::all_of(
          llvm::zip_equal(outer.strides, dim.strides), [&](auto pair) {
            return std::get<0>(pair) == std::get<1>(pair) * dim.extent;
          });
    };
    if (!joined.empty() && joins(joined.back())) {
      dim.extent *= joined.back().extent;
      joined.back() = std::move(dim);
    } else {
      joined.push_back(std::move(dim));
    }
  }
  dims = std::move(joined);
  if (dims.empty()) {
    Dimension single{1, 0, {}};
    for (unsigned i = 0; i < operands.size(); ++i)
      single.strides.push_back(bytesOf(i));
    dims.push_back(std::move(single));
  }
}

/// The dimension along which all inputs are contiguous or broadcast, if some
/// input is neither along the innermost.
std::optional<size_t> LoopNest::findTransposedDimension() const {
  const Dimension &inner = dims.back();
  for (size_t i = 0; i + 1 < dims.size(); ++i) {
    bool fits = true;
    for (unsigned input = 1; input < operands.size(); ++input)
      fits &= isContiguous(dims[i], input) || dims[i].strides[input] == 0;
    if (fits && dims[i].extent >= 4 && isContiguous(inner, 0))
      return i;
  }
  return std::nullopt;
}

int64_t LoopNest::lanesFor(int64_t extent) const {
  int64_t lanes = kVectorBytes * 8 / std::max(options.widestBits, 8u);
  return std::min<int64_t>(lanes, llvm::PowerOf2Ceil(extent));
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

LoopNest::Addresses LoopNest::advance(const Addresses &from, Value index,
                                      const Dimension &dim) {
  Addresses result;
  for (auto [address, stride] : llvm::zip_equal(from, dim.strides))
    result.push_back(
        stride == 0
            ? address
            : kernel.offset(address, arith::MulIOp::create(
                                         b, index, kernel.constant(stride))));
  return result;
}

LoopNest::Addresses LoopNest::advance(const Addresses &from, int64_t index,
                                      const Dimension &dim) {
  Addresses result;
  for (auto [address, stride] : llvm::zip_equal(from, dim.strides))
    result.push_back(kernel.offset(address, index * stride));
  return result;
}

void LoopNest::loopOver(ArrayRef<Dimension> loops, Addresses addresses,
                        function_ref<void(Addresses)> innermost) {
  if (loops.empty())
    return innermost(std::move(addresses));
  kernel.loop(kernel.constant(0), kernel.constant(loops.front().extent), 1,
              [&](Value index) {
                loopOver(loops.drop_front(),
                         advance(addresses, index, loops.front()), innermost);
              });
}

/// Calls `row` for each index of all dimensions but the innermost and, if there
/// are several, each block of the innermost one. As few dimensions as give
/// enough pieces are counted as one and shared out.
void LoopNest::forOuterDimensions(int64_t blocks,
                                  function_ref<void(Addresses, Value)> row) {
  Addresses start;
  for (const NestOperand &operand : operands)
    start.push_back(operand.pointer);
  ArrayRef<Dimension> outer = ArrayRef(dims).drop_back();
  size_t shared = 0;
  int64_t pieces = blocks;
  while (shared < outer.size() && (blocks > 1 || pieces < kMinPieces))
    pieces *= outer[shared++].extent;

  auto piece = [&](Value number) {
    Addresses addresses = start;
    Value block;
    if (blocks > 1) {
      block = arith::RemUIOp::create(b, number, kernel.constant(blocks));
      number = arith::DivUIOp::create(b, number, kernel.constant(blocks));
    }
    for (const Dimension &dim : llvm::reverse(outer.take_front(shared))) {
      bool isFirst = &dim == outer.begin();
      Value index =
          isFirst
              ? number
              : arith::RemUIOp::create(b, number, kernel.constant(dim.extent))
                    .getResult();
      if (!isFirst)
        number = arith::DivUIOp::create(b, number, kernel.constant(dim.extent));
      addresses = advance(addresses, index, dim);
    }
    loopOver(outer.drop_front(shared), std::move(addresses),
             [&](Addresses inner) { row(std::move(inner), block); });
  };
  if (options.partitioned) {
    auto [first, last] = kernel.partition(pieces);
    kernel.loop(first, last, 1, piece);
  } else {
    kernel.loop(kernel.constant(0), kernel.constant(pieces), 1, piece);
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Loads the inputs at `addresses`, along `dim` if there are lanes, and
/// computes the output's value.
Value LoopNest::compute(const Addresses &addresses, const Dimension &dim,
                        int64_t lanes, int64_t valid) {
  SmallVector<Value> inputs;
  for (unsigned i = 1; i < operands.size(); ++i)
    inputs.push_back(
        lanes && dim.strides[i] == 0
            ? loadBroadcast(b, addresses[i], operands[i].element, lanes)
            : loadElements(b, addresses[i], operands[i].element, lanes, valid));
  return body(inputs, lanes);
}

/// One row, or a block of `blockVectors` vectors of it.
void LoopNest::emitVectorRow(const Addresses &row, const Dimension &inner,
                             int64_t lanes, Value block, int64_t blockVectors) {
  int64_t full = inner.extent / lanes, rest = inner.extent % lanes;
  auto vectorAt = [&](const Addresses &addresses, int64_t valid) {
    Value value = compute(addresses, inner, lanes, valid);
    storeElements(b, value, addresses[0], operands[0].element, lanes, valid);
  };
  Value first = kernel.constant(0), last = kernel.constant(full * lanes);
  if (block) {
    Value step = kernel.constant(blockVectors * lanes);
    first = arith::MulIOp::create(b, block, step);
    last =
        arith::MinUIOp::create(b, arith::AddIOp::create(b, first, step), last);
  }
  if (full > 0)
    kernel.loop(first, last, lanes, [&](Value index) {
      vectorAt(advance(row, index, inner), lanes);
    });
  if (rest == 0)
    return;
  if (!block)
    return vectorAt(advance(row, full * lanes, inner), rest);
  Value isLast = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, block,
                                       kernel.constant(full / blockVectors));
  auto ifOp = scf::IfOp::create(b, isLast, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(ifOp.thenBlock());
  vectorAt(advance(row, full * lanes, inner), rest);
}

void LoopNest::emitScalarRow(const Addresses &row, const Dimension &inner) {
  kernel.loop(
      kernel.constant(0), kernel.constant(inner.extent), 1, [&](Value index) {
        Addresses addresses = advance(row, index, inner);
        Value value = compute(addresses, inner, 0, 0);
        storeElements(b, value, addresses[0], operands[0].element, 0, 0);
      });
}

//===----------------------------------------------------------------------===//
// Transposed tiles
//===----------------------------------------------------------------------===//

/// A tile of `rows` (a power of two) vectors becomes its transpose, laid out
/// over as many vectors: interleaving the two halves of the list exchanges one
/// bit of the row number with one of the lane number.
static void transposeTile(ImplicitLocOpBuilder &b,
                          SmallVectorImpl<Value> &vectors, int64_t lanes) {
  size_t half = vectors.size() / 2;
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < lanes / 2; ++i) {
    low.append({i, lanes + i});
    high.append({lanes / 2 + i, lanes + lanes / 2 + i});
  }
  for (size_t rows = 1; rows < vectors.size(); rows *= 2) {
    SmallVector<Value> next;
    for (size_t i = 0; i < half; ++i)
      for (ArrayRef<int64_t> mask : {ArrayRef(low), ArrayRef(high)})
        next.push_back(
            vector::ShuffleOp::create(b, vectors[i], vectors[half + i], mask));
    vectors.assign(next.begin(), next.end());
  }
}

/// `rows` indices of the innermost dimension by `valid` of `lanes` of `across`.
void LoopNest::emitTile(const Addresses &tile, const Dimension &across,
                        const Dimension &inner, int64_t rows, int64_t lanes,
                        int64_t valid) {
  Type element = operands[0].element;
  SmallVector<Value> vectors;
  for (int64_t row = 0; row < rows; ++row)
    vectors.push_back(compute(advance(tile, row, inner), across, lanes, valid));
  int64_t padded = llvm::PowerOf2Ceil(rows);
  vectors.resize(padded, vectors.back());
  transposeTile(b, vectors, lanes);
  // Vector v now holds lanes [v * lanes / padded, ...) of `across`, `padded`
  // values of the innermost dimension for each.
  int64_t pitch = across.strides[0] / bytesOf(0);
  bool fillsPitch =
      pitch == padded &&
      (rows == padded || inner.position + 1 == operands[0].strides.size()) &&
      rows + operands[0].padding >= padded;
  if (fillsPitch) {
    // Rows of the output that touch: whole vectors, up to the last valid lane.
    for (int64_t i = 0; i < padded; ++i) {
      int64_t count = std::clamp<int64_t>(valid * padded - i * lanes, 0, lanes);
      if (count > 0)
        storeElements(b, vectors[i],
                      kernel.offset(tile[0], i * lanes * bytesOf(0)), element,
                      lanes, count);
    }
    return;
  }
  // Where rows touch, one may be written in full, because the next one
  // overwrites what is too much; the last one has no next.
  bool rowsTouch = pitch == rows;
  for (int64_t lane = 0; lane < valid; ++lane) {
    int64_t position = lane * padded;
    Value part = vectors[position / lanes];
    if (padded < lanes)
      part = vector::ExtractStridedSliceOp::create(
          b, part, ArrayRef<int64_t>(position % lanes), ArrayRef(padded),
          ArrayRef<int64_t>(1));
    storeElements(b, part, kernel.offset(tile[0], lane * across.strides[0]),
                  element, padded,
                  rowsTouch && lane + 1 < valid ? padded : rows);
  }
}

/// The dimension `across` runs in vectors, the innermost one in rows of a tile.
void LoopNest::emitTransposed(size_t across) {
  Dimension inner = dims.pop_back_val();
  Dimension vectorDim = std::move(dims[across]);
  dims.erase(dims.begin() + across);
  constexpr int64_t lanes = kTileRows;
  // Blocks of rows are the last dimension that is shared out, so that a thread
  // owns whole tiles.
  int64_t rows = std::min(inner.extent, kTileRows);
  int64_t columns = llvm::divideCeil(vectorDim.extent, lanes);
  Dimension columnDim{columns, vectorDim.position, {}};
  for (int64_t stride : vectorDim.strides)
    columnDim.strides.push_back(stride * lanes);
  dims.push_back(columnDim);
  dims.push_back(inner); // forOuterDimensions stops before the innermost
  int64_t rest = vectorDim.extent % lanes;
  auto rowBlocks = [&](const Addresses &start, int64_t valid) {
    if (int64_t full = inner.extent / rows; full == 1)
      emitTile(start, vectorDim, inner, rows, lanes, valid);
    else
      kernel.loop(kernel.constant(0), kernel.constant(full * rows), rows,
                  [&](Value row) {
                    emitTile(advance(start, row, inner), vectorDim, inner, rows,
                             lanes, valid);
                  });
    if (int64_t left = inner.extent % rows)
      emitTile(advance(start, inner.extent - left, inner), vectorDim, inner,
               left, lanes, valid);
  };
  // Columns that are cut off by the end of the dimension make a nest of their
  // own: their number is known.
  if (rest == 0) {
    forOuterDimensions(
        1, [&](const Addresses &start, Value) { rowBlocks(start, lanes); });
    return;
  }
  Dimension &column = dims[dims.size() - 2];
  if (columns > 1) {
    column.extent = columns - 1;
    forOuterDimensions(
        1, [&](const Addresses &start, Value) { rowBlocks(start, lanes); });
  }
  for (auto [operand, stride] : llvm::zip_equal(operands, column.strides))
    operand.pointer = kernel.offset(operand.pointer, (columns - 1) * stride);
  dims.erase(dims.end() - 2);
  forOuterDimensions(
      1, [&](const Addresses &start, Value) { rowBlocks(start, rest); });
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

void LoopNest::emit() {
  if (llvm::any_of(dims, [](const Dimension &dim) { return dim.extent == 0; }))
    return;
  simplify();
  const Dimension inner = dims.back();
  bool allAlongInner = isContiguous(inner, 0);
  for (unsigned i = 1; i < operands.size(); ++i)
    allAlongInner &= isContiguous(inner, i) || inner.strides[i] == 0;
  if (allAlongInner) {
    int64_t lanes = lanesFor(inner.extent);
    int64_t rows = 1;
    for (const Dimension &dim : ArrayRef(dims).drop_back())
      rows *= dim.extent;
    int64_t vectors = llvm::divideCeil(inner.extent, lanes);
    // Few rows are cut into blocks, but not below what keeps a loop going.
    constexpr int64_t kMinBlock = 4;
    int64_t wanted = llvm::divideCeil(kMinPieces, rows);
    int64_t blockVectors =
        std::max<int64_t>(llvm::divideCeil(vectors, wanted), kMinBlock);
    int64_t blocks =
        options.partitioned ? llvm::divideCeil(vectors, blockVectors) : 1;
    forOuterDimensions(blocks, [&](const Addresses &row, Value block) {
      emitVectorRow(row, inner, lanes, block, blockVectors);
    });
    return;
  }
  if (std::optional<size_t> across = findTransposedDimension())
    return emitTransposed(*across);
  forOuterDimensions(
      1, [&](const Addresses &row, Value) { emitScalarRow(row, inner); });
}

void target::emitLoopNest(Kernel &kernel, ArrayRef<int64_t> shape,
                          ArrayRef<NestOperand> inputs,
                          const NestOperand &output, NestBody body,
                          NestOptions options) {
  LoopNest(kernel, shape, inputs, output, body, options).emit();
}

void target::emitCopyNest(Kernel &kernel, ArrayRef<int64_t> shape,
                          const NestOperand &input, const NestOperand &output,
                          bool partitioned) {
  NestOptions options;
  options.widestBits = 8 * elementBytes(input.element);
  options.partitioned = partitioned;
  emitLoopNest(
      kernel, shape, input, output,
      [](ValueRange inputs, int64_t) { return inputs.front(); }, options);
}

NestOperand target::nestOperand(Kernel &kernel, Value value,
                                ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  NestOperand operand;
  operand.pointer = kernel.pointer(value);
  operand.element = type.getElementType();
  operand.strides.assign(shape.size(), 0);
  size_t leading = shape.size() - type.getRank();
  for (auto [i, stride] : llvm::enumerate(kernel.strides(value)))
    if (type.getDimSize(i) != 1)
      operand.strides[leading + i] = stride;
  if (auto result = dyn_cast<OpResult>(value))
    if (type.getRank() > 0)
      operand.padding =
          getLayoutRequest(result).channels - type.getShape().back();
  return operand;
}
