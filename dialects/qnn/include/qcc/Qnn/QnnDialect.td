//===- QnnDialect.td - the quantization dialect -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNDIALECT_TD
#define QCC_QNN_QNNDIALECT_TD

include "mlir/IR/OpBase.td"

def Qnn_Dialect : Dialect {
  let name = "qnn";
  let cppNamespace = "::qcc::qnn";
  let summary = "Quantized neural networks, from float graph to integer program";
  let description = [{
    One dialect carries a network from its float form to the integer program that every target runs to the bit. Its ops
    come in three levels, and each phase of qcc lowers from one to the next:

    - *tensor ops* (`qnn.conv`, `qnn.matmul`, `qnn.unary`, ...) have the float semantics of the model. Spatial ops are
      channels-last: activations are `[N, spatial..., C]`, convolution weights `[O, spatial..., I / groups]`.
    - *quantization ops* (`qnn.quantize`, `qnn.dequantize`) give a tensor its grid. A `#qnn.scheme` says how numbers are
      stored; scales and zero points are ordinary values. A pair is never cancelled: it is the meaning of the model.
    - *fused ops* (`qnn.fused_conv`, `qnn.fused_matmul`, `qnn.fused_pool`, `qnn.fused_map`) are exact programs: a
      contraction accumulated in i32 or f32, followed by an epilogue region of scalar ops that is evaluated once for
      each output element. Interpreter and targets agree on them to the bit.

    Numbers follow `qcc/abi/numerics.h`. Element types: `i8`, `i32`, ... are signed, `ui8`, `ui4`, ... unsigned.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
    /// Name of an argument or result of the entry function: the ONNX tensor name.
    static constexpr ::llvm::StringLiteral kNameAttr = "qnn.name";
    /// Names of symbolic dimensions of an argument, "" where a dimension is static or anonymous.
    static constexpr ::llvm::StringLiteral kDimNamesAttr = "qnn.dim_names";
    /// Of a result of the entry function whose first dimension is a bound: the number of the result, an i64 of rank 0, that
    /// says how many rows are there. Results that others name are behind those of the model.
    static constexpr ::llvm::StringLiteral kRowsAttr = "qnn.rows";
    /// ONNX name of the tensor that an op's (single) result stands for.
    static constexpr ::llvm::StringLiteral kTensorAttr = "qnn.tensor";
    /// Where a value lives: a #qnn.buffer on its defining op, set by the memory planner.
    static constexpr ::llvm::StringLiteral kBufferAttr = "qnn.buffer";
    /// What calibration measured of a tensor: a dictionary on its qnn.observe.
    static constexpr ::llvm::StringLiteral kStatisticsAttr = "qnn.statistics";
    /// The interval of a tensor that its grid covers: array<f32: lo, hi>, or one pair for each channel, on its qnn.observe.
    static constexpr ::llvm::StringLiteral kRangeAttr = "qnn.range";
    /// How many times as far as what was seen of a tensor its numbers are expected to reach: array<f32: lo, hi>, both 1 or more, on
    /// its qnn.observe.
    static constexpr ::llvm::StringLiteral kHeadroomAttr = "qnn.headroom";
    /// The scheme in which an op reads each operand, `unit` for those that it reads as they are.
    static constexpr ::llvm::StringLiteral kSchemesAttr = "qnn.schemes";
    /// Why an op was quantized, or kept in f32: a sentence for remarks and reports.
    static constexpr ::llvm::StringLiteral kReasonAttr = "qnn.reason";
    /// The precision that a measurement asks for, which holds where no option asks for another one: the name of a scheme.
    static constexpr ::llvm::StringLiteral kMeasuredPrecisionAttr = "qnn.measured_precision";
    /// No accumulator of an integer contraction, offset included, exceeds this magnitude: an i64.
    static constexpr ::llvm::StringLiteral kAccumulatorBoundAttr = "qnn.accumulator_bound";
  }];
}

class Qnn_Op<string mnemonic, list<Trait> traits = []> : Op<Qnn_Dialect, mnemonic, traits>;

#endif // QCC_QNN_QNNDIALECT_TD
