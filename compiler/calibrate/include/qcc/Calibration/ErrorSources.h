//===- ErrorSources.h - what each error does to the outputs -----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The float network is compiled once, with every source of error in it behind a
// switch: a scalar input that is 0 or 1. All switches at 0 it is the float
// network; with some at 1 the output differs by what those sources do by
// themselves. So all sources are measured with the same numbers and in the same
// unit.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_ERRORSOURCES_H
#define QCC_CALIBRATION_ERRORSOURCES_H

#include "qcc/Calibration/Measure.h"
#include "qcc/Calibration/Source.h"

namespace qcc::calibration {

struct SwitchedProgram;

/// An activation that is rounded, and the interval that its grid covers: one
/// pair of bounds, or one for each channel.
struct RoundedActivation {
  std::string node;
  std::string tensor;
  std::vector<float> least, greatest;
  int64_t inner; ///< Numbers that lie together and are of one channel.
};

/// Weights that are rounded, with bounds in the same way.
struct RoundedWeights {
  std::string node;
  std::vector<float> values, least, greatest;
  int64_t inner;
};

/// One source of error.
struct ErrorSwitch {
  std::string node;
  Source source;
  /// Which of the network's roundings of activations it is, if it is one.
  size_t rounding;
  /// Errors of weights have a mean in each of so many channels, which bias
  /// correction takes away; 0 if the source is no weight.
  int64_t channels;
};

class ErrorSources {
public:
  /// The sources of `rounded`. `exact` is the same program before its weights
  /// and biases were rounded: Q/DQ pairs around f32 numbers. Where both are the
  /// same, only activations are sources: nobody knows what the weights were, or
  /// nobody asks.
  static mlir::FailureOr<ErrorSources>
  create(mlir::ModuleOp exact, mlir::ModuleOp rounded,
         const ExecutorFactory &createExecutor);
  ErrorSources(ErrorSources &&);
  ErrorSources &operator=(ErrorSources &&);
  ~ErrorSources();

  llvm::ArrayRef<ErrorSwitch> getSwitches() const;
  llvm::ArrayRef<RoundedActivation> getActivations() const;
  llvm::ArrayRef<RoundedWeights> getWeights() const;
  /// Of one run.
  int64_t getMacs() const;

  /// Reads samples and runs the float network on them; everything else is
  /// compared with that. `observe` sees each activation before it is rounded.
  mlir::LogicalResult runExact(
      const Samples &samples, llvm::ArrayRef<size_t> indices,
      llvm::function_ref<void(size_t activation, llvm::ArrayRef<float> numbers)>
          observe = nullptr);

  /// Noise of each output relative to its signal with the switches on that
  /// `isOn` names: see Comparison::relativeNoise().
  mlir::FailureOr<llvm::SmallVector<double>>
  noiseWith(llvm::function_ref<bool(size_t)> isOn) const;

  /// The same of another program, whose logits are in the same places, on the
  /// same samples.
  mlir::FailureOr<llvm::SmallVector<double>>
  noiseOf(const Executor &executor) const;

  /// Noise with each group of switches on by itself, in parallel.
  mlir::FailureOr<std::vector<llvm::SmallVector<double>>>
  noiseOfEach(llvm::ArrayRef<llvm::SmallVector<size_t, 2>> groups) const;

private:
  ErrorSources(std::unique_ptr<SwitchedProgram> program, Measurable measurable);

  llvm::SmallVector<qnn::Tensor>
  inputsOf(size_t sample, llvm::function_ref<bool(size_t)> isOn) const;

  std::unique_ptr<SwitchedProgram> program;
  Measurable measurable;
  std::vector<llvm::SmallVector<qnn::Tensor>> inputs;
  Outputs expected;
  /// For each switch the mean of its error in each channel, if it has one.
  std::vector<qnn::Tensor> means;
};

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_ERRORSOURCES_H
