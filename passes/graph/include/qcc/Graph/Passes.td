//===- Passes.td - passes on the float graph -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_PASSES_TD
#define QCC_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertOnnxToQnnPass : Pass<"qcc-convert-onnx-to-qnn", "::mlir::ModuleOp"> {
  let summary = "give the nodes of an ONNX graph their meaning";
  let description = [{
    Replaces the module's `onnx.graph` by `func.func @main` of qnn ops with float semantics, in one sweep in the order of
    the nodes. Every node is converted by the handler of its (domain, operator, version); what depends on constants alone,
    as shapes usually do, is folded on the way. All nodes that cannot be converted are reported, as one error, then
    the pass fails.

    Before: a module with one `onnx.graph`, whose functions are inlined. After: all shapes are static; no onnx op is left.

    - Layout: spatial ops are channels-last, so they are put between transposes, which `qcc-move-transposes` cancels.
    - Shapes: a symbolic dimension takes the value that `shapes` gives it. A leading one without a value becomes 1, with a
      remark; any other is an error.
    - Data-dependent sizes: `NonMaxSuppression` gives as many rows as there can be, and the function returns beside them how
      many there are: `qnn.rows` names that result. A node that does not treat each of these rows on its own is refused.
    - Types: half, bfloat16 and double tensors are computed in f32. Inputs and outputs keep the type that they are
      declared with: a `qnn.cast` stands at the border.
    - Names: arguments and results carry `qnn.name`, ops whose result stands for an ONNX tensor carry `qnn.tensor`.

    ```mlir
    onnx.graph @g(%x: tensor<1x3x8x8xf32> {onnx.name = "x"}) -> (tensor<1x3x8x8xf32> {onnx.name = "y"}) {
      %y = onnx.node "Relu" version 14 (%x) outputs ["y"] : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
      onnx.return %y : tensor<1x3x8x8xf32>
    }
    ```
    becomes
    ```mlir
    func.func @main(%x: tensor<1x3x8x8xf32> {qnn.name = "x"}) -> (tensor<1x3x8x8xf32> {qnn.name = "y"}) {
      %y = qnn.clamp %x [0.0, 0x7F800000] {qnn.tensor = "y"} : tensor<1x3x8x8xf32>
      return %y : tensor<1x3x8x8xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect", "::qcc::qnn::QnnDialect"];
  let options = [
    ListOption<"shapes", "shapes", "std::string", "shapes of inputs, as NAME:1x3x224x224">,
    Option<"foldLimit", "fold-limit", "int64_t", "65536",
           "fold ops on constants whose result has at most this many elements, or no more than the operands">,
  ];
}

def ConvTransposeToConvPass : Pass<"qcc-conv-transpose-to-conv", "::mlir::func::FuncOp"> {
  let summary = "write transposed convolutions as convolutions";
  let description = [{
    The outputs of a transposed convolution whose index has the same remainder modulo the stride are those of a convolution
    with every stride-th tap. A `qnn.conv_transpose` with constant weights becomes one `qnn.conv` with outputs for all
    remainders, which can be quantized and has fast kernels, and a transpose that puts them in order. Clamps and unary ops that
    follow go before that. Left as it is where a dimension has both a stride and a dilation, or loses more at its start than the
    kernel adds.

    ```mlir
    %1 = qnn.conv_transpose %0, %w {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      output_padding = array<i64: 0, 0>, groups = 1 : i64} : (tensor<1x4x4x8xf32>, tensor<3x2x2x8xf32>) -> tensor<1x8x8x3xf32>
    ```
    becomes
    ```mlir
    %1 = qnn.conv %0, %w2 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      groups = 1 : i64} : (tensor<1x4x4x8xf32>, tensor<12x1x1x8xf32>) -> tensor<1x4x4x12xf32>
    %2 = qnn.reshape %1 : tensor<1x4x4x12xf32> -> tensor<1x4x4x1x2x2x3xf32>
    %3 = qnn.transpose %2 [0, 1, 4, 2, 5, 3, 6] : tensor<1x4x4x1x2x2x3xf32> -> tensor<1x4x2x4x2x1x3xf32>
    %4 = qnn.reshape %3 : tensor<1x4x2x4x2x1x3xf32> -> tensor<1x8x8x3xf32>
    ```
  }];
}

def FoldConstantsPass : Pass<"qcc-fold-constants", "::mlir::func::FuncOp"> {
  let summary = "evaluate ops on constants";
  let description = [{
    Replaces ops whose operands are all constants by their value, computed by the reference evaluation. A constant under a
    `qnn.dequantize` stays: that is how a quantized weight is written.

    ```mlir
    %c = qnn.constant dense<[1.0, 4.0]> : tensor<2xf32>
    %r = qnn.unary sqrt %c : tensor<2xf32> -> tensor<2xf32>
    ```
    becomes
    ```mlir
    %r = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
    ```
  }];
  let options = [
    Option<"limit", "limit", "int64_t", "65536",
           "the most elements that a result may have if it is larger than the operands">,
  ];
}

def FoldChannelAffinePass : Pass<"qcc-fold-channel-affine", "::mlir::func::FuncOp"> {
  let summary = "fold scales and offsets by channel into weights and biases";
  let description = [{
    A product or sum with one constant for each channel before or after a convolution or linear, as it is left of a batch
    normalisation, becomes part of its weight and bias. Needs constants by the last dimension: run it after
    `qcc-move-transposes`. Quantized weights are left alone.

    ```mlir
    %1 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    %2 = qnn.binary mul %1, %scale : tensor<1x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
    %3 = qnn.binary add %2, %offset : tensor<1x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
    ```
    becomes, with each row of the weight scaled,
    ```mlir
    %3 = qnn.linear %x, %scaled, %offset : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
    ```
  }];
}

def FoldPadsPass : Pass<"qcc-fold-pads", "::mlir::func::FuncOp"> {
  let summary = "fold explicit padding into convolutions and pools";
  let description = [{
    A `qnn.pad` of spatial dimensions that is read by a convolution (zeros), a maximum (minus infinity), an average that
    has no padding of its own (zeros, which then count) or a sum becomes its `pads`.

    ```mlir
    %1 = qnn.pad %x [0, 1, 1, 0] [0, 1, 1, 0] : tensor<1x8x8x3xf32> -> tensor<1x10x10x3xf32>
    %2 = qnn.conv %1, %w {pads = array<i64: 0, 0, 0, 0>, ...}
    ```
    becomes
    ```mlir
    %2 = qnn.conv %x, %w {pads = array<i64: 1, 1, 1, 1>, ...}
    ```
  }];
}

def MatmulToLinearPass : Pass<"qcc-matmul-to-linear", "::mlir::func::FuncOp"> {
  let summary = "write products with a weight matrix as linear";
  let description = [{
    A `qnn.matmul` whose right operand is a matrix known at compile time, or a dequantized one, becomes a `qnn.linear` with
    the transposed matrix.

    ```mlir
    %1 = qnn.matmul %x, %w : (tensor<1x4x8xf32>, tensor<8x2xf32>) -> tensor<1x4x2xf32>
    ```
    becomes
    ```mlir
    %1 = qnn.linear %x, %wt : (tensor<1x4x8xf32>, tensor<2x8xf32>) -> tensor<1x4x2xf32>
    ```
  }];
}

def MoveTransposesPass : Pass<"qcc-move-transposes", "::mlir::func::FuncOp"> {
  let summary = "move transposes along the graph until they cancel";
  let description = [{
    Transposes move down over every op that can work in the layout above them (elementwise ops, concat, slice, pad, reduce,
    gather, reshape, quantize, ...) and cancel where they meet their inverse. An op with several computed operands is passed
    if all of them are transposed alike, or if what comes out is cancelled at once. What is left then moves up over
    `qnn.dequantize`, so that it moves stored integers and what reads them finds the dequantize next to it. Constants are
    transposed at compile time.

    ```mlir
    %1 = qnn.transpose %0 [0, 3, 1, 2] : tensor<1x8x8x4xf32> -> tensor<1x4x8x8xf32>
    %2 = qnn.clamp %1 [0.0, 6.0] : tensor<1x4x8x8xf32>
    %3 = qnn.transpose %2 [0, 2, 3, 1] : tensor<1x4x8x8xf32> -> tensor<1x8x8x4xf32>
    ```
    becomes
    ```mlir
    %3 = qnn.clamp %0 [0.0, 6.0] : tensor<1x8x8x4xf32>
    ```
  }];
}

def OneHotToGatherPass : Pass<"qcc-one-hot-to-gather", "::mlir::func::FuncOp"> {
  let summary = "write products with one-hot rows as a gather";
  let description = [{
    A linear of rows that are made by comparing indices with 0, 1, ..., n - 1 selects one column of the weight for each
    index, and none for an index outside. It becomes a gather from the transposed weight, bias included, between two rows
    for the indices below and above.

    ```mlir
    %hot = qnn.binary equal %index, %iota : tensor<1x8x1xi32>, tensor<257xi32> -> tensor<1x8x257xi1>
    %row = qnn.cast %hot : tensor<1x8x257xi1> -> tensor<1x8x257xf32>
    %r = qnn.linear %row, %w : (tensor<1x8x257xf32>, tensor<64x257xf32>) -> tensor<1x8x64xf32>
    ```
    becomes, with the index clamped to [-1, 257] and counted from there,
    ```mlir
    %r = qnn.gather %table, %place {axis = 0 : i64} : (tensor<259x64xf32>, tensor<1x8xi32>) -> tensor<1x8x64xf32>
    ```
  }];
}

def RecognizeActivationsPass : Pass<"qcc-recognize-activations", "::mlir::func::FuncOp"> {
  let summary = "find activations and softmax that were taken apart";
  let description = [{
    Products of a tensor and a function of it that are a SiLU, GELU (by erf or tanh), HardSwish, HardSigmoid or Mish become
    one op, whatever the order in which the exporter multiplied; so does a softmax written with max, exp and sum. The
    results may differ in the last bits.

    ```mlir
    %1 = qnn.unary sigmoid %x : tensor<4xf32> -> tensor<4xf32>
    %2 = qnn.binary mul %x, %1 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %2 = qnn.unary silu %x : tensor<4xf32> -> tensor<4xf32>
    ```
  }];
}

def RecognizeLayerNormPass : Pass<"qcc-recognize-layer-norm", "::mlir::func::FuncOp"> {
  let summary = "find layer norms that were taken apart";
  let description = [{
    `(x - mean) / sqrt(variance + epsilon)` over trailing axes becomes a `qnn.layer_norm`, also without the mean (RMS norm),
    with the variance as a mean of squares less the square of the mean, and with a reciprocal in place of the quotient. A
    constant product and sum after it become its scale and bias. The results may differ in the last bits.

    ```mlir
    %1 = qnn.binary mul %x, %x : tensor<2x8xf32>, tensor<2x8xf32> -> tensor<2x8xf32>
    %2 = qnn.reduce mean %1 {axes = array<i64: 1>, keepdims} : tensor<2x8xf32> -> tensor<2x1xf32>
    %3 = qnn.binary add %2, %epsilon : tensor<2x1xf32>, tensor<f32> -> tensor<2x1xf32>
    %4 = qnn.unary sqrt %3 : tensor<2x1xf32> -> tensor<2x1xf32>
    %5 = qnn.binary div %x, %4 : tensor<2x8xf32>, tensor<2x1xf32> -> tensor<2x8xf32>
    ```
    becomes
    ```mlir
    %5 = qnn.layer_norm %x {axis = 1 : i64, epsilon = 1.0e-5 : f32, rms} : tensor<2x8xf32> -> tensor<2x8xf32>
    ```
  }];
}

#endif // QCC_GRAPH_PASSES_TD
