// RUN: qcc-opt %s --split-input-file --verify-diagnostics

// One case for each numbered constraint, in the order of the operations.

// expected-error @+1 {{'onnx.graph' op argument #0 must have an 'onnx.name' [C1]}}
onnx.graph @g(%x: tensor<f32>) {
  onnx.return
}

// -----

// expected-error @+1 {{'onnx.graph' op result #0 must have an 'onnx.name' [C1]}}
onnx.graph @g(%x: tensor<f32> {onnx.name = "x"}) -> tensor<f32> {
  onnx.return %x : tensor<f32>
}

// -----

// expected-error @+1 {{'onnx.graph' op attribute 'onnx.name' must be a string that is not empty [C1]}}
onnx.graph @g(%x: tensor<f32> {onnx.name = ""}) {
  onnx.return
}

// -----

// expected-error @+1 {{'onnx.graph' op has two arguments with the name 'x' [C2]}}
onnx.graph @g(%x: tensor<f32> {onnx.name = "x"}, %y: tensor<f32> {onnx.name = "x"}) {
  onnx.return
}

// -----

// expected-error @+1 {{'onnx.graph' op attribute 'onnx.dim_params' must be an array of strings, one for each dimension [C3]}}
onnx.graph @g(%x: tensor<?x2xf32> {onnx.name = "x", onnx.dim_params = ["N"]}) {
  onnx.return
}

// -----

// expected-error @+1 {{'onnx.function' op must have an 'op_type' that is not empty [C3]}}
onnx.function @f() attributes {domain = "d", op_type = "", opset_imports = {}} {
  onnx.return
}

// -----

onnx.graph @g(%x: tensor<f32> {onnx.name = "x"}) -> (tensor<4xf32> {onnx.name = "y"}) {
  // expected-error @+1 {{'onnx.return' op has operands of types ('tensor<f32>'), but the results are ('tensor<4xf32>') [C1]}}
  onnx.return %x : tensor<f32>
}

// -----

// expected-error @+1 {{'onnx.initializer' op must have a name [C1]}}
%w = onnx.initializer "" = dense<1.0> : tensor<f32>

// -----

// expected-error @+1 {{expected an elements attribute or #onnx.sparse [C2]}}
%w = onnx.initializer "w" = 1.0 : f32

// -----

// expected-error @+1 {{'onnx.initializer' op must have an elements attribute or #onnx.sparse of type 'tensor<i32>' [C2]}}
%w = "onnx.initializer"() {name = "w", value = dense<1.0> : tensor<f32>} : () -> tensor<i32>

// -----

// expected-error @+1 {{'onnx.initializer' op cannot be input number -1 [C3]}}
%w = "onnx.initializer"() {name = "w", input = -1 : i64, value = dense<1.0> : tensor<f32>} : () -> tensor<f32>

// -----

// expected-error @+1 {{'onnx.initializer' op has 3 bytes of data, but 'tensor<7xi4>' takes 4 [C4]}}
%w = onnx.initializer "w" = dense_resource<short> : tensor<7xi4>

