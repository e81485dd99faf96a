//===- Report.cpp - what a compilation has to tell ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Report.h"

#include "llvm/ADT/STLExtras.h"

using namespace qcc::report;

llvm::StringRef qcc::report::nameOf(Source source) {
  switch (source) {
  case Source::weightRounding:
    return "weight_rounding";
  case Source::weightClipping:
    return "weight_clipping";
  case Source::activationRounding:
    return "activation_rounding";
  case Source::activationClipping:
    return "activation_clipping";
  }
  llvm_unreachable("all sources have names");
}

double Layer::totalDamage() const {
  double total = 0;
  for (const std::optional<double> &part : damage)
    total += part.value_or(0);
  return total;
}

std::vector<const Layer *> qcc::report::sortedByDamage(const Report &report) {
  std::vector<const Layer *> result;
  result.reserve(report.layers.size());
  for (const Layer &layer : report.layers)
    result.push_back(&layer);
  llvm::sort(result, [](const Layer *a, const Layer *b) {
    double left = a->totalDamage(), right = b->totalDamage();
    return left != right ? left > right : a < b;
  });
  return result;
}
