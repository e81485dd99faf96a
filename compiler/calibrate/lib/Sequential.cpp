//===- Sequential.cpp - round weights and correct biases with data --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Sequential.h"

#include "AdaRound.h"
#include "Differences.h"
#include "Parallel.h"
#include "Patches.h"
#include "RoundWeights.h"
#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Operands.h"
#include "qcc/Calibration/Progress.h"

#include "mlir/IR/Threading.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Reference.h"
#include "qcc/io/Sqnr.h"

#include <cmath>
#include <malloc.h>
#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using analysis::operandOfRole;
using qnn::OperandRole;
using qnn::Tensor;

/// Output positions that second moments are taken of: more change nothing.
static constexpr int64_t kPositions = 16384;
/// Numbers that are gathered before products are summed up.
static constexpr int64_t kGathered = int64_t(1) << 20;
/// Matrices of more rows are not made; such weights are rounded to nearest.
static constexpr int64_t kGreatestDepth = 2560;
/// Memory for live tensors. More samples than `kMostSamples` are of no use, and
/// `kEnoughSamples` do for a network that computes much for each.
static constexpr int64_t kLiveBytes = int64_t(400) << 20;
static constexpr size_t kMostSamples = 128, kEnoughSamples = 16,
                        kFewestSamples = 4;

namespace {

/// A tensor as the float network has it and as the quantized one does. Both
/// share memory until something is rounded.
struct Twin {
  Tensor exact, rounded;
};

class SequentialRun {
public:
  SequentialRun(func::FuncOp function, const CorrectionOptions &options)
      : function(function), context(function.getContext()), options(options) {}

  LogicalResult run(const Samples &samples, ArrayRef<size_t> indices);
  std::vector<LayerSqnr> takeLayers() { return std::move(layers); }

private:
  LogicalResult readInputs(const Samples &samples, ArrayRef<size_t> indices);
  LogicalResult visit(Operation *op);
  LogicalResult evaluateConstant(Operation *op);
  FailureOr<Twin> evaluateTwin(Operation *op, size_t sample);
  LogicalResult evaluateSamples(Operation *op, bool own);
  LogicalResult correct(qnn::QuantizableOp op, qnn::QuantizeOp weight);
  LogicalResult roundWeight(qnn::QuantizableOp op, qnn::QuantizeOp weight,
                            const Patches &patches);
  template <typename Moments>
  Moments momentsOf(qnn::QuantizableOp op, const Patches &patches,
                    bool exact) const;
  std::vector<float> fastCorrection(qnn::QuantizableOp op,
                                    const Patches &patches) const;
  std::vector<float> sequentialCorrection(Value result) const;
  Energy resultEnergy(Value result) const;
  void addToBias(qnn::QuantizableOp op, ArrayRef<float> correction);

  const Twin &twin(Value value, size_t sample) const {
    auto constant = constants.find(value);
    return constant != constants.end() ? constant->second
                                       : values.find(value)->second[sample];
  }

  func::FuncOp function;
  MLIRContext *context;
  const CorrectionOptions &options;
  size_t count = 0;
  llvm::DenseMap<Value, Twin> constants;
  llvm::DenseMap<Value, std::vector<Twin>> values;
  llvm::DenseMap<Value, size_t> readersLeft;
  std::vector<LayerSqnr> layers;
};

} // namespace

static ArrayRef<float> numbersOf(const Tensor &tensor) {
  return ArrayRef(tensor.data<float>(), tensor.getNumElements());
}

/// The quantize of f32 weights that `op` reads through a pair, or null.
static qnn::QuantizeOp unroundedWeight(qnn::QuantizableOp op) {
  if (!op || !op.isIntegerContraction())
    return {};
  OpOperand *weight = operandOfRole(op, OperandRole::weight);
  auto dequantize = weight ? weight->get().getDefiningOp<qnn::DequantizeOp>()
                           : qnn::DequantizeOp();
  auto quantize = dequantize
                      ? dequantize.getInput().getDefiningOp<qnn::QuantizeOp>()
                      : qnn::QuantizeOp();
  return quantize && qnn::readFloats(quantize.getInput()) ? quantize
                                                          : qnn::QuantizeOp();
}

