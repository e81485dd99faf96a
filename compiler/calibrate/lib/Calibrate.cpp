//===- Calibrate.cpp - statistics from data -------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Calibrate.h"

#include "qcc/Calibration/Progress.h"

#include "mlir/IR/Threading.h"
#include "qcc/Qnn/Qnn.h"

#include <cmath>
#include <mutex>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using calibrate::ModelStatistics;
using calibrate::TensorStatistics;

/// Fewer samples are enough for ranges of few networks.
static constexpr uint64_t kFewSamples = 8;
/// Halves of the set whose extents differ by this factor are not of one kind.
static constexpr float kGreatestDisparity = 2;

FailureOr<ModelStatistics>
qcc::calibration::collectStatistics(ModuleOp module, const Samples &samples,
                                    const Executor &executor) {
  ModelStatistics statistics;
  statistics.model = calibrate::fingerprint(module);
  statistics.samples = samples.count();
  llvm::DenseMap<int64_t, size_t> slots;
  module.walk([&](qnn::ObserveOp op) {
    slots[op.getId()] = statistics.tensors.size();
    statistics.tensors.emplace_back().tensor = op.getTensor().str();
  });

  // As many samples at a time as there are threads. Each looks at its tensors
  // where they lie; sums are added up afterwards, in the order of the samples.
  MLIRContext *context = module.getContext();
  size_t batch = context->isMultithreadingEnabled()
                     ? context->getThreadPool().getMaxConcurrency()
                     : 1;
  std::vector<std::mutex> locks(statistics.tensors.size());
  Progress progress("calibrating", samples.count());
  for (size_t first = 0; first < samples.count(); first += batch) {
    size_t size = std::min(batch, samples.count() - first);
    std::vector<SmallVector<qnn::Tensor>> inputs(size);
    for (size_t i = 0; i < size; ++i) {
      FailureOr<SmallVector<qnn::Tensor>> sample = samples.read(first + i);
      if (failed(sample))
        return failure();
      inputs[i] = std::move(*sample);
    }
    std::vector<std::vector<calibrate::Moments>> seen(
        size, std::vector<calibrate::Moments>(statistics.tensors.size()));
    auto run = [&](size_t i) -> LogicalResult {
      return executor.run(inputs[i], [&](int64_t id,
                                         const qnn::Tensor &tensor) {
        size_t slot = slots.lookup(id);
        int64_t channels = tensor.getRank() ? tensor.getShape().back() : 1;
        std::lock_guard<std::mutex> lock(locks[slot]);
        seen[i][slot] = statistics.tensors[slot].observe(
            ArrayRef(tensor.data<float>(), tensor.getNumElements()), channels);
      });
    };
    if (failed(failableParallelForEachN(context, 0, size, run)))
      return failure();
    for (size_t i = 0; i < size; ++i)
      for (auto [tensor, moments] :
           llvm::zip_equal(statistics.tensors, seen[i]))
        tensor.add(moments, /*secondHalf=*/2 * (first + i) >= samples.count());
    progress.update(first + size);
  }
  return statistics;
}

/// What is suspicious about a tensor; nothing if all is well.
static void warn(qnn::ObserveOp op, const TensorStatistics &statistics) {
  auto warning = [&] {
    return op.emitWarning() << "tensor '" << op.getTensor() << "' ";
  };
  if (statistics.notFinite)
    warning() << "has " << statistics.notFinite
              << " numbers that are not finite";
  if (statistics.count() == 0)
    return;
  float min = statistics.min(), max = statistics.max();
  if (min == 0 && max == 0) {
    warning() << "is dead: only zeros were seen";
    return;
  }
  if (min == max) {
    warning() << "is constant: only " << min << " was seen";
    return;
  }
  const calibrate::Moments &a = statistics.halves[0], &b = statistics.halves[1];
  if (!a.count || !b.count)
    return;
  float extentA = std::max(a.max, 0.0f) - std::min(a.min, 0.0f),
        extentB = std::max(b.max, 0.0f) - std::min(b.min, 0.0f);
  if (std::max(extentA, extentB) >
      kGreatestDisparity * std::min(extentA, extentB))
    warning() << "lies in [" << a.min << ", " << a.max
              << "] for the first half of the samples but in [" << b.min << ", "
              << b.max
              << "] for the second; more or better mixed samples would help";
}

/// True if each sample has the extremes of all and both halves have the same
/// moments, but for what sums of doubles lose: copies of one sample.
static bool isOfCopies(const TensorStatistics &statistics) {
  auto isAbout = [](double a, double b) {
    return std::abs(a - b) <= 1e-9 * std::abs(b);
  };
  auto samples = static_cast<double>(statistics.samples);
  const calibrate::Moments &a = statistics.halves[0], &b = statistics.halves[1];
  auto countOfA = static_cast<double>(a.count),
       countOfB = static_cast<double>(b.count);
  return a.count && b.count &&
         isAbout(statistics.sumOfMins, samples * statistics.min()) &&
         isAbout(statistics.sumOfMaxs, samples * statistics.max()) &&
         isAbout(a.sumOfSquares * countOfB, b.sumOfSquares * countOfA);
}

void qcc::calibration::warnOfStatistics(ModuleOp module,
                                        const ModelStatistics &statistics) {
  if (statistics.samples < kFewSamples)
    module.emitWarning() << "calibrated on " << statistics.samples
                         << " samples; " << kFewSamples
                         << " or more are advisable";
  if (!statistics.tensors.empty() &&
      llvm::all_of(statistics.tensors, isOfCopies))
    module.emitWarning() << "the " << statistics.samples
                         << " samples are copies of one; ranges and choices "
                            "need samples that differ";
  llvm::StringMap<const TensorStatistics *> byName;
  for (const TensorStatistics &tensor : statistics.tensors)
    byName[tensor.tensor] = &tensor;
  module.walk([&](qnn::ObserveOp op) {
    if (const TensorStatistics *tensor = byName.lookup(op.getTensor()))
      warn(op, *tensor);
  });
}
