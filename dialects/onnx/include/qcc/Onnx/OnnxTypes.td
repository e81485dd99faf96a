//===- OnnxTypes.td - types of the onnx dialect -----------*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXTYPES_TD
#define QCC_ONNX_ONNXTYPES_TD

include "mlir/IR/AttrTypeBase.td"
include "qcc/Onnx/OnnxDialect.td"

class Onnx_Type<string name, string typeMnemonic> : TypeDef<OnnxDialect, name> {
  let mnemonic = typeMnemonic;
}

def Onnx_StringType : Onnx_Type<"String", "string"> {
  let summary = "Element type of tensors of strings";
  let description = [{
    A string of bytes of any length, ONNX's `STRING`. It occurs only as element
    type, as in `tensor<3x!onnx.string>`, and as key of `!onnx.map`.
  }];
}

def Onnx_NoneType : Onnx_Type<"None", "none"> {
  let summary = "Type of an optional input that is left out";
  let description = [{
    The type of the result of `onnx.none`, which stands for the empty name in a
    node's inputs, and of outputs that a node does not produce.
  }];
}

def Onnx_UnknownType : Onnx_Type<"Unknown", "unknown"> {
  let summary = "Type of a value that the model does not declare the type of";
  let description = [{
    ONNX need not declare the types of values between nodes. Import keeps what
    is declared and infers nothing: the other values have this type.
  }];
}

def Onnx_SequenceType : Onnx_Type<"Sequence", "sequence"> {
  let summary = "A sequence of values of one type";
  let description = [{
    Example: `!onnx.sequence<tensor<?xf32>>`.

    Constraints
    - (C1) the element is a tensor, sequence, optional, map, sparse tensor, opaque
      or unknown type.
  }];
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
  let genVerifyDecl = 1;
}

def Onnx_OptionalType : Onnx_Type<"Optional", "optional"> {
  let summary = "A value that may be absent";
  let description = [{
    Example: `!onnx.optional<tensor<?xf32>>`.

    Constraints
    - (C1) the element is a tensor, sequence, optional, map, sparse tensor, opaque
      or unknown type.
  }];
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
  let genVerifyDecl = 1;
}

def Onnx_MapType : Onnx_Type<"Map", "map"> {
  let summary = "A map from integers or strings to values of one type";
  let description = [{
    Example: `!onnx.map<i64, tensor<f32>>`.

    Constraints
    - (C1) the key is an integer type of 8 to 64 bits or `!onnx.string`.
    - (C2) the value is a tensor, sequence, optional, map, sparse tensor, opaque
      or unknown type.
  }];
  let parameters = (ins "::mlir::Type":$keyType, "::mlir::Type":$valueType);
  let assemblyFormat = "`<` $keyType `,` $valueType `>`";
  let genVerifyDecl = 1;
}

def Onnx_SparseTensorType : Onnx_Type<"SparseTensor", "sparse_tensor"> {
  let summary = "A tensor in ONNX's sparse form";
  let description = [{
    Example: `!onnx.sparse_tensor<tensor<4x?xf32>>`.
  }];
  let parameters = (ins "::mlir::TensorType":$denseType);
  let assemblyFormat = "`<` $denseType `>`";
}

def Onnx_OpaqueType : Onnx_Type<"Opaque", "opaque"> {
  let summary = "A type that only its domain knows";
  let description = [{
    Example: `!onnx.opaque<"com.acme", "handle">`.

    Constraints
    - (C1) the name is not empty.
  }];
  let parameters = (ins StringRefParameter<"domain">:$domain,
                        StringRefParameter<"name of the type">:$name);
  let assemblyFormat = "`<` $domain `,` $name `>`";
  let genVerifyDecl = 1;
}

#endif // QCC_ONNX_ONNXTYPES_TD
