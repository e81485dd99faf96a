//===- FoldConstants.cpp - evaluate ops on constants ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcc::graph {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;

namespace {

class FoldConstants : public graph::impl::FoldConstantsPassBase<FoldConstants> {
public:
  using FoldConstantsPassBase::FoldConstantsPassBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // In order, so that a chain of ops folds in one sweep.
    for (Operation &op :
         llvm::make_early_inc_range(getOperation().getBody().front())) {
      FailureOr<ElementsAttr> value = graph::evaluateConstant(&op, limit);
      if (failed(value))
        continue;
      rewriter.setInsertionPoint(&op);
      rewriter.replaceOpWithNewOp<qnn::ConstantOp>(&op, *value);
    }
  }
};

} // namespace
