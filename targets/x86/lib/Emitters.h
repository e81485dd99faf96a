//===- Emitters.h - kernels of the x86 target -------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_EMITTERS_H
#define QCC_X86_LIB_EMITTERS_H

#include "Isa.h"
#include "qcc/Target/Stage.h"

namespace qcc::x86 {

/// Keys of a strategy, beside those of tiles, and the names of kernels.
constexpr llvm::StringLiteral kKernelKey = "kernel";
constexpr llvm::StringLiteral kBlockKey = "block";
constexpr llvm::StringLiteral kDirectKernel = "direct";
constexpr llvm::StringLiteral kDepthwiseKernel = "depthwise";

/// True if the strategy of `op`, a contraction, names this kernel.
bool hasKernel(mlir::Operation *op, llvm::StringRef kernel);

/// Convolutions and matrix products of packed weights, by register tiles.
std::unique_ptr<target::KernelEmitter> createDirectEmitter(const Isa &isa);

/// Depthwise convolutions, vectorised over channels.
std::unique_ptr<target::KernelEmitter> createDepthwiseEmitter(const Isa &isa);

} // namespace qcc::x86

#endif // QCC_X86_LIB_EMITTERS_H
