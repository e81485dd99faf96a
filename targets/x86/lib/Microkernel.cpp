//===- Microkernel.cpp - one step of the reduction ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Microkernel.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

static Value callIntrinsic(ImplicitLocOpBuilder &b, StringRef intrinsic,
                           Type type, ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(b, b.getLoc(), type,
                                       b.getStringAttr(intrinsic), arguments)
      .getResult(0);
}

Value x86::addWordProducts(ImplicitLocOpBuilder &builder, const Isa &isa,
                           Value sums, Value a, Value b) {
  Type type = sums.getType();
  if (isa.hasVnni)
    return callIntrinsic(builder, "llvm.x86.avx512.vpdpwssd.512", type,
                         {sums, a, b});
  return arith::AddIOp::create(
      builder, sums,
      callIntrinsic(builder, "llvm.x86.avx2.pmadd.wd", type, {a, b}));
}

VectorType Microkernel::accumulatorType() const {
  return VectorType::get({isa.lanes}, arithmetic == Arithmetic::fma
                                          ? Type(b.getF32Type())
                                          : Type(b.getI32Type()));
}

VectorType Microkernel::registerType() const {
  return arithmetic == Arithmetic::words
             ? VectorType::get({isa.lanes * 2}, b.getI16Type())
             : VectorType::get({isa.lanes * 4}, b.getI8Type());
}

Value Microkernel::zero() const {
  return arith::ConstantOp::create(b, b.getZeroAttr(accumulatorType()));
}

Value Microkernel::load(Type type, Value pointer, unsigned alignment) {
  return LLVM::LoadOp::create(b, type, pointer, alignment);
}

/// One row's dword or float in every lane. vpdpbusd wants unsigned bytes:
/// signed ones are moved up by 128.
Value Microkernel::loadLhs(Value pointer) {
  switch (arithmetic) {
  case Arithmetic::fma:
    return vector::BroadcastOp::create(b, accumulatorType(),
                                       load(b.getF32Type(), pointer, 4));
  case Arithmetic::dotBytes:
  case Arithmetic::pairBytes:
  case Arithmetic::words: {
    Value dwords = vector::BroadcastOp::create(
        b, VectorType::get({isa.lanes}, b.getI32Type()),
        load(b.getI32Type(), pointer, 1));
    if (correctsSigns())
      dwords = arith::XOrIOp::create(
          b, dwords,
          arith::ConstantOp::create(
              b, DenseElementsAttr::get(cast<VectorType>(dwords.getType()),
                                        APInt(32, 0x80808080u))));
    return vector::BitCastOp::create(b, registerType(), dwords);
  }
  case Arithmetic::widenPairs: {
    Value bytes = load(VectorType::get({4}, b.getI8Type()), pointer, 1);
    auto wide = VectorType::get({4}, b.getI16Type());
    Value words = lhsUnsigned
                      ? arith::ExtUIOp::create(b, wide, bytes).getResult()
                      : arith::ExtSIOp::create(b, wide, bytes).getResult();
    Value quad = vector::BitCastOp::create(
        b, VectorType::get({1}, b.getI64Type()), words);
    Value quads = vector::BroadcastOp::create(
        b, VectorType::get({isa.lanes / 2}, b.getI64Type()),
        vector::ExtractOp::create(b, quad, int64_t(0)));
    return vector::BitCastOp::create(
        b, VectorType::get({isa.lanes * 2}, b.getI16Type()), quads);
  }
  }
  llvm_unreachable("covered switch");
}

/// One register of weights.
Value Microkernel::loadRhs(Value pointer) {
  // LLVM issues up to four loads of neighbouring addresses together, which is
  // one step too many where sums fill the registers. It moves no volatile
  // loads.
  bool keepsPlace = isa.hasVnni;
  switch (arithmetic) {
  case Arithmetic::fma:
    return LLVM::LoadOp::create(b, accumulatorType(), pointer,
                                rhsAligned ? isa.lanes * 4 : 4, keepsPlace);
  case Arithmetic::dotBytes:
  case Arithmetic::pairBytes:
  case Arithmetic::words:
    return LLVM::LoadOp::create(b, registerType(), pointer, isa.lanes * 4,
                                keepsPlace);
  case Arithmetic::widenPairs: {
    Value bytes = load(VectorType::get({isa.lanes * 2}, b.getI8Type()), pointer,
                       isa.lanes * 2);
    auto wide = VectorType::get({isa.lanes * 2}, b.getI16Type());
    return rhsUnsigned ? arith::ExtUIOp::create(b, wide, bytes).getResult()
                       : arith::ExtSIOp::create(b, wide, bytes).getResult();
  }
  }
  llvm_unreachable("covered switch");
}

Value Microkernel::call(StringRef intrinsic, Type type,
                        ArrayRef<Value> arguments) {
  return callIntrinsic(b, intrinsic, type, arguments);
}

