//===- FuseContractions.cpp - contractions and pools with epilogues -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include "qcc/Analysis/DeclaredChange.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Lower/Quantization.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Reference.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

namespace qcc::lower {
#define GEN_PASS_DEF_FUSECONTRACTIONSPASS
#include "qcc/Lower/Passes.h.inc"
} // namespace qcc::lower

using namespace mlir;
using namespace qcc::qnn;
using namespace qcc::lower;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// A contraction of stored integers: what it reads and what its accumulator
/// stands for.
struct IntegerContraction {
  Value input;
  Value weight;
  SmallVector<int32_t> padValue;
  Root root;
  int64_t bound =
      0; ///< no accumulator, offset included, exceeds this magnitude
};

class FuseContractions {
public:
  explicit FuseContractions(func::FuncOp func)
      : func(func), builder(func.getContext()) {}

  LogicalResult run() {
    SmallVector<Operation *> roots;
    func.walk([&](Operation *op) {
      if (isa<ConvOp, LinearOp, MatmulOp, PoolOp>(op))
        roots.push_back(op);
    });
    // From the last to the first: of two branches that meet in an addition the
    // later one takes it into its epilogue.
    for (Operation *op : llvm::reverse(roots))
      fuse(op);
    return success(!hasFailed);
  }

private:
  void fuse(Operation *op) {
    if (auto pool = dyn_cast<PoolOp>(op))
      return fusePool(pool);
    if (auto matmul = dyn_cast<MatmulOp>(op))
      return fuseMatmul(matmul);
    Value bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
    if (std::optional<IntegerContraction> integer = matchIntegers(op, bias)) {
      Operation *fused = create(op, integer->input, integer->weight,
                                integer->padValue, integer->root);
      fused->setAttr(QnnDialect::kAccumulatorBoundAttr,
                     builder.getI64IntegerAttr(integer->bound));
      return;
    }
    if (!typeOf(op->getResult(0)).getElementType().isF32())
      return;
    // What stays in f32 is dequantized here and now if it is constant: kernels
    // pack constant weights.
    for (OpOperand &operand : op->getOpOperands())
      foldDequantize(operand);
    Root root;
    root.tensor = op->getResult(0);
    root.accumulator = builder.getF32Type();
    root.bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
    create(op, op->getOperand(0), op->getOperand(1), {}, root);
  }

  /// The fused op that replaces `op` and everything its epilogue takes in.
  Operation *create(Operation *op, Value input, Value weight,
                    ArrayRef<int32_t> padValue, const Root &root) {
    return replace(
        op, root,
        [&](Type type, ValueRange extras, Location loc) -> Operation * {
          if (auto conv = dyn_cast<ConvOp>(op))
            return FusedConvOp::create(
                builder, loc, type, input, weight, extras, conv.getStrides(),
                conv.getPads(), conv.getDilations(), conv.getGroups(),
                padValue.empty() ? DenseI32ArrayAttr()
                                 : builder.getDenseI32ArrayAttr(padValue),
                PackingAttr(), DictionaryAttr());
          return FusedMatmulOp::create(builder, loc, type, input, weight,
                                       extras,
                                       /*transpose_rhs=*/isa<LinearOp>(op),
                                       PackingAttr(), DictionaryAttr());
        });
  }

  Operation *
  replace(Operation *op, const Root &root,
          function_ref<Operation *(Type, ValueRange, Location)> make) {
    FusedSet set = growForward(op);
    Operation *last = set.last.getDefiningOp();
    builder.setInsertionPoint(last);
    EpilogueBuilder epilogue(builder, op->getLoc(), set, &root);
    hasFailed |= failed(epilogue.build());
    Operation *fused =
        make(set.last.getType(), epilogue.getExtras(), op->getLoc());
    fused->getRegion(0).takeBody(epilogue.getRegion());
    fused->setDiscardableAttrs(last->getDiscardableAttrDictionary());
    set.last.replaceAllUsesWith(fused->getResult(0));
    for (Operation *absorbed : llvm::reverse(set.ops))
      if (absorbed->use_empty())
        absorbed->erase();
    eraseWithOperands(op);
    return fused;
  }

