//===- Emitters.h - code generation that targets share ----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_EMITTERS_H
#define QCC_TARGET_EMITTERS_H

#include "qcc/Target/Stage.h"

namespace qcc::target {

/// Emitters for every op, on any machine with vectors: elementwise maps, data
/// movement, pools, reductions, softmax, normalisation, gathers, scatters,
/// observers; and plain loops for contractions. A target puts its own kernels
/// in front.
llvm::ArrayRef<const KernelEmitter *> genericEmitters();

} // namespace qcc::target

#endif // QCC_TARGET_EMITTERS_H
