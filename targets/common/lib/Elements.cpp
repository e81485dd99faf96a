//===- Elements.cpp - loads and stores of tensor elements -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "qcc/Target/Epilogue.h"
#include "qcc/Target/Placement.h"

using namespace mlir;
using namespace qcc;

static Type withLanes(Type scalar, int64_t lanes) {
  return lanes ? VectorType::get({lanes}, scalar) : scalar;
}

/// What an element is in memory: itself, or an integer of whole bytes.
static Type memoryType(Type element) {
  if (!isa<IntegerType>(element))
    return element;
  return IntegerType::get(element.getContext(),
                          8 * target::elementBytes(element));
}

Type target::registerType(Type element, int64_t lanes) {
  return withLanes(signless(element), lanes);
}

Value target::splat(ImplicitLocOpBuilder &b, Type type, TypedAttr value) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        b, vector, SplatElementsAttr::get(vector, Attribute(value)));
  return arith::ConstantOp::create(b, value);
}

/// From bytes to the element's own width.
static Value fromMemory(ImplicitLocOpBuilder &b, Value value, Type element,
                        int64_t lanes) {
  Type type = target::registerType(element, lanes);
  if (value.getType() == type)
    return value;
  if (!element.isInteger(1))
    return arith::TruncIOp::create(b, type, value);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(value.getType()));
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value, zero);
}

static Value toMemory(ImplicitLocOpBuilder &b, Value value, Type element,
                      int64_t lanes) {
  Type type = withLanes(memoryType(element), lanes);
  if (value.getType() == type)
    return value;
  if (element.isInteger(1) || element.isUnsignedInteger())
    return arith::ExtUIOp::create(b, type, value);
  return arith::ExtSIOp::create(b, type, value);
}

Value target::loadElements(ImplicitLocOpBuilder &b, Value address, Type element,
                           int64_t lanes, int64_t valid) {
  Type type = withLanes(memoryType(element), lanes);
  unsigned alignment = elementBytes(element);
  Value value;
  if (lanes == 0 || valid == lanes) {
    value = LLVM::LoadOp::create(b, type, address, alignment);
  } else {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    value = LLVM::MaskedLoadOp::create(
        b, type, address, laneMask(b, lanes, valid), zero, alignment);
  }
  return fromMemory(b, value, element, lanes);
}

void target::storeElements(ImplicitLocOpBuilder &b, Value value, Value address,
                           Type element, int64_t lanes, int64_t valid) {
  value = toMemory(b, value, element, lanes);
  storeLanes(b, value, address, valid, elementBytes(element));
}

Value target::toF32(ImplicitLocOpBuilder &b, Value value) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from.isF32())
    return value;
  Type type = b.getF32Type();
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(type);
  if (from.getIntOrFloatBitWidth() < 32)
    return arith::ExtFOp::create(b, type, value);
  return arith::TruncFOp::create(b, type, value);
}

Value target::fromF32(ImplicitLocOpBuilder &b, Value value, Type element) {
  if (element.isF32())
    return value;
  Type type = element;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(type);
  if (element.getIntOrFloatBitWidth() < 32)
    return arith::TruncFOp::create(b, type, value);
  return arith::ExtFOp::create(b, type, value);
}

Value target::loadF32(ImplicitLocOpBuilder &b, Value address, Type element,
                      int64_t lanes, int64_t valid) {
  return toF32(b, loadElements(b, address, element, lanes, valid));
}

void target::storeF32(ImplicitLocOpBuilder &b, Value value, Value address,
                      Type element, int64_t lanes, int64_t valid) {
  storeElements(b, fromF32(b, value, element), address, element, lanes, valid);
}

Value target::broadcast(ImplicitLocOpBuilder &b, Value scalar, int64_t lanes) {
  if (lanes == 0)
    return scalar;
  return vector::BroadcastOp::create(
      b, VectorType::get({lanes}, scalar.getType()), scalar);
}

Value target::loadBroadcast(ImplicitLocOpBuilder &b, Value address,
                            Type element, int64_t lanes) {
  return broadcast(b, loadElements(b, address, element, 0, 0), lanes);
}