{-# dialect_resources: { builtin: { short: "0x01000000010203" } } #-}

// -----

// expected-error @+1 {{'onnx.node' op must have an 'op_type' that is not empty [C1]}}
onnx.node "" version 1 () : () -> ()

// -----

// expected-error @+1 {{'onnx.node' op must leave out 'domain' for the default domain [C2]}}
onnx.node "Relu" domain "ai.onnx" version 1 () : () -> ()

// -----

// expected-error @+1 {{'onnx.node' op attribute 'version' failed to satisfy constraint: 64-bit signless integer attribute whose minimum value is 1}}
onnx.node "Relu" version 0 () : () -> ()

// -----

// expected-error @+1 {{'onnx.node' op has 1 subgraphs, but 0 names for them [C4]}}
"onnx.node"() ({ onnx.return }) {op_type = "If", version = 1 : i64} : () -> ()

// -----

// expected-error @+1 {{'onnx.node' op has two attributes with the name 'body' [C4]}}
onnx.node "Loop" version 1 () attributes {body = 1 : i64} : () -> () subgraphs "body" = { onnx.return }

// -----

// expected-error @+1 {{'onnx.node' op must have subgraphs that end in onnx.return [C5]}}
onnx.node "Loop" version 1 () : () -> () subgraphs "body" = { %0 = onnx.none }

// -----

// expected-error @+1 {{'onnx.node' op has 0 outputs, but 1 names for them [C6]}}
onnx.node "Relu" version 1 () outputs ["y"] : () -> ()

// -----

// expected-error @+1 {{'onnx.node' op has 0 outputs, but names of dimensions for 1 [C6]}}
onnx.node "Relu" version 1 () dims [["N"]] : () -> ()

// -----

// expected-error @+1 {{'onnx.node' op attribute 'alpha' has a form that ONNX does not have: 1.000000e+00 : f64 [C7]}}
onnx.node "Elu" version 1 () attributes {alpha = 1.0 : f64} : () -> ()

// -----

%0 = builtin.unrealized_conversion_cast to i32
// expected-error @+1 {{'onnx.node' op operand #0 must be variadic of tensor, sequence, optional, map, sparse tensor, opaque, unknown or none, but got 'i32'}}
"onnx.node"(%0) {op_type = "Relu", version = 1 : i64} : (i32) -> ()

// -----

// expected-error @+1 {{values of a sparse tensor must have rank 1 and element type 'f32', not 'tensor<i32>' [C1]}}
onnx.node "C" version 1 () attributes {v = #onnx.sparse<dense<1> : tensor<i32> at dense<0> : tensor<1xi64> : tensor<2xf32>>} : () -> ()

// -----

// expected-error @+1 {{indices of a sparse tensor must be int64, one or one row for each value, not 'tensor<2xi64>' [C2]}}
onnx.node "C" version 1 () attributes {v = #onnx.sparse<dense<1.0> : tensor<1xf32> at dense<0> : tensor<2xi64> : tensor<2xf32>>} : () -> ()

// -----

// expected-error @+1 {{sparse tensor must have a static shape, not 'tensor<?xf32>' [C3]}}
onnx.node "C" version 1 () attributes {v = #onnx.sparse<dense<1.0> : tensor<1xf32> at dense<0> : tensor<1xi64> : tensor<?xf32>>} : () -> ()

// -----

// expected-error @+1 {{reference to an attribute needs its name [C1]}}
onnx.node "C" version 1 () attributes {v = #onnx.attribute_ref<"" : int>} : () -> ()

// -----

// expected-error @+1 {{sequence cannot have elements of type 'f32' [C1]}}
onnx.node "C" version 1 () : () -> !onnx.sequence<f32>

// -----

// expected-error @+1 {{optional cannot have an element of type '!onnx.none' [C1]}}
onnx.node "C" version 1 () : () -> !onnx.optional<!onnx.none>

// -----

// expected-error @+1 {{map cannot have keys of type 'i1' [C1]}}
onnx.node "C" version 1 () : () -> !onnx.map<i1, tensor<f32>>

// -----

// expected-error @+1 {{map cannot have values of type 'i8' [C2]}}
onnx.node "C" version 1 () : () -> !onnx.map<i8, i8>

// -----

// expected-error @+1 {{opaque type needs a name [C1]}}
onnx.node "C" version 1 () : () -> !onnx.opaque<"d", "">

// -----

// expected-error @+1 {{attribute 'onnx.opset_imports' belongs on a module}}
onnx.node "C" version 1 () {onnx.opset_imports = {}} : () -> ()

// -----

// expected-error @+1 {{attribute 'onnx.ir_version' must be an integer}}
module attributes {onnx.ir_version = "x"} {}

// -----

// expected-error @+1 {{attribute 'onnx.quantization_annotations' must be a dictionary of dictionaries of strings}}
onnx.graph @g() attributes {onnx.quantization_annotations = {x = "y"}} {
  onnx.return
}
