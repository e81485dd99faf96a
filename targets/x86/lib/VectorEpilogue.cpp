//===- VectorEpilogue.cpp - epilogues on vectors of channels --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorEpilogue.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "qcc/Target/Epilogue.h"
#include "qcc/Target/Lanes.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

/// i1 is stored as a byte.
static Type storedType(OpBuilder &b, Type element) {
  element = target::signless(element);
  return element.isInteger(1) ? Type(b.getI8Type()) : element;
}

Value x86::loadVector(target::Kernel &kernel, Value tensor, Value pointer,
                      VectorType type, int64_t valid) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  unsigned alignment = target::elementBytes(type.getElementType());
  int64_t lanes = type.getNumElements();
  if (valid == lanes || kernel.hasReadSlack(tensor))
    return LLVM::LoadOp::create(b, type, pointer, alignment);
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return LLVM::MaskedLoadOp::create(b, type, pointer,
                                    target::laneMask(b, lanes, valid), none,
                                    b.getI32IntegerAttr(alignment));
}

void x86::emitForSize(target::Kernel &kernel, Value coordinate, int64_t extent,
                      int64_t size, function_ref<void(int64_t)> body) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  int64_t whole = extent / size, rest = extent % size;
  if (rest == 0)
    return body(size);
  if (whole == 0)
    return body(rest);
  Value isWhole = arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                        coordinate, kernel.constant(whole));
  auto ifOp = scf::IfOp::create(b, isWhole, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(ifOp.thenBlock());
  body(size);
  b.setInsertionPointToStart(ifOp.elseBlock());
  body(rest);
}

VectorEpilogue::VectorEpilogue(target::Kernel &kernel, Region &region,
                               ValueRange extras,
                               ArrayRef<int64_t> extraChannels, int64_t lanes)
    : kernel(kernel), b(kernel.getBuilder()), region(region), extras(extras),
      extraChannels(extraChannels), lanes(lanes),
      round(target::saturatingRound(region)) {}

Value VectorEpilogue::asElement(Value stored, Type element) {
  if (!element.isInteger(1))
    return stored;
  return arith::TruncIOp::create(b, VectorType::get({lanes}, b.getI1Type()),
                                 stored);
}

Value VectorEpilogue::loadExtra(unsigned index, Value address, int64_t valid) {
  Value extra = extras[index];
  Type element = getElementTypeOrSelf(extra.getType());
  Type stored = storedType(b, element);
  unsigned alignment = target::elementBytes(element);
  auto vectorType = VectorType::get({lanes}, stored);
  Value loaded = extraChannels[index] == 0
                     ? vector::BroadcastOp::create(
                           b, vectorType,
                           LLVM::LoadOp::create(b, stored, address, alignment))
                           .getResult()
                     : loadVector(kernel, extra, address, vectorType, valid);
  return asElement(loaded, element);
}

Value VectorEpilogue::loadRepeated(unsigned index, Value address,
                                   int64_t period, int64_t first) {
  Type element = getElementTypeOrSelf(extras[index].getType());
  Type stored = storedType(b, element);
  auto type = VectorType::get({period}, stored);
  Value all =
      LLVM::LoadOp::create(b, type, address, target::elementBytes(element));
  SmallVector<int64_t> order;
  for (int64_t i = first; i < first + lanes; ++i)
    order.push_back(i % period);
  return asElement(vector::ShuffleOp::create(b, all, all, order), element);
}

/// The addition of `accumulator` and another value that is the only use of the
/// accumulator, or null.
static arith::AddIOp firstAddition(Region &region) {
  Value accumulator = region.getArgument(0);
  if (!accumulator.hasOneUse())
    return {};
  return dyn_cast<arith::AddIOp>(*accumulator.user_begin());
}

Value VectorEpilogue::takeInitialValue(function_ref<Value(unsigned)> load) {
  arith::AddIOp add = firstAddition(region);
  if (!add)
    return {};
  Value other =
      add.getLhs() == region.getArgument(0) ? add.getRhs() : add.getLhs();
  auto type = VectorType::get({lanes}, b.getI32Type());
  IntegerAttr constant;
  if (matchPattern(other, m_Constant(&constant)))
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, constant.getValue()));
  auto argument = dyn_cast<BlockArgument>(other);
  if (argument && argument.getArgNumber() > 0)
    return load(argument.getArgNumber() - 1);
  return {};
}

