//===- ExpandMath.h - math ops as sequences of IEEE operations --*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_EXPANDMATH_H
#define QCC_TARGET_EXPANDMATH_H

#include "mlir/IR/PatternMatch.h"

namespace qcc::target {

/// Patterns that rewrite every function that qcc/abi/functions.h defines, on
/// f32 scalars and vectors, into the sequence of operations written there, and
/// integer powers, float remainders and conversions from and to bf16 into exact
/// ones. What stays of the math dialect (absf, fma, sqrt, copysign, floor,
/// ceil, trunc, roundeven) is one correctly rounded instruction or an exact
/// few.
void populateExpandMathPatterns(mlir::RewritePatternSet &patterns);

} // namespace qcc::target

#endif // QCC_TARGET_EXPANDMATH_H