  /// Replaces the dequantize of a constant by its numbers.
  void foldDequantize(OpOperand &operand) {
    auto dequantize = operand.get().getDefiningOp<DequantizeOp>();
    if (!dequantize)
      return;
    FailureOr<SmallVector<ElementsAttr>> folded = foldConstants(dequantize);
    if (failed(folded))
      return;
    builder.setInsertionPoint(dequantize);
    operand.set(
        ConstantOp::create(builder, dequantize.getLoc(), folded->front()));
    if (dequantize.use_empty())
      dequantize.erase();
  }

  /// Erases `op` and the dequantizes that only it read.
  void eraseWithOperands(Operation *op) {
    SmallVector<Value> operands(op->getOperands());
    op->erase();
    for (Value operand : operands)
      if (auto producer = operand.getDefiningOp<DequantizeOp>();
          producer && producer->use_empty())
        producer.erase();
  }

  std::optional<IntegerContraction> matchIntegers(Operation *op, Value bias);
  /// i32 tensor of the sums of stored inputs that each output of a contraction
  /// reads, none of a magnitude beyond `greatest`; it broadcasts to the result.
  Value sumWindows(Operation *op, Value stored, int32_t padValue,
                   int64_t greatest);
  void fusePool(PoolOp op);
  void fuseMatmul(MatmulOp op);
  /// f32 tensor (or constant number) of elements that each window of an average
  /// counts.
  SmallVector<float> windowCounts(PoolOp op, SmallVectorImpl<int64_t> &shape);

  func::FuncOp func;
  OpBuilder builder;
  bool hasFailed = false;
};

/// Weights as signed 8-bit numbers, row by row of output channels.
struct SignedWeights {
  std::vector<int64_t> values;
  /// What is left to take off, for each output channel; empty if nothing is.
  SmallVector<int32_t> zeroPoints;
};

/// Fails if the weights cannot be read.
std::optional<SignedWeights> signedWeights(DequantizeOp dequantize,
                                           const Parameters &parameters,
                                           int64_t outputs, int64_t perOutput) {
  auto values = readIntegers(dequantize.getInput());
  if (!values)
    return std::nullopt;
  auto zeroPoint = [&](int64_t output) {
    return parameters
        .zeroPoints[parameters.zeroPoints.size() == 1 ? 0 : output];
  };
  bool fits = true;
  for (auto [i, value] : llvm::enumerate(*values)) {
    int64_t shifted = value - zeroPoint(i / perOutput);
    fits &= shifted >= -128 && shifted <= 127;
  }
  // What needs nine bits less its zero point gets the middle of its range taken
  // off. The rest is then the same for all inputs of a window.
  bool isUnsigned = dequantize.getScheme().getStorage().isUnsignedInteger();
  int64_t middle = isUnsigned ? 128 : 0;
  for (auto [i, value] : llvm::enumerate(*values))
    value -= fits ? zeroPoint(i / perOutput) : middle;
  SignedWeights result{std::move(*values), {}};
  for (int64_t c = 0; !fits && c < outputs; ++c)
    result.zeroPoints.push_back(static_cast<int32_t>(zeroPoint(c) - middle));
  return result;
}

Value FuseContractions::sumWindows(Operation *op, Value stored,
                                   int32_t padValue, int64_t greatest) {
  Location loc = op->getLoc();
  SmallVector<int64_t> shape(typeOf(op->getResult(0)).getShape()),
      ones(typeOf(op->getOperand(1)).getShape());
  // All outputs of one group read the same inputs.
  auto conv = dyn_cast<ConvOp>(op);
  if (!conv || conv.getGroups() == 1)
    shape.back() = ones.front() = 1;
  std::vector<int64_t> values(ShapedType::getNumElements(ones), 1);
  Value weight =
      createConstant(builder, loc, ones, builder.getIntegerType(8), values);
  auto type = RankedTensorType::get(shape, builder.getI32Type());
  Operation *sum;
  if (conv)
    sum = FusedConvOp::create(builder, loc, type, stored, weight, ValueRange(),
                              conv.getStrides(), conv.getPads(),
                              conv.getDilations(), conv.getGroups(),
                              builder.getDenseI32ArrayAttr(padValue),
                              PackingAttr(), DictionaryAttr());
  else
    sum = FusedMatmulOp::create(builder, loc, type, stored, weight,
                                ValueRange(), /*transpose_rhs=*/true,
                                PackingAttr(), DictionaryAttr());
  int64_t inputs = ShapedType::getNumElements(ones) / ones.front();
  sum->setAttr(QnnDialect::kAccumulatorBoundAttr,
               builder.getI64IntegerAttr(greatest * inputs));
  Block &block = sum->getRegion(0).emplaceBlock();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&block);
  YieldOp::create(builder, loc, block.addArgument(builder.getI32Type(), loc));
  return sum->getResult(0);
}

