//===- Passes.td - preparing fused ops for x86 kernels -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_PASSES_TD
#define QCC_X86_PASSES_TD

include "mlir/Pass/PassBase.td"

def SelectStrategyPass : Pass<"qcc-x86-select-strategy", "::mlir::func::FuncOp"> {
  let summary = "choose kernels and tiles, and ask for the layouts they need";
  let description = [{
    Gives each `qnn.fused_conv` and `qnn.fused_matmul` a `strategy`: the kernel (`direct` or `depthwise`), the columns of a
    packed block of weights (`block`), and the register tile for each instruction set as `array<i64: rows, columns, vectors>`
    of output positions and vectors of output channels (`avx512`, `avx2`). An op that has a strategy keeps it.

    Inputs of padded convolutions are asked for a halo (see `qcc/Lower/Layout.h`); where that cannot be, or a kernel would read
    behind the caller's memory, a copy is inserted. A computed right operand of a matrix product is brought into the order
    that the kernel reads by reshapes and transposes. Roundings of numbers that cannot be NaN are marked `qnn.no_nan`, or
    `qnn.small` if they are known to be less than 2^30.

    Before: a lowered function after `qcc-insert-copies`. After: ready for `qcc-x86-pack-weights` and `qcc-plan-memory`.

    ```mlir
    %1 = qnn.fused_conv %0, %w ... {pads = array<i64: 1, 1, 1, 1>, pad_value = array<i32: 3>}
    // becomes
    %0 = ... {qnn.halo = array<i64: 0, 1, 1, 0, 0, 1, 1, 0>, qnn.halo_value = array<i32: 3>}
    %1 = qnn.fused_conv %0, %w ... {strategy = {kernel = "direct", block = 32, avx512 = array<i64: 1, 14, 2>, ...}}
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def PackWeightsPass : Pass<"qcc-x86-pack-weights", "::mlir::func::FuncOp"> {
  let summary = "lay constant weights out as the kernels read them";
  let description = [{
    Replaces the constant weights of ops whose strategy says so by one-dimensional constants laid out as `#qnn.packing`
    describes: in blocks of `block` output channels, four bytes (or one float) of the reduction next to each other. If the
    other operand is signed too, an i32 for each packed column follows: -128 times the sum of its weights, which is where its
    accumulators start, because `vpdpbusd` wants unsigned bytes and kernels add 128 to signed ones. Where blocks are whole
    registers of eight columns, what AVX2 kernels need comes last (docs/x86.md): for each column the i32 from which its sums of
    pairs start, and, if the other operand is unsigned, for each register and step a bit that tells whether two products may
    leave 16 bits.

    ```mlir
    %1 = qnn.fused_matmul %0, %w {strategy = {kernel = "direct", block = 16, ...}, transpose_rhs} : ..., tensor<10x64xi8> -> ...
    // becomes
    %1 = qnn.fused_matmul %0, %p {packing = #qnn.packing<[10, 64], 64, 16x4>, ...} : ..., tensor<1096xi8> -> ...
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

#endif // QCC_X86_PASSES_TD
