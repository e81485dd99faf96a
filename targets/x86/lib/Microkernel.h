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
// vpmaddubsw multiplies unsigned bytes u by signed w and adds two neighbouring
// products in i16, where the sum saturates unless 255 (w0 + w1) fits. Where a
// pair of weights does not, |w| is taken as the unsigned byte and
// v = u - 128 (or the signed byte of the left operand), with its sign changed
// by an exclusive or, as the signed one: v ^ -1 = -v - 1, so
//
//   w v = -(|w| (v ^ -1)) - w   for w >= 0,
//   w v = -(|w| v)              for w < 0,
//
// and |128 * -128 * 2| just fits i16. What is constant in it, for each column,
// is where sums start.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_MICROKERNEL_H
#define QCC_X86_LIB_MICROKERNEL_H

#include "Tiling.h"
#include "qcc/Target/Stage.h"

namespace qcc::x86 {

/// `sums`, i32, plus the sums of two neighbouring products of i16.
mlir::Value addWordProducts(mlir::ImplicitLocOpBuilder &builder, const Isa &isa,
                            mlir::Value sums, mlir::Value a, mlir::Value b);

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
  /// True if dotBytes must start from the corrections behind the weights.
  bool correctsSigns() const {
    return arithmetic == Arithmetic::dotBytes && !lhsUnsigned;
  }
  /// True if pairs must not be multiplied as they are in marked steps only.
  bool hasMarks() const {
    return arithmetic == Arithmetic::pairBytes && lhsUnsigned;
  }
  mlir::VectorType accumulatorType() const;
  /// Of the integers that one multiplication takes.
  mlir::VectorType registerType() const;
  mlir::Value zero() const;

  /// Adds to `accumulators` ([position][vector][part]) the products of what
  /// `lhs + offsets[position]` and `rhs` point at.
  void step(llvm::MutableArrayRef<mlir::Value> accumulators, mlir::Value lhs,
            llvm::ArrayRef<int64_t> offsets, mlir::Value rhs, int64_t vectors);

  /// The same with pairBytes where vpmaddubsw could saturate with the bytes and
  /// weights as they are. `step` does it for signed bytes.
  void stepSigned(llvm::MutableArrayRef<mlir::Value> accumulators,
                  mlir::Value lhs, llvm::ArrayRef<int64_t> offsets,
                  mlir::Value rhs, int64_t vectors);

  /// The vector of outputs that `parts()` registers hold.
  mlir::Value finish(llvm::ArrayRef<mlir::Value> parts);

private:
  mlir::Value call(llvm::StringRef intrinsic, mlir::Type type,
                   llvm::ArrayRef<mlir::Value> arguments);
  mlir::Value multiplyPairs(mlir::Value unsignedBytes, mlir::Value signedBytes);
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
