//===- Sequential.h - round and correct with data ---------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_SEQUENTIAL_H
#define QCC_CALIBRATION_SEQUENTIAL_H

#include "qcc/Calibration/Samples.h"

namespace qcc::calibration {

/// How biases make up for the rounding of weights and activations.
enum class BiasCorrection {
  none,
  /// By the mean of what the rounding of the weights changes on exact inputs.
  fast,
  /// By the mean difference of exact and rounded results, errors of the layers
  /// before included.
  sequential
};

/// Which multiples of their scale weights become.
enum class WeightRounding {
  nearest,
  /// What keeps the results on rounded inputs, found by coordinate descent on
  /// GPTQ's objective.
  descent,
  /// The same objective, each weight rounded down or up, which is learned.
  adaRound
};

struct CorrectionOptions {
  BiasCorrection bias = BiasCorrection::sequential;
  WeightRounding rounding = WeightRounding::descent;
};

/// How close the rounded result of a layer, before its activation, came to the
/// exact one.
struct LayerSqnr {
  mlir::Location location;
  double sqnr; ///< In dB, errors of the layers before included.
};

/// One pass through the network that carries, for a few samples, the exact and
/// the rounded value of every live tensor. At each contraction whose weights
/// are still f32 behind a Q/DQ pair it rounds them with regard to what they are
/// multiplied with, and corrects the bias. The module comes from
/// `qcc-materialize-pipeline`; afterwards `qcc-round-pipeline` finishes it.
/// Gives the layers in their order.
mlir::FailureOr<std::vector<LayerSqnr>>
correctWithData(mlir::ModuleOp module, const Samples &samples,
                llvm::ArrayRef<size_t> indices,
                const CorrectionOptions &options);

/// How many samples `correctWithData` can carry through `module` in bounded
/// memory and with about `macs` multiply-accumulates.
size_t sequentialSampleLimit(mlir::ModuleOp module, int64_t macs);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_SEQUENTIAL_H