std::optional<IntegerContraction> FuseContractions::matchIntegers(Operation *op,
                                                                  Value bias) {
  auto quantizable = cast<QuantizableOp>(op);
  auto input = op->getOperand(0).getDefiningOp<DequantizeOp>();
  auto weight = op->getOperand(1).getDefiningOp<DequantizeOp>();
  auto stay = [&](const Twine &reason) {
    op->emitRemark("kept in f32 because ") << reason;
    return std::nullopt;
  };
  if (!input && !weight)
    return std::nullopt; // a float layer: nothing was asked for
  if (!input || !weight)
    return stay(Twine(input ? "its weight" : "its input") +
                " is not quantized");
  Type storage = input.getScheme().getStorage(),
       weightStorage = weight.getScheme().getStorage();
  unsigned bits = storage.getIntOrFloatBitWidth();
  bool isWord = storage.isSignlessInteger(16) &&
                quantizable.maxActivationBits() >= bits &&
                weightStorage.isSignlessInteger(8);
  if (!isWord && (bits != 8 || !weightStorage.isInteger(8)))
    return stay("integer kernels take 8-bit operands, or signed 16-bit "
                "activations where few products are summed");
  std::optional<Parameters> in = constantParameters(input),
                            w = constantParameters(weight);
  if (!in || !w || !constantValue(weight.getInput()))
    return stay("its scales or weights are not constant per tensor or channel");
  if (weight.getScheme().isPerAxis() &&
      weight.getScheme().getAxis() != quantizable.getWeightChannelAxis(1))
    return stay(
        "its weight has a scale for each index of an axis that is summed over");
  bool perChannel = in->scales.size() > 1;
  if (perChannel &&
      (!quantizable.allowsPerChannelInput() ||
       input.getScheme().getAxis() != typeOf(op->getOperand(0)).getRank() - 1))
    return stay("its input has a scale for each channel, which only depthwise "
                "convolutions take");

  RankedTensorType weightType = typeOf(op->getOperand(1));
  int64_t outputs = weightType.getDimSize(0),
          perOutput =
              weightType.getNumElements() / std::max<int64_t>(outputs, 1);
  std::optional<SignedWeights> weights =
      signedWeights(weight, *w, outputs, perOutput);
  if (!weights)
    return stay("its weights are not known");
  const auto &[values, weightZeros] = *weights;
  if (!weightZeros.empty() && perChannel)
    return stay("its weight has a zero point and its input a scale for each "
                "channel");

  auto at = [](const auto &parameters, int64_t channel) {
    return parameters[parameters.size() == 1 ? 0 : channel];
  };
  SmallVector<double> scale;
  for (int64_t c = 0; c < outputs; ++c)
    scale.push_back(static_cast<double>(at(in->scales, c)) * at(w->scales, c));

  // A bias on the accumulator's grid is added there; any other is added to the
  // real number.
  SmallVector<int64_t> stored(outputs, 0);
  Value realBias = bias;
  if (auto quantized =
          bias ? bias.getDefiningOp<DequantizeOp>() : DequantizeOp()) {
    std::optional<Parameters> b = constantParameters(quantized);
    auto integers = readIntegers(quantized.getInput());
    bool onGrid =
        b && integers && integers->size() == static_cast<size_t>(outputs);
    for (int64_t c = 0; onGrid && c < outputs; ++c)
      onGrid = at(b->zeroPoints, c) == 0 &&
               std::abs(at(b->scales, c) - scale[c]) <= 1e-6 * scale[c];
    if (onGrid) {
      stored.assign(integers->begin(), integers->end());
      realBias = {};
    }
  }

  // sum (x - zx) (w - zw) = sum x w - zw sum x - zx sum w + n zx zw
  IntegerContraction result;
  bool isUnsigned = storage.isUnsignedInteger();
  int64_t count = int64_t(1) << bits, least = isUnsigned ? 0 : -count / 2,
          greatest = least + count - 1;
  for (int64_t c = 0; c < outputs; ++c) {
    int64_t sum = 0, zero = weightZeros.empty() ? 0 : weightZeros[c];
    // What is accumulated, and what remains of it once the zero point is off.
    int64_t low = 0, high = 0, exactLow = 0, exactHigh = 0;
    for (int64_t i = 0; i < perOutput; ++i) {
      int64_t value = values[c * perOutput + i], exact = value - zero;
      sum += exact;
      low += value * (value > 0 ? least : greatest);
      high += value * (value > 0 ? greatest : least);
      exactLow += exact * (exact > 0 ? least : greatest);
      exactHigh += exact * (exact > 0 ? greatest : least);
    }
    int64_t offset = stored[c] - at(in->zeroPoints, c) * sum;
    int64_t correction =
        std::abs(zero) * perOutput * std::max(-least, greatest);
    result.bound = std::max({result.bound, std::abs(low), std::abs(high),
                             correction, std::abs(exactLow),
                             std::abs(exactHigh), std::abs(exactLow + offset),
                             std::abs(exactHigh + offset), std::abs(offset)});
    result.root.offset.push_back(static_cast<int32_t>(offset));
  }
  if (result.bound > std::numeric_limits<int32_t>::max())
    return stay("its sums could reach " + Twine(result.bound) +
                ", beyond 32 bits");

  builder.setInsertionPoint(op);
  result.input = input.getInput();
  result.weight =
      createConstant(builder, weight.getLoc(), weightType.getShape(),
                     builder.getIntegerType(8), values);
  result.padValue.assign(in->zeroPoints.begin(), in->zeroPoints.end());
  result.root.tensor = op->getResult(0);
  result.root.accumulator = builder.getI32Type();
  result.root.scale =
      llvm::all_equal(scale) ? SmallVector<double>{scale.front()} : scale;
  result.root.bias = realBias;
  if (!weightZeros.empty()) {
    result.root.windowSum = sumWindows(
        op, result.input, result.padValue.front(), std::max(-least, greatest));
    for (int32_t zero : weightZeros)
      result.root.sumFactor.push_back(-zero);
  }
  return result;
}

