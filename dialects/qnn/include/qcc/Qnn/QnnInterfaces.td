//===- QnnInterfaces.td - what passes ask of an op instead of its name ----===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNINTERFACES_TD
#define QCC_QNN_QNNINTERFACES_TD

include "mlir/IR/OpBase.td"

def Qnn_QuantizableOp : OpInterface<"QuantizableOp"> {
  let cppNamespace = "::qcc::qnn";
  let description = [{
    Says which operands an integer implementation of the op reads in quantized form and how their scales may vary, and
    whether the op moves numbers without changing them, so that it commutes with quantization.
  }];
  let methods = [
    InterfaceMethod<"Role of an operand: `activation`, `weight`, `bias` or `none` (stays float).",
      "::qcc::qnn::OperandRole", "getOperandRole", (ins "unsigned":$operand)>,
    InterfaceMethod<"Axis of a weight operand along which each output channel may have its own scale, or -1.",
      "int64_t", "getWeightChannelAxis", (ins "unsigned":$operand), "", "return -1;">,
    InterfaceMethod<[{True if result elements are copies of operand elements (or of a zero), so that
      `q(op(x)) == op(q(x))` whenever operands and result share scale and zero point.}],
      "bool", "isQuantizationTransparent", (ins), "", "return false;">,
    InterfaceMethod<[{For transparent ops: the result axis that indexes the same channels as `axis` of operand `operand`, or -1
      if the op mixes them.}],
      "int64_t", "mapAxisToResult", (ins "unsigned":$operand, "int64_t":$axis), "", "return -1;">,
    InterfaceMethod<[{True if each output channel reads the one input channel of the same index (depthwise), so that the input
      may have its own scale and zero point for each channel.}],
      "bool", "allowsPerChannelInput", (ins), "", "return false;">,
    InterfaceMethod<[{True if the op sums products of its activation with a weight operand and has an integer form, which
      accumulates exactly in i32 and ends in an epilogue.}],
      "bool", "isIntegerContraction", (ins), "", "return false;">,
    InterfaceMethod<[{For integer contractions: the most bits that a stored activation may have in the integer form: 16, which
      are signed, where outputs sum so few products with 8-bit weights that i32 has room for all of them, otherwise 8.}],
      "unsigned", "maxActivationBits", (ins), "", "return 8;">,
    InterfaceMethod<[{True if each result element depends on one element of each operand (after broadcasting), so that the op
      can be computed in the epilogue of the op that gives it an operand.}],
      "bool", "isElementwise", (ins), "", "return false;">,
  ];
}

def Qnn_ScaleEquivariantOp : OpInterface<"ScaleEquivariantOp"> {
  let cppNamespace = "::qcc::qnn";
  let description = [{
    Says what multiplying one channel of an operand by a positive factor does, which is what channel scales, SmoothQuant and
    cross-layer equalization rest on.
  }];
  let methods = [
    InterfaceMethod<[{`passes`: the same channel of the result is multiplied by the factor; `absorbs`: dividing the weight's
      slice for that channel by the factor undoes it; `blocks`: neither.}],
      "::qcc::qnn::ScaleRelation", "getScaleRelation", (ins "unsigned":$operand)>,
    InterfaceMethod<"Axis of the weight operand that input channels index, for operands that are absorbed; else -1.",
      "int64_t", "getWeightInputAxis", (ins), "", "return -1;">,
    InterfaceMethod<[{For ops whose operands all `pass`: the factors of the channels (the last axis) of the result, given
      those of each operand, or nothing if channels do not stay the last axis.}],
      "::llvm::SmallVector<float>", "mapChannelFactors", (ins "::llvm::ArrayRef<::llvm::ArrayRef<float>>":$factors), "",
      "return ::llvm::to_vector(factors.front());">,
  ];
}

def Qnn_RowwiseOp : OpInterface<"RowwiseOp"> {
  let cppNamespace = "::qcc::qnn";
  let description = [{
    Says which slices of an operand a slice of the result depends on. Where only the first of the slices along a dimension
    count, how many is known only at run time, ops that treat each slice on its own keep that property.
  }];
  let methods = [
    InterfaceMethod<[{The result axis whose slice i is made of slice i of the operand along `axis` and of no other slice of
      it, or -1.}],
      "int64_t", "mapRowsToResult", (ins "unsigned":$operand, "int64_t":$axis), "",
      "return ::qcc::qnn::mapBroadcastAxis($_op, operand, axis);">,
  ];
}

def Qnn_CostOp : OpInterface<"CostOp"> {
  let cppNamespace = "::qcc::qnn";
  let description = [{ What the op costs, independent of any target. }];
  let methods = [
    InterfaceMethod<"Multiply-accumulates of one execution, or 0; ShapedType::kDynamic where shapes are not known.",
      "int64_t", "getMacs">,
  ];
}

#endif // QCC_QNN_QNNINTERFACES_TD