LogicalResult SequentialRun::readInputs(const Samples &samples,
                                        ArrayRef<size_t> indices) {
  count = indices.size();
  for (size_t index : indices) {
    FailureOr<SmallVector<Tensor>> inputs = samples.read(index);
    if (failed(inputs))
      return failure();
    for (auto [argument, tensor] :
         llvm::zip_equal(function.getArguments(), *inputs))
      values[argument].push_back({tensor, tensor});
  }
  return success();
}

LogicalResult SequentialRun::evaluateConstant(Operation *op) {
  if (auto constant = dyn_cast<qnn::ConstantOp>(op)) {
    FailureOr<Tensor> tensor = Tensor::fromAttribute(constant.getValue());
    if (failed(tensor))
      return op->emitError("has no data");
    constants[constant] = {*tensor, *tensor};
    return success();
  }
  FailureOr<Twin> twin = evaluateTwin(op, 0);
  if (failed(twin))
    return failure();
  constants[op->getResult(0)] = *twin;
  return success();
}

/// Both values of an op's result. Rounding is what the exact one leaves out.
FailureOr<Twin> SequentialRun::evaluateTwin(Operation *op, size_t sample) {
  bool rounds = isa<qnn::QuantizeOp, qnn::DequantizeOp>(op), differ = false;
  SmallVector<const Tensor *> exact, rounded;
  for (Value operand : op->getOperands()) {
    const Twin &both = twin(operand, sample);
    exact.push_back(&both.exact);
    rounded.push_back(&both.rounded);
    differ |= both.exact.data<char>() != both.rounded.data<char>();
  }
  // A model's own stored numbers have no other value.
  bool passes = rounds && exact.front()->getElementType().isF32();
  FailureOr<SmallVector<Tensor>> result = qnn::evaluate(op, rounded);
  if (failed(result))
    return failure();
  Twin both{{}, result->front()};
  if (passes)
    both.exact = *exact.front();
  else if (!differ)
    both.exact = both.rounded;
  else if (FailureOr<SmallVector<Tensor>> precise = qnn::evaluate(op, exact);
           succeeded(precise))
    both.exact = precise->front();
  else
    return failure();
  return both;
}

template <typename Moments>
Moments SequentialRun::momentsOf(qnn::QuantizableOp op, const Patches &patches,
                                 bool exact) const {
  Moments moments(patches);
  Value input = operandOfRole(op, OperandRole::activation)->get();
  int64_t total = patches.positions() * static_cast<int64_t>(count);
  int64_t step = std::max<int64_t>((total + kPositions - 1) / kPositions, 1);
  // Another phase in each sample, so that positions are not always the same.
  std::vector<std::pair<const float *, int64_t>> places;
  for (size_t sample = 0; sample < count; ++sample) {
    const Twin &both = twin(input, sample);
    const float *data = (exact ? both.exact : both.rounded).data<float>();
    for (int64_t position = static_cast<int64_t>(sample) % step;
         position < patches.positions(); position += step)
      places.emplace_back(data, position);
  }
  size_t together = std::max<int64_t>(kGathered / patches.size(), 1);
  std::vector<float> rows;
  for (size_t first = 0; first < places.size(); first += together) {
    size_t end = std::min(first + together, places.size());
    rows.resize((end - first) * patches.size());
    parallelForSmall(context, first, end, [&](size_t i) {
      auto [data, position] = places[i];
      patches.gather(data, position,
                     rows.data() + (i - first) * patches.size());
    });
    moments.add(context, rows);
  }
  return moments;
}

