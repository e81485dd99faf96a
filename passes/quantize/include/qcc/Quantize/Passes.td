//===- Passes.td - from an observed float network to a QDQ graph ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QUANTIZE_PASSES_TD
#define QCC_QUANTIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ChannelScales : Pass<"qcc-channel-scales", "::mlir::func::FuncOp"> {
  let summary = "even out the channels of a tensor before it is rounded";
  let description = [{
    Before: observers with statistics and ranges. After: a tensor whose channels differ in magnitude is stored divided by
    s_c = max(floor, (a_c / max a)^alpha), a_c the greatest magnitude seen in channel c. Contractions that read it have s_c in
    their weights (`ScaleEquivariantOp`: `absorbs`), ops that keep channels apart give scaled results (`passes`), and other
    elementwise ops read it multiplied by s_c again, which their epilogue does. The observer moves to the scaled tensor, and its
    range becomes the least and greatest number that was seen of that.

    ```mlir
    %0 = qnn.clamp %y [0.0, 6.0] : tensor<1x8x8x2xf32>
    qnn.observe %0 {..., qnn.statistics = {channel_max = array<f32: 4.0, 1.0>, ...}} : tensor<1x8x8x2xf32>
    %1 = qnn.conv %0, %w ...
    ```
    becomes, with alpha = 0.5,
    ```mlir
    %0 = qnn.clamp %y [0.0, 6.0] : tensor<1x8x8x2xf32>
    %s = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %1 = qnn.binary mul %0, %s : tensor<1x8x8x2xf32>, tensor<2xf32> -> tensor<1x8x8x2xf32>
    qnn.observe %1 {..., qnn.range = array<f32: 0.0, 4.0>} : tensor<1x8x8x2xf32>
    %2 = qnn.conv %1, %w_times_1_and_half ...
    ```
  }];
  let options = [
    Option<"alpha", "alpha", "double", /*default=*/"0.5", "how far channels are evened out: 0 not at all, 1 wholly">,
    Option<"floor", "floor", "double", /*default=*/"0.015625", "the least scale of a channel">,
    Option<"perChannelRatio", "per-channel-ratio", "double", /*default=*/"4.0",
      "leave tensors alone that qcc-assign-precision gives a grid for each channel; its option of that name">,
  ];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def Equalize : Pass<"qcc-equalize", "::mlir::func::FuncOp"> {
  let summary = "cross-layer equalization of weights";
  let description = [{
    Before: a float network that nobody has observed yet. After: where one contraction alone reads what another computes, through
    ops that keep factors of channels (`ScaleEquivariantOp`: `passes`, `absorbs`), the weights that write a channel, with their
    biases, are divided by s and those that read it are multiplied by s, such that the greatest magnitudes r1 and r2 of both
    become sqrt(r1 * r2) (Nagel et al., 2019). Pair after pair, until nothing changes. s is rounded to a power of 2, so that the
    network computes what it did, to the bit.

    For one scale per tensor. With a scale for each output channel it makes little difference, and with channel scales none, which
    know how great activations are; hence it is off by default.

    ```mlir
    %0 = qnn.linear %x, %w, %b ... // weights that write the two channels: up to 16 and 1
    %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x2xf32>
    %2 = qnn.linear %1, %v ...     // weights that read them: up to 1 and 1
    ```
    becomes, with s = 4 and 1,
    ```mlir
    %0 = qnn.linear %x, %w_by_s, %b_by_s ... // 4 and 1
    %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x2xf32>
    %2 = qnn.linear %1, %v_times_s ...       // 4 and 1
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def AssignPrecision : Pass<"qcc-assign-precision", "::mlir::func::FuncOp"> {
  let summary = "decide, for every op, which operands it reads in which scheme, and say why";
  let description = [{
    Changes attributes only. Before: a float network with observers. After: every op that reads something rounded has
    `qnn.schemes`, an entry for each operand (`unit`: read as it is), and every op on floats has `qnn.reason`; a remark says the
    same. A tensor that only depthwise convolutions read, and whose channels differ much in range, gets a grid for each
    channel; its observer's range becomes one pair for each. An elementwise op that an entry gives `w8a16` reads what it reads as
    16-bit integers: with all residual additions the numbers that go from block to block are not rounded to 8 bits on their way.
    A contraction of scheme `w8a8x2` reads its activation as `i16`, of which `qcc-materialize-qdq` makes two parts
    unless the integer form takes 16 bits, where few products are summed. Ops that only
    move numbers move 16 bits if somebody reads 16 of them. Where no option matches a node, its attribute `qnn.measured_precision`, if it has one, holds the scheme that a measurement asks for
    (compiler/calibrate).

    ```mlir
    %1 = qnn.conv %x, %w, %b {...} : ...
    ```
    becomes
    ```mlir
    %1 = qnn.conv %x, %w, %b {..., qnn.reason = "...", qnn.schemes = [#qnn.scheme<ui8, per_tensor>,
      #qnn.scheme<i8, per_axis = 0, symmetric, narrow>, #qnn.scheme<i32, per_axis = 0, symmetric>]} : ...
    ```
  }];
  let options = [
    ListOption<"keepFloat", "keep-float", "std::string", "regular expressions of nodes that stay in f32">,
    ListOption<"schemes", "scheme",  "std::string",
      "REGEX:SCHEME entries, of several that match a node the one that matches fewest counts; schemes: w8a8, w8a8-per-tensor, w8a16, w8a8x2, f32">,
    Option<"perChannelRatio", "per-channel-ratio", "double", /*default=*/"4.0",
      "least ratio of the greatest to the median channel range for a grid per channel before depthwise; 0: never">,
  ];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def MaterializeQdq : Pass<"qcc-materialize-qdq", "::mlir::func::FuncOp"> {
  let summary = "put quantize/dequantize pairs where precision was assigned";
  let description = [{
    Before: `qnn.schemes` on ops and `qnn.range` on the observers of what they read. After: rounded operands go through a
    quantize/dequantize pair, one for each tensor and scheme, and weights through one with a scale for each output channel; there
    are no observers and no `qnn.schemes`. What some reader takes as `i16` is stored so, over twice the interval that
    was seen, and rounded again for those that take 8 bits. A contraction whose integer form takes 8 bits reads the sum of two pairs: of the number, over
    the same interval, and of what that pair leaves of it. Results of ops that only move numbers get no pair here: `qcc-propagate-qdq` brings
    them the pair of what they move.

    The scale of weights is greatest magnitude / 127, unless all weights of the layer are multiples of one number (a model that
    was exported from int8): then that number, which loses nothing.

    ```mlir
    qnn.observe %x {..., qnn.range = array<f32: -1.0, 1.55>} : tensor<1x8x8x4xf32>
    %1 = qnn.conv %x, %w, %b {qnn.schemes = [...], ...} : ...
    ```
    becomes
    ```mlir
    %q = qnn.quantize %x, %s, %z as <ui8, per_tensor> : ...
    %d = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : ...
    %wq = qnn.quantize %w, %ws, %wz as <i8, per_axis = 0, symmetric, narrow> : ...
    %wd = qnn.dequantize %wq, %ws, %wz as <i8, per_axis = 0, symmetric, narrow> : ...
    %1 = qnn.conv %d, %wd, %b {...} : ...
    ```
  }];
  let options = [Option<"weightGrid", "weight-grid", "bool", /*default=*/"true", "look for the grid of weights that were int8 once">];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def PropagateQdq : Pass<"qcc-propagate-qdq", "::mlir::func::FuncOp"> {
  let summary = "round again after ops that only move numbers";
  let description = [{
    An op that moves numbers of one grid gives numbers of that grid, so that a quantize/dequantize pair after it changes
    nothing; with it the op is an island that integers go through. Numbers do not change.

    ```mlir
    %d = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : ...
    %1 = qnn.pool max %d {...} : ...
    ```
    becomes
    ```mlir
    %d = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : ...
    %1 = qnn.pool max %d {...} : ...
    %2 = qnn.quantize %1, %s, %z as <ui8, per_tensor> : ...
    %3 = qnn.dequantize %2, %s, %z as <ui8, per_tensor> : ...
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def SplitContractions : Pass<"qcc-split-contractions", "::mlir::func::FuncOp"> {
  let summary = "contract each part of an activation of two parts by itself";
  let description = [{
    A contraction is linear: of a sum of two dequantized tensors it is the sum of two contractions of stored integers, with
    the same weights. The second one has no bias. Numbers change by f32 rounding only.

    ```mlir
    %x = qnn.binary add %high, %low : ...
    %1 = qnn.conv %x, %wd, %b {...} : ...
    ```
    becomes, where all of %high, %low and %wd are dequantized,
    ```mlir
    %0 = qnn.conv %low, %wd {...} : ...
    %2 = qnn.conv %high, %wd, %b {...} : ...
    %1 = qnn.binary add %2, %0 : ...
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def FoldClamps : Pass<"qcc-fold-clamps", "::mlir::func::FuncOp"> {
  let summary = "drop clamps that the saturation of the following quantize repeats";
  let description = [{
    A clamp that only a quantize reads is dropped if its bounds quantize to the ends of the grid: rounding is monotonic, so every
    number beyond a bound saturates to what the bound becomes. Numbers do not change.

    ```mlir
    %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<4xf32>
    %2 = qnn.quantize %1, %s, %zero_point_0 as <ui8, per_tensor> : ...
    ```
    becomes
    ```mlir
    %2 = qnn.quantize %0, %s, %zero_point_0 as <ui8, per_tensor> : ...
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def QuantizeWeights : Pass<"qcc-quantize-weights", "::mlir::func::FuncOp"> {
  let summary = "round constants to the nearest step of their grid";
  let description = [{
    A quantize of a constant becomes a constant of stored numbers. Numbers do not change.

    ```mlir
    %q = qnn.quantize %w, %s, %z as <i8, per_axis = 0, symmetric, narrow> : ...
    ```
    becomes
    ```mlir
    %q = qnn.constant dense<...> : tensor<16x3x3x3xi8>
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def QuantizeBiases : Pass<"qcc-quantize-biases", "::mlir::func::FuncOp"> {
  let summary = "round biases to the grid of the accumulator";
  let description = [{
    The bias of a contraction of dequantized numbers becomes i32 with the scale `s_input * s_weight` of each output channel. A
    bias that does not fit i32 on that grid stays f32, and a remark says so.

    ```mlir
    %1 = qnn.linear %d, %wd, %b {...} : ...
    ```
    becomes
    ```mlir
    %bq = qnn.constant dense<...> : tensor<10xi32>
    %bd = qnn.dequantize %bq, %bs, %bz as <i32, per_axis = 0, symmetric> : ...
    %1 = qnn.linear %d, %wd, %bd {...} : ...
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def VerifyQdq : Pass<"qcc-verify-qdq", "::mlir::func::FuncOp"> {
  let summary = "check the contract between quantization and lowering, and list every violation";
  let description = [{
    The contract of a QDQ graph:

    - (Q1) nothing of calibration or precision assignment is left: no `qnn.observe`, no `qnn.schemes`;
    - (Q2) scales are positive and finite where they are constant;
    - (Q3) a contraction reads activation and weight both rounded or both as f32;
    - (Q4) a grid for each channel of an activation is read only by ops that keep channels apart;
    - (Q5) an i32 bias has the scale of the accumulator: that of the input times that of the weight;
    - (Q6) scales of a weight run along its output channels;
    - (Q7) an op that only moves numbers, all of one grid, does not change the grid.
  }];
}

#endif // QCC_QUANTIZE_PASSES_TD
