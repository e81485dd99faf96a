//===- Recipe.h - what can be chosen of quantization ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_RECIPE_H
#define QCC_CALIBRATION_RECIPE_H

#include "qcc/Calibrate/Ranges.h"
#include "qcc/Calibration/Sequential.h"

#include <optional>
#include <string>
#include <vector>

namespace qcc::calibration {

/// The choices of the quantize phase. What is left open is measured on samples
/// that are held back.
struct Recipe {
  bool equalize = false; ///< Weights of neighbouring layers, beforehand.
  /// Left open, the better of l3 and mse.
  std::optional<calibrate::RangeMethod> ranges;
  double percentile = 99.999;
  /// Make room for numbers that few samples have not shown. Left open, ranges
  /// that are to be l3 or mse have it.
  std::optional<bool> headroom;
  /// Even out channels before they are rounded.
  std::optional<bool> channelScales;
  double alpha = 0.5;
  double perChannelRatio = 4;
  std::optional<BiasCorrection> biasCorrection;
  WeightRounding rounding = WeightRounding::descent;
  bool weightGrid = true;
  /// Try more precision for layers whose rounding makes most of the errors, as
  /// long as that adds no more than this to the network's work, or 12 times as
  /// much where one tensor makes half of the errors. 0: for none.
  double refine = kRefine;
  static constexpr double kRefine = 0.1;
  std::vector<std::string> keepFloat; ///< Regular expressions of nodes.
  std::vector<std::string> schemes;   ///< REGEX:SCHEME.
};

/// The method of a name that a recipe file or an option may give, and back.
std::optional<calibrate::RangeMethod> parseRangeMethod(llvm::StringRef name);
llvm::StringRef nameOf(calibrate::RangeMethod method);

llvm::StringRef nameOf(BiasCorrection correction);

/// The names that `parseRangeMethod` knows, for messages.
inline constexpr llvm::StringLiteral kRangeMethodNames =
    "minmax, moving-average, percentile, entropy, mse or l3";

/// Reads a recipe file, JSON with "schema": "qcc.recipe/1" and any of the
/// members that docs/recipes.md lists. A member of another name or type is an
/// error.
mlir::FailureOr<Recipe>
loadRecipe(llvm::StringRef path,
           llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_RECIPE_H
