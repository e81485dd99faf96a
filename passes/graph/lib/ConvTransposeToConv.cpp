//===- ConvTransposeToConv.cpp - transposed convolutions as plain ones ----===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Along one dimension a transposed convolution gives, with x[i] the input,
//   y[i * stride + t] += x[i] * w[t],
// so that the outputs of one phase r = y's index modulo the stride are those of
// a convolution with every stride-th tap:
//   y[q * stride + r] = sum over m of x[q - m] * w[m * stride + r].
// All phases together are one convolution with as many times the outputs, whose
// results are put in order. (Shi et al., "Is the deconvolution layer the same
// as a convolutional layer?", 2016.)
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/GreedyPatternPass.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

namespace qcc::graph {
#define GEN_PASS_DEF_CONVTRANSPOSETOCONVPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

/// One spatial dimension of a transposed convolution as one of a convolution.
struct Axis {
  int64_t stride;          ///< of the transposed one: phases
  int64_t taps;            ///< of the convolution
  int64_t low, high;       ///< padding of the convolution
  int64_t positions;       ///< of its result
  int64_t dropped, extent; ///< of the ordered result: in front; kept
};

/// Weights and bias [G, O / G] with an output for each phase, and positions of
/// it: [G, phases, O / G].
struct Phases {
  SmallVector<Axis> axes;
  int64_t groups, outputsPerGroup, depth;

  int64_t count() const {
    int64_t phases = 1;
    for (const Axis &axis : axes)
      phases *= axis.stride;
    return phases;
  }
  int64_t outputs() const { return groups * count() * outputsPerGroup; }
};

} // namespace

/// Nothing where padding would be negative, or phases and dilation mix.
static std::optional<Phases> phasesOf(qnn::ConvTransposeOp op) {
  auto input = cast<RankedTensorType>(op.getInput().getType()),
       weight = cast<RankedTensorType>(op.getWeight().getType()),
       result = cast<RankedTensorType>(op.getType());
  if (!input.hasStaticShape())
    return std::nullopt;
  Phases phases;
  phases.groups = op.getGroups();
  phases.outputsPerGroup = weight.getDimSize(0) / phases.groups;
  phases.depth = weight.getShape().back();
  size_t rank = op.getStrides().size();
  for (size_t i = 0; i < rank; ++i) {
    int64_t stride = op.getStrides()[i], dilation = op.getDilations()[i],
            kernel = weight.getDimSize(i + 1), before = op.getPads()[i],
            extent = result.getDimSize(i + 1), size = input.getDimSize(i + 1);
    if ((stride != 1 && dilation != 1) || before < 0 || extent < 1 || size < 1)
      return std::nullopt;
    Axis axis;
    axis.stride = stride;
    axis.taps = llvm::divideCeil(kernel, stride);
    axis.extent = extent;
    int64_t first = before / stride, last = (before + extent - 1) / stride,
            reach = dilation * (axis.taps - 1);
    axis.positions = last - first + 1;
    axis.dropped = before - first * stride;
    axis.low = reach - first;
    axis.high = axis.positions - size - axis.low + reach;
    if (axis.low < 0 || axis.high < 0)
      return std::nullopt;
    phases.axes.push_back(axis);
  }
  return phases;
}

/// [O, K..., C / G] as [G, phases, O / G] x [taps..., C / G]; taps that a phase
/// does not have are zero.
static std::vector<float> weightsOfPhases(ArrayRef<float> weights,
                                          ArrayRef<int64_t> kernel,
                                          const Phases &phases) {
  size_t rank = phases.axes.size();
  int64_t taps = 1, oldTaps = 1;
  for (size_t i = 0; i < rank; ++i) {
    taps *= phases.axes[i].taps;
    oldTaps *= kernel[i];
  }
  std::vector<float> result(phases.outputs() * taps * phases.depth, 0.0f);
  float *out = result.data();
  for (int64_t group = 0; group < phases.groups; ++group)
    for (int64_t phase = 0; phase < phases.count(); ++phase)
      for (int64_t output = 0; output < phases.outputsPerGroup; ++output)
        for (int64_t tap = 0; tap < taps; ++tap, out += phases.depth) {
          // From the last dimension to the first.
          int64_t phaseLeft = phase, tapLeft = tap, old = 0, scale = 1;
          bool exists = true;
          for (size_t i = rank; i-- > 0;) {
            const Axis &axis = phases.axes[i];
            int64_t m = axis.taps - 1 - tapLeft % axis.taps,
                    t = m * axis.stride + phaseLeft % axis.stride;
            exists &= t < kernel[i];
            old += t * scale;
            scale *= kernel[i];
            tapLeft /= axis.taps;
            phaseLeft /= axis.stride;
          }
          int64_t row = group * phases.outputsPerGroup + output;
          if (exists)
            llvm::copy(weights.slice((row * oldTaps + old) * phases.depth,
                                     phases.depth),
                       out);
        }
  return result;
}