LogicalResult SequentialRun::roundWeight(qnn::QuantizableOp op,
                                         qnn::QuantizeOp weight,
                                         const Patches &patches) {
  std::vector<float> values = *qnn::readFloats(weight.getInput());
  std::optional<std::vector<float>> scales = qnn::readFloats(weight.getScale());
  auto type = cast<RankedTensorType>(weight.getInput().getType());
  qnn::SchemeAttr scheme = weight.getScheme();
  if (!scales || !scheme.getSymmetric() || type.getDimSize(0) == 0)
    return success();
  if (scales->size() == 1)
    scales->assign(type.getDimSize(0), scales->front());
  // Learning goes over the covariance again and again, for some channels at a
  // time.
  int64_t block = options.rounding == WeightRounding::adaRound ? 16 : 1;
  auto moments = momentsOf<SecondMoments>(op, patches, /*exact=*/false);
  int64_t outputs = type.getDimSize(0), depth = patches.depth(),
          perGroup = outputs / patches.groups();
  std::vector<int64_t> stored(values.size());
  // Both loops are parallel: there may be one group, or one output in each.
  parallelForSmall(context, 0, patches.groups(), [&](size_t group) {
    std::vector<float> covariance = moments.covariance(group);
    std::vector<size_t> order = roundingOrder(covariance);
    auto round = [&](size_t part) {
      int64_t row = static_cast<int64_t>(part) * block,
              rows = std::min(block, perGroup - row),
              first = static_cast<int64_t>(group) * perGroup + row;
      auto weights = ArrayRef(values).slice(first * depth, rows * depth);
      auto rounded = MutableArrayRef(stored).slice(first * depth, rows * depth);
      ArrayRef<float> rowScales = ArrayRef(*scales).slice(first, rows);
      if (options.rounding == WeightRounding::adaRound)
        learnRounding(weights, rowScales, scheme.getMax(), covariance, rounded);
      else
        roundWeights(weights, rowScales.front(), scheme.getMax(), covariance,
                     order, rounded);
    };
    int64_t parts = llvm::divideCeil(perGroup, block);
    if (parts > 1)
      parallelForSmall(context, 0, parts, round);
    else
      round(0);
  });
  OpBuilder builder(weight);
  Value constant =
      qnn::createConstant(builder, weight.getLoc(), type.getShape(),
                          cast<IntegerType>(scheme.getStorage()), stored);
  // Readers of the pair see the new numbers; the exact ones stay.
  Twin both = constants.lookup(weight.getResult());
  FailureOr<Tensor> tensor =
      Tensor::fromAttribute(qnn::constantValue(constant));
  if (failed(tensor))
    return weight.emitError("rounded weights cannot be read back");
  both.rounded = *tensor;
  constants[constant] = both;
  auto pair = cast<qnn::DequantizeOp>(
      operandOfRole(op, OperandRole::weight)->get().getDefiningOp());
  // Other layers that share these weights round them for themselves.
  auto own = qnn::DequantizeOp::create(builder, pair.getLoc(), pair.getType(),
                                       constant, pair.getScale(),
                                       pair.getZeroPoint(), scheme);
  operandOfRole(op, OperandRole::weight)->set(own);
  return evaluateConstant(own);
}

std::vector<float> SequentialRun::fastCorrection(qnn::QuantizableOp op,
                                                 const Patches &patches) const {
  auto moments = momentsOf<FirstMoments>(op, patches, /*exact=*/true);
  const Twin &both =
      twin(operandOfRole(op, OperandRole::weight)->get(), /*sample=*/0);
  const float *exact = both.exact.data<float>(),
              *rounded = both.rounded.data<float>();
  int64_t outputs = both.exact.getShape().front(), depth = patches.depth(),
          perGroup = outputs / patches.groups();
  std::vector<float> correction(outputs);
  for (int64_t output = 0; output < outputs; ++output) {
    double sum = 0;
    for (int64_t k = 0; k < depth; ++k)
      sum += (static_cast<double>(exact[output * depth + k]) -
              rounded[output * depth + k]) *
             static_cast<float>(moments.mean(output / perGroup, k));
    correction[output] = static_cast<float>(sum);
  }
  return correction;
}