void FuseContractions::fuseMatmul(MatmulOp op) {
  auto lhs = op.getLhs().getDefiningOp<DequantizeOp>(),
       rhs = op.getRhs().getDefiningOp<DequantizeOp>();
  std::optional<Parameters> a = lhs ? constantParameters(lhs) : std::nullopt,
                            b = rhs ? constantParameters(rhs) : std::nullopt;
  Root root;
  root.tensor = op.getResult();
  // Two computed operands: sums of either side are not known at compile time,
  // so both grids must be symmetric.
  bool isInteger = a && b && a->scales.size() == 1 && b->scales.size() == 1 &&
                   a->zeroPoints[0] == 0 && b->zeroPoints[0] == 0 &&
                   lhs.getScheme().getStorage().isInteger(8) &&
                   rhs.getScheme().getStorage().isInteger(8) &&
                   typeOf(op.getLhs()).getShape().back() <=
                       std::numeric_limits<int32_t>::max() / (255 * 255);
  if (isInteger) {
    root.accumulator = builder.getI32Type();
    root.scale = {static_cast<double>(a->scales[0]) * b->scales[0]};
    create(op, lhs.getInput(), rhs.getInput(), {}, root);
    return;
  }
  if (!typeOf(op.getResult()).getElementType().isF32())
    return;
  root.accumulator = builder.getF32Type();
  create(op, op.getLhs(), op.getRhs(), {}, root);
}

