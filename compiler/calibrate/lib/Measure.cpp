//===- Measure.cpp - how close one program comes to another ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Measure.h"

#include "mlir/IR/Threading.h"
#include "qcc/Analysis/Entry.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/io/Sqnr.h"

#include <limits>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using qnn::Tensor;

/// The final softmax that gives `result`, or null.
static qnn::SoftmaxOp finalSoftmax(Value result) {
  // Through ops that only move numbers.
  while (auto move = result.getDefiningOp<qnn::QuantizableOp>()) {
    if (!move.isQuantizationTransparent() || move->getNumOperands() != 1)
      break;
    result = move->getOperand(0);
  }
  return result.getDefiningOp<qnn::SoftmaxOp>();
}

FailureOr<Measurable> Measurable::create(ModuleOp module,
                                         const ExecutorFactory &createExecutor,
                                         Runs runs) {
  Measurable result;
  result.module = module.clone();
  func::FuncOp function = analysis::entryFunction(*result.module);
  if (!function)
    return failure();
  Operation *terminator = function.front().getTerminator();
  Builder builder(module.getContext());
  for (auto [i, value] :
       llvm::enumerate(llvm::to_vector(terminator->getOperands()))) {
    qnn::SoftmaxOp softmax = finalSoftmax(value);
    if (!softmax) {
      result.logits.push_back({i});
      continue;
    }
    size_t place = terminator->getNumOperands();
    terminator->insertOperands(place, softmax.getInput());
    // No name of a model's own.
    DictionaryAttr attributes = builder.getDictionaryAttr(
        builder.getNamedAttr(qnn::QnnDialect::kNameAttr,
                             builder.getStringAttr("#logits" + Twine(place))));
    if (failed(function.insertResult(place, softmax.getInput().getType(),
                                     attributes)))
      return failure();
    auto type = cast<RankedTensorType>(softmax.getType());
    Logits &logits = result.logits.emplace_back(Logits{place});
    logits.extent = type.getDimSize(softmax.getAxis());
    for (int64_t extent : type.getShape().drop_front(softmax.getAxis() + 1))
      logits.inner *= extent;
  }
  FailureOr<std::unique_ptr<Executor>> executor =
      createExecutor(*result.module, runs);
  if (failed(executor))
    return failure();
  result.executor = std::move(*executor);
  return result;
}

FailureOr<Outputs> qcc::calibration::runSamples(const Executor &executor,
                                                const Samples &samples,
                                                ArrayRef<size_t> indices,
                                                MLIRContext *context) {
  Outputs inputs, outputs(indices.size());
  for (size_t index : indices) {
    FailureOr<SmallVector<Tensor>> sample = samples.read(index);
    if (failed(sample))
      return failure();
    inputs.push_back(std::move(*sample));
  }
  auto run = [&](size_t i) -> LogicalResult {
    FailureOr<SmallVector<Tensor>> result =
        executor.run(inputs[i], [](int64_t, const Tensor &) {});
    if (failed(result))
      return failure();
    outputs[i] = std::move(*result);
    return success();
  };
  if (failed(failableParallelForEachN(context, 0, indices.size(), run)))
    return failure();
  return outputs;
}

static int64_t placeOfGreatest(const Tensor &tensor) {
  ArrayRef values(tensor.data<float>(), tensor.getNumElements());
  return llvm::max_element(values) - values.begin();
}

void Comparison::add(ArrayRef<Tensor> actual, ArrayRef<Tensor> expected,
                     std::optional<int64_t> label) {
  ++samples;
  energies.resize(expected.size());
  SmallVector<Logits> softmaxes(expected.size());
  for (const Logits &entry : logits)
    softmaxes[entry.place] = entry;
  for (auto [energy, ours, theirs, softmax] :
       llvm::zip_equal(energies, actual, expected, softmaxes)) {
    if (!theirs.getElementType().isF32())
      continue;
    if (!energy)
      energy.emplace();
    const float *a = ours.data<float>(), *e = theirs.data<float>();
    // Along the axis of a softmax; all numbers by themselves without one.
    int64_t extent = std::max<int64_t>(softmax.extent, 1), step = softmax.inner,
            block = extent * step;
    for (int64_t k = 0, n = theirs.getNumElements(); k < n; ++k) {
      if (k % block >= step)
        continue;
      double value = 0, error = 0;
      for (int64_t i = k; softmax.extent && i < k + block; i += step) {
        value += e[i] / static_cast<double>(extent);
        error += (a[i] - static_cast<double>(e[i])) / extent;
      }
      for (int64_t i = k; i < k + block; i += step) {
        double here = e[i], off = a[i] - here;
        energy->signal += (here - value) * (here - value);
        energy->noise += (off - error) * (off - error);
      }
    }
  }
  const auto *first = llvm::find_if(expected, [](const Tensor &tensor) {
    return tensor.getElementType().isF32() && tensor.getNumElements() > 0;
  });
  if (first == expected.end())
    return;
  int64_t theirs = placeOfGreatest(*first),
          ours = placeOfGreatest(actual[first - expected.begin()]);
  agreeing += ours == theirs;
  if (label) {
    ++labelled;
    expectedHits += theirs == *label;
    actualHits += ours == *label;
  }
}

double Comparison::sqnr() const {
  return meanSqnr(llvm::to_vector(llvm::seq<size_t>(0, logits.size())));
}

double Comparison::logitSqnr() const {
  return meanSqnr(llvm::map_to_vector(
      logits, [](const Logits &entry) { return entry.place; }));
}

double Comparison::meanSqnr(ArrayRef<size_t> places) const {
  double total = 0;
  size_t floats = 0;
  for (size_t place : places) {
    const std::optional<Energy> &energy = energies[place];
    if (!energy)
      continue;
    total += io::sqnr(energy->signal, energy->noise);
    ++floats;
  }
  return floats ? total / floats : std::numeric_limits<double>::infinity();
}

SmallVector<double> Comparison::relativeNoise() const {
  SmallVector<double> noise;
  for (const Logits &entry : logits)
    if (const std::optional<Energy> &energy = energies[entry.place];
        energy && energy->signal > 0)
      noise.push_back(energy->noise / energy->signal);
  return noise;
}

double Comparison::agreement() const {
  return static_cast<double>(agreeing) / std::max<size_t>(samples, 1);
}

std::optional<double> Comparison::share(size_t hits) const {
  if (!labelled)
    return std::nullopt;
  return static_cast<double>(hits) / labelled;
}

FailureOr<Comparison> qcc::calibration::compareOnAll(const Measurable &actual,
                                                     const Measurable &expected,
                                                     const Samples &samples,
                                                     ArrayRef<int64_t> labels,
                                                     MLIRContext *context) {
  // Enough for all threads, and few enough to hold.
  constexpr size_t kAtATime = 16;
  Comparison comparison(expected.logits);
  for (size_t first = 0; first < samples.count(); first += kAtATime) {
    auto indices = llvm::to_vector(
        llvm::seq<size_t>(first, std::min(first + kAtATime, samples.count())));
    FailureOr<Outputs> ours = runSamples(*actual.executor, samples, indices,
                                         context),
                       theirs = runSamples(*expected.executor, samples, indices,
                                           context);
    if (failed(ours) || failed(theirs))
      return failure();
    for (size_t i = 0; i < indices.size(); ++i)
      comparison.add((*ours)[i], (*theirs)[i],
                     labels.empty() ? std::nullopt
                                    : std::optional(labels[first + i]));
  }
  return comparison;
}
