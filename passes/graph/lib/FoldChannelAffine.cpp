//===- FoldChannelAffine.cpp - scales and offsets into weights ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"
#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/STLExtras.h"

namespace qcc::graph {
#define GEN_PASS_DEF_FOLDCHANNELAFFINEPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// A constant that has one number for each of the `channels` of the last
/// dimension of a tensor of `rank` dimensions, or one for all.
std::optional<SmallVector<float>> perChannel(Value value, int64_t channels,
                                             int64_t rank) {
  auto type = typeOf(value);
  if (type.getRank() > rank || !type.hasStaticShape() ||
      (type.getNumElements() != 1 && (type.getNumElements() != channels ||
                                      type.getShape().back() != channels)))
    return std::nullopt;
  std::optional<SmallVector<float>> values = floatElements(value);
  if (values && values->size() == 1)
    values->resize(channels, values->front());
  return values;
}

/// What `y = x op constant` (or the other way round) does to a channel:
/// y = x * scale + offset.
struct Affine {
  Value input;
  SmallVector<float> scale, offset;
};

std::optional<Affine> matchAffine(qnn::BinaryOp op) {
  auto type = typeOf(op.getResult());
  if (!type.getElementType().isF32() || type.getRank() < 1)
    return std::nullopt;
  int64_t channels = type.getShape().back();
  for (bool swapped : {false, true}) {
    Value input = swapped ? op.getRhs() : op.getLhs(),
          other = swapped ? op.getLhs() : op.getRhs();
    if (input.getType() != type)
      continue;
    auto values = perChannel(other, channels, type.getRank());
    if (!values)
      continue;
    Affine affine{input, SmallVector<float>(channels, 1),
                  SmallVector<float>(channels, 0)};
    switch (op.getKind()) {
    case qnn::BinaryKind::mul:
      affine.scale = *values;
      return affine;
    case qnn::BinaryKind::div:
      if (swapped)
        return std::nullopt;
      for (auto [scale, value] : llvm::zip_equal(affine.scale, *values))
        scale = 1 / value;
      return affine;
    case qnn::BinaryKind::add:
      affine.offset = *values;
      return affine;
    case qnn::BinaryKind::sub:
      for (auto [scale, offset, value] :
           llvm::zip_equal(affine.scale, affine.offset, *values)) {
        scale = swapped ? -1 : 1;
        offset = swapped ? value : -value;
      }
      return affine;
    default:
      return std::nullopt;
    }
  }
  return std::nullopt;
}

bool isOne(float value) { return value == 1; }

/// `values` [outputs, ...] with each slice of the first dimension scaled.
void scaleRows(MutableArrayRef<float> values, ArrayRef<float> scale) {
  size_t row = values.size() / scale.size();
  for (size_t i = 0; i < values.size(); ++i)
    values[i] *= scale[i / row];
}

/// conv(x) * scale + offset is a convolution with other weights.
template <typename OpT> struct FoldAfter : OpRewritePattern<qnn::BinaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::BinaryOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Affine> affine = matchAffine(op);
    if (!affine)
      return rewriter.notifyMatchFailure(op, "no scale or offset by channel");
    // A reshape of the dimensions before the channels may lie between.
    Value contracted = affine->input;
    if (auto reshape = contracted.getDefiningOp<qnn::ReshapeOp>();
        reshape && reshape->hasOneUse() &&
        typeOf(reshape.getInput()).getShape().back() ==
            typeOf(reshape).getShape().back())
      contracted = reshape.getInput();
    auto source = contracted.getDefiningOp<OpT>();
    if (!source || !source->hasOneUse())
      return rewriter.notifyMatchFailure(op, "no weights to fold into");
    bool scales = !llvm::all_of(affine->scale, isOne);
    std::optional<SmallVector<float>> weight;
    if (scales)
      weight = floatElements(source.getWeight());
    if (scales && !weight)
      return rewriter.notifyMatchFailure(op, "weight is not an f32 constant");
    SmallVector<float> bias(affine->scale.size(), 0);
    if (source.getBias()) {
      auto values = floatElements(source.getBias());
      if (!values)
        return rewriter.notifyMatchFailure(op, "bias is not an f32 constant");
      bias = *values;
    }
    for (auto [value, scale, offset] :
         llvm::zip_equal(bias, affine->scale, affine->offset))
      value = value * scale + offset;

