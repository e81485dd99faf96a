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
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Regex.h"

#include <optional>
#include <string>
#include <vector>

namespace qcc::quantize {

/// What a layer is computed in.
enum class Precision {
  w8a8,
  w8a8PerTensor,
  w8a16, ///< w8a8, but elementwise ops read stored numbers of 16 bits.
  /// w8a8, but contractions read activations of 16 bits: as they are where few
  /// products are summed, otherwise in two parts of 8 bits each, the second one
  /// what the first leaves, in two products with the same weights.
  w8a8x2,
  f32
};

/// The spelling of a precision in options, and back.
llvm::StringRef nameOf(Precision precision);
std::optional<Precision> parsePrecision(llvm::StringRef name);

/// The options that name nodes by regular expressions. An entry that matches
/// only some of the nodes of another one is an exception from it. Two entries
/// of different precision that match one node, neither of which is an exception
/// from the other, contradict each other; their order means nothing.
class PrecisionRules {
public:
  using ErrorFn = llvm::function_ref<mlir::InFlightDiagnostic()>;

  /// Reads `REGEX:SCHEME` entries, then regular expressions of nodes that stay
  /// in f32.
  static mlir::FailureOr<PrecisionRules>
  parse(llvm::ArrayRef<std::string> schemes,
        llvm::ArrayRef<std::string> keepFloat, ErrorFn emitError);

  /// Finds the nodes within `root` that each entry matches. An entry that
  /// matches none would go unnoticed, and is an error, as is a contradiction.
  mlir::LogicalResult resolve(mlir::Operation *root, ErrorFn emitError);

  /// The precision that is asked of a node that `resolve` saw, if one is.
  std::optional<Precision> find(mlir::Operation *op) const;

private:
  struct Rule {
    std::string text; ///< As the user wrote it.
    llvm::Regex regex;
    Precision precision;
    llvm::BitVector nodes; ///< What it matches, in the order of names.
  };

  mlir::LogicalResult add(llvm::StringRef text, llvm::StringRef regex,
                          Precision precision, ErrorFn emitError);
  mlir::LogicalResult verifyConsistency(llvm::ArrayRef<std::string> names,
                                        ErrorFn emitError) const;

  std::vector<Rule> rules;
  llvm::StringMap<Precision> precisions; ///< By node, where an entry matches.
};

} // namespace qcc::quantize

#endif // QCC_QUANTIZE_PRECISIONRULES_H
