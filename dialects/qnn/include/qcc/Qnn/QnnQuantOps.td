//===- QnnQuantOps.td - quantize, dequantize, observe -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNQUANTOPS_TD
#define QCC_QNN_QNNQUANTOPS_TD

include "qcc/Qnn/QnnTensorOps.td"

def Qnn_QuantizeOp : Qnn_Op<"quantize", [Pure]> {
  let summary = "real numbers to stored integers";
  let description = [{
    `result = saturate(round_half_even(input / scale) + zero_point)` in f32 with a true division, NaN to the zero point
    (ONNX QuantizeLinear). `scale` and `zero_point` have rank 0, or the shape that the scheme's granularity asks for.

    Constraints: (C1) the result's element type is the scheme's storage; (C2) equal shapes of input and result; (C3) scale and
    zero point have the scheme's parameter shape; (C4) the zero point's element type is the storage type.

    ```mlir
    %q = qnn.quantize %x, %s, %z as <ui8, per_tensor> : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$scale, Qnn_Tensor:$zero_point, Qnn_SchemeAttr:$scheme);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input `,` $scale `,` $zero_point `as` $scheme attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Qnn_DequantizeOp : Qnn_Op<"dequantize", [Pure]> {
  let summary = "stored integers to the real numbers they stand for";
  let description = [{
    `result = (input - zero_point) * scale`, the difference exact, one rounding of the product (ONNX DequantizeLinear).
    Constraints as `qnn.quantize`. An i32 tensor (a bias) has a zero point of 0.

    ```mlir
    %x = qnn.dequantize %q, %s, %z as <ui8, per_tensor> : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$scale, Qnn_Tensor:$zero_point, Qnn_SchemeAttr:$scheme);
  let results = (outs Qnn_Tensor:$result);
  let assemblyFormat = "$input `,` $scale `,` $zero_point `as` $scheme attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Qnn_ObserveOp : Qnn_Op<"observe", [MemoryEffects<[MemWrite]>]> {
  let summary = "take statistics of a tensor during calibration";
  let description = [{
    Hands the tensor to the calibrator, which updates the statistics named in `statistics` ("range", "histogram", "channels",
    "gram", "mean") under `id`. `tensor` is its ONNX name.

    ```mlir
    qnn.observe %x {id = 3 : i64, statistics = ["range", "histogram"], tensor = "conv1_out"} : tensor<1x32x32x16xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, I64Attr:$id, StrArrayAttr:$statistics, StrAttr:$tensor);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif // QCC_QNN_QNNQUANTOPS_TD
