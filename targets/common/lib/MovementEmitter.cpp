//===- MovementEmitter.cpp - ops whose elements are copies ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each op is a few copies of strided memory; see LoopNest.h.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "GenericEmitters.h"
#include "LoopNest.h"

#include "qcc/Lower/ScalarCode.h"
#include "qcc/Qnn/Padding.h"
#include "qcc/Target/Epilogue.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// A value with strides that somebody else derived.
NestOperand withStrides(Kernel &kernel, Value value, ArrayRef<int64_t> strides,
                        int64_t offset = 0) {
  NestOperand operand;
  operand.pointer = kernel.offset(kernel.pointer(value), offset);
  operand.element = typeOf(value).getElementType();
  operand.strides.assign(strides.begin(), strides.end());
  return operand;
}

/// Ops that could be views: a copy of the view.
LogicalResult emitCopyOfView(Kernel &kernel, Operation *op) {
  Value input = op->getOperand(0), result = op->getResult(0);
  ArrayRef<int64_t> from = kernel.strides(input), to = kernel.strides(result);
  if (std::optional<lower::StridedLayout> layout =
          lower::viewLayout(op, from)) {
    emitCopyNest(kernel, typeOf(result).getShape(),
                 withStrides(kernel, input, layout->strides, layout->offset),
                 withStrides(kernel, result, to));
    return success();
  }
  // A reshape from memory with gaps to memory without.
  if (to != ArrayRef<int64_t>(compactByteStrides(typeOf(result))))
    return op->emitOpError("reshapes between two layouts that both have gaps");
  emitCopyNest(kernel, typeOf(input).getShape(),
               withStrides(kernel, input, from),
               withStrides(kernel, result, compactByteStrides(typeOf(input))));
  return success();
}

LogicalResult emitConcat(Kernel &kernel, qnn::ConcatOp op) {
  ArrayRef<int64_t> strides = kernel.strides(op.getResult());
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    if (lower::isInPlace(op, i))
      continue;
    lower::StridedLayout part = lower::partLayout(op, i, strides);
    emitCopyNest(
        kernel, typeOf(input).getShape(),
        withStrides(kernel, input, kernel.strides(input)),
        withStrides(kernel, op.getResult(), part.strides, part.offset));
  }
  return success();
}

/// [a, b] tiled is [r, a, s, b] broadcast.
LogicalResult emitTile(Kernel &kernel, qnn::TileOp op) {
  SmallVector<int64_t> shape, from, to;
  for (auto [repeats, extent, in, out] : llvm::zip_equal(
           op.getRepeats(), typeOf(op.getInput()).getShape(),
           kernel.strides(op.getInput()), kernel.strides(op.getResult()))) {
    shape.append({repeats, extent});
    from.append({0, in});
    to.append({extent * out, out});
  }
  emitCopyNest(kernel, shape, withStrides(kernel, op.getInput(), from),
               withStrides(kernel, op.getResult(), to));
  return success();
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// Consecutive indices of one dimension of the result that read the input at a
/// constant step, or are filled.
struct Segment {
  int64_t begin, size, source, step;
  bool isFill() const { return source < 0; }
};

SmallVector<Segment> segmentsOf(int64_t extent, int64_t low, int64_t size,
                                qnn::PadMode mode) {
  SmallVector<Segment> segments;
  for (int64_t i = 0; i < size; ++i) {
    int64_t source = qnn::paddedSource(i - low, extent, mode);
    if (!segments.empty()) {
      Segment &last = segments.back();
      if (last.isFill() && source < 0) {
        ++last.size;
        continue;
      }
      int64_t step = source - (last.source + last.step * (last.size - 1));
      if (!last.isFill() && source >= 0 &&
          (last.size == 1 ? std::abs(step) <= 1 : step == last.step)) {
        last.step = step;
        ++last.size;
        continue;
      }
    }
    segments.push_back({i, 1, source, 0});
  }
  return segments;
}

LogicalResult emitPad(Kernel &kernel, qnn::PadOp op) {
  ImplicitLocOpBuilder &b = kernel.getBuilder();
  RankedTensorType from = typeOf(op.getInput()), to = typeOf(op.getResult());
  ArrayRef<int64_t> inStrides = kernel.strides(op.getInput()),
                    outStrides = kernel.strides(op.getResult());
  Type element = to.getElementType();
  double value = op.getValue().convertToDouble();
  auto fill = [&](ValueRange, int64_t lanes) {
    Value scalar = lower::emitConstant(b, b.getLoc(), signless(element), value);
    return broadcast(b, scalar, lanes);
  };
  NestOptions fillOptions;
  fillOptions.widestBits = 8 * elementBytes(element);

  SmallVector<Segment> chosen;
  auto nest = [&](auto &self, int64_t dim) -> void {
    if (dim < to.getRank()) {
      for (const Segment &segment :
           segmentsOf(from.getDimSize(dim), op.getLow()[dim],
                      to.getDimSize(dim), op.getMode())) {
        chosen.push_back(segment);
        self(self, dim + 1);
        chosen.pop_back();
      }
      return;
    }
    SmallVector<int64_t> shape, strides;
    int64_t inOffset = 0, outOffset = 0;
    bool isFill = false;
    for (auto [i, segment] : llvm::enumerate(chosen)) {
      shape.push_back(segment.size);
      isFill |= segment.isFill();
      strides.push_back(segment.step * inStrides[i]);
      inOffset += segment.source * inStrides[i];
      outOffset += segment.begin * outStrides[i];
    }
    NestOperand output =
        withStrides(kernel, op.getResult(), outStrides, outOffset);
    if (isFill)
      emitLoopNest(kernel, shape, {}, output, fill, fillOptions);
    else
      emitCopyNest(kernel, shape,
                   withStrides(kernel, op.getInput(), strides, inOffset),
                   output);
  };
  nest(nest, 0);
  return success();
}

class MovementEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override {
    return isa<qnn::TransposeOp, qnn::SliceOp, qnn::BroadcastOp, qnn::ReshapeOp,
               qnn::ConcatOp, qnn::TileOp, qnn::PadOp>(op);
  }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](qnn::ConcatOp concat) { return emitConcat(kernel, concat); })
        .Case([&](qnn::TileOp tile) { return emitTile(kernel, tile); })
        .Case([&](qnn::PadOp pad) { return emitPad(kernel, pad); })
        .Default([&](Operation *) { return emitCopyOfView(kernel, op); });
  }
};

} // namespace

const KernelEmitter &target::movementEmitter() {
  static const MovementEmitter emitter;
  return emitter;
}
