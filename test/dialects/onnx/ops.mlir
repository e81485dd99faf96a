// RUN: qcc-opt %s | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --mlir-print-op-generic | qcc-opt | FileCheck %s
// RUN: qcc-opt %s --emit-bytecode | qcc-opt | FileCheck %s

// A model with all its attributes, and every operation in each of its forms.

// CHECK: module attributes {onnx.doc_string = "a model", onnx.domain = "test", onnx.ir_version = 10 : i64
module attributes {
  onnx.ir_version = 10 : i64,
  onnx.opset_imports = {ai.onnx = 21 : i64, com.microsoft = 1 : i64},
  onnx.producer_name = "hand", onnx.producer_version = "1",
  onnx.domain = "test", onnx.model_version = 3 : i64,
  onnx.doc_string = "a model", onnx.metadata = {key = "value"}
} {

// Symbolic dimensions, names of inputs and outputs, initializers in each form.
// CHECK-LABEL: onnx.graph @main
// CHECK-SAME: (%x: tensor<?x4xf32> {onnx.dim_params = ["N", ""], onnx.name = "x"}
// CHECK-SAME: %[[S:.*]]: tensor<i1> {onnx.name = "/a b"})
// CHECK-SAME: -> (tensor<?x4xf32> {onnx.name = "y"})
onnx.graph @main(%x: tensor<?x4xf32> {onnx.name = "x", onnx.dim_params = ["N", ""]},
                 %s: tensor<i1> {onnx.name = "/a b"})
    -> (tensor<?x4xf32> {onnx.name = "y"}) {
  // CHECK: onnx.initializer "w" = dense<1.000000e+00> : tensor<4xf32>
  %w = onnx.initializer "w" = dense<1.0> : tensor<4xf32>
  // CHECK: onnx.initializer "v" input 2 {onnx.doc_string = "d"} = dense_resource<v> : tensor<3xui8>
  %v = onnx.initializer "v" input 2 {onnx.doc_string = "d"} = dense_resource<v> : tensor<3xui8>
  // CHECK: onnx.initializer "t" = dense<["a", "b\0A"]> : tensor<2x!onnx.string>
  %t = onnx.initializer "t" = dense<["a", "b\0A"]> : tensor<2x!onnx.string>
  // CHECK: onnx.initializer "p" = #onnx.sparse<dense<{{.*}}> : tensor<2xf32> at dense<[0, 5]> : tensor<2xi64> : tensor<2x3xf32>>
  %p = onnx.initializer "p" = #onnx.sparse<dense<[1.5, 2.5]> : tensor<2xf32> at dense<[0, 5]> : tensor<2xi64> : tensor<2x3xf32>>
  // CHECK: %none = onnx.none
  // CHECK: %conv_out = onnx.node "Conv" version 11(%x, %w, %none) outputs ["conv:out"] dims {{\[}}["N", ""]]
  // CHECK-SAME: attributes {group = 1 : i64, pads = array<i64: 1, 1>} {onnx.doc_string = "n"}
  // CHECK-SAME: : (tensor<?x4xf32>, tensor<4xf32>, !onnx.none) -> tensor<?x4xf32>
  %none = onnx.none
  %c = onnx.node "Conv" version 11 (%x, %w, %none) outputs ["conv:out"] dims [["N", ""]]
    attributes {group = 1 : i64, pads = array<i64: 1, 1>} {onnx.doc_string = "n"}
    : (tensor<?x4xf32>, tensor<4xf32>, !onnx.none) -> tensor<?x4xf32>
  // CHECK: onnx.node "Split" version 18(%w)
  // CHECK-SAME: (tensor<4xf32>) -> (!onnx.unknown, tensor<*xf32>)
  %a, %b = onnx.node "Split" version 18 (%w) : (tensor<4xf32>) -> (!onnx.unknown, tensor<*xf32>)
  // CHECK: onnx.node "F" domain "local" overload "o" version 1
  %f = onnx.node "F" domain "local" overload "o" version 1 () attributes {
    float = 1.5 : f32, string = "s", floats = array<f32: 1.0, 2.0>, strings = ["a", "b"],
    tensor = dense<[1, 2]> : tensor<2xi4>, tensors = [dense<1> : tensor<i8>], type = tensor<?xf8E8M0FNU>,
    "odd name" = #onnx.attribute_ref<"alpha" : floats>
  } : () -> !onnx.sequence<tensor<*xbf16>>
  // CHECK: onnx.node "If" version 16(%{{.*}}) : (tensor<i1>) -> tensor<?x4xf32>
  // CHECK-SAME: subgraphs "then_branch" = {
  // CHECK-NEXT: onnx.return %x : tensor<?x4xf32>
  // CHECK-NEXT: }, "else_branch" = {
  %y = onnx.node "If" version 16 (%s) : (tensor<i1>) -> tensor<?x4xf32> subgraphs
    "then_branch" = { onnx.return %x : tensor<?x4xf32> },
    "else_branch" = {
      %r = onnx.node "Relu" version 14 (%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
      onnx.return %r : tensor<?x4xf32>
    }
  // CHECK: onnx.node "Loop" version 21
  // CHECK: "body" = {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<i64>, %{{.*}}: tensor<i1>):
  %l = onnx.node "Loop" version 21 (%none, %s) : (!onnx.none, tensor<i1>) -> !onnx.unknown subgraphs
    "body" = {
    ^bb0(%i: tensor<i64>, %cond: tensor<i1>):
      onnx.return %cond, %i : tensor<i1>, tensor<i64>
    }
  // CHECK: onnx.return %{{.*}} : tensor<?x4xf32>
  onnx.return %y : tensor<?x4xf32>
}

// CHECK-LABEL: onnx.function @leaky
// CHECK-SAME: attributes {attribute_parameters = ["alpha"], domain = "local", op_type = "leaky", opset_imports = {ai.onnx = 17 : i64}}
onnx.function @leaky(%x: !onnx.unknown {onnx.name = "x"}) -> (!onnx.unknown {onnx.name = "y"})
    attributes {attribute_parameters = ["alpha"], domain = "local", op_type = "leaky",
                opset_imports = {ai.onnx = 17 : i64}} {
  %y = onnx.node "LeakyRelu" version 16 (%x) attributes {alpha = #onnx.attribute_ref<"alpha" : float>}
    : (!onnx.unknown) -> !onnx.unknown
  onnx.return %y : !onnx.unknown
}

// Every type, each element type.
// CHECK-LABEL: onnx.graph @types
onnx.graph @types(
    // CHECK-SAME: !onnx.sequence<!onnx.map<!onnx.string, tensor<f32>>>
    %a: !onnx.sequence<!onnx.map<!onnx.string, tensor<f32>>> {onnx.name = "a"},
    // CHECK-SAME: !onnx.optional<!onnx.sparse_tensor<tensor<4x?xf64>>>
    %b: !onnx.optional<!onnx.sparse_tensor<tensor<4x?xf64>>> {onnx.name = "b"},
    // CHECK-SAME: !onnx.opaque<"com.acme", "handle">
    %c: !onnx.opaque<"com.acme", "handle"> {onnx.name = "c"},
    // CHECK-SAME: tensor<2x!onnx.string>
    %d: tensor<2x!onnx.string> {onnx.name = "d"},
    // CHECK-SAME: tensor<complex<f32>>
    %e: tensor<complex<f32>> {onnx.name = "e"},
    // CHECK-SAME: tensor<1xf8E4M3FN>{{.*}}tensor<1xf8E4M3FNUZ>{{.*}}tensor<1xf8E5M2>{{.*}}tensor<1xf8E5M2FNUZ>{{.*}}tensor<1xf8E8M0FNU>
    %f: tensor<1xf8E4M3FN> {onnx.name = "f"}, %g: tensor<1xf8E4M3FNUZ> {onnx.name = "g"},
    %h: tensor<1xf8E5M2> {onnx.name = "h"}, %i: tensor<1xf8E5M2FNUZ> {onnx.name = "i"},
    %j: tensor<1xf8E8M0FNU> {onnx.name = "j"},
    // CHECK-SAME: tensor<1xf4E2M1FN>{{.*}}tensor<1xi4>{{.*}}tensor<1xui4>{{.*}}tensor<1xi2>{{.*}}tensor<1xui2>
    %k: tensor<1xf4E2M1FN> {onnx.name = "k"}, %l: tensor<1xi4> {onnx.name = "l"},
    %m: tensor<1xui4> {onnx.name = "m"}, %n: tensor<1xi2> {onnx.name = "n"}, %o: tensor<1xui2> {onnx.name = "o"}) {
  onnx.return
}
}

{-#
  dialect_resources: {
    builtin: {
      v: "0x01000000010203"
    }
  }
#-}
