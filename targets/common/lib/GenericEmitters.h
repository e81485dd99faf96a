//===- GenericEmitters.h - the emitters by family ---------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_LIB_GENERICEMITTERS_H
#define QCC_TARGET_LIB_GENERICEMITTERS_H

#include "qcc/Target/Stage.h"

namespace qcc::target {

/// `qnn.fused_map`, `qnn.quantize`, `qnn.dequantize`.
const KernelEmitter &elementwiseEmitter();
/// Ops whose elements are copies of others: transposes, slices, pads, ...
const KernelEmitter &movementEmitter();
/// `qnn.gather`.
const KernelEmitter &gatherEmitter();
/// `qnn.scatter`, `qnn.compact`.
const KernelEmitter &scatterEmitter();
const KernelEmitter &roiAlignEmitter();
const KernelEmitter &nmsEmitter();
/// `qnn.fused_pool`.
const KernelEmitter &poolEmitter();
/// `qnn.reduce`, `qnn.arg_reduce`.
const KernelEmitter &reductionEmitter();
/// `qnn.softmax`, `qnn.layer_norm`.
const KernelEmitter &normalizationEmitter();
/// `qnn.conv_transpose`, and the fused contractions that no target took.
const KernelEmitter &contractionEmitter();
/// `qnn.observe`.
const KernelEmitter &observeEmitter();

} // namespace qcc::target

#endif // QCC_TARGET_LIB_GENERICEMITTERS_H