std::vector<float> SequentialRun::sequentialCorrection(Value result) const {
  auto type = cast<RankedTensorType>(result.getType());
  int64_t channels = type.getShape().back();
  std::vector<std::vector<double>> ofSamples(count);
  parallelFor(context, 0, count, [&](size_t sample) {
    const Twin &both = twin(result, sample);
    ofSamples[sample].resize(channels);
    addDifferences(ofSamples[sample], numbersOf(both.exact),
                   numbersOf(both.rounded));
  });
  int64_t perSample = type.getNumElements() / std::max<int64_t>(channels, 1);
  double positions = static_cast<double>(count) * perSample;
  std::vector<float> correction;
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (const std::vector<double> &sums : ofSamples)
      sum += sums[c];
    correction.push_back(static_cast<float>(sum / positions));
  }
  return correction;
}

Energy SequentialRun::resultEnergy(Value result) const {
  std::vector<Energy> ofSamples(count);
  parallelFor(context, 0, count, [&](size_t sample) {
    const Twin &both = twin(result, sample);
    ofSamples[sample] =
        energyOf(numbersOf(both.exact), numbersOf(both.rounded));
  });
  Energy total;
  for (const Energy &energy : ofSamples) {
    total.signal += energy.signal;
    total.noise += energy.noise;
  }
  return total;
}

/// Adds to the bias, and to the rounded results that are there already.
void SequentialRun::addToBias(qnn::QuantizableOp op,
                              ArrayRef<float> correction) {
  OpOperand *bias = operandOfRole(op, OperandRole::bias);
  std::vector<float> sums(correction);
  if (bias)
    for (auto [sum, value] :
         llvm::zip_equal(sums, *qnn::readFloats(bias->get())))
      sum += value;
  OpBuilder builder(op);
  Value constant =
      qnn::createConstant(builder, bias ? bias->get().getLoc() : op.getLoc(),
                          {static_cast<int64_t>(sums.size())}, sums);
  if (bias)
    bias->set(constant);
  else
    op->insertOperands(op->getNumOperands(), constant);
  std::vector<Twin> &results = values.find(op->getResult(0))->second;
  parallelFor(context, 0, count, [&](size_t sample) {
    Tensor &rounded = results[sample].rounded;
    auto *data = rounded.mutableData<float>();
    for (float *end = data + rounded.getNumElements(); data < end;
         data += correction.size())
      for (size_t c = 0; c < correction.size(); ++c)
        data[c] += correction[c];
  });
}

LogicalResult SequentialRun::correct(qnn::QuantizableOp op,
                                     qnn::QuantizeOp weight) {
  std::optional<Patches> patches = Patches::of(op);
  if (patches && options.rounding != WeightRounding::nearest &&
      patches->depth() <= kGreatestDepth &&
      failed(roundWeight(op, weight, *patches)))
    return failure();
  OpOperand *bias = operandOfRole(op, OperandRole::bias);
  std::vector<float> correction;
  bool isCorrected = !bias || qnn::readFloats(bias->get()).has_value();
  // Before the inputs go.
  if (isCorrected && patches && options.bias == BiasCorrection::fast)
    correction = fastCorrection(op, *patches);
  // Of its own, for the correction is added to it.
  if (failed(evaluateSamples(op, /*own=*/true)))
    return failure();
  if (isCorrected && options.bias == BiasCorrection::sequential)
    correction = sequentialCorrection(op->getResult(0));
  if (!correction.empty())
    addToBias(op, correction);
  Energy energy = resultEnergy(op->getResult(0));
  layers.push_back({op.getLoc(), io::sqnr(energy.signal, energy.noise)});
  return success();
}

/// What both values of a tensor take; 0 for a constant.
static int64_t twinBytes(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || qnn::constantValue(value))
    return 0;
  return 2 * static_cast<int64_t>(Tensor::byteSize(type));
}

