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

static bool isScalar(Value value, bool (*isElement)(Type)) {
  return !value || (typeOf(value).getRank() == 0 &&
                    isElement(typeOf(value).getElementType()));
}

LogicalResult
NmsOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                        ValueRange operands, DictionaryAttr attributes,
                        OpaqueProperties properties, RegionRange regions,
                        SmallVectorImpl<Type> &results) {
  Adaptor op(operands, attributes, properties, regions);
  RankedTensorType boxes = typeOf(op.getBoxes()),
                   scores = typeOf(op.getScores());
  if (boxes.getRank() != 3 || scores.getRank() != 3 ||
      !boxes.getElementType().isF32() || !scores.getElementType().isF32() ||
      failed(verifyCompatibleShape(
          boxes.getShape(), {scores.getDimSize(0), scores.getDimSize(2), 4})))
    return emitOptionalError(loc, "boxes ", boxes, " and scores ", scores,
                             " must be [B, N, 4] and [B, C, N] of f32 (C1)");
  auto isF32 = [](Type type) { return type.isF32(); };
  auto isI64 = [](Type type) { return type.isSignlessInteger(64); };
  if (!isScalar(op.getIouThreshold(), isF32) ||
      !isScalar(op.getScoreThreshold(), isF32) ||
      !isScalar(op.getLimit(), isI64))
    return emitOptionalError(loc, "thresholds must be one f32 and the limit "
                                  "one i64, of rank 0 (C2)");
  int64_t count = scores.getDimSize(2), most = op.getMaxBoxes();
  if (most < 0 || (!ShapedType::isDynamic(count) && most > count))
    return emitOptionalError(loc, "max_boxes is ", most, ", must be 0 to ",
                             count, " (C3)");
  results.push_back(
      RankedTensorType::get({scores.getDimSize(0), scores.getDimSize(1), most},
                            IntegerType::get(context, 64)));
  return success();
}

LogicalResult
CompactOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                            ValueRange operands, DictionaryAttr attributes,
                            OpaqueProperties properties, RegionRange regions,
                            SmallVectorImpl<Type> &results) {
  Adaptor op(operands, attributes, properties, regions);
  RankedTensorType input = typeOf(op.getInput()), keep = typeOf(op.getKeep());
  if (input.getRank() < 1)
    return emitOptionalError(loc, "input of rank 0 has no rows (C1)");
  if (!keep.getElementType().isInteger(1) ||
      failed(verifyCompatibleShape(keep.getShape(), {input.getDimSize(0)})))
    return emitOptionalError(
        loc, "keep ", keep, " must be ",
        RankedTensorType::get({input.getDimSize(0)},
                              IntegerType::get(keep.getContext(), 1)),
        " (C2)");
  results.push_back(input);
  return success();
}
