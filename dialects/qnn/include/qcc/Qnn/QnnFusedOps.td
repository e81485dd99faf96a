//===- QnnFusedOps.td - exact programs: contraction and epilogue ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNFUSEDOPS_TD
#define QCC_QNN_QNNFUSEDOPS_TD

include "qcc/Qnn/QnnQuantOps.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

/// A fused op: what it accumulates, then `extras` (read by the epilogue) and the epilogue region. Block arguments are scalars:
/// the accumulator, then one element of each extra. Extras broadcast to the result's shape by numpy's rules.
class Qnn_FusedOp<string mnemonic, list<Trait> traits = []>
    : Qnn_Op<mnemonic, [Pure, Qnn_Cost, IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">] # traits> {
  let regions = (region SizedRegion<1>:$epilogue);
  let results = (outs Qnn_Tensor:$result);
  let hasVerifier = 1;
}

def Qnn_FusedConvOp : Qnn_FusedOp<"fused_conv"> {
  let summary = "convolution with an epilogue";
  let description = [{
    Operands as `qnn.conv`, without bias. Accumulates `input * weight` of the raw stored numbers, exactly in i32 when both are
    integers, by f32 fused multiply-add over taps, then channels, otherwise. Padded positions contribute
    `pad_value * weight` (`pad_value`: one number, or one for each input channel; absent: 0), so that a zero point is folded
    into a bias constant. `strategy` names the kernel and its tile sizes for the target; `packing` says that `weight` is a
    one-dimensional packed constant.

    Constraints: (C1) as `qnn.conv`; (C2) both element types are 8-bit integers or both f32, or the input has
    i16 and the weight i8, or i16 where it is packed; (C3) block arguments are the
    accumulator (i32 or f32) and the element types of the extras; (C4) extras broadcast to the result; (C5) the yielded type
    is the result's element type; (C6) `pad_value` has 1 or C elements.

    ```mlir
    %y = qnn.fused_conv %x, %w extras(%bias, %multiplier : tensor<16xi32>, tensor<16xf32>)
        {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64,
         pad_value = array<i32: 128>} : tensor<1x32x32x3xui8>, tensor<16x3x3x3xi8> -> tensor<1x32x32x16xui8> {
    ^bb0(%acc: i32, %b: i32, %m: f32):
      %0 = arith.addi %acc, %b : i32
      %1 = arith.sitofp %0 : i32 to f32
      %2 = arith.mulf %1, %m : f32
      %z = arith.constant 3 : i32
      %3 = qnn.round %2, %z : f32, i32 -> ui8
      qnn.yield %3 : ui8
    }
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$weight, Variadic<Qnn_Tensor>:$extras, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations, I64Attr:$groups,
                       OptionalAttr<DenseI32ArrayAttr>:$pad_value, OptionalAttr<Qnn_PackingAttr>:$packing,
                       OptionalAttr<DictionaryAttr>:$strategy);
  let assemblyFormat = [{$input `,` $weight (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict `:` type($input) `,`
                         type($weight) `->` type($result) $epilogue}];
}

def Qnn_FusedMatmulOp : Qnn_FusedOp<"fused_matmul"> {
  let summary = "matrix product with an epilogue";
  let description = [{
    `lhs` [..., M, K] (or [K]-trailing of any rank >= 1 if `rhs` has rank 2), `rhs` [..., N, K] if `transpose_rhs` else
    [..., K, N]; batch dimensions broadcast. Accumulates as `qnn.fused_conv`. A weight matrix is [N, K] with `transpose_rhs`.

    Constraints: (C1) equal K, batch dimensions broadcast; (C2) to (C5) as `qnn.fused_conv`.
  }];
  let arguments = (ins Qnn_Tensor:$lhs, Qnn_Tensor:$rhs, Variadic<Qnn_Tensor>:$extras, UnitAttr:$transpose_rhs,
                       OptionalAttr<Qnn_PackingAttr>:$packing, OptionalAttr<DictionaryAttr>:$strategy);
  let assemblyFormat = [{$lhs `,` $rhs (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict `:` type($lhs) `,`
                         type($rhs) `->` type($result) $epilogue}];
}

def Qnn_FusedPoolOp : Qnn_FusedOp<"fused_pool"> {
  let summary = "window reduction with an epilogue";
  let description = [{
    As `qnn.pool` of kind `max` or `sum`. Sums of integers are exact in i32, sums of f32 run over rows, then columns. Padding
    takes no part in a maximum and counts as `pad_value` (default 0) in a sum. The accumulator of a maximum has the input's
    element type.

    Constraints: (C1) kind is `max` or `sum`; (C2) as `qnn.pool`; (C3) to (C5) as `qnn.fused_conv`.
  }];
  let arguments = (ins Qnn_PoolKindAttr:$kind, Qnn_Tensor:$input, Variadic<Qnn_Tensor>:$extras, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
                       OptionalAttr<DenseI32ArrayAttr>:$pad_value, OptionalAttr<DictionaryAttr>:$strategy);
  let assemblyFormat = [{$kind $input (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict `:` type($input) `->`
                         type($result) $epilogue}];
}

def Qnn_FusedMapOp : Qnn_FusedOp<"fused_map"> {
  let summary = "elementwise program over broadcast operands";
  let description = [{
    One element of each operand (numpy broadcasting) is handed to the region, whose yielded value is the result's element.
    Constraints: (C3) block arguments have the element types of the operands; (C4), (C5) as `qnn.fused_conv`.

    ```mlir
    %y = qnn.fused_map(%x : tensor<1x4xf32>) -> tensor<1x4xui8> {
    ^bb0(%v: f32):
      %s = arith.constant 0.5 : f32
      %z = arith.constant 128 : i32
      %0 = arith.divf %v, %s : f32
      %1 = qnn.round %0, %z : f32, i32 -> ui8
      qnn.yield %1 : ui8
    }
    ```
  }];
  let arguments = (ins Variadic<Qnn_Tensor>:$inputs, OptionalAttr<DictionaryAttr>:$strategy);
  let assemblyFormat = [{`(` ($inputs^ `:` type($inputs))? `)` attr-dict `->` type($result) $epilogue}];
}

def Qnn_YieldOp : Qnn_Op<"yield", [Pure, Terminator,
    ParentOneOf<["FusedConvOp", "FusedMatmulOp", "FusedPoolOp", "FusedMapOp"]>]> {
  let summary = "the element that an epilogue gives";
  let arguments = (ins Optional<AnyType>:$value);
  let builders = [OpBuilder<(ins), [{ /* nothing */ }]>];
  let assemblyFormat = "attr-dict ($value^ `:` type($value))?";
}

//===----------------------------------------------------------------------===//
// Scalar ops of epilogues; they also take vectors, which is how targets vectorise a region
//===----------------------------------------------------------------------===//

class Qnn_ScalarOp<string mnemonic, list<Trait> traits = []> : Qnn_Op<mnemonic, [Pure, SameOperandsAndResultShape] # traits>;
defvar Qnn_F32Like = TypeOrValueSemanticsContainer<F32, "f32-like">;
defvar Qnn_I32Like = TypeOrValueSemanticsContainer<I32, "i32-like">;
defvar Qnn_NarrowLike = TypeOrValueSemanticsContainer<AnyInteger, "integer-like">;

def Qnn_RoundOp : Qnn_ScalarOp<"round"> {
  let summary = "round, add the zero point, saturate";
  let description = [{
    `min(max(round_half_even(value) + zero_point, lo), hi)`, NaN to the zero point. `lo` and `hi` default to the range of
    the result type; a folded activation clamp narrows them.

    Constraints: (C1) `lo <= hi`, both within the result type; (C2) the result is an integer of 2 to 32 bits.

    ```mlir
    %q = qnn.round %v, %z {lo = 0 : i32, hi = 200 : i32} : f32, i32 -> ui8
    ```
  }];
  let arguments = (ins Qnn_F32Like:$value, Qnn_I32Like:$zero_point, OptionalAttr<I32Attr>:$lo, OptionalAttr<I32Attr>:$hi);
  let results = (outs Qnn_NarrowLike:$result);
  let assemblyFormat = "$value `,` $zero_point attr-dict `:` type($value) `,` type($zero_point) `->` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Bounds with the defaults filled in.
    int64_t getLow();
    int64_t getHigh();
  }];
}

def Qnn_WidenOp : Qnn_ScalarOp<"widen"> {
  let summary = "stored integer to i32";
  let description = [{
    Sign- or zero-extends by the signedness of the operand's type (arith ops take signless integers only).

    ```mlir
    %i = qnn.widen %q : ui8 -> i32
    ```
  }];
  let arguments = (ins Qnn_NarrowLike:$value);
  let results = (outs Qnn_I32Like:$result);
  let assemblyFormat = "$value attr-dict `:` type($value) `->` type($result)";
}

def Qnn_ReinterpretOp : Qnn_ScalarOp<"reinterpret"> {
  let summary = "the same bits read with another signedness";
  let description = [{
    Between `ui8` and `i8`, `ui32` and `i32`, ...: how arith ops, which take signless integers only, compute on unsigned ones.
    Constraints: (C1) equal widths.

    ```mlir
    %i = qnn.reinterpret %q : ui8 -> i8
    ```
  }];
  let arguments = (ins Qnn_NarrowLike:$value);
  let results = (outs Qnn_NarrowLike:$result);
  let assemblyFormat = "$value attr-dict `:` type($value) `->` type($result)";
  let hasVerifier = 1;
}

#endif // QCC_QNN_QNNFUSEDOPS_TD
