//===- FuseElementwise.cpp - the elementwise ops that no contraction took -===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include "qcc/Analysis/DeclaredChange.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/STLExtras.h"

namespace qcc::lower {
#define GEN_PASS_DEF_FUSEELEMENTWISEPASS
#include "qcc/Lower/Passes.h.inc"
} // namespace qcc::lower

using namespace mlir;
using namespace qcc::qnn;
using namespace qcc::lower;

namespace {

struct FuseElementwisePass
    : qcc::lower::impl::FuseElementwisePassBase<FuseElementwisePass>,
      qcc::analysis::MovesByOneStep {
  void runOnOperation() override {
    OpBuilder builder(&getContext());
    Block &block = getOperation().getBody().front();
    // Backward, so that a map takes in everything before it that only it reads.
    Operation *previous = nullptr;
    for (Operation *op = &block.back(); op; op = previous) {
      previous = op->getPrevNode();
      if (!isElementwise(op))
        continue;
      if (op->use_empty()) {
        op->erase();
        continue;
      }
      FusedSet set = growBackward(op);
      builder.setInsertionPoint(op);
      EpilogueBuilder epilogue(builder, op->getLoc(), set, nullptr);
      if (failed(epilogue.build()))
        return signalPassFailure();
      auto fused =
          FusedMapOp::create(builder, op->getLoc(), op->getResult(0).getType(),
                             epilogue.getExtras(), DictionaryAttr());
      fused.getEpilogue().takeBody(epilogue.getRegion());
      fused->setDiscardableAttrs(op->getDiscardableAttrDictionary());
      op->getResult(0).replaceAllUsesWith(fused.getResult());
      // Constants made for the map stand before it; continue there.
      previous = fused->getPrevNode();
      for (Operation *absorbed : set.ops) {
        if (absorbed == previous)
          previous = previous->getPrevNode();
        absorbed->erase();
      }
    }
  }
};

} // namespace
