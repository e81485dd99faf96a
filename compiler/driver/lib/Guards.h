//===- Guards.h - what int8 must keep of float ------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_GUARDS_H
#define QCC_DRIVER_LIB_GUARDS_H

#include "qcc/Calibration/Quantize.h"
#include "qcc/Driver/Options.h"

#include "llvm/Support/JSON.h"

namespace qcc::driver {

using ErrorFn = llvm::function_ref<mlir::InFlightDiagnostic()>;

/// The classes of the calibration samples, none without -labels. An error if
/// there are more or fewer, or one that the first f32 result of `program` has
/// no place for.
mlir::FailureOr<std::vector<int64_t>>
readLabels(const Options &options, mlir::ModuleOp program,
           const calibration::Samples &samples, ErrorFn emitError);

/// Fails at the first layer that keeps less than -min-sqnr-layer=.
mlir::LogicalResult checkLayers(const Options &options,
                                llvm::ArrayRef<calibration::LayerSqnr> layers);

/// Measures what -min-sqnr=, -max-drop= and -labels= ask for, on all
/// calibration samples, and fails if it is not kept, naming the worst layers.
/// Gives what was measured for the artifact: without these options, what
/// quantization saw on the samples held back.
mlir::FailureOr<llvm::json::Object>
checkContract(const Options &options, const calibration::QuantizeResult &result,
              const calibration::Measurable &reference,
              const calibration::Samples &samples,
              llvm::ArrayRef<int64_t> labels, mlir::MLIRContext *context,
              ErrorFn emitError);

/// What `checkContract` gave, for people.
std::string describeQuality(const llvm::json::Object &quality);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_GUARDS_H
