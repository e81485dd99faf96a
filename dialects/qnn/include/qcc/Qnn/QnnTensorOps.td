//===- QnnTensorOps.td - ops with float semantics -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNTENSOROPS_TD
#define QCC_QNN_QNNTENSOROPS_TD

include "qcc/Qnn/QnnAttributes.td"
include "qcc/Qnn/QnnInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

defvar Qnn_Tensor = AnyRankedTensor;

/// Result types follow from operands and attributes; dynamic dimensions stay dynamic.
defvar Qnn_Infer = DeclareOpInterfaceMethods<InferTypeOpInterface>;
defvar Qnn_Quantizable = DeclareOpInterfaceMethods<Qnn_QuantizableOp, ["getOperandRole"]>;
defvar Qnn_QuantizableMap = DeclareOpInterfaceMethods<Qnn_QuantizableOp, ["getOperandRole", "isElementwise"]>;
defvar Qnn_QuantizableWeight = DeclareOpInterfaceMethods<Qnn_QuantizableOp,
    ["getOperandRole", "getWeightChannelAxis", "allowsPerChannelInput", "isIntegerContraction",
     "maxActivationBits"]>;
defvar Qnn_Transparent =
    DeclareOpInterfaceMethods<Qnn_QuantizableOp, ["getOperandRole", "isQuantizationTransparent", "mapAxisToResult"]>;
defvar Qnn_ScaleEquivariant = DeclareOpInterfaceMethods<Qnn_ScaleEquivariantOp>;
defvar Qnn_ScaleMapping = DeclareOpInterfaceMethods<Qnn_ScaleEquivariantOp, ["getScaleRelation", "mapChannelFactors"]>;
defvar Qnn_ScaleAbsorbing = DeclareOpInterfaceMethods<Qnn_ScaleEquivariantOp, ["getScaleRelation", "getWeightInputAxis"]>;
/// Elementwise ops are row by row by default.
defvar Qnn_Rowwise = DeclareOpInterfaceMethods<Qnn_RowwiseOp>;
defvar Qnn_RowwiseMapping = DeclareOpInterfaceMethods<Qnn_RowwiseOp, ["mapRowsToResult"]>;
defvar Qnn_Cost = DeclareOpInterfaceMethods<Qnn_CostOp>;

/// A pure op whose result type is inferred. The tensor it stands for is the discardable attribute `qnn.tensor`.
class Qnn_InferredOp<string mnemonic, list<Trait> traits = []> : Qnn_Op<mnemonic, [Pure, Qnn_Infer] # traits> {
  let extraClassDeclaration = [{
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual) {
      return areCompatibleTypes(inferred, actual);
    }
  }];
}

//===----------------------------------------------------------------------===//
// Constants, elementwise
//===----------------------------------------------------------------------===//

def Qnn_ConstantOp : Qnn_Op<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "a constant tensor";
  let description = [{
    Large constants are dense resources (`dense_resource<...>`), often mapped from the model's file.

    ```mlir
    %0 = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), [{
    build($_builder, $_state, ::llvm::cast<::mlir::Type>(value.getShapedType()), value);
  }]>];
  let hasFolder = 1;
}

def Qnn_UnaryOp : Qnn_InferredOp<"unary", [Qnn_QuantizableMap, Elementwise, SameOperandsAndResultShape, Qnn_Rowwise]> {
  let summary = "elementwise function of one tensor";
  let description = [{
    `result[i] = kind(input[i])`. `alpha` and `beta` parametrise `hard_sigmoid` (max(0, min(1, alpha x + beta))), `elu`,
    `celu`, `leaky_relu`, `thresholded_relu` (alpha), `selu` (alpha, beta = gamma), `shrink` (lambd = alpha, bias = beta) and
    `is_inf` (alpha != 0: detect -inf, beta != 0: detect +inf). Predicates give `i1`, everything else the input's type.

    ```mlir
    %1 = qnn.unary erf %0 : tensor<4xf32> -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Qnn_UnaryKindAttr:$kind, Qnn_Tensor:$input, DefaultValuedAttr<F32Attr, "0.0f">:$alpha,
                       DefaultValuedAttr<F32Attr, "0.0f">:$beta);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input) `->` type($result)";
}

