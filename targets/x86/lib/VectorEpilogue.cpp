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

Value VectorEpilogue::takeInitialValue(ArrayRef<Value> addresses,
                                       int64_t valid) {
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
    return loadExtra(argument.getArgNumber() - 1,
                     addresses[argument.getArgNumber() - 1], valid);
  return {};
}

void VectorEpilogue::apply(Value accumulator, ArrayRef<Value> addresses,
                           Value result, int64_t valid, bool hasInitialValue) {
  SmallVector<Value> values;
  for (auto [i, address] : llvm::enumerate(addresses))
    values.push_back(loadExtra(i, address, valid));
  applyTo(accumulator, values, result, valid, hasInitialValue);
}

void VectorEpilogue::applyTo(Value accumulator, ArrayRef<Value> values,
                             Value result, int64_t valid,
                             bool hasInitialValue) {
  SmallVector<Value> arguments = {accumulator};
  llvm::append_range(arguments, values);
  IRMapping done;
  if (hasInitialValue)
    done.map(firstAddition(region).getResult(), accumulator);
  Value value = target::cloneEpilogue(b, region, arguments, {lanes}, done);
  Type element = cast<VectorType>(value.getType()).getElementType();
  if (element.isInteger(1))
    value = arith::ExtUIOp::create(b, VectorType::get({lanes}, b.getI8Type()),
                                   value);
  target::storeLanes(b, value, result, valid, target::elementBytes(element));
}
