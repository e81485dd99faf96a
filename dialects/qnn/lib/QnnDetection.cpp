//===- QnnDetection.cpp - types of ops on regions and boxes ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace qcc::qnn;

/// More points in a bin than any network has; a wrong number must not take
/// hours.
static constexpr int64_t kMaxSamples = 1024;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

LogicalResult
RoiAlignOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                             ValueRange operands, DictionaryAttr attributes,
                             OpaqueProperties properties, RegionRange regions,
                             SmallVectorImpl<Type> &results) {
  Adaptor op(operands, attributes, properties, regions);
  RankedTensorType input = typeOf(op.getInput()), rois = typeOf(op.getRois()),
                   pictures = typeOf(op.getPictures());
  if (input.getRank() != 4 || !input.getElementType().isF32() ||
      llvm::is_contained(input.getShape().drop_back(), 0))
    return emitOptionalError(
        loc, "input ", input,
        " must be pictures [N, H, W, C] of f32 that are not empty (C1)");
  if (rois.getRank() != 2 || !rois.getElementType().isF32() ||
      failed(verifyCompatibleShape(
          rois.getShape(), {pictures.getRank() == 1 ? pictures.getDimSize(0)
                                                    : ShapedType::kDynamic,
                            4})) ||
      pictures.getRank() != 1 ||
      !pictures.getElementType().isSignlessInteger(64))
    return emitOptionalError(loc, "rois ", rois, " and pictures ", pictures,
                             " must be [R, 4] of f32 and [R] of i64 (C2)");
  int64_t height = op.getHeight(), width = op.getWidth(),
          samples = op.getSamples();
  if (height < 1 || width < 1 || samples < 0 || samples > kMaxSamples)
    return emitOptionalError(loc, "height ", height, " and width ", width,
                             " must be at least 1, samples ", samples,
                             " must be 0 to ", kMaxSamples, " (C3)");
  if (op.getKind() != PoolKind::average && op.getKind() != PoolKind::max)
    return emitOptionalError(loc, "the kind must be average or max, not ",
                             stringifyPoolKind(op.getKind()), " (C4)");
  results.push_back(RankedTensorType::get(
      {rois.getDimSize(0), height, width, input.getDimSize(3)},
      input.getElementType()));
  return success();
}
