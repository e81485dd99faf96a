//===- Quantize.h - the quantize phase with data ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_QUANTIZE_H
#define QCC_CALIBRATION_QUANTIZE_H

#include "qcc/Calibration/Measure.h"
#include "qcc/Calibration/Recipe.h"

#include "mlir/IR/OwningOpRef.h"

#include <limits>

namespace qcc::calibration {

/// What the quantize phase measured.
struct QuantizeResult {
  /// In dB, before a final softmax, on samples held back (on those that
  /// calibrated, where they are too few to spare any); infinite if nothing
  /// differs, and without samples.
  double sqnr = std::numeric_limits<double>::infinity();
  /// Of each layer that was rounded with data.
  std::vector<LayerSqnr> layers;
  /// The quantized network, and how it compares on the same samples; with
  /// samples.
  Measurable program;
  std::optional<Comparison> comparison;
  bool isOnHeldBack = false; ///< Whether those samples were held back.
  /// The network before weights and biases were rounded: Q/DQ pairs around f32
  /// numbers, or what was given if it has Q/DQ of its own.
  mlir::OwningOpRef<mlir::ModuleOp> exact;
};

/// Quantizes a module whose observers have statistics, or one that has Q/DQ of
/// its own. With samples, weights are rounded and biases corrected with regard
/// to data, and what the recipe leaves open is decided by measurement on
/// samples held back; without (null), weights are rounded to nearest. A remark
/// on the module says what was chosen and what it measured. With samples,
/// `reference` runs the module as it is given.
mlir::FailureOr<QuantizeResult>
quantize(mlir::OwningOpRef<mlir::ModuleOp> &module, const Samples *samples,
         const Recipe &recipe, const Measurable &reference,
         const ExecutorFactory &createExecutor);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_QUANTIZE_H
