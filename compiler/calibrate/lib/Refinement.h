//===- Refinement.h - which layers need more bits ---------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_LIB_REFINEMENT_H
#define QCC_CALIBRATION_LIB_REFINEMENT_H

#include "qcc/Calibration/Sequential.h"
#include "qcc/Qnn/Tensor.h"
#include "qcc/Quantize/PrecisionRules.h"

#include <map>
#include <optional>
#include <string>

namespace qcc::calibration {

/// Layers of another precision than int8, by node.
using Refinement = std::map<std::string, quantize::Precision>;

/// More precision for the layers that make most of the errors: those which read
/// one tensor, whose rounding they share. Nothing if the errors are spread over
/// the network, or if the layers are so much of it that int8 would be
/// pointless. `exact` is the network with Q/DQ pairs, `layers` what was
/// measured of it with the precision of `current`, and `inputShares` the part
/// of the errors at the outputs that is there if only that argument of the
/// network is rounded.
std::optional<Refinement> refineNoisiest(mlir::ModuleOp exact,
                                         llvm::ArrayRef<LayerSqnr> layers,
                                         llvm::ArrayRef<double> inputShares,
                                         const Refinement &current);

/// What rounding leaves of the arguments of the network with Q/DQ pairs.
mlir::FailureOr<llvm::SmallVector<qnn::Tensor>>
roundInput(mlir::ModuleOp exact, llvm::ArrayRef<qnn::Tensor> inputs,
           size_t argument);

/// What the precision of some layers costs, in multiply-accumulates of int8
/// relative to those of the whole network: 1 is as much work again.
double addedWork(mlir::ModuleOp exact, const Refinement &refinement);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_LIB_REFINEMENT_H
