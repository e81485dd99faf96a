//===- Refinement.h - which layers need more bits ---------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_REFINEMENT_H
#define QCC_CALIBRATION_LIB_REFINEMENT_H

#include "qcc/Calibration/Measure.h"
#include "qcc/Quantize/PrecisionRules.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace qcc::calibration {

/// Layers of another precision than int8, by node.
using Refinement = std::map<std::string, quantize::Precision>;

/// Noise of each output relative to its signal: Comparison::relativeNoise().
using Noise = llvm::SmallVector<double>;

/// What errors do to the outputs.
struct MeasuredNoise {
  /// The network in Q/DQ form, where elementwise ops have pairs of their own:
  /// what they read can be given more bits than what contractions read of the
  /// same tensor.
  mlir::OwningOpRef<mlir::ModuleOp> network;
  /// Of each rounding of an activation by itself, in the order of
  /// collectRoundings(network); empty where it does nothing.
  std::vector<Noise> ofRoundings;
  Noise together; ///< Of the quantized program, weights included.
};

/// Measures `exact`, the network with Q/DQ pairs around f32 numbers, and
/// `rounded`, which runs it with integers. Takes one compilation and one
/// inference in f32 for each rounding and sample; so many of `indices` are
/// taken that this is bounded.
mlir::FailureOr<MeasuredNoise>
measureNoise(mlir::ModuleOp exact, const Executor &rounded,
             const Samples &samples, llvm::ArrayRef<size_t> indices,
             const ExecutorFactory &createExecutor);

/// What it is worth that outputs keep `after` dB instead of `before`, in
/// multiples of the network's work; nothing if that is too little to matter.
double worthOf(double before, double after);

/// What refinement may cost. Work is programWork().
struct WorkBudget {
  double allowed; ///< Share of `plain` that may be added: Recipe::refine.
  double plain;   ///< Of the network without refinement.
  double current; ///< Of the network as it is refined so far.

  double spent() const { return current / plain - 1; }
};

/// False if nothing that may still be done for outputs that keep `sqnr` dB can
/// be worth its work, or the budget is all but spent.
bool isWorthRefining(double sqnr, const WorkBudget &budget);

/// Chooses layers to be refined.
class RefinementPlanner {
public:
  /// `measured` is the noise of a network whose layers have the precision of
  /// `current`, and the work of `budget`.
  RefinementPlanner(const MeasuredNoise &measured, const Refinement &current,
                    const WorkBudget &budget);
  ~RefinementPlanner();

  /// The layers that read one of the network's inputs, if its rounding makes a
  /// good part of the errors; none that `tried` has.
  std::optional<Refinement>
  refineInputs(const std::set<Refinement> &tried) const;

  /// The layers whose refinement should be worth most beyond the work it costs,
  /// if the outputs keep `sqnr` dB now. At most `mostSteps`, a step being all
  /// that read one tensor; says how many there are.
  std::optional<Refinement> refineMost(double sqnr, size_t &mostSteps) const;

private:
  struct Layer;
  struct Step;
  /// What is refined then, what that is worth beyond its work, and how many
  /// steps it takes.
  struct Plan {
    Refinement refined;
    double net = 0;
    size_t steps = 0;
  };

  /// Takes steps as long as that pays; the first one for `first`, if given.
  Plan planFrom(const Layer *first, double sqnr, size_t mostSteps) const;

  /// What it takes to spare `layer` the rounding of what it reads.
  std::optional<Step> stepFor(const Layer &layer,
                              const Refinement &refined) const;

  /// Whether layers that gain so many dB may cost that, a share of the work.
  bool isAffordable(double cost, double gain) const;

  std::vector<Layer> layers;
  /// For each rounding the layers that suffer from it.
  std::vector<llvm::SmallVector<size_t>> readers;
  llvm::SmallVector<size_t> ofInputs; ///< Roundings of arguments.
  const MeasuredNoise &measured;
  const Refinement &current;
  WorkBudget budget;
};

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_REFINEMENT_H
