//===- PrecisionRules.cpp - what options say about nodes ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Quantize/PrecisionRules.h"

#include "qcc/Analysis/Names.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::quantize;

std::optional<Precision> qcc::quantize::parsePrecision(StringRef name) {
  return llvm::StringSwitch<std::optional<Precision>>(name)
      .Case("w8a8", Precision::w8a8)
      .Case("w8a8-per-tensor", Precision::w8a8PerTensor)
      .Case("w8a16", Precision::w8a16)
      .Case("w8a8x2", Precision::w8a8x2)
      .Case("f32", Precision::f32)
      .Default(std::nullopt);
}

StringRef qcc::quantize::nameOf(Precision precision) {
  switch (precision) {
  case Precision::w8a8:
    return "w8a8";
  case Precision::w8a8PerTensor:
    return "w8a8-per-tensor";
  case Precision::w8a16:
    return "w8a16";
  case Precision::w8a8x2:
    return "w8a8x2";
  case Precision::f32:
    return "f32";
  }
  llvm_unreachable("all precisions are named");
}

LogicalResult PrecisionRules::add(StringRef text, StringRef regex,
                                  Precision precision, ErrorFn emitError) {
  Rule rule{text.str(), llvm::Regex(regex), precision, {}};
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
    std::optional<Precision> precision = parsePrecision(name);
    if (!precision)
      return emitError() << "scheme entry '" << text
                         << "' must be REGEX:SCHEME, with SCHEME one of w8a8, "
                            "w8a8-per-tensor, w8a16, w8a8x2, f32";
    if (failed(result.add(text, regex, *precision, emitError)))
      return failure();
  }
  for (StringRef text : keepFloat)
    if (failed(result.add(text, text, Precision::f32, emitError)))
      return failure();
  return result;
}

/// True if `exception` matches some, but not all, of what `rule` does.
static bool isException(const llvm::BitVector &exception,
                        const llvm::BitVector &rule) {
  return !exception.test(rule) && exception != rule;
}

LogicalResult PrecisionRules::verifyConsistency(ArrayRef<std::string> names,
                                                ErrorFn emitError) const {
  for (auto [i, rule] : llvm::enumerate(rules))
    for (const Rule &other : ArrayRef(rules).drop_front(i + 1)) {
      llvm::BitVector common = rule.nodes;
      common &= other.nodes;
      if (rule.precision == other.precision || common.none() ||
          isException(rule.nodes, other.nodes) ||
          isException(other.nodes, rule.nodes))
        continue;
      return emitError() << "'" << rule.text << "' and '" << other.text
                         << "' contradict each other at node '"
                         << names[common.find_first()]
                         << "': an exception must match fewer nodes than the "
                            "rule that it is from";
    }
  return success();
}

LogicalResult PrecisionRules::resolve(Operation *root, ErrorFn emitError) {
  std::vector<std::string> names;
  llvm::StringSet<> seen;
  root->walk([&](Operation *op) {
    if (std::string name = analysis::nodeName(op); seen.insert(name).second)
      names.push_back(std::move(name));
  });
  for (Rule &rule : rules) {
    rule.nodes = llvm::BitVector(names.size());
    for (auto [i, name] : llvm::enumerate(names))
      if (rule.regex.match(name))
        rule.nodes.set(i);
    if (rule.nodes.none())
      return emitError() << "'" << rule.text << "' matches no node";
  }
  if (failed(verifyConsistency(names, emitError)))
    return failure();
  // Exceptions come after what they are from. Of equally many nodes they are
  // not exceptions, so that their order does not matter.
  SmallVector<const Rule *> ordered;
  for (const Rule &rule : rules)
    ordered.push_back(&rule);
  llvm::sort(ordered, [](const Rule *a, const Rule *b) {
    return a->nodes.count() > b->nodes.count();
  });
  for (const Rule *rule : ordered)
    for (unsigned node : rule->nodes.set_bits())
      precisions[names[node]] = rule->precision;
  return success();
}

std::optional<Precision> PrecisionRules::find(Operation *op) const {
  auto found = precisions.find(analysis::nodeName(op));
  return found == precisions.end() ? std::nullopt
                                   : std::optional(found->second);
}
