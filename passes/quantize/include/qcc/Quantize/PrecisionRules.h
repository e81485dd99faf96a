//===- PrecisionRules.h - what options say about nodes ----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QUANTIZE_PRECISIONRULES_H
#define QCC_QUANTIZE_PRECISIONRULES_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"
#include "llvm/Support/Regex.h"

#include <string>
#include <vector>

namespace qcc::quantize {

/// What a layer is computed in.
enum class Precision { w8a8, w8a8PerTensor, f32 };

/// The options that name nodes by regular expressions. Of several that match,
/// the last one holds.
class PrecisionRules {
public:
  using ErrorFn = llvm::function_ref<mlir::InFlightDiagnostic()>;

  /// Reads `REGEX:SCHEME` entries, then regular expressions of nodes that stay
  /// in f32.
  static mlir::FailureOr<PrecisionRules>
  parse(llvm::ArrayRef<std::string> schemes,
        llvm::ArrayRef<std::string> keepFloat, ErrorFn emitError);

  /// The precision that is asked of a node, w8a8 if none is.
  Precision get(mlir::Operation *op) const;

  /// A rule that matches no node within `root` would go unnoticed otherwise.
  mlir::LogicalResult verifyMatches(mlir::Operation *root,
                                    ErrorFn emitError) const;

private:
  struct Rule {
    std::string text; ///< As the user wrote it.
    llvm::Regex regex;
    Precision precision;
  };

  mlir::LogicalResult add(llvm::StringRef text, llvm::StringRef regex,
                          Precision precision, ErrorFn emitError);

  std::vector<Rule> rules;
};

} // namespace qcc::quantize

#endif // QCC_QUANTIZE_PRECISIONRULES_H
