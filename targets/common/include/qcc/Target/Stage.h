//===- Stage.h - from placed ops to stage functions -------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each op of a lowered function becomes a stage: a function `@stage_N(ptr
// frame, i32 thread, i32 threads)` that takes the addresses of the op's values
// from the frame and calls a kernel. The kernel is a private function of those
// addresses. Ops that are equal but for addresses and constant tensors
// (residual blocks, say) share one kernel, which keeps code and compile time
// small.
//
// A KernelEmitter writes the body of a kernel with scf, arith, math, vector,
// memref and llvm ops. It sees the op and, through Kernel, a pointer (or a
// strided memref) to element [0, ..., 0] of each operand and result.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_STAGE_H
#define QCC_TARGET_STAGE_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "qcc/Target/Placement.h"

#include <memory>

namespace qcc::target {

/// The function under construction for one op. The builder stands at the end of
/// its body; an emitter leaves it there, with no terminator.
class Kernel {
public:
  Kernel(mlir::ImplicitLocOpBuilder &builder, mlir::Operation *op,
         const Placement &placement, mlir::LLVM::LLVMFuncOp function);

  mlir::ImplicitLocOpBuilder &getBuilder() { return builder; }

  /// `!llvm.ptr` to element [0, ..., 0] of an operand or result of the op.
  mlir::Value pointer(mlir::Value value) const;
  /// Byte strides of an operand or result.
  llvm::ArrayRef<int64_t> strides(mlir::Value value) const;
  /// True if `value` may be read beyond its end (it lives in arena or weights).
  bool hasReadSlack(mlir::Value value) const;
  /// The value as memref of its shape with static strides. Elements are
  /// signless: `ui8` becomes `i8`; sub-byte integers (i1, i4) are bytes.
  mlir::Value memref(mlir::Value value);

  /// `pointer + bytes`, in bytes; the first form adds a constant.
  mlir::Value offset(mlir::Value pointer, int64_t bytes);
  mlir::Value offset(mlir::Value pointer, mlir::Value bytes);

  /// The frame, and this thread's number and the count of threads as i64.
  mlir::Value frame() { return function.getArgument(0); }
  mlir::Value thread();
  mlir::Value threads();

  /// This thread's share of `count` equal pieces of work, [first, last): the
  /// static split [count * t / T, count * (t + 1) / T), as i64 and as index.
  std::pair<mlir::Value, mlir::Value> partition(int64_t count);
  std::pair<mlir::Value, mlir::Value> partitionIndex(int64_t count);

  /// Emits `for (i64 i = first; i < last; i += step)` around what `body(i)`
  /// emits.
  void loop(mlir::Value first, mlir::Value last, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);

  /// Wraps what is emitted by `body` so that one thread alone does it.
  void onFirstThread(llvm::function_ref<void()> body);

  /// Fills the halo that the op's result was asked for, each thread its part.
  /// Called for every result once the emitter is done.
  void fillHalo(mlir::OpResult result);

  /// An i64 constant.
  mlir::Value constant(int64_t value);

  /// A pointer to constant bytes in the weights blob.
  mlir::Value constantData(llvm::ArrayRef<uint8_t> bytes);

  /// The stage runs on one thread, as thread 0 of 1.
  void setSerial() { serial = true; }
  /// The stage calls through frame->imports.
  void setNeedsImports() { needsImports = true; }

private:
  friend class StageBuilder;
  mlir::ImplicitLocOpBuilder &builder;
  mlir::Operation *op;
  const Placement &placement;
  mlir::LLVM::LLVMFuncOp function;
  llvm::DenseMap<mlir::Value, mlir::Value> pointers;
  mlir::Value threadNumber, threadCount;
  /// Contents of constantData, passed by the stage as further arguments.
  llvm::SmallVector<std::vector<uint8_t>> data;
  bool serial = false, needsImports = false;
};

/// Generates code for some kinds of op.
class KernelEmitter {
public:
  virtual ~KernelEmitter();
  /// True if this emitter makes code for `op`.
  virtual bool handles(mlir::Operation *op) const = 0;
  /// Emits the body. On failure an error has been emitted at `op`.
  virtual mlir::LogicalResult emit(Kernel &kernel,
                                   mlir::Operation *op) const = 0;
};

/// Turns the ops of a planned function into stages of a new module. The first
/// emitter that handles an op makes its kernel; all ops that none handles are
/// reported. Elementary functions are written out (see ExpandMath.h).
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
emitStages(mlir::func::FuncOp function,
           llvm::ArrayRef<const KernelEmitter *> emitters, ProgramInfo &info);

} // namespace qcc::target

#endif // QCC_TARGET_STAGE_H
