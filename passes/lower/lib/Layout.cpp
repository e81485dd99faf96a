//===- Layout.cpp - how values lie in memory ------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Lower/Layout.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::lower;

int64_t lower::elementBytes(Type elementType) {
  return llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8);
}

SmallVector<int64_t, 4> lower::compactByteStrides(RankedTensorType type) {
  SmallVector<int64_t, 4> strides(type.getRank());
  int64_t stride = elementBytes(type.getElementType());
  for (int64_t i = type.getRank() - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= type.getDimSize(i);
  }
  return strides;
}

//===----------------------------------------------------------------------===//
// Layout requests
//===----------------------------------------------------------------------===//

LayoutRequest lower::getLayoutRequest(OpResult value) {
  auto type = cast<RankedTensorType>(value.getType());
  Operation *op = value.getOwner();
  size_t rank = type.getRank();
  LayoutRequest request;
  request.low.assign(rank, 0);
  request.high.assign(rank, 0);
  request.haloValue.assign(1, 0);
  request.channels = rank ? type.getShape().back() : 1;
  if (auto halo = op->getAttrOfType<DenseI64ArrayAttr>(kHaloAttr)) {
    assert(halo.size() == static_cast<int64_t>(2 * rank) &&
           "two numbers for each dimension");
    request.low.assign(halo.asArrayRef().begin(),
                       halo.asArrayRef().begin() + rank);
    request.high.assign(halo.asArrayRef().begin() + rank,
                        halo.asArrayRef().end());
  }
  if (auto fill = op->getAttrOfType<DenseI32ArrayAttr>(kHaloValueAttr))
    request.haloValue.assign(fill.asArrayRef().begin(),
                             fill.asArrayRef().end());
  if (auto channels = op->getAttrOfType<IntegerAttr>(kChannelsAttr))
    request.channels = channels.getInt();
  return request;
}

bool LayoutRequest::hasHalo() const {
  auto positive = [](int64_t n) { return n > 0; };
  return llvm::any_of(low, positive) || llvm::any_of(high, positive);
}

bool LayoutRequest::isCompact(RankedTensorType type) const {
  return !hasHalo() &&
         (type.getRank() == 0 || channels == type.getShape().back());
}

SmallVector<int64_t, 4>
LayoutRequest::byteStrides(RankedTensorType type) const {
  SmallVector<int64_t, 4> strides(type.getRank());
  int64_t stride = elementBytes(type.getElementType());
  for (int64_t i = type.getRank() - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= i == type.getRank() - 1 ? channels
                                      : type.getDimSize(i) + low[i] + high[i];
  }
  return strides;
}

int64_t LayoutRequest::byteSize(RankedTensorType type) const {
  int64_t size = elementBytes(type.getElementType());
  for (int64_t i = 0; i < type.getRank(); ++i)
    size *= i == type.getRank() - 1 ? channels
                                    : type.getDimSize(i) + low[i] + high[i];
  return size;
}

int64_t LayoutRequest::bytesBefore(RankedTensorType type) const {
  int64_t bytes = 0;
  for (auto [halo, stride] : llvm::zip_equal(low, byteStrides(type)))
    bytes += halo * stride;
  return bytes;
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

bool lower::isView(Operation *op) { return op->hasAttr(kViewAttr); }

std::optional<StridedLayout> lower::viewLayout(Operation *op,
                                               ArrayRef<int64_t> source) {
  using Result = std::optional<StridedLayout>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](qnn::ReshapeOp reshape) -> Result {
        if (source !=
            ArrayRef<int64_t>(compactByteStrides(
                cast<RankedTensorType>(reshape.getInput().getType()))))
          return std::nullopt;
        return StridedLayout{
            0, compactByteStrides(cast<RankedTensorType>(reshape.getType()))};
      })
      .Case([&](qnn::TransposeOp transpose) -> Result {
        StridedLayout layout;
        for (int64_t dim : transpose.getPermutation())
          layout.strides.push_back(source[dim]);
        return layout;
      })
      .Case([&](qnn::SliceOp slice) -> Result {
        StridedLayout layout;
        for (auto [start, step, stride] :
             llvm::zip_equal(slice.getStarts(), slice.getSteps(), source)) {
          layout.offset += start * stride;
          layout.strides.push_back(step * stride);
        }
        return layout;
      })
      .Case([&](qnn::BroadcastOp broadcast) -> Result {
        auto from = cast<RankedTensorType>(broadcast.getInput().getType());
        auto to = cast<RankedTensorType>(broadcast.getType());
        StridedLayout layout;
        layout.strides.assign(to.getRank(), 0);
        int64_t leading = to.getRank() - from.getRank();
        for (int64_t i = 0; i < from.getRank(); ++i)
          if (from.getDimSize(i) == to.getDimSize(leading + i))
            layout.strides[leading + i] = source[i];
        return layout;
      })
      .Default([](Operation *) { return std::nullopt; });
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

bool lower::isInPlace(qnn::ConcatOp op, unsigned operand) {
  auto parts = op->getAttrOfType<DenseI64ArrayAttr>(kInPlaceAttr);
  return parts && llvm::is_contained(parts.asArrayRef(), operand);
}

qnn::ConcatOp lower::concatAround(Value value) {
  if (!value.hasOneUse())
    return {};
  OpOperand &use = *value.use_begin();
  auto concat = dyn_cast<qnn::ConcatOp>(use.getOwner());
  return concat && isInPlace(concat, use.getOperandNumber()) ? concat
                                                             : qnn::ConcatOp();
}

StridedLayout lower::partLayout(qnn::ConcatOp op, unsigned operand,
                                ArrayRef<int64_t> strides) {
  StridedLayout layout;
  layout.strides.assign(strides.begin(), strides.end());
  for (Value before : op.getInputs().take_front(operand))
    layout.offset +=
        cast<RankedTensorType>(before.getType()).getDimSize(op.getAxis()) *
        strides[op.getAxis()];
  return layout;
}

Value lower::underlyingValue(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isView(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

std::optional<uint32_t> lower::outputIndex(Value value) {
  while (value.hasOneUse()) {
    OpOperand &use = *value.use_begin();
    if (isa<func::ReturnOp>(use.getOwner()))
      return use.getOperandNumber();
    if (!isa<qnn::ReshapeOp>(use.getOwner()) || !isView(use.getOwner()))
      return std::nullopt;
    value = use.getOwner()->getResult(0);
  }
  return std::nullopt;
}