def Qnn_ClampOp : Qnn_InferredOp<"clamp", [Qnn_QuantizableMap, Qnn_ScaleEquivariant, Elementwise, SameOperandsAndResultType,
                                           Qnn_Rowwise]> {
  let summary = "clamp to an interval: Relu, Relu6, Clip";
  let description = [{
    `x = min > input[i] ? min : input[i]`, `result[i] = max < x ? max : x`: NaN stays NaN, -0 is not less than 0. Bounds of
    integers are truncated and saturate. Relu is `min = 0, max = +inf` (0x7F800000).

    Constraints: (C1) `min <= max`, neither NaN.

    ```mlir
    %1 = qnn.clamp %0 [0.0, 6.0] : tensor<4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, F32Attr:$min, F32Attr:$max);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input `[` $min `,` $max `]` attr-dict `:` type($input)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_BinaryOp : Qnn_InferredOp<"binary", [Qnn_QuantizableMap, Qnn_Rowwise]> {
  let summary = "elementwise function of two tensors, with broadcasting";
  let description = [{
    numpy broadcasting. Comparisons give `i1`. `prelu`: `x < 0 ? x * slope : x`. `mod`: sign of the divisor; `fmod`: of the
    dividend. `min` and `max` of floats: NaN if either is, -0 < +0. Integers wrap, `div` truncates, division by 0 and shifts by
    the width or more give 0. Powers of two integer types are integers, of other mixed types f32 cast back.

    Constraints: (C1) shapes broadcast; (C2) equal element types (but for `pow` and shifts).

    ```mlir
    %2 = qnn.binary add %0, %1 : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x4xf32>
    ```
  }];
  let arguments = (ins Qnn_BinaryKindAttr:$kind, Qnn_Tensor:$lhs, Qnn_Tensor:$rhs);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
}

def Qnn_SelectOp : Qnn_InferredOp<"select", [Qnn_Rowwise]> {
  let summary = "elementwise choice, with broadcasting (ONNX Where)";
  let description = [{
    `result[i] = condition[i] ? on_true[i] : on_false[i]`.

    Constraints: (C1) shapes broadcast; (C2) the condition is `i1`, the others have equal element types.

    ```mlir
    %3 = qnn.select %c, %0, %1 : tensor<4xi1>, tensor<4xf32>, tensor<1xf32> -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$condition, Qnn_Tensor:$on_true, Qnn_Tensor:$on_false);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = [{$condition `,` $on_true `,` $on_false attr-dict `:` type($condition) `,` type($on_true) `,`
                         type($on_false) `->` type($result)}];
}

def Qnn_CastOp : Qnn_Op<"cast", [Pure, SameOperandsAndResultShape, Qnn_Rowwise]> {
  let summary = "convert the element type";
  let description = [{
    As ONNX Cast: float to integer truncates towards zero, anything to `i1` is `!= 0`, integers wrap. Out-of-range floats
    saturate (ONNX leaves them undefined; one answer for all targets is needed).

    ```mlir
    %1 = qnn.cast %0 : tensor<4xi32> -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Contractions, windows, reductions
//===----------------------------------------------------------------------===//

def Qnn_ConvOp : Qnn_InferredOp<"conv", [Qnn_QuantizableWeight, Qnn_ScaleAbsorbing, Qnn_Cost]> {
  let summary = "convolution over any number of spatial dimensions, channels-last";
  let description = [{
    `input` [N, D1..Dr, C], `weight` [O, K1..Kr, C / groups], `bias` [O] or absent, result [N, E1..Er, O] with
    `E = floor((D + lo + hi - dilation (K - 1) - 1) / stride) + 1`. Padding is zero. Each output is the sum over taps (row by
    row), then channels, of products accumulated by fused multiply-add from 0, plus the bias.

    Constraints: (C1) r >= 1, ranks agree, one stride and dilation and two pads (`lo` of each dimension, then `hi`) for each;
    (C2) groups divides C and O; (C3) E >= 0; (C4) bias has O elements.

    ```mlir
    %1 = qnn.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : (tensor<1x32x32x3xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<1x32x32x16xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$weight, Optional<Qnn_Tensor>:$bias, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations, I64Attr:$groups);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = [{$input `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)}];
  let hasVerifier = 1;
}

def Qnn_ConvTransposeOp : Qnn_InferredOp<"conv_transpose", [Qnn_QuantizableWeight, Qnn_Cost]> {
  let summary = "transposed convolution, channels-last";
  let description = [{
    `input` [N, D1..Dr, C], `weight` [O, K1..Kr, C / groups], result [N, E1..Er, O] with
    `E = stride (D - 1) + output_padding + dilation (K - 1) + 1 - lo - hi`. `weight` is ONNX's with O and C exchanged within a
    group, so that axis 0 is the output channel as everywhere. Constraints as `qnn.conv`.
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$weight, Optional<Qnn_Tensor>:$bias, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$output_padding, I64Attr:$groups);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = [{$input `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)}];
  let hasVerifier = 1;
}

def Qnn_LinearOp : Qnn_InferredOp<"linear", [Qnn_QuantizableWeight, Qnn_ScaleAbsorbing, Qnn_Cost]> {
  let summary = "matrix product with a weight matrix: Gemm, MatMul by a constant";
  let description = [{
    `input` [..., K], `weight` [N, K], `bias` [N] or absent, result [..., N]:
    `result[..., n] = sum over k of input[..., k] * weight[n, k] + bias[n]`, accumulated by fused multiply-add in order of k.

    Constraints: (C1) `weight` has rank 2 and its second dimension is the input's last; (C2) bias has N elements.

    ```mlir
    %1 = qnn.linear %x, %w, %b : (tensor<1x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$weight, Optional<Qnn_Tensor>:$bias);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = [{$input `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)}];
  let hasVerifier = 1;
}

def Qnn_MatmulOp : Qnn_InferredOp<"matmul", [Qnn_Quantizable, Qnn_Cost]> {
  let summary = "matrix product of two computed tensors";
  let description = [{
    numpy `matmul` of `lhs` [..., M, K] and `rhs` [..., K, N] (rank >= 2 both) with broadcast batch dimensions, accumulated by
    fused multiply-add in order of k. (A constant two-dimensional `rhs` is canonically a `qnn.linear`.)

    Constraints: (C1) ranks >= 2, equal K; (C2) batch dimensions broadcast.

    ```mlir
    %2 = qnn.matmul %0, %1 : (tensor<2x4x8xf32>, tensor<2x8x4xf32>) -> tensor<2x4x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$lhs, Qnn_Tensor:$rhs);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = [{$lhs `,` $rhs attr-dict `:` functional-type(operands, results)}];
}

def Qnn_PoolOp : Qnn_InferredOp<"pool", [Qnn_Transparent, Qnn_ScaleEquivariant]> {
  let summary = "windows reduced to their maximum, average, sum or p-norm, channels-last";
  let description = [{
    `input` [N, D1..Dr, C]; shapes as `qnn.conv` (`ceil_mode` is resolved into `pads` by the importer of the op). Padding takes
    no part in a maximum; an average divides by the number of elements inside the input, or with `count_include_pad` by the
    number inside the padded input. `lp`: `(sum |x|^p)^(1/p)`. Accumulation by row, then column, from the first tap.

    Constraints: (C1) as `qnn.conv`; (C2) p >= 1 for `lp`.

    ```mlir
    %1 = qnn.pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>} : tensor<1x32x32x16xf32> -> tensor<1x16x16x16xf32>
    ```
  }];
  let arguments = (ins Qnn_PoolKindAttr:$kind, Qnn_Tensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations, UnitAttr:$count_include_pad,
                       DefaultValuedAttr<I64Attr, "2">:$p);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Qnn_ReduceOp : Qnn_InferredOp<"reduce", [Qnn_Quantizable, Qnn_ScaleEquivariant, Qnn_RowwiseMapping]> {
  let summary = "reduction over axes";
  let description = [{
    `axes` are sorted, non-negative and unique; empty means no reduction. Order of accumulation: see "reductions" in
    `qcc/abi/numerics.h`.

    Constraints: (C1) axes in range, increasing.

    ```mlir
    %1 = qnn.reduce mean %x {axes = array<i64: 1, 2>, keepdims} : tensor<1x8x8x64xf32> -> tensor<1x1x1x64xf32>
    ```
  }];
  let arguments = (ins Qnn_ReduceKindAttr:$kind, Qnn_Tensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keepdims);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Qnn_ArgReduceOp : Qnn_InferredOp<"arg_reduce", [Qnn_RowwiseMapping]> {
  let summary = "index of the extreme element along an axis";
  let description = [{
    ArgMax, or ArgMin if `minimum`; of equal elements the first one, or the last if `last`. Result `i64`. A NaN is never better
    than what is there.

    Constraints: (C1) axis in range.

    ```mlir
    %1 = qnn.arg_reduce %x {axis = 1 : i64} : tensor<2x10xf32> -> tensor<2xi64>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, I64Attr:$axis, UnitAttr:$minimum, UnitAttr:$last, UnitAttr:$keepdims);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Qnn_TopKOp : Qnn_InferredOp<"topk", []> {
  let summary = "where the greatest elements along an axis are";
  let description = [{
    Indices of the `k` greatest elements along `axis` in descending order, or with `smallest` of the least ones in ascending
    order. Of equal elements the one of the smaller index comes first. NaN is greater than every number. Result `i64`.

    Constraints: (C1) axis in range; (C2) 0 <= k <= the extent of the axis.

    ```mlir
    %1 = qnn.topk %x {axis = 1 : i64, k = 2 : i64} : tensor<3x4xf32> -> tensor<3x2xi64>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, I64Attr:$axis, I64Attr:$k, UnitAttr:$smallest);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Qnn_SoftmaxOp : Qnn_InferredOp<"softmax", [SameOperandsAndResultType, Qnn_RowwiseMapping]> {
  let summary = "softmax along an axis";
  let description = [{
    `exp(x - max) / sum exp(x - max)`; with `log`: `x - max - log(sum exp(x - max))`.

    Constraints: (C1) axis in range.

    ```mlir
    %1 = qnn.softmax %x {axis = 1 : i64} : tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, I64Attr:$axis, UnitAttr:$log);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Qnn_LayerNormOp : Qnn_InferredOp<"layer_norm", [AttrSizedOperandSegments]> {
  let summary = "normalisation over the trailing axes";
  let description = [{
    Over axes [`axis`, rank): `(x - mean) * (1 / sqrt(mean((x - mean)^2) + epsilon)) * scale + bias`, each step rounded, in the
    order written. With `rms` the mean is not subtracted.

    Constraints: (C1) axis in range; (C2) `scale` and `bias` have the shape of the normalised axes.

    ```mlir
    %1 = qnn.layer_norm %x scale(%s : tensor<8xf32>) bias(%b : tensor<8xf32>) {axis = 1 : i64, epsilon = 1.0e-5 : f32}
        : tensor<2x8xf32> -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Optional<Qnn_Tensor>:$scale, Optional<Qnn_Tensor>:$bias, I64Attr:$axis,
                       F32Attr:$epsilon, UnitAttr:$rms);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = [{$input (`scale` `(` $scale^ `:` type($scale) `)`)? (`bias` `(` $bias^ `:` type($bias) `)`)?
                         attr-dict `:` type($input) `->` type($result)}];
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

def Qnn_TransposeOp : Qnn_InferredOp<"transpose", [Qnn_Transparent, Qnn_ScaleMapping, Qnn_RowwiseMapping]> {
  let summary = "permute dimensions";
  let description = [{
    `result` dimension i is `input` dimension `permutation[i]`. Constraints: (C1) a permutation of the rank.

    ```mlir
    %1 = qnn.transpose %x [0, 2, 3, 1] : tensor<1x3x32x32xf32> -> tensor<1x32x32x3xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input $permutation attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Qnn_ReshapeOp : Qnn_Op<"reshape", [Pure, Qnn_Transparent, Qnn_RowwiseMapping]> {
  let summary = "the same elements in another shape";
  let description = [{
    Row-major order is kept. Constraints: (C1) equal element types; (C2) equal element counts where both are static.

    ```mlir
    %1 = qnn.reshape %x : tensor<1x1x1x64xf32> -> tensor<1x64xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Qnn_BroadcastOp : Qnn_Op<"broadcast", [Pure, Qnn_Transparent, Qnn_RowwiseMapping]> {
  let summary = "repeat along dimensions of size 1 (ONNX Expand)";
  let description = [{ Constraints: (C1) the input broadcasts to the result's shape by numpy's rules. }];
  let arguments = (ins Qnn_Tensor:$input);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_ConcatOp : Qnn_InferredOp<"concat", [Qnn_Transparent, Qnn_ScaleMapping, Qnn_RowwiseMapping]> {
  let summary = "join tensors along an axis";
  let description = [{ Constraints: (C1) at least one operand, equal ranks, axis in range, equal other dimensions. }];
  let arguments = (ins Variadic<Qnn_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$inputs attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_SliceOp : Qnn_InferredOp<"slice", [Qnn_Transparent, Qnn_ScaleMapping, Qnn_RowwiseMapping]> {
  let summary = "a strided part of a tensor";
  let description = [{
    `result[i] = input[starts + i * steps]`, `sizes` elements along each dimension; steps may be negative.
    Constraints: (C1) one entry for each dimension; (C2) the part lies inside the input.
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input $starts $sizes $steps attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_PadOp : Qnn_InferredOp<"pad", [Qnn_Transparent, Qnn_ScaleMapping]> {
  let summary = "grow a tensor at its borders";
  let description = [{
    `low` and `high` elements for each dimension; negative ones crop. `value` fills in mode `constant`.
    Transparent to quantization only if `value` is 0 or the mode is not `constant`.

    Constraints: (C1) one `low` and `high` for each dimension; (C2) cropping leaves no negative extent.

    ```mlir
    %1 = qnn.pad %x [0, 1] [0, 1] {value = 1.0 : f64} : tensor<2x3xf32> -> tensor<2x5xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       DefaultValuedAttr<Qnn_PadModeAttr, "::qcc::qnn::PadMode::constant">:$mode,
                       DefaultValuedAttr<F64Attr, "0.0">:$value);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input $low $high attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_TileOp : Qnn_InferredOp<"tile", [Qnn_Transparent, Qnn_RowwiseMapping]> {
  let summary = "repeat a tensor along its dimensions";
  let description = [{
    `repeats` times along each dimension. Constraints: (C1) one entry of at least 0 for each dimension.

    ```mlir
    %1 = qnn.tile %x [1, 2] : tensor<2x3xf32> -> tensor<2x6xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$repeats);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input $repeats attr-dict `:` type($input) `->` type($result)";
}

def Qnn_GatherOp : Qnn_InferredOp<"gather", [Qnn_Transparent, Qnn_RowwiseMapping]> {
  let summary = "select slices by index along an axis";
  let description = [{
    `result[a..., i..., b...] = input[a..., indices[i...], b...]`. Negative indices count from the end. Out of range is clamped
    (ONNX leaves it undefined; generated code must never read outside).

    Constraints: (C1) axis in range.

    ```mlir
    %1 = qnn.gather %x, %i {axis = 0 : i64} : (tensor<4x2xf32>, tensor<3xi64>) -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$indices, I64Attr:$axis);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input `,` $indices attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Qnn_ScatterKind : Qnn_StringEnum<"ScatterKind", "how an update meets what is there", [
  "replace", "add", "mul", "max", "min"]>;
def Qnn_ScatterKindAttr : Qnn_EnumAttr<Qnn_ScatterKind, "scatter_kind">;

def Qnn_ScatterOp : Qnn_InferredOp<"scatter", []> {
  let summary = "write rows by index";
  let description = [{
    A copy of `input` [R, a...] in which, for u = 0, 1, ..., row `indices[u]` is replaced by row u of `updates` [U, a...], or
    combined with it element by element, as `qnn.binary` of that kind does. Negative indices count from the end; updates with
    an index out of range are left out (ONNX leaves them undefined; generated code must never write outside).

    Constraints: (C1) `input` has rank 1 or more, `indices` rank 1; (C2) `updates` is [U, a...] and has the input's element
    type; (C3) indices are i64; (C4) i1, f16 and bf16 are only replaced.

    ```mlir
    %1 = qnn.scatter add %x, %i, %u : (tensor<8x2xf32>, tensor<4xi64>, tensor<4x2xf32>) -> tensor<8x2xf32>
    ```
  }];
  let arguments = (ins Qnn_ScatterKindAttr:$kind, Qnn_Tensor:$input, Qnn_Tensor:$indices, Qnn_Tensor:$updates);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$kind $input `,` $indices `,` $updates attr-dict `:` functional-type(operands, results)";
}

#endif // QCC_QNN_QNNTENSOROPS_TD
