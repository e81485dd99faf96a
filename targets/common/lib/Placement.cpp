//===- Placement.cpp - where the values of a function live ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/Placement.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "qcc/abi/kernel.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

int64_t WeightsBlob::add(ArrayRef<uint8_t> bytes) {
  auto &candidates = byHash[llvm::xxh3_64bits(bytes)];
  for (auto [offset, size] : candidates)
    if (ArrayRef(data).slice(offset, size) == bytes)
      return offset;
  data.resize(llvm::alignTo(data.size(), QCC_ARENA_ALIGNMENT));
  int64_t offset = data.size();
  data.insert(data.end(), bytes.begin(), bytes.end());
  candidates.emplace_back(offset, bytes.size());
  return offset;
}

/// The elements one behind the other, each in whole bytes.
static std::vector<uint8_t> storedBytes(ElementsAttr value) {
  int64_t width = elementBytes(value.getElementType());
  std::vector<uint8_t> bytes;
  if (value.getElementType().isInteger(1)) {
    for (bool bit : value.getValues<bool>())
      bytes.push_back(bit);
    return bytes;
  }
  ArrayRef<char> raw;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    raw = resource.getRawHandle().getBlob()->getData();
  else
    raw = cast<DenseElementsAttr>(value).getRawData();
  size_t size = value.getNumElements() * width;
  bytes.reserve(size);
  while (bytes.size() < size) // more than once for a splat
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  return bytes;
}

int64_t WeightsBlob::add(ElementsAttr value) {
  auto [position, inserted] = offsets.try_emplace(value, 0);
  if (inserted)
    position->second = add(storedBytes(value));
  return position->second;
}

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

namespace {

/// Storage of an op's result; an error if there is none.
FailureOr<Storage> storageOf(OpResult result, WeightsBlob &weights,
                             const llvm::DenseMap<Value, Storage> &located) {
  auto type = cast<RankedTensorType>(result.getType());
  Operation *op = result.getOwner();
  Storage storage;
  storage.strides = compactByteStrides(type);
  if (ElementsAttr constant = qnn::constantValue(result)) {
    storage.place = Place::weights;
    storage.offset = weights.add(constant);
    return storage;
  }
  if (auto buffer =
          op->getAttrOfType<qnn::BufferAttr>(qnn::QnnDialect::kBufferAttr)) {
    storage.offset = buffer.getOffset();
    storage.strides.assign(buffer.getStrides().begin(),
                           buffer.getStrides().end());
    return storage;
  }
  if (isView(op)) {
    const Storage &source = located.find(op->getOperand(0))->second;
    std::optional<lower::StridedLayout> layout =
        lower::viewLayout(op, source.strides);
    if (!layout)
      return op->emitOpError("is a view of a value that is not compact");
    storage.place = source.place;
    storage.index = source.index;
    storage.offset = source.offset + layout->offset;
    storage.strides = std::move(layout->strides);
    return storage;
  }
  if (std::optional<uint32_t> index = lower::outputIndex(result)) {
    storage.place = Place::output;
    storage.index = *index;
    return storage;
  }
  return op->emitOpError("has neither a qnn.buffer nor an output of its own");
}

} // namespace

FailureOr<Placement> Placement::get(func::FuncOp function,
                                    WeightsBlob &weights) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("must have one block");
  Placement placement;
  for (BlockArgument argument : function.getArguments()) {
    Storage storage;
    storage.place = Place::input;
    storage.index = argument.getArgNumber();
    storage.strides =
        compactByteStrides(cast<RankedTensorType>(argument.getType()));
    placement.storage[argument] = storage;
  }
  for (Operation &op : function.getBody().front()) {
    for (OpResult result : op.getResults()) {
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (!type || !type.hasStaticShape())
        return op.emitOpError("must have results of static shape, got ")
               << result.getType();
      FailureOr<Storage> storage =
          storageOf(result, weights, placement.storage);
      if (failed(storage))
        return failure();
      placement.storage[result] = *storage;
    }
    if (auto buffer =
            op.getAttrOfType<qnn::BufferAttr>(qnn::QnnDialect::kBufferAttr))
      placement.arenaSize =
          std::max(placement.arenaSize, buffer.getBegin() + buffer.getSize());
  }
  return placement;
}