    rewriter.setInsertionPoint(source);
    Value newWeight = source.getWeight();
    if (scales) {
      scaleRows(*weight, affine->scale);
      newWeight = makeFloats(rewriter, source.getLoc(),
                             typeOf(source.getWeight()).getShape(), *weight);
    }
    Value newBias = makeFloats(rewriter, source.getLoc(),
                               static_cast<int64_t>(bias.size()), bias);
    auto result = cast<OpT>(rewriter.clone(*source));
    result.getWeightMutable().assign(newWeight);
    result.getBiasMutable().assign(newBias);
    // The result now stands for the tensor after the scale, under the name of
    // the convolution.
    if (Attribute name = op->getAttr(qnn::QnnDialect::kTensorAttr))
      result->setAttr(qnn::QnnDialect::kTensorAttr, name);
    Value replacement = result;
    if (replacement.getType() != op.getType())
      replacement = qnn::ReshapeOp::create(rewriter, op.getLoc(), op.getType(),
                                           replacement);
    rewriter.replaceOp(op, replacement);
    return success();
  }
};

/// conv(x * scale) takes the scale into its weights; conv(x + offset) takes the
/// offset into its bias, where there is no padding that it would not reach.
template <typename OpT> struct FoldBefore : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    auto source = op.getInput().template getDefiningOp<qnn::BinaryOp>();
    if (!source)
      return rewriter.notifyMatchFailure(op, "input is not scaled");
    std::optional<Affine> affine = matchAffine(source);
    std::optional<SmallVector<float>> weight = floatElements(op.getWeight());
    if (!affine || !weight)
      return rewriter.notifyMatchFailure(op, "no scale or constant weight");
    bool shifts =
        llvm::any_of(affine->offset, [](float value) { return value != 0; });
    if (shifts && pads(op))
      return rewriter.notifyMatchFailure(op, "padding has no offset");
    SmallVector<float> bias(typeOf(op.getWeight()).getDimSize(0), 0);
    if (op.getBias()) {
      auto values = floatElements(op.getBias());
      if (!values)
        return rewriter.notifyMatchFailure(op, "bias is not an f32 constant");
      bias = *values;
    }
    size_t outputs = bias.size(), row = weight->size() / outputs;
    int64_t perGroup = typeOf(op.getWeight()).getShape().back();
    size_t outputsPerGroup = outputs / groupsOf(op);
    for (size_t o = 0; o < outputs; ++o) {
      double sum = bias[o];
      for (size_t k = 0; k < row; ++k) {
        float &value = (*weight)[o * row + k];
        size_t channel = o / outputsPerGroup * perGroup + k % perGroup;
        sum += static_cast<double>(value) * affine->offset[channel];
        value *= affine->scale[channel];
      }
      bias[o] = static_cast<float>(sum);
    }
    Value newWeight = makeFloats(rewriter, op.getLoc(),
                                 typeOf(op.getWeight()).getShape(), *weight);
    Value newBias = op.getBias();
    if (shifts)
      newBias = makeFloats(rewriter, op.getLoc(), static_cast<int64_t>(outputs),
                           bias);
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(affine->input);
      op.getWeightMutable().assign(newWeight);
      if (newBias)
        op.getBiasMutable().assign(newBias);
    });
    return success();
  }

private:
  static bool pads(qnn::ConvOp op) {
    return llvm::any_of(op.getPads(), [](int64_t amount) { return amount; });
  }
  static bool pads(qnn::LinearOp) { return false; }
  static int64_t groupsOf(qnn::ConvOp op) { return op.getGroups(); }
  static int64_t groupsOf(qnn::LinearOp) { return 1; }
};

class FoldChannelAffine
    : public analysis::GreedyPatternPass<
          graph::impl::FoldChannelAffinePassBase<FoldChannelAffine>,
          FoldAfter<qnn::ConvOp>, FoldAfter<qnn::ConvTransposeOp>,
          FoldAfter<qnn::LinearOp>, FoldBefore<qnn::ConvOp>,
          FoldBefore<qnn::LinearOp>> {};

} // namespace
