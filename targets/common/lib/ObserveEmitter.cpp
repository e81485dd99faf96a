//===- ObserveEmitter.cpp - tensors handed to the calibrator --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericEmitters.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qcc/abi/kernel.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

class ObserveEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override { return isa<qnn::ObserveOp>(op); }

  /// frame->imports->observe(frame->user, id, data, thread, threads), by every
  /// thread.
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    auto observe = cast<qnn::ObserveOp>(op);
    ImplicitLocOpBuilder &b = kernel.getBuilder();
    kernel.setNeedsImports();
    Type pointer = kernel.frame().getType(), i32 = b.getI32Type();
    auto load = [&](Value base, int64_t offset) -> Value {
      return LLVM::LoadOp::create(b, pointer, kernel.offset(base, offset));
    };
    Value imports = load(kernel.frame(), offsetof(qcc_frame, imports));
    Value callee = load(imports, offsetof(qcc_imports, observe));
    Value user = load(kernel.frame(), offsetof(qcc_frame, user));
    Value id = arith::ConstantOp::create(
        b, b.getI32IntegerAttr(static_cast<int32_t>(observe.getId())));
    auto type =
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                    {pointer, i32, pointer, i32, i32});
    LLVM::CallOp::create(
        b, type,
        ValueRange{callee, user, id, kernel.pointer(observe.getInput()),
                   arith::TruncIOp::create(b, i32, kernel.thread()),
                   arith::TruncIOp::create(b, i32, kernel.threads())});
    return success();
  }
};

} // namespace

const KernelEmitter &target::observeEmitter() {
  static const ObserveEmitter emitter;
  return emitter;
}
