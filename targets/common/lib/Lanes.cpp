//===- Lanes.cpp - the first lanes of a vector ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/Lanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qcc;

Value target::laneMask(ImplicitLocOpBuilder &b, int64_t lanes, int64_t valid) {
  SmallVector<bool> bits(lanes);
  std::fill_n(bits.begin(), valid, true);
  auto type = VectorType::get({lanes}, b.getI1Type());
  return arith::ConstantOp::create(b, type, DenseElementsAttr::get(type, bits));
}

void target::storeLanes(ImplicitLocOpBuilder &b, Value value, Value address,
                        int64_t valid, unsigned alignment) {
  auto type = dyn_cast<VectorType>(value.getType());
  int64_t lanes = type ? type.getNumElements() : 0;
  // LLVM 22 turns a masked store of one lane into a plain one, but after a
  // truncation it stores the lane as wide as it was before.
  if (lanes > 1 && valid == 1) {
    value = vector::ExtractOp::create(b, value, ArrayRef<int64_t>{0});
    lanes = 0;
  }
  if (lanes == 0 || valid == lanes)
    LLVM::StoreOp::create(b, value, address, alignment);
  else
    LLVM::MaskedStoreOp::create(b, value, address, laneMask(b, lanes, valid),
                                alignment);
}