/// The sums of four products that stand together, if none of two leaves i16.
Value Microkernel::multiplyPairs(Value unsignedBytes, Value signedBytes) {
  auto words = VectorType::get({isa.lanes * 2}, b.getI16Type());
  Value ones =
      arith::ConstantOp::create(b, DenseElementsAttr::get(words, APInt(16, 1)));
  Value pairs =
      call("llvm.x86.avx2.pmadd.ub.sw", words, {unsignedBytes, signedBytes});
  return call("llvm.x86.avx2.pmadd.wd", accumulatorType(), {pairs, ones});
}

void Microkernel::step(MutableArrayRef<Value> accumulators, Value lhs,
                       ArrayRef<int64_t> offsets, Value rhs, int64_t vectors) {
  if (arithmetic == Arithmetic::pairBytes && !lhsUnsigned)
    return stepSigned(accumulators, lhs, offsets, rhs, vectors);
  bool wide = isa.lanes == 16;
  // Weights first, then row by row, so that a row's broadcast is used at once;
  // widened rows cost more than a load, so there the rows are kept instead.
  SmallVector<Value> rows;
  int64_t perRow = vectors * parts(), registerBytes = isa.lanes * 4 / parts();
  if (arithmetic == Arithmetic::widenPairs) {
    for (int64_t offset : offsets)
      rows.push_back(loadLhs(kernel.offset(lhs, offset)));
    for (int64_t i = 0; i < perRow; ++i) {
      Value weights = loadRhs(kernel.offset(rhs, i * registerBytes));
      for (auto [m, row] : llvm::enumerate(rows)) {
        Value &sum = accumulators[m * perRow + i];
        Value products = call(wide ? "llvm.x86.avx512.pmaddw.d.512"
                                   : "llvm.x86.avx2.pmadd.wd",
                              accumulatorType(), {row, weights});
        sum = arith::AddIOp::create(b, sum, products);
      }
    }
    return;
  }
  SmallVector<Value> weights;
  for (int64_t v = 0; v < vectors; ++v)
    weights.push_back(loadRhs(kernel.offset(rhs, v * registerBytes)));
  for (auto [m, offset] : llvm::enumerate(offsets)) {
    Value row = loadLhs(kernel.offset(lhs, offset));
    for (int64_t v = 0; v < vectors; ++v) {
      Value &sum = accumulators[m * perRow + v];
      switch (arithmetic) {
      case Arithmetic::fma:
        sum = LLVM::FMAOp::create(b, row, weights[v], sum);
        break;
      case Arithmetic::dotBytes:
        sum = call("llvm.x86.avx512.vpdpbusd.512", accumulatorType(),
                   {sum, row, weights[v]});
        break;
      case Arithmetic::words:
        sum = addWordProducts(b, isa, sum, row, weights[v]);
        break;
      case Arithmetic::pairBytes:
        sum = arith::AddIOp::create(b, sum, multiplyPairs(row, weights[v]));
        break;
      case Arithmetic::widenPairs:
        llvm_unreachable("done above");
      }
    }
  }
}

void Microkernel::stepSigned(MutableArrayRef<Value> accumulators, Value lhs,
                             ArrayRef<int64_t> offsets, Value rhs,
                             int64_t vectors) {
  auto bytes = VectorType::get({isa.lanes * 4}, b.getI8Type());
  auto splat = [&](int64_t byte) -> Value {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(bytes, APInt(8, byte)));
  };
  SmallVector<Value> magnitudes, flips;
  for (int64_t v = 0; v < vectors; ++v) {
    Value weights = loadRhs(kernel.offset(rhs, v * isa.lanes * 4));
    magnitudes.push_back(
        LLVM::AbsOp::create(b, bytes, weights, /*is_int_min_poison=*/false));
    // All bits where the weight isn't negative; unsigned bytes also lose 128.
    flips.push_back(
        arith::XOrIOp::create(b, arith::ShRSIOp::create(b, weights, splat(7)),
                              splat(lhsUnsigned ? 0x7f : 0xff)));
  }
  for (auto [m, offset] : llvm::enumerate(offsets)) {
    Value row = loadLhs(kernel.offset(lhs, offset));
    for (int64_t v = 0; v < vectors; ++v) {
      Value &sum = accumulators[m * vectors + v];
      Value flipped = arith::XOrIOp::create(b, row, flips[v]);
      // Subtracted: additions at the end of both kinds of step LLVM would move
      // behind the branch between them, and keep all rows' products until then.
      sum =
          arith::SubIOp::create(b, sum, multiplyPairs(magnitudes[v], flipped));
    }
  }
}

Value Microkernel::finish(ArrayRef<Value> parts) {
  if (arithmetic != Arithmetic::widenPairs)
    return parts.front();
  // Each part holds sums of two neighbouring products for half of the outputs.
  auto everySecond = [&](int64_t first) -> Value {
    SmallVector<int64_t> lanes;
    for (int64_t i = 0; i < isa.lanes; ++i)
      lanes.push_back(first + 2 * i);
    return vector::ShuffleOp::create(b, parts[0], parts[1], lanes);
  };
  return arith::AddIOp::create(b, everySecond(0), everySecond(1));
}
