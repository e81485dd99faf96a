//===- PrecisionRules.cpp - what options say about nodes ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Quantize/PrecisionRules.h"

#include "qcc/Analysis/Names.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;

LogicalResult PrecisionRules::add(StringRef text, StringRef regex,
                                  Precision precision, ErrorFn emitError) {
  Rule rule{text.str(), llvm::Regex(regex), precision};
  if (std::string error; !rule.regex.isValid(error))
    return emitError() << "'" << regex
                       << "' is not a regular expression: " << error;
  rules.push_back(std::move(rule));
  return success();
}

FailureOr<PrecisionRules> PrecisionRules::parse(ArrayRef<std::string> schemes,
                                                ArrayRef<std::string> keepFloat,
                                                ErrorFn emitError) {
  PrecisionRules result;
  for (StringRef text : schemes) {
    auto [regex, name] = text.rsplit(':');
    auto precision = llvm::StringSwitch<std::optional<Precision>>(name)
                         .Case("w8a8", Precision::w8a8)
                         .Case("w8a8-per-tensor", Precision::w8a8PerTensor)
                         .Case("f32", Precision::f32)
                         .Default(std::nullopt);
    if (!precision)
      return emitError() << "scheme entry '" << text
                         << "' must be REGEX:SCHEME, with SCHEME one of w8a8, "
                            "w8a8-per-tensor, f32";
    if (failed(result.add(text, regex, *precision, emitError)))
      return failure();
  }
  for (StringRef text : keepFloat)
    if (failed(result.add(text, text, Precision::f32, emitError)))
      return failure();
  return result;
}

Precision PrecisionRules::get(Operation *op) const {
  std::string name = analysis::nodeName(op);
  for (const Rule &rule : llvm::reverse(rules))
    if (rule.regex.match(name))
      return rule.precision;
  return Precision::w8a8;
}

LogicalResult PrecisionRules::verifyMatches(Operation *root,
                                            ErrorFn emitError) const {
  for (const Rule &rule : rules) {
    WalkResult match = root->walk([&](Operation *op) {
      return rule.regex.match(analysis::nodeName(op)) ? WalkResult::interrupt()
                                                      : WalkResult::advance();
    });
    if (!match.wasInterrupted())
      return emitError() << "'" << rule.text << "' matches no node";
  }
  return success();
}
