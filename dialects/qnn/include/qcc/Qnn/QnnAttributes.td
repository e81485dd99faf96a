//===- QnnAttributes.td - enums, schemes and layouts -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNATTRIBUTES_TD
#define QCC_QNN_QNNATTRIBUTES_TD

include "qcc/Qnn/QnnDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Qnn_Attr<string name, string attrMnemonic, list<Trait> traits = []> : AttrDef<Qnn_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

class Qnn_StringEnum<string name, string summary, list<string> cases>
    : I32EnumAttr<name, summary,
                  !foreach(i, !range(!size(cases)), I32EnumAttrCase<cases[i], i>)> {
  let cppNamespace = "::qcc::qnn";
  let genSpecializedAttr = 0;
}
class Qnn_EnumAttr<EnumInfo info, string name> : EnumAttr<Qnn_Dialect, info, name> {
  let assemblyFormat = "$value";
}

def Qnn_UnaryKind : Qnn_StringEnum<"UnaryKind", "elementwise function of one operand", [
  "abs", "neg", "sign", "floor", "ceil", "round", "sqrt", "reciprocal", "exp", "log", "erf", "sigmoid", "tanh", "softplus",
  "softsign", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "gelu", "gelu_tanh",
  "silu", "mish", "hard_sigmoid", "hard_swish", "elu", "selu", "celu", "leaky_relu", "thresholded_relu", "shrink",
  "logical_not", "bitwise_not", "is_nan", "is_inf"]>;
def Qnn_UnaryKindAttr : Qnn_EnumAttr<Qnn_UnaryKind, "unary_kind">;

def Qnn_BinaryKind : Qnn_StringEnum<"BinaryKind", "elementwise function of two operands", [
  "add", "sub", "mul", "div", "pow", "min", "max", "mod", "fmod", "prelu", "equal", "less", "less_equal", "greater",
  "greater_equal", "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "shift_left",
  "shift_right"]>;
def Qnn_BinaryKindAttr : Qnn_EnumAttr<Qnn_BinaryKind, "binary_kind">;

def Qnn_PoolKind : Qnn_StringEnum<"PoolKind", "what a window is reduced to", ["max", "average", "sum", "lp"]>;
def Qnn_PoolKindAttr : Qnn_EnumAttr<Qnn_PoolKind, "pool_kind">;

def Qnn_ReduceKind : Qnn_StringEnum<"ReduceKind", "what axes are reduced to", [
  "sum", "mean", "max", "min", "prod", "l1", "l2", "log_sum", "log_sum_exp", "sum_square"]>;
def Qnn_ReduceKindAttr : Qnn_EnumAttr<Qnn_ReduceKind, "reduce_kind">;

def Qnn_PadMode : Qnn_StringEnum<"PadMode", "where padded elements come from", ["constant", "reflect", "edge", "wrap"]>;
def Qnn_PadModeAttr : Qnn_EnumAttr<Qnn_PadMode, "pad_mode">;

def Qnn_Granularity : Qnn_StringEnum<"Granularity", "which elements share a scale", ["per_tensor", "per_axis", "per_group"]>;

def Qnn_SchemeAttr : Qnn_Attr<"Scheme", "scheme"> {
  let summary = "how the numbers of a quantized tensor are stored";
  let description = [{
    The format of a quantized tensor. Its parameters (scales, zero points) are operands of the ops that carry the scheme.

    - `storage`: element type of the stored tensor (`i8`, `ui8`, `i4`, `i16`, `i32`, ...);
    - granularity: `per_tensor` (one scale), `per_axis` (one for each index of `axis`) or `per_group` (one for each `group`
      consecutive elements along `axis`; the last group may be short);
    - `symmetric`: all zero points are 0 (for unsigned storage: the middle of the range);
    - `narrow`: the lowest storage value is not used (int8 weights in [-127, 127]).

    ```mlir
    #qnn.scheme<ui8, per_tensor>
    #qnn.scheme<i8, per_axis = 0, symmetric, narrow>
    #qnn.scheme<i4, per_group = 1 x 32, symmetric>
    ```

    Constraints: (C1) `storage` is an integer type of 2 to 32 bits or a float type of 4 or 8 bits; (C2) `axis` >= 0 unless
    `per_tensor`; (C3) `group` >= 1 if `per_group`, otherwise 0.
  }];
  let parameters = (ins "::mlir::Type":$storage, "::qcc::qnn::Granularity":$granularity, "int64_t":$axis, "int64_t":$group,
                        "bool":$symmetric, "bool":$narrow);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    static SchemeAttr perTensor(::mlir::Type storage, bool symmetric = false, bool narrow = false);
    static SchemeAttr perAxis(::mlir::Type storage, int64_t axis, bool symmetric = false, bool narrow = false);
    bool isPerTensor() const { return getGranularity() == Granularity::per_tensor; }
    bool isPerAxis() const { return getGranularity() == Granularity::per_axis; }
    /// Least and greatest stored integer; `narrow` leaves out the least. Asserts integer storage.
    int64_t getMin() const;
    int64_t getMax() const;
    /// Shape of scale and zero point for a tensor of this shape; dynamic dims stay dynamic.
    ::llvm::SmallVector<int64_t> getParameterShape(::llvm::ArrayRef<int64_t> tensorShape) const;
    /// The same scheme with its axis moved (transpose, reshape, ...).
    SchemeAttr withAxis(int64_t axis) const;
  }];
}

def Qnn_BufferAttr : Qnn_Attr<"Buffer", "buffer"> {
  let summary = "where in the arena a value lives";
  let description = [{
    Byte `offset` of element [0, ..., 0] in the arena and byte `strides` of each dimension; `begin` and `size` give the bytes
    that belong to the value, halo and slack included. Set by the memory planner, obeyed by code generation.
  }];
  let parameters = (ins "int64_t":$offset, ArrayRefParameter<"int64_t">:$strides, "int64_t":$begin, "int64_t":$size);
  let assemblyFormat = "`<` $offset `,` `[` $strides `]` `,` $begin `,` $size `>`";
}

def Qnn_PackingAttr : Qnn_Attr<"Packing", "packing"> {
  let summary = "how a packed weight constant is laid out";
  let description = [{
    A weight of logical `shape` [O, K..., C] (or [batch..., N, K]) is stored as
    `[group or batch][ceil(O / block)][K' / interleave][block][interleave]`, zero-padded to whole blocks. K' concatenates runs
    of `run` elements (a row of taps with its channels, or the channels of one tap), each zero-padded to a multiple of
    `interleave`. The weight of a depthwise convolution is one such matrix of channels by taps.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "int64_t":$run, "int64_t":$block, "int64_t":$interleave);
  let assemblyFormat = "`<` `[` $shape `]` `,` $run `,` $block `x` $interleave `>`";
}

#endif // QCC_QNN_QNNATTRIBUTES_TD
