//===- Microkernel.h - one step of the reduction ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The innermost code of every contraction: accumulators of a tile, and one step
// that adds the products of a dword (or a float) of each row with a row of
// weights. The kinds of arithmetic differ only here.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_MICROKERNEL_H
#define QCC_X86_LIB_MICROKERNEL_H

#include "Tiling.h"
#include "qcc/Target/Stage.h"

namespace qcc::x86 {

class Microkernel {
public:
  Microkernel(target::Kernel &kernel, const Contraction &contraction,
              const Isa &isa)
      : kernel(kernel), b(kernel.getBuilder()),
        arithmetic(selectArithmetic(contraction, isa)), isa(isa),
        lhsUnsigned(
            qnn::isUnsigned(mlir::getElementTypeOrSelf(contraction.lhs))),
        rhsUnsigned(
            qnn::isUnsigned(mlir::getElementTypeOrSelf(contraction.rhs))),
        rhsAligned(contraction.block != 0) {}

  Arithmetic getArithmetic() const { return arithmetic; }

  /// Registers that accumulate one vector of outputs.
  int64_t parts() const { return arithmetic == Arithmetic::widenPairs ? 2 : 1; }
  /// True if sums must start from the corrections behind the weights.
  bool correctsSigns() const {
    return (arithmetic == Arithmetic::dotBytes ||
            arithmetic == Arithmetic::pairBytes) &&
           !lhsUnsigned;
  }
  mlir::VectorType accumulatorType() const;
  mlir::Value zero() const;

  /// Adds to `accumulators` ([position][vector][part]) the products of what
  /// `lhs + offsets[position]` and `rhs` point at.
  void step(llvm::MutableArrayRef<mlir::Value> accumulators, mlir::Value lhs,
            llvm::ArrayRef<int64_t> offsets, mlir::Value rhs, int64_t vectors);

  /// The same where the products of two bytes may leave i16 and `step` with
  /// pairBytes would saturate.
  void stepMarked(llvm::MutableArrayRef<mlir::Value> accumulators,
                  mlir::Value lhs, llvm::ArrayRef<int64_t> offsets,
                  mlir::Value rhs);

  /// The vector of outputs that `parts()` registers hold.
  mlir::Value finish(llvm::ArrayRef<mlir::Value> parts);

private:
  mlir::Value call(llvm::StringRef intrinsic, mlir::Type type,
                   llvm::ArrayRef<mlir::Value> arguments);
  mlir::Value load(mlir::Type type, mlir::Value pointer, unsigned alignment);
  mlir::Value loadLhs(mlir::Value pointer);
  mlir::Value loadRhs(mlir::Value pointer);

  target::Kernel &kernel;
  mlir::ImplicitLocOpBuilder &b;
  Arithmetic arithmetic;
  const Isa &isa;
  bool lhsUnsigned, rhsUnsigned, rhsAligned;
};

} // namespace qcc::x86

#endif // QCC_X86_LIB_MICROKERNEL_H