/// The results of `op` for all samples, `own` if those of the rounded network
/// may not share memory with others. What nobody reads after `op` is freed
/// sample by sample, so that inputs and results of all are never there at once.
LogicalResult SequentialRun::evaluateSamples(Operation *op, bool own) {
  SmallVector<Value> lastRead;
  for (Value operand : op->getOperands())
    if (values.contains(operand) && --readersLeft[operand] == 0)
      lastRead.push_back(operand);
#ifdef __GLIBC__
  // Free memory is in pieces of the sizes that tensors had before: without this
  // there would be 200 MB of it beside the greatest tensors.
  if (static_cast<int64_t>(count) * twinBytes(op->getResult(0)) >
      kLiveBytes / 2)
    malloc_trim(0);
#endif
  std::vector<Twin> results(count);
  auto evaluateSample = [&](size_t sample) -> LogicalResult {
    FailureOr<Twin> both = evaluateTwin(op, sample);
    if (failed(both))
      return failure();
    if (own && both->exact.data<char>() == both->rounded.data<char>()) {
      Tensor copy = Tensor::uninitialized(both->exact.getType());
      std::copy_n(both->exact.data<char>(), copy.getByteSize(),
                  copy.mutableData<char>());
      both->exact = copy;
    }
    results[sample] = std::move(*both);
    for (Value operand : lastRead)
      values.find(operand)->second[sample] = {};
    return success();
  };
  if (failed(failableParallelForEachN(context, 0, count, evaluateSample)))
    return failure();
  for (Value operand : lastRead)
    values.erase(operand);
  values[op->getResult(0)] = std::move(results);
  return success();
}

LogicalResult SequentialRun::visit(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>())
    return success();
  if (op->getNumResults() != 1)
    return op->emitError("has more than one result, which the sequential pass "
                         "does not carry");
  if (llvm::all_of(op->getOperands(),
                   [&](Value operand) { return constants.contains(operand); }))
    return evaluateConstant(op);
  if (auto contraction = dyn_cast<qnn::QuantizableOp>(op))
    if (qnn::QuantizeOp weight = unroundedWeight(contraction))
      return correct(contraction, weight);
  return evaluateSamples(op, /*own=*/false);
}

LogicalResult SequentialRun::run(const Samples &samples,
                                 ArrayRef<size_t> indices) {
  if (failed(readInputs(samples, indices)))
    return failure();
  // Listed before the walk: it adds constants.
  SmallVector<Operation *> program;
  for (Operation &op : function.front())
    program.push_back(&op);
  function.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      ++readersLeft[operand];
  });
  Progress progress("rounding with data", program.size());
  for (auto [done, op] : llvm::enumerate(program)) {
    if (failed(visit(op)))
      return failure();
    progress.update(done + 1);
  }
  return success();
}

FailureOr<std::vector<LayerSqnr>>
qcc::calibration::correctWithData(ModuleOp module, const Samples &samples,
                                  ArrayRef<size_t> indices,
                                  const CorrectionOptions &options) {
  func::FuncOp function = analysis::entryFunction(module);
  if (!function)
    return failure();
  SequentialRun pass(function, options);
  if (failed(pass.run(samples, indices)))
    return failure();
  return pass.takeLayers();
}

size_t qcc::calibration::sequentialSampleLimit(ModuleOp module, int64_t macs) {
  func::FuncOp function = analysis::entryFunction(module);
  if (!function)
    return kFewestSamples;
  // The most bytes that are live at once, each tensor twice.
  llvm::DenseMap<Value, Operation *> lastReader;
  function.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      lastReader[operand] = op;
  });
  int64_t live = 0, most = 1, macsOfSample = 0;
  function.walk([&](qnn::CostOp op) {
    if (int64_t here = op.getMacs(); here > 0)
      macsOfSample += here;
  });
  for (Operation &op : function.front()) {
    llvm::SmallDenseSet<Value> operands(op.operand_begin(), op.operand_end());
    for (Value operand : operands)
      if (lastReader.lookup(operand) == &op && operand.getDefiningOp())
        live -= twinBytes(operand);
    for (Value result : op.getResults())
      live += twinBytes(result);
    most = std::max(most, live);
  }
  size_t affordable = std::clamp<size_t>(
      macs / std::max<int64_t>(macsOfSample, 1), kEnoughSamples, kMostSamples);
  return std::clamp<size_t>(kLiveBytes / most, kFewestSamples, affordable);
}