SmallVector<float>
FuseContractions::windowCounts(PoolOp op, SmallVectorImpl<int64_t> &shape) {
  ArrayRef<int64_t> input = typeOf(op.getInput()).getShape(),
                    result = typeOf(op.getResult()).getShape();
  size_t spatial = op.getKernel().size();
  shape.assign(result.size(), 1);
  // Along each dimension the number of taps that count; the number in a window
  // is their product.
  SmallVector<float> counts{1.0f};
  for (size_t d = 0; d < spatial; ++d) {
    int64_t low = op.getPads()[d], high = op.getPads()[spatial + d],
            extent = input[d + 1];
    SmallVector<float> along;
    for (int64_t o = 0; o < result[d + 1]; ++o) {
      int64_t taps = 0;
      for (int64_t k = 0; k < op.getKernel()[d]; ++k) {
        int64_t position =
            o * op.getStrides()[d] + k * op.getDilations()[d] - low;
        bool counted = op.getCountIncludePad()
                           ? position >= -low && position < extent + high
                           : position >= 0 && position < extent;
        taps += counted;
      }
      along.push_back(static_cast<float>(taps));
    }
    shape[d + 1] = result[d + 1];
    SmallVector<float> product;
    for (float before : counts)
      for (float here : along)
        product.push_back(before * here);
    counts = std::move(product);
  }
  return counts;
}

void FuseContractions::fusePool(PoolOp op) {
  RankedTensorType type = typeOf(op.getInput());
  if (op.getKind() == PoolKind::lp || !type.hasStaticShape())
    return;
  Root root;
  root.tensor = op.getResult();
  root.accumulator = type.getElementType();
  Value input = op.getInput();
  DenseI32ArrayAttr padValue;
  PoolKind kind = PoolKind::max;

  if (op.getKind() != PoolKind::max) {
    kind = PoolKind::sum;
    if (!type.getElementType().isF32())
      return;
    SmallVector<int64_t> shape;
    SmallVector<float> counts{1.0f};
    if (op.getKind() == PoolKind::average)
      counts = windowCounts(op, shape);
    builder.setInsertionPoint(op);
    auto dequantize = input.getDefiningOp<DequantizeOp>();
    std::optional<Parameters> parameters =
        dequantize ? constantParameters(dequantize) : std::nullopt;
    int64_t taps = 1;
    for (int64_t extent : op.getKernel())
      taps *= extent;
    bool isInteger = parameters && parameters->scales.size() == 1 &&
                     dequantize.getScheme().getStorage().isInteger(8) &&
                     llvm::all_equal(counts) && taps < (1 << 22);
    if (isInteger) {
      // Padding counts as the zero point, so that it adds nothing to the real
      // sum.
      int32_t zero = static_cast<int32_t>(parameters->zeroPoints[0]);
      root.accumulator = builder.getI32Type();
      root.offset = {static_cast<int32_t>(-taps * zero)};
      root.scale = {static_cast<double>(parameters->scales[0]) /
                    counts.front()};
      padValue = builder.getDenseI32ArrayAttr(zero);
      input = dequantize.getInput();
    } else if (op.getKind() == PoolKind::average) {
      if (llvm::all_equal(counts))
        counts.resize(1), shape.clear();
      root.divisor = createConstant(builder, op.getLoc(), shape, counts);
    }
  }
  replace(op, root,
          [&](Type result, ValueRange extras, Location loc) -> Operation * {
            return FusedPoolOp::create(builder, loc, result, kind, input,
                                       extras, op.getKernel(), op.getStrides(),
                                       op.getPads(), op.getDilations(),
                                       padValue, DictionaryAttr());
          });
}

struct FuseContractionsPass
    : qcc::lower::impl::FuseContractionsPassBase<FuseContractionsPass>,
      qcc::analysis::MovesByOneStep {
  void runOnOperation() override {
    if (failed(FuseContractions(getOperation()).run()))
      signalPassFailure();
  }
};

} // namespace
