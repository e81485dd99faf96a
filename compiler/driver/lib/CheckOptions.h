//===- CheckOptions.h - what is wrong with options, before any work -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_CHECKOPTIONS_H
#define QCC_DRIVER_LIB_CHECKOPTIONS_H

#include "qcc/Calibration/Recipe.h"
#include "qcc/Driver/Options.h"

namespace qcc::driver {

/// Where the result goes: what `-o` says, or the model's name with the suffix
/// of what is written.
std::string outputPath(const Options &options);

/// Where the header goes that belongs to the object.
std::string headerPath(const Options &options);

/// Reports the first thing that is wrong with the options, as far as that can
/// be known without the model: calibration takes too long to fail after it.
mlir::LogicalResult
checkOptions(const Options &options,
             llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// The recipe file, if there is one, and what single options say on top of it.
mlir::FailureOr<calibration::Recipe>
makeRecipe(const Options &options,
           llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_CHECKOPTIONS_H
