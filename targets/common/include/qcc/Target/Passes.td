//===- Passes.td - code generation that targets share -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_PASSES_TD
#define QCC_TARGET_PASSES_TD

include "mlir/Pass/PassBase.td"

def ExpandMathPass : Pass<"qcc-expand-math"> {
  let summary = "write out elementary functions as IEEE operations";
  let description = [{
    Rewrites `math.exp`, `math.erf`, `math.powf`, ... on f32 scalars and vectors into the sequence of operations that
    `qcc/abi/functions.h` fixes, so that compiled code has the bits of the reference and calls no library; also
    `math.ipowi` and `arith.remf`. What is left of the math dialect lowers to exact instructions.

    ```mlir
    %1 = math.cosh %0 : f32
    // becomes
    %a = math.absf %0 : f32
    ...
    %h = arith.mulf %r, %power : f32
    %q = arith.divf %quarter, %h : f32
    %1 = arith.addf %h, %q : f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

#endif // QCC_TARGET_PASSES_TD
