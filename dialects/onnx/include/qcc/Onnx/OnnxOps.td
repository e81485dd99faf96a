//===- OnnxOps.td - operations of the onnx dialect --------*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXOPS_TD
#define QCC_ONNX_ONNXOPS_TD

include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "qcc/Onnx/OnnxAttributes.td"
include "qcc/Onnx/OnnxTypes.td"

class Onnx_Op<string mnemonic, list<Trait> traits = []> : Op<OnnxDialect, mnemonic, traits>;

/// Everything that an ONNX value can be.
def Onnx_Value : Type<CPred<"::qcc::onnx::isValueType($_self)">,
                      "tensor, sequence, optional, map, sparse tensor, opaque, unknown or none">;

class Onnx_FunctionLikeOp<string mnemonic, list<Trait> traits = []>
    : Onnx_Op<mnemonic, traits # [
        FunctionOpInterface, IsolatedFromAbove,
        DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// Argument and result types, as FunctionOpInterface asks for them.
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }

    /// Name of the input or output in the ONNX file.
    ::llvm::StringRef getInputName(unsigned index);
    ::llvm::StringRef getOutputName(unsigned index);
  }];
}

def Onnx_GraphOp : Onnx_FunctionLikeOp<"graph", [Symbol]> {
  let summary = "The main graph of a model";
  let description = [{
    The arguments are the graph's inputs that no initializer gives a value to,
    in order; the results are its outputs. Each argument and result carries its
    name (`onnx.name`), and the names of its symbolic dimensions as
    `onnx.dim_params`, one string for each dimension, empty where there is none.
    An input that has an initializer too is an `onnx.initializer` with
    `input = N`.

    Semantics: the nodes are evaluated in order, each once.

    ```mlir
    onnx.graph @classifier(%x: tensor<?x10xf32> {onnx.name = "x", onnx.dim_params = ["N", ""]})
        -> (tensor<?x10xf32> {onnx.name = "y"}) {
      %y = onnx.node "Relu" version 14 (%x) : (tensor<?x10xf32>) -> tensor<?x10xf32>
      onnx.return %y : tensor<?x10xf32>
    }
    ```

    Constraints
    - (C1) every argument and every result has a non-empty `onnx.name`.
    - (C2) no two arguments have the same name.
    - (C3) `onnx.dim_params` and `onnx.dim_denotations` are arrays of strings, one for each dimension.
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    OptionalAttr<DictArrayAttr>:$arg_attrs,
    OptionalAttr<DictArrayAttr>:$res_attrs
  );
  let hasVerifier = 1;
}

def Onnx_FunctionOp : Onnx_FunctionLikeOp<"function", [Symbol]> {
  let summary = "A model-local function";
  let description = [{
    A function that a model defines for itself. Import inlines all calls and
    drops the functions unless it is asked to keep them. A call is an
    `onnx.node` with the function's domain, name and overload; `attribute_parameters` are the
    attributes that the call must give, `attribute_defaults` those that it may
    leave out. Functions are generic in the types of their inputs: the types
    here are what the function declares, mostly `!onnx.unknown`.

    ```mlir
    onnx.function @leaky(%x: !onnx.unknown {onnx.name = "x"}) -> (!onnx.unknown {onnx.name = "y"})
        attributes {attribute_parameters = ["alpha"], domain = "local", op_type = "leaky",
                    opset_imports = {ai.onnx = 17 : i64}} {
      %y = onnx.node "LeakyRelu" version 16 (%x) attributes {alpha = #onnx.attribute_ref<"alpha" : float>}
        : (!onnx.unknown) -> !onnx.unknown
      onnx.return %y : !onnx.unknown
    }
    ```

    Constraints
    - (C1) every argument and every result has a non-empty `onnx.name`.
    - (C2) no two arguments have the same name.
    - (C3) `op_type` is not empty.
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    StrAttr:$domain,
    StrAttr:$op_type,
    OptionalAttr<StrAttr>:$overload,
    OptionalAttr<StrArrayAttr>:$attribute_parameters,
    OptionalAttr<DictionaryAttr>:$attribute_defaults,
    DictionaryAttr:$opset_imports,
    OptionalAttr<DictArrayAttr>:$arg_attrs,
    OptionalAttr<DictArrayAttr>:$res_attrs
  );
  let hasVerifier = 1;
}

def Onnx_ReturnOp : Onnx_Op<"return", [Pure, Terminator]> {
  let summary = "Ends a graph, a function or a subgraph of a node";
  let description = [{
    The operands are the outputs.

    ```mlir
    onnx.return %y, %z : tensor<4xf32>, tensor<i64>
    ```

    Constraints
    - (C1) in a graph or function, the operand types are the result types.
  }];
  let arguments = (ins Variadic<Onnx_Value>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let hasVerifier = 1;
}

def Onnx_NoneOp : Onnx_Op<"none", [
    Pure, ConstantLike, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "An optional input that is left out";
  let description = [{
    Stands for the empty name in the inputs of a node or the outputs of a subgraph.

    ```mlir
    %none = onnx.none
    ```
  }];
  let results = (outs Onnx_NoneType:$result);
  let assemblyFormat = "attr-dict";
  let hasFolder = 1;
}

def Onnx_InitializerOp : Onnx_Op<"initializer", [
    Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "A named constant of a graph";
  let description = [{
    Semantics: the result is `value`, in the dense form also where `value` is
    an `#onnx.sparse`.

    With `input = N` the graph lists the constant as its input number N as well: a
    caller of ONNX could override it. qcc compiles the value in.

    ```mlir
    %w = onnx.initializer "w" = dense<[1.0, 2.0]> : tensor<2xf32>
    %v = onnx.initializer "v" input 1 = dense_resource<v> : tensor<64x64xf32>
    ```

    Constraints
    - (C1) the name is not empty.
    - (C2) `value` is an elements attribute or an `#onnx.sparse`, of the type of the result.
    - (C3) the number of an input is not negative.
    - (C4) a resource whose data is there has as many bytes as the type asks for.
  }];
  let arguments = (ins StrAttr:$name, OptionalAttr<I64Attr>:$input, AnyAttr:$value);
  let results = (outs AnyTensor:$result);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Onnx_NodeOp : Onnx_Op<"node", [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "One node of a model, opaque";
  let description = [{
    A node of any operator. `domain` is absent for the default domain.
    `version` is the version that its operator's definition has held since, resolved from
    the opset that the model imports: `"Relu"` of a model with opset 17 has the
    version 14. Where the operator is not a standard one, it is the version of
    its domain that the model imports.

    `node_attributes` hold what the file holds; defaults are not filled in.

    | ONNX | attribute |
    |---|---|
    | FLOAT, INT, STRING | `f32`, `i64` (signless), string |
    | FLOATS, INTS | `array<f32: ...>`, `array<i64: ...>` |
    | TENSOR, SPARSE_TENSOR, TYPE_PROTO | elements, `#onnx.sparse`, type |
    | STRINGS, TENSORS, SPARSE_TENSORS, TYPE_PROTOS | array of these |
    | reference to a function's attribute | `#onnx.attribute_ref` |

    A subgraph (attribute of kind GRAPH) is a region, named in order by `subgraph_names`;
    element i of an attribute of kind GRAPHS is named `name[i]`. Its block's arguments are
    its inputs, and values of the graph around it are used directly.

    `output_names` are the names of the outputs in the file, empty where an
    output is left out; they need not be given. `dim_params` name the symbolic
    dimensions of the outputs, one array for each output.

    ```mlir
    %y = onnx.node "Conv" version 11 (%x, %w, %none) outputs ["y"]
      attributes {group = 1 : i64, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, !onnx.none) -> !onnx.unknown
    %z = onnx.node "If" version 16 (%cond) : (tensor<i1>) -> tensor<1xf32> subgraphs
      "then_branch" = { onnx.return %a : tensor<1xf32> },
      "else_branch" = { onnx.return %b : tensor<1xf32> }
    %q = onnx.node "MatMulNBits" domain "com.microsoft" version 1 (%x, %b, %s)
      attributes {K = 64 : i64, N = 32 : i64, block_size = 32 : i64}
      : (tensor<1x64xf32>, tensor<32x2x16xui8>, tensor<64xf32>) -> tensor<1x32xf32>
    ```

    Constraints
    - (C1) `op_type` is not empty.
    - (C2) `domain`, where given, is neither empty nor `ai.onnx`.
    - (C3) `version` is at least 1.
    - (C4) there is one name for each subgraph, and the names differ from each other and from those of `node_attributes`.
    - (C5) every subgraph has one block, which ends in `onnx.return`.
    - (C6) `output_names` and `dim_params`, where given, have one entry for each output.
    - (C7) every entry of `node_attributes` is of one of the forms above.
  }];
  let arguments = (ins
    StrAttr:$op_type,
    OptionalAttr<StrAttr>:$domain,
    OptionalAttr<StrAttr>:$overload,
    ConfinedAttr<I64Attr, [IntMinValue<1>]>:$version,
    OptionalAttr<StrArrayAttr>:$output_names,
    OptionalAttr<ArrayAttr>:$dim_params,
    OptionalAttr<DictionaryAttr>:$node_attributes,
    OptionalAttr<StrArrayAttr>:$subgraph_names,
    Variadic<Onnx_Value>:$inputs
  );
  let results = (outs Variadic<Onnx_Value>:$outputs);
  let regions = (region VariadicRegion<SizedRegion<1>>:$subgraphs);
  let assemblyFormat = [{
    $op_type (`domain` $domain^)? (`overload` $overload^)? `version` $version
    `(` $inputs `)` (`outputs` $output_names^)? (`dims` $dim_params^)? (`attributes` $node_attributes^)?
    attr-dict `:` functional-type($inputs, $outputs) custom<Subgraphs>($subgraph_names, $subgraphs)
  }];
  let extraClassDeclaration = [{
    /// The operator's domain as people write it: `ai.onnx` for the default one.
    ::llvm::StringRef getDomainOrDefault();

    /// Input `index`, or null where it is left out, by an `onnx.none` or by a shorter list.
    ::mlir::Value getOptionalInput(unsigned index);

    /// The attribute `name` of the node, or null.
    ::mlir::Attribute getNodeAttr(::llvm::StringRef name);
    template <typename AttrT>
    AttrT getNodeAttrOfType(::llvm::StringRef name) {
      return ::llvm::dyn_cast_if_present<AttrT>(getNodeAttr(name));
    }

    /// The values of attributes of the simple kinds, with the default that the
    /// operator's definition gives. An attribute of another kind counts as
    /// absent: the checker has seen to it that standard operators have none.
    int64_t getInt(::llvm::StringRef name, int64_t defaultValue);
    float getFloat(::llvm::StringRef name, float defaultValue);
    ::llvm::StringRef getString(::llvm::StringRef name, ::llvm::StringRef defaultValue);
    ::std::optional<::llvm::ArrayRef<int64_t>> getInts(::llvm::StringRef name);
    ::std::optional<::llvm::ArrayRef<float>> getFloats(::llvm::StringRef name);

    /// The subgraph `name`, or null.
    ::mlir::Region *getSubgraph(::llvm::StringRef name);

    /// Name of output `index` in the file; empty if it has none.
    ::llvm::StringRef getOutputName(unsigned index);
  }];
  let hasVerifier = 1;
}

#endif // QCC_ONNX_ONNXOPS_TD
