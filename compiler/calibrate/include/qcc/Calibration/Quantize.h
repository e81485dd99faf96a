//===- Quantize.h - the quantize phase with data ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_QUANTIZE_H
#define QCC_CALIBRATION_QUANTIZE_H

#include "qcc/Calibration/Executor.h"
#include "qcc/Calibration/Recipe.h"

#include "mlir/IR/OwningOpRef.h"

namespace qcc::calibration {

/// Signal to noise of `module` against `reference`, in dB, over samples: 10
/// log10(sum ref^2 / sum err^2) of each f32 output before a final softmax, the
/// mean over outputs. Infinite if nothing differs.
mlir::FailureOr<double> measureSqnr(mlir::ModuleOp module,
                                    mlir::ModuleOp reference,
                                    const Samples &samples,
                                    llvm::ArrayRef<size_t> indices,
                                    const ExecutorFactory &createExecutor);

/// Quantizes a module whose observers have statistics, or one that has Q/DQ of
/// its own. With samples, weights are rounded and biases corrected with regard
/// to data, and what the recipe leaves open is decided by measurement on
/// samples held back; without (null), weights are rounded to nearest. A remark
/// on the module says what was chosen and what it measured.
mlir::LogicalResult quantize(mlir::OwningOpRef<mlir::ModuleOp> &module,
                             const Samples *samples, const Recipe &recipe,
                             const ExecutorFactory &createExecutor);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_QUANTIZE_H