static std::vector<float> biasOfPhases(ArrayRef<float> bias,
                                       const Phases &phases) {
  std::vector<float> result;
  for (int64_t group = 0; group < phases.groups; ++group)
    for (int64_t phase = 0; phase < phases.count(); ++phase)
      llvm::append_range(result, bias.slice(group * phases.outputsPerGroup,
                                            phases.outputsPerGroup));
  return result;
}

/// The results [N, Q..., G * phases * O / G] of all phases as [N, E..., O].
static Value inOrder(PatternRewriter &rewriter, Location loc, Value value,
                     const Phases &phases) {
  auto type = cast<RankedTensorType>(value.getType());
  auto reshape = [&](ArrayRef<int64_t> shape) {
    value = qnn::ReshapeOp::create(rewriter, loc, type.clone(shape), value);
  };
  int64_t rank = static_cast<int64_t>(phases.axes.size()),
          batch = type.getDimSize(0),
          outputs = phases.groups * phases.outputsPerGroup;
  if (phases.count() > 1) {
    SmallVector<int64_t> split{batch}, joined{batch}, permutation{0};
    for (const Axis &axis : phases.axes)
      split.push_back(axis.positions);
    split.push_back(phases.groups);
    for (auto [i, axis] : llvm::enumerate(phases.axes)) {
      split.push_back(axis.stride);
      joined.push_back(axis.positions * axis.stride);
      permutation.push_back(1 + static_cast<int64_t>(i));
      permutation.push_back(2 + rank + static_cast<int64_t>(i));
    }
    split.push_back(phases.outputsPerGroup);
    joined.push_back(outputs);
    permutation.push_back(1 + rank);
    permutation.push_back(2 + 2 * rank);
    reshape(split);
    value = qnn::TransposeOp::create(rewriter, loc, value, permutation);
    reshape(joined);
  }
  SmallVector<int64_t> starts{0}, sizes{batch};
  for (const Axis &axis : phases.axes) {
    starts.push_back(axis.dropped);
    sizes.push_back(axis.extent);
  }
  starts.push_back(0);
  sizes.push_back(outputs);
  if (sizes == cast<RankedTensorType>(value.getType()).getShape())
    return value;
  return qnn::SliceOp::create(rewriter, loc, value, starts, sizes,
                              SmallVector<int64_t>(sizes.size(), 1));
}

namespace {

struct AsConv : OpRewritePattern<qnn::ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::ConvTransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    std::optional<std::vector<float>> weights = qnn::readFloats(op.getWeight()),
                                      bias;
    if (op.getBias())
      bias = qnn::readFloats(op.getBias());
    if (!type.getElementType().isF32() || !weights || (op.getBias() && !bias))
      return rewriter.notifyMatchFailure(op, "weights are not f32 constants");
    std::optional<Phases> phases = phasesOf(op);
    if (!phases)
      return rewriter.notifyMatchFailure(op, "strided and dilated");
    Location loc = op.getLoc();
    SmallVector<int64_t> shape{phases->outputs()}, pads;
    for (const Axis &axis : phases->axes) {
      shape.push_back(axis.taps);
      pads.push_back(axis.low);
    }
    for (const Axis &axis : phases->axes)
      pads.push_back(axis.high);
    shape.push_back(phases->depth);
    ArrayRef<int64_t> kernel = cast<RankedTensorType>(op.getWeight().getType())
                                   .getShape()
                                   .drop_front()
                                   .drop_back();
    Value newWeight =
              qnn::createConstant(rewriter, op.getWeight().getLoc(), shape,
                                  weightsOfPhases(*weights, kernel, *phases)),
          newBias;
    if (bias)
      newBias = qnn::createConstant(rewriter, op.getBias().getLoc(),
                                    {phases->outputs()},
                                    biasOfPhases(*bias, *phases));
    SmallVector<int64_t> strides(phases->axes.size(), 1);
    Value value =
        qnn::ConvOp::create(rewriter, loc, op.getInput(), newWeight, newBias,
                            strides, pads, op.getDilations(), op.getGroups());
    // What is done to each number is done before they are put in order, where
    // it is part of the convolution's kernel.
    Operation *last = op;
    while (last->hasOneUse() &&
           isa<qnn::ClampOp, qnn::UnaryOp>(*last->user_begin())) {
      last = *last->user_begin();
      Operation *clone = rewriter.clone(*last);
      clone->setOperand(0, value);
      clone->getResult(0).setType(
          cast<RankedTensorType>(last->getResult(0).getType())
              .clone(cast<RankedTensorType>(value.getType()).getShape()));
      clone->removeAttr(qnn::QnnDialect::kTensorAttr);
      value = clone->getResult(0);
    }
    value = inOrder(rewriter, last->getLoc(), value, *phases);
    if (Attribute tensor = last->getAttr(qnn::QnnDialect::kTensorAttr))
      value.getDefiningOp()->setAttr(qnn::QnnDialect::kTensorAttr, tensor);
    rewriter.replaceOp(last, value);
    return success();
  }
};

class ConvTransposeToConv
    : public analysis::GreedyPatternPass<
          graph::impl::ConvTransposeToConvPassBase<ConvTransposeToConv>,
          AsConv> {};

} // namespace