Value VectorEpilogue::evaluate(Value accumulator, ArrayRef<Value> values,
                               bool hasInitialValue, qnn::RoundOp unsaturated) {
  SmallVector<Value> arguments = {accumulator};
  llvm::append_range(arguments, values);
  IRMapping done;
  if (hasInitialValue)
    done.map(firstAddition(region).getResult(), accumulator);
  return target::cloneEpilogue(b, region, arguments, {lanes}, done,
                               unsaturated);
}

void VectorEpilogue::store(Value value, Value address, int64_t valid) {
  Type element = cast<VectorType>(value.getType()).getElementType();
  if (element.isInteger(1))
    value = arith::ExtUIOp::create(b, VectorType::get({lanes}, b.getI8Type()),
                                   value);
  target::storeLanes(b, value, address, valid, target::elementBytes(element));
}

void VectorEpilogue::apply(Value accumulator, ArrayRef<Value> addresses,
                           Value result, int64_t offset, int64_t valid,
                           bool hasInitialValue) {
  SmallVector<Value> values;
  for (auto [i, address] : llvm::enumerate(addresses))
    values.push_back(loadExtra(i, address, valid));
  applyTo(accumulator, values, result, offset, valid, hasInitialValue);
}

void VectorEpilogue::applyTo(Value accumulator, ArrayRef<Value> values,
                             Value result, int64_t offset, int64_t valid,
                             bool hasInitialValue) {
  Value value = evaluate(accumulator, values, hasInitialValue, round);
  if (!round)
    return store(value, kernel.offset(result, offset), valid);
  pending.push_back({value, result, offset, valid});
  if (pending.size() == registersToPack())
    flush();
}

/// Registers of i32 that make one full of results.
size_t VectorEpilogue::registersToPack() {
  return 32 / round.getResult().getType().getIntOrFloatBitWidth();
}

/// Two registers of i32 in one of words, or two of words in one of bytes: by
/// turns, for each 128-bit lane, what is in that lane of `a` and of `b2`.
Value VectorEpilogue::saturate(Value a, Value b2, bool toWords) {
  Type element = round.getResult().getType();
  // What is not the last narrowing saturates to signed words, which the next
  // one takes.
  bool isUnsigned = qnn::isUnsigned(element) &&
                    (!toWords || element.getIntOrFloatBitWidth() == 16);
  bool wide = lanes == 16;
  StringRef name = toWords
                       ? (isUnsigned ? (wide ? "llvm.x86.avx512.packusdw.512"
                                             : "llvm.x86.avx2.packusdw")
                                     : (wide ? "llvm.x86.avx512.packssdw.512"
                                             : "llvm.x86.avx2.packssdw"))
                       : (isUnsigned ? (wide ? "llvm.x86.avx512.packuswb.512"
                                             : "llvm.x86.avx2.packuswb")
                                     : (wide ? "llvm.x86.avx512.packsswb.512"
                                             : "llvm.x86.avx2.packsswb"));
  auto type = VectorType::get({lanes * (toWords ? 2 : 4)},
                              b.getIntegerType(toWords ? 16 : 8));
  return LLVM::CallIntrinsicOp::create(b, b.getLoc(), type,
                                       b.getStringAttr(name), ValueRange{a, b2})
      .getResult(0);
}

/// One register of results, each of whose 128-bit lanes holds, register by
/// register, what is in that lane of `wide`.
Value VectorEpilogue::pack(ArrayRef<Value> wide) {
  Value words = saturate(wide[0], wide[1], /*toWords=*/true);
  if (wide.size() == 2)
    return words;
  return saturate(words, saturate(wide[2], wide[3], /*toWords=*/true),
                  /*toWords=*/false);
}

/// `packed`, which pack() gave of `registers`, in their order.
Value VectorEpilogue::inOrder(Value packed, int64_t registers) {
  // What of one register stands in a 128-bit lane.
  auto type = cast<VectorType>(packed.getType());
  auto units = VectorType::get({lanes / 4 * registers},
                               b.getIntegerType(128 / registers));
  SmallVector<int64_t> order;
  for (int64_t r = 0; r < registers; ++r)
    for (int64_t lane = 0; lane < lanes / 4; ++lane)
      order.push_back(lane * registers + r);
  Value whole = vector::BitCastOp::create(b, units, packed);
  return vector::BitCastOp::create(
      b, type, vector::ShuffleOp::create(b, whole, whole, order));
}

