//===- GreedyPatternPass.h - passes that are a set of patterns --*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ANALYSIS_GREEDYPATTERNPASS_H
#define QCC_ANALYSIS_GREEDYPATTERNPASS_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace qcc::analysis {

/// A pass that applies `PatternTs` until none matches any more. `BaseT` is the
/// generated base class.
template <typename BaseT, typename... PatternTs>
class GreedyPatternPass : public BaseT {
public:
  using BaseT::BaseT;

  mlir::LogicalResult initialize(mlir::MLIRContext *context) override {
    mlir::RewritePatternSet set(context);
    set.add<PatternTs...>(context);
    patterns = std::move(set);
    return mlir::success();
  }

  void runOnOperation() override {
    if (succeeded(mlir::applyPatternsGreedily(this->getOperation(), patterns)))
      return;
    this->getOperation()->emitError("the patterns of ")
        << this->getArgument() << " do not come to rest";
    this->signalPassFailure();
  }

private:
  mlir::FrozenRewritePatternSet patterns;
};

} // namespace qcc::analysis

#endif // QCC_ANALYSIS_GREEDYPATTERNPASS_H
