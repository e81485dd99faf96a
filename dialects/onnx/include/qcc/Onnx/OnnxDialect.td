//===- OnnxDialect.td - the onnx dialect ------------------*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ONNX_ONNXDIALECT_TD
#define QCC_ONNX_ONNXDIALECT_TD

include "mlir/IR/DialectBase.td"

def OnnxDialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::qcc::onnx";
  let summary = "The import form of ONNX models: total and opaque";
  let description = [{
    The dialect holds an ONNX model as it was read, before anything is known
    about what its operators mean. Every node is one `onnx.node`, whatever its
    operator, domain and version, so that import never fails for lack of
    knowledge. Meaning is given by the conversion from `onnx` to `qnn`, whose
    handlers are keyed by (domain, op, since-version).

    A model is a `builtin.module` with one `onnx.graph`, the `onnx.function`s
    that were kept, and these attributes:

    | attribute | type | what |
    |---|---|---|
    | `onnx.ir_version` | i64 | version of the file format |
    | `onnx.opset_imports` | dictionary of i64 | domain to version; the default domain is spelled `ai.onnx` |
    | `onnx.producer_name`, `onnx.producer_version`, `onnx.domain`, `onnx.doc_string` | string | as in the file |
    | `onnx.model_version` | i64 | as in the file |
    | `onnx.metadata` | dictionary of strings | the model's metadata properties |

    `onnx.doc_string` and `onnx.metadata` may also stand on graphs, functions
    and nodes, and `onnx.quantization_annotations` on a graph: for each annotated
    tensor a dictionary of the names of its parameters. A value that a graph does not declare the type of has the type
    `!onnx.unknown`; an optional input that is left out is an `onnx.none`.

    Element types: ONNX's signed integers are signless (`int8` is `i8`), the
    unsigned ones `ui8` and so on, `bool` is `i1`, and all floats down to
    float4e2m1 are the builtin types; strings are `!onnx.string`.

    Constant data is `dense` when it is small, `dense_resource` otherwise. A
    resource holds exactly the bytes of ONNX's `raw_data`: little-endian, one
    byte per bool, 4-bit elements two to a byte (low nibble first), 2-bit
    elements four to a byte. `RawTensor` reads both forms alike.
  }];

  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;

  let extraClassDeclaration = [{
    // Discardable attributes of modules, graphs, functions and nodes.
    static constexpr llvm::StringLiteral kIrVersion = "onnx.ir_version";
    static constexpr llvm::StringLiteral kOpsetImports = "onnx.opset_imports";
    static constexpr llvm::StringLiteral kProducerName = "onnx.producer_name";
    static constexpr llvm::StringLiteral kProducerVersion = "onnx.producer_version";
    static constexpr llvm::StringLiteral kModelDomain = "onnx.domain";
    static constexpr llvm::StringLiteral kModelVersion = "onnx.model_version";
    static constexpr llvm::StringLiteral kDocString = "onnx.doc_string";
    static constexpr llvm::StringLiteral kMetadata = "onnx.metadata";
    static constexpr llvm::StringLiteral kQuantizationAnnotations =
        "onnx.quantization_annotations";

    // Attributes of the arguments and results of graphs and functions.
    static constexpr llvm::StringLiteral kValueName = "onnx.name";
    static constexpr llvm::StringLiteral kDimParams = "onnx.dim_params";
    static constexpr llvm::StringLiteral kDimDenotations = "onnx.dim_denotations";
    static constexpr llvm::StringLiteral kDenotation = "onnx.denotation";

    /// How the default domain, in files the empty string, is spelled where a
    /// name must not be empty and in messages.
    static constexpr llvm::StringLiteral kDefaultDomain = "ai.onnx";

  private:
    /// Type and attribute registration live beside their generated code.
    void registerTypes();
    void registerAttributes();

  public:
  }];
}

#endif // QCC_ONNX_ONNXDIALECT_TD