void VectorEpilogue::flush() {
  if (pending.empty())
    return;
  SmallVector<Pending, 4> all;
  all.swap(pending);
  if (all.size() == 1) {
    // An instruction narrows one register, too.
    const Pending &only = all.front();
    auto wide = cast<VectorType>(only.wide.getType());
    auto bound = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(
          b, DenseElementsAttr::get(wide, APInt(32, value, /*isSigned=*/true)));
    };
    Value clamped = arith::MinSIOp::create(
        b, arith::MaxSIOp::create(b, only.wide, bound(round.getLow())),
        bound(round.getHigh()));
    Type element = target::signless(round.getResult().getType());
    return store(
        arith::TruncIOp::create(b, VectorType::get({lanes}, element), clamped),
        kernel.offset(only.result, only.offset), only.valid);
  }
  SmallVector<Value> wide;
  for (const Pending &one : all)
    wide.push_back(one.wide);
  wide.resize(registersToPack(), wide.back());
  Value packed = inOrder(pack(wide), wide.size());
  int64_t bytes = round.getResult().getType().getIntOrFloatBitWidth() / 8;
  auto isNextTo = [&](const Pending &a, const Pending &next) {
    return a.result == next.result && a.valid == lanes && next.valid == lanes &&
           next.offset == a.offset + lanes * bytes;
  };
  for (size_t first = 0, count; first < all.size(); first += count) {
    count = 1;
    while (first + count < all.size() &&
           isNextTo(all[first + count - 1], all[first + count]))
      ++count;
    count = llvm::bit_floor(count);
    Value part = packed;
    if (count != wide.size())
      part = vector::ExtractStridedSliceOp::create(b, packed, first * lanes,
                                                   count * lanes, 1);
    target::storeLanes(b, part,
                       kernel.offset(all[first].result, all[first].offset),
                       count == 1 ? all[first].valid : count * lanes, bytes);
  }
}

void VectorEpilogue::applyInterleaved(ArrayRef<Value> accumulators,
                                      ArrayRef<SmallVector<Value>> values,
                                      Value result, int64_t valid,
                                      bool hasInitialValue) {
  SmallVector<Value> wide;
  for (auto [accumulator, ofExtras] : llvm::zip_equal(accumulators, values))
    wide.push_back(evaluate(accumulator, ofExtras, hasInitialValue, round));
  int64_t bytes = round.getResult().getType().getIntOrFloatBitWidth() / 8;
  auto storeFrom = [&](Value packed, int64_t first) {
    int64_t count = cast<VectorType>(packed.getType()).getNumElements();
    if (first < valid)
      target::storeLanes(b, packed, kernel.offset(result, first * bytes),
                         std::min(valid - first, count), bytes);
  };
  if (wide.size() == registersToPack())
    return storeFrom(pack(wide), 0);
  if (wide.size() < registersToPack()) {
    // Half of a register, from the lower half of each 128-bit lane.
    Value packed = pack({wide[0], wide[1], wide[0], wide[1]});
    auto quads = VectorType::get({lanes / 2}, b.getI64Type());
    SmallVector<int64_t> lower;
    for (int64_t i = 0; i < lanes / 2; i += 2)
      lower.push_back(i);
    Value whole = vector::BitCastOp::create(b, quads, packed);
    Value half = vector::ShuffleOp::create(b, whole, whole, lower);
    return storeFrom(vector::BitCastOp::create(
                         b, VectorType::get({lanes * 2}, b.getI8Type()), half),
                     0);
  }
  // Words of four registers: lane by lane from the first two and the last two.
  Value front = pack({wide[0], wide[1]}), back = pack({wide[2], wide[3]});
  for (int64_t half : {0, 1}) {
    SmallVector<int64_t> order;
    for (int64_t lane = half * lanes / 8; lane < (half + 1) * lanes / 8; ++lane)
      for (int64_t from : {int64_t(0), lanes * 2})
        for (int64_t i = 0; i < 8; ++i)
          order.push_back(from + lane * 8 + i);
    storeFrom(vector::ShuffleOp::create(b, front, back, order),
              half * lanes * 2);
  }
}
