//===- OnnxAttributes.td - attributes of the onnx dialect -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXATTRIBUTES_TD
#define QCC_ONNX_ONNXATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "qcc/Onnx/OnnxDialect.td"

def Onnx_AttributeKind : I32Enum<"AttributeKind", "kind of a node's attribute", [
    I32EnumCase<"Float", 1, "float">,
    I32EnumCase<"Int", 2, "int">,
    I32EnumCase<"String", 3, "string">,
    I32EnumCase<"Tensor", 4, "tensor">,
    I32EnumCase<"Graph", 5, "graph">,
    I32EnumCase<"Floats", 6, "floats">,
    I32EnumCase<"Ints", 7, "ints">,
    I32EnumCase<"Strings", 8, "strings">,
    I32EnumCase<"Tensors", 9, "tensors">,
    I32EnumCase<"Graphs", 10, "graphs">,
    I32EnumCase<"SparseTensor", 11, "sparse_tensor">,
    I32EnumCase<"SparseTensors", 12, "sparse_tensors">,
    I32EnumCase<"TypeProto", 13, "type">,
    I32EnumCase<"TypeProtos", 14, "types">
  ]> {
  let cppNamespace = "::qcc::onnx";
}

class Onnx_Attr<string name, string attrMnemonic> : AttrDef<OnnxDialect, name> {
  let mnemonic = attrMnemonic;
}

def Onnx_SparseTensorAttr : Onnx_Attr<"SparseTensor", "sparse"> {
  let summary = "A constant tensor in ONNX's sparse form";
  let description = [{
    The non-zero elements of a tensor of the type `type`, and where they stand:
    either one linear index for each value, or one row of indices for each.
    All other elements are zero (for strings, empty).

    ```mlir
    #onnx.sparse<dense<[1.5, 2.5]> : tensor<2xf32> at dense<[0, 5]> : tensor<2xi64> : tensor<2x3xf32>>
    ```

    Constraints
    - (C1) values are a tensor of rank 1 with the element type of `type`.
    - (C2) indices are int64, of shape [n] or [n, rank], where n is the number of values.
    - (C3) `type` has a static shape.
  }];
  let parameters = (ins "::mlir::ElementsAttr":$values, "::mlir::ElementsAttr":$indices,
                        "::mlir::RankedTensorType":$type);
  let assemblyFormat = "`<` $values `at` $indices `:` $type `>`";
  let genVerifyDecl = 1;
}

def Onnx_AttributeRefAttr : Onnx_Attr<"AttributeRef", "attribute_ref"> {
  let summary = "Reference to an attribute of the enclosing function";
  let description = [{
    Stands in the body of an `onnx.function` for the value that the call gives
    to the function's attribute `name`.

    ```mlir
    #onnx.attribute_ref<"alpha" : float>
    ```

    Constraints
    - (C1) the name is not empty.
  }];
  let parameters = (ins StringRefParameter<"name of the function's attribute">:$name,
                        EnumParameter<Onnx_AttributeKind>:$kind);
  let assemblyFormat = "`<` $name `:` $kind `>`";
  let genVerifyDecl = 1;
}

#endif // QCC_ONNX_ONNXATTRIBUTES_TD
