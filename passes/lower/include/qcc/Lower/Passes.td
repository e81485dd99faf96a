//===- Passes.td - from QDQ graph to integer program -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_PASSES_TD
#define QCC_LOWER_PASSES_TD

include "mlir/Pass/PassBase.td"

def ReduceToPoolPass : Pass<"qcc-reduce-to-pool", "::mlir::func::FuncOp"> {
  let summary = "turn reductions over whole pictures into pools";
  let description = [{
    A mean, sum or maximum over all dimensions between batch and channels is a pool whose window is the picture: the same
    numbers, and kernels and integer arithmetic exist for it. Runs before `qcc-fuse-contractions`.

    ```mlir
    %1 = qnn.reduce mean %0 {axes = array<i64: 1, 2>, keepdims} : tensor<1x8x8x64xf32> -> tensor<1x1x1x64xf32>
    // becomes
    %1 = qnn.pool average %0 {kernel = array<i64: 8, 8>, ...} : tensor<1x8x8x64xf32> -> tensor<1x1x1x64xf32>
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def SinkDequantizePass : Pass<"qcc-sink-dequantize", "::mlir::func::FuncOp"> {
  let summary = "move quantization past ops that only move numbers";
  let description = [{
    Ops that only move numbers (`QuantizableOp::isQuantizationTransparent`: transpose, reshape, concat, slice, maximum) run on
    the stored integers: `op(dequantize(q))` becomes `dequantize(op(q))`, `quantize(op(x))` becomes `op(quantize(x))`, and
    `quantize(dequantize(q))` with equal parameters becomes `q`. All three are exact.

    Before: any QDQ graph that `qcc-verify-qdq` accepts. After: a transparent op between two quantized tensors of one scale
    reads and writes integers.

    ```mlir
    %1 = qnn.dequantize %0, %s, %z ... ; %2 = qnn.pool max %1 ... ; %3 = qnn.quantize %2, %s, %z ...
    // becomes
    %3 = qnn.pool max %0 ...
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def FuseContractionsPass : Pass<"qcc-fuse-contractions", "::mlir::func::FuncOp"> {
  let summary = "convolutions, matrix products and pools become fused ops";
  let description = [{
    Each `qnn.conv`, `qnn.linear`, `qnn.matmul` and `qnn.pool` becomes a fused op whose epilogue takes in the elementwise ops that
    follow it up to the next value that others read, residual additions and activations included. Stored integers that elementwise
    ops read stay stored: each of them dequantizes them by itself, and multiplies them with a constant if it alone reads the
    product, as channel scales before an addition do. A contraction of dequantized operands with constant scales accumulates the
    stored integers exactly: the input's zero point goes into an integer offset and the padding value, scales into one multiplier
    for each channel, a clamp before the rounding into its bounds. Weights that need nine bits without their zero point are stored
    less 128, and what remains of it is multiplied with the sum of the inputs that an output reads: a contraction with ones, which
    all outputs of a group share. This is the one declared change of numbers (DESIGN section 5).

    The largest accumulator that any input could produce is computed from the constant weights and recorded as
    `qnn.accumulator_bound`; a layer in which it exceeds 31 bits stays in f32, and a remark says so, as for every other
    reason not to use integers.

    ```mlir
    %x = qnn.dequantize %q, %sx, %zx ... ; %w = qnn.dequantize %qw, %sw, %zw ...
    %1 = qnn.conv %x, %w ... ; %2 = qnn.clamp %1 [0.0, 6.0] ... ; %3 = qnn.quantize %2, %sy, %zy ...
    // becomes
    %3 = qnn.fused_conv %q, %qw extras(%offset, %multiplier : ...) ... {
    ^bb0(%acc: i32, %b: i32, %m: f32):
      ...
      %r = qnn.round %v, %zy {lo = 0 : i32, hi = 255 : i32} : f32, i32 -> ui8
      qnn.yield %r : ui8
    }
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def FuseElementwisePass : Pass<"qcc-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "the elementwise ops that are left become maps";
  let description = [{
    Maximal groups of elementwise ops in which only the last one is read from outside become one `qnn.fused_map`. Dequantizes
    are repeated in each reader. After this pass no elementwise tensor op is left.

    ```mlir
    %1 = qnn.binary add %0, %c ... ; %2 = qnn.unary tanh %1 ...
    // becomes
    %2 = qnn.fused_map(%0, %c : ...) -> ... { ... }
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def InsertCopiesPass : Pass<"qcc-insert-copies", "::mlir::func::FuncOp"> {
  let summary = "give each function result a value of its own";
  let description = [{
    A function result is computed straight into the caller's memory. Where that cannot be, because the returned value is an
    argument, a constant, a reshape of one, or has another reader, an identity map is put before the return.

    Before: a lowered function of one block. After: each returned value is made by an op other than `qnn.constant`, perhaps
    through reshapes, and has no other use.

    ```mlir
    return %arg0 : tensor<4xf32>
    // becomes
    %0 = qnn.fused_map(%arg0 : tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%x: f32):
      qnn.yield %x : f32
    }
    return %0 : tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def PlanMemoryPass : Pass<"qcc-plan-memory", "::mlir::func::FuncOp"> {
  let summary = "place all values of a function in one arena";
  let description = [{
    Gives each op whose result lives in the arena a `qnn.buffer` that says where. Layout requests (`qnn.halo`, `qnn.channels`,
    see `qcc/Lower/Layout.h`) are honoured. Values share bytes if one is read for the last time before the other is made;
    a `qnn.fused_map` works in place where it is the last reader of an operand of the same layout. Reshapes of compact values,
    and transposes, slices and broadcasts whose readers take any strides, become views (`qnn.view`) without memory.
    What contractions, pools and maps make for a concat alone is made in its buffer (`qnn.in_place`), and not copied.
    The size of the arena is the attribute `qnn.arena_size` of the function.

    Before: static shapes, one block, returned values as `qcc-insert-copies` leaves them. After: each result is a constant, a
    view, returned, or has a buffer that `qcc-verify-memory-plan` accepts.

    ```mlir
    %0 = qnn.fused_map(%arg0 : tensor<1x4xf32>) -> tensor<1x4xui8> { ... }
    %1 = qnn.reshape %0 : tensor<1x4xui8> -> tensor<4xui8>
    // becomes
    %0 = qnn.fused_map(%arg0 : tensor<1x4xf32>) {qnn.buffer = #qnn.buffer<0, [4, 1], 0, 4>} -> tensor<1x4xui8> { ... }
    %1 = qnn.reshape %0 {qnn.view} : tensor<1x4xui8> -> tensor<4xui8>
    ```
  }];
}

def VerifyMemoryPlanPass : Pass<"qcc-verify-memory-plan", "::mlir::func::FuncOp"> {
  let summary = "check that no two live values overlap";
  let description = [{
    Checks a function that `qcc-plan-memory` annotated, independently of how it planned: the elements and the halo of each
    value lie within its buffer, buffers are aligned, and no op writes to bytes of a value that is read at the same time or
    later, unless it is an elementwise op that reads it for the last time. Operands of a concat that are said to be in place are where
    it wants them. Changes nothing.
  }];
}

#endif // QCC_LOWER_PASSES_TD
