//===- ConstantEvaluation.cpp - ops on constants become constants ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace qcc;

/// Constants of more bytes than this are resources: they are not printed, not
/// uniqued, and freed with the context.
static constexpr size_t kMaxDenseBytes = 1024;

ElementsAttr graph::elementsFromBytes(RankedTensorType type,
                                      ArrayRef<char> bytes) {
  if (bytes.size() <= kMaxDenseBytes)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(
      type, "folded", HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

FailureOr<ElementsAttr> graph::evaluateConstant(Operation *op, int64_t limit) {
  return failure();
}
