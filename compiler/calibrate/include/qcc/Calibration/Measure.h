//===- Measure.h - how close one program comes to another -------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_MEASURE_H
#define QCC_CALIBRATION_MEASURE_H

#include "qcc/Calibration/Executor.h"
#include "qcc/Calibration/Samples.h"

#include "mlir/IR/OwningOpRef.h"

#include <optional>

namespace qcc::calibration {

/// What stands for a result where differences are measured.
struct Logits {
  size_t place; ///< Of what its final softmax is given; its own without one.
  /// The axis of the softmax, and how many numbers lie together behind it; 0
  /// without one. What all numbers along it have in common does not matter.
  int64_t extent = 0, inner = 1;
};

/// An executor of a copy of a module that gives, behind the module's own
/// results, what final softmaxes among them are given: differences of logits
/// are much less noisy.
struct Measurable {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< What the executor runs.
  std::unique_ptr<Executor> executor;
  llvm::SmallVector<Logits> logits; ///< For each of the module's results.

  static mlir::FailureOr<Measurable>
  create(mlir::ModuleOp module, const ExecutorFactory &createExecutor,
         Runs runs);
};

/// Results for some samples.
using Outputs = std::vector<llvm::SmallVector<qnn::Tensor>>;

mlir::FailureOr<Outputs> runSamples(const Executor &executor,
                                    const Samples &samples,
                                    llvm::ArrayRef<size_t> indices,
                                    mlir::MLIRContext *context);

/// Compares what two measurable programs give for the same samples.
class Comparison {
public:
  explicit Comparison(llvm::ArrayRef<Logits> logits) : logits(logits) {}

  /// Takes in one sample. The label, if there is one, is the index of the
  /// greatest number that the first f32 result should have.
  void add(llvm::ArrayRef<qnn::Tensor> actual,
           llvm::ArrayRef<qnn::Tensor> expected,
           std::optional<int64_t> label = std::nullopt);

  size_t getSamples() const { return samples; }
  /// 10 log10(sum ref^2 / sum err^2) of each f32 result, the mean over them.
  /// Infinite if nothing differs.
  double sqnr() const;
  /// The same before a final softmax, less the mean along its axis.
  double logitSqnr() const;
  /// Power of the error of each f32 result relative to that of its signal,
  /// before a final softmax: it adds up over independent errors. Results that
  /// are all zeros are left out.
  llvm::SmallVector<double> relativeNoise() const;
  /// The share of the samples for which both first f32 results have their
  /// greatest number in one place.
  double agreement() const;
  /// The share for which it is at the label; nothing without labels.
  std::optional<double> expectedTop1() const { return share(expectedHits); }
  std::optional<double> actualTop1() const { return share(actualHits); }

private:
  struct Energy {
    double signal = 0, noise = 0;
  };

  double meanSqnr(llvm::ArrayRef<size_t> places) const;
  std::optional<double> share(size_t hits) const;

  llvm::SmallVector<Logits> logits;
  llvm::SmallVector<std::optional<Energy>> energies; ///< Of f32 results.
  size_t samples = 0, labelled = 0, agreeing = 0, expectedHits = 0,
         actualHits = 0;
};

/// Compares two measurable programs on all samples, a few at a time. `labels`
/// are empty or as many as there are samples.
mlir::FailureOr<Comparison> compareOnAll(const Measurable &actual,
                                         const Measurable &expected,
                                         const Samples &samples,
                                         llvm::ArrayRef<int64_t> labels,
                                         mlir::MLIRContext *context);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_MEASURE_H
