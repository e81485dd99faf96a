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
    as shapes usually do, is folded on the way. All nodes that cannot be converted are reported, then the pass fails.

    Before: a module with one `onnx.graph`, whose functions are inlined. After: all shapes are static; no onnx op is left.

    - Layout: spatial ops are channels-last, so they are put between transposes, which `qcc-move-transposes` cancels.
    - Shapes: a symbolic dimension takes the value that `shapes` gives it. A leading one without a value becomes 1, with a
      remark; any other is an error.
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

#endif // QCC_GRAPH_PASSES_TD
