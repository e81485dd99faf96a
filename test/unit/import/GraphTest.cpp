//===- GraphTest.cpp - graphs, nodes, functions ---------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportTest.h"

#include "mlir/IR/Location.h"

using namespace mlir;
using namespace qcc::importer::test;

namespace {

using GraphTest = ImportTest;

TEST_F(GraphTest, KeepsTheModelsOwnData) {
  ::onnx::ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17, "ai.onnx.ml" : 3],
     producer_name: "p", producer_version: "1.2", domain: "d", model_version: 5,
     doc_string: "doc", metadata_props: ["k" : "v"]>
    g (float[N, 3] x) => (float[N, 3] y) { y = Relu(x) })");
  std::string text = print(model);
  EXPECT_TRUE(contains(text, "onnx.ir_version = 8"));
  EXPECT_TRUE(contains(
      text, "onnx.opset_imports = {ai.onnx = 17 : i64, ai.onnx.ml = 3 : i64}"));
  EXPECT_TRUE(contains(text, "onnx.producer_name = \"p\""));
  EXPECT_TRUE(contains(text, "onnx.producer_version = \"1.2\""));
  EXPECT_TRUE(contains(text, "onnx.domain = \"d\""));
  EXPECT_TRUE(contains(text, "onnx.model_version = 5"));
  EXPECT_TRUE(contains(text, "onnx.doc_string = \"doc\""));
  EXPECT_TRUE(contains(text, "onnx.metadata = {k = \"v\"}"));
}

TEST_F(GraphTest, KeepsQuantizationAnnotations) {
  ::onnx::ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = Relu(x) })");
  auto *annotation = model.mutable_graph()->add_quantization_annotation();
  annotation->set_tensor_name("x");
  auto *entry = annotation->add_quant_parameter_tensor_names();
  entry->set_key("SCALE_TENSOR");
  entry->set_value("x_scale");
  EXPECT_TRUE(contains(print(model), "onnx.quantization_annotations = {x = "
                                     "{SCALE_TENSOR = \"x_scale\"}}"));
}

TEST_F(GraphTest, NamesInputsOutputsAndDimensions) {
  std::string text = print(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[N, 3] x, int64 n) => (float[N, M] "y/0") {
      "y/0" = Relu(x)
    })");
  EXPECT_TRUE(contains(text, "%x: tensor<?x3xf32> {onnx.dim_params = [\"N\", "
                             "\"\"], onnx.name = \"x\"}"));
  EXPECT_TRUE(contains(text, "tensor<i64> {onnx.name = \"n\"}"));
  EXPECT_TRUE(contains(text, "(tensor<?x?xf32> {onnx.dim_params = [\"N\", "
                             "\"M\"], onnx.name = \"y/0\"})"));
}

TEST_F(GraphTest, TakesMinusOneForAnUnknownDimension) {
  ::onnx::ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[1, 3] x) => (float[1, 3] y) { y = Relu(x) })");
  model.mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_dim_value(-1);
  EXPECT_TRUE(contains(print(model), "%x: tensor<?x3xf32>"));
}

TEST_F(GraphTest, ResolvesTheSinceVersion) {
  EXPECT_TRUE(contains(print(R"(
    <ir_version: 7, opset_import: ["" : 12]>
    g (float[4] x) => (float[4] y) { t = Relu(x) y = Clip(t) })"),
                       "onnx.node \"Relu\" version 6(%x)"));
  EXPECT_TRUE(contains(print(R"(
    <ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1]>
    g (float[4] x) => (float[4] y) { y = com.microsoft.Gelu(x) })"),
                       "\"Gelu\" domain \"com.microsoft\" version 1(%x)"));
}

TEST_F(GraphTest, LocatesNodesByName) {
  ::onnx::ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { t = Relu(x) y = Abs(t) })");
  model.mutable_graph()->mutable_node(0)->set_name("layer.1/relu");
  OwningOpRef<ModuleOp> module = importModel(model);
  ASSERT_TRUE(module);
  std::vector<std::string> names;
  module->walk([&](qcc::onnx::NodeOp op) {
    auto loc = dyn_cast<NameLoc>(op.getLoc());
    ASSERT_TRUE(loc);
    names.push_back(loc.getName().str());
    auto file = dyn_cast<FileLineColLoc>(loc.getChildLoc());
    ASSERT_TRUE(file);
    EXPECT_TRUE(file.getFilename().getValue().ends_with("model.onnx"));
  });
  EXPECT_EQ(names, (std::vector<std::string>{"layer.1/relu", "Abs_of_y"}));
}

TEST_F(GraphTest, MarksOptionalInputsAndOutputsThatAreLeftOut) {
  ::onnx::ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x, float m) => (float[4] y) { y = Clip(x, m, m) })");
  model.mutable_graph()->mutable_node(0)->set_input(1, "");
  model.mutable_graph()->mutable_node(0)->add_output("");
  model.mutable_graph()->mutable_node(0)->set_op_type("Dropout");
  std::string text = print(model);
  EXPECT_TRUE(contains(text, "%none = onnx.none"));
  EXPECT_TRUE(contains(text, "(%x, %none, %m) outputs [\"y\", \"\"]"));
  EXPECT_TRUE(contains(text, "-> (tensor<4xf32>, !onnx.none)"));
}

TEST_F(GraphTest, KeepsDeclaredTypesAndInfersNone) {
  std::string text = print(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (seq(float[N]) s, optional(float[2]) o, int64[] i) => (float[K] y)
    <float[L] t> {
      t = SequenceAt(s, i)
      u = Abs(t)
      y = Relu(u)
    })");
  EXPECT_TRUE(contains(text, "!onnx.sequence<tensor<?xf32>>"));
  EXPECT_TRUE(contains(text, "!onnx.optional<tensor<2xf32>>"));
  EXPECT_TRUE(contains(text, "dims [[\"L\"]]"));
  EXPECT_TRUE(contains(text, "(tensor<?xf32>) -> !onnx.unknown"));
  EXPECT_TRUE(contains(text, "(!onnx.unknown) -> tensor<?xf32>"));
}

TEST_F(GraphTest, ConvertsAttributesOfAllKinds) {
  ::onnx::ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17, "com.microsoft" : 1]>
    g (float[4] x) => (float[4] y) {
      y = com.microsoft.Foo <f = 1.5, i = -7, s = "text", fs = [1.0, 2.0],
                             is = [3, 4], ss = ["a", "b"],
                             t = float[2] {1.0, 2.0}> (x)
    })");
  ::onnx::NodeProto *node = model.mutable_graph()->mutable_node(0);
  auto add = [&](const char *name, ::onnx::AttributeProto::AttributeType type) {
    ::onnx::AttributeProto *attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(type);
    return attribute;
  };
  *add("ts", ::onnx::AttributeProto::TENSORS)->add_tensors() =
      node->attribute(6).t();
  auto *type = add("tp", ::onnx::AttributeProto::TYPE_PROTO)->mutable_tp();
  type->mutable_tensor_type()->set_elem_type(::onnx::TensorProto::BFLOAT16);
  *add("tps", ::onnx::AttributeProto::TYPE_PROTOS)->add_type_protos() = *type;
  auto *sparse =
      add("sp", ::onnx::AttributeProto::SPARSE_TENSOR)->mutable_sparse_tensor();
  sparse->add_dims(8);
  *sparse->mutable_values() = node->attribute(6).t();
  sparse->mutable_indices()->set_data_type(::onnx::TensorProto::INT64);
  sparse->mutable_indices()->add_dims(2);
  sparse->mutable_indices()->add_int64_data(1);
  sparse->mutable_indices()->add_int64_data(6);
  add("empty", ::onnx::AttributeProto::INTS);
  std::string text = print(model);
  EXPECT_TRUE(contains(text, "f = 1.500000e+00 : f32"));
  EXPECT_TRUE(contains(text, "i = -7 : i64"));
  EXPECT_TRUE(contains(text, "s = \"text\""));
  EXPECT_TRUE(contains(text, "fs = array<f32: 1.000000e+00, 2.000000e+00>"));
  EXPECT_TRUE(contains(text, "is = array<i64: 3, 4>"));
  EXPECT_TRUE(contains(text, "ss = [\"a\", \"b\"]"));
  EXPECT_TRUE(contains(text, " t = dense<[1.000000e+00, 2.000000e+00]>"));
  EXPECT_TRUE(contains(text, "ts = [dense<"));
  EXPECT_TRUE(contains(text, "tp = tensor<*xbf16>"));
  EXPECT_TRUE(contains(text, "tps = [tensor<*xbf16>]"));
  EXPECT_TRUE(contains(text, "sp = #onnx.sparse<dense<[1.000000e+00, "
                             "2.000000e+00]> : tensor<2xf32> at dense<[1, 6]> "
                             ": tensor<2xi64> : tensor<8xf32>>"));
  EXPECT_TRUE(contains(text, "empty = array<i64>"));
}

TEST_F(GraphTest, BuildsSubgraphsThatUseOuterValues) {
  std::string text = print(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x, bool c) => (float[4] y) {
      y = If (c) <
        then_branch = then () => (float[4] a) { a = Relu(x) },
        else_branch = else () => (float[4] b) {
          k = Constant <value = float[4] {1, 2, 3, 4}> ()
          b = Add(x, k)
        }>
    })");
  EXPECT_TRUE(contains(text, "subgraphs \"then_branch\" = {"));
  EXPECT_TRUE(contains(text, "\"else_branch\" = {"));
  EXPECT_TRUE(contains(text, "onnx.node \"Add\" version 14(%x, %k)"));
}

TEST_F(GraphTest, KeepsInitializersThatAreInputs) {
  std::string text = print(R"(
    <ir_version: 7, opset_import: ["" : 13]>
    g (float[2] w, float[2] x) => (float[2] y) <float[2] w = {1, 2}> {
      y = Add(x, w)
    })");
  EXPECT_TRUE(contains(text, "onnx.initializer \"w\" input 0 = dense<"));
  EXPECT_TRUE(contains(text, "(%x: tensor<2xf32>"));
}

TEST_F(GraphTest, AllowsOutputsThatAreInputsOrInitializers) {
  std::string text = print(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[2] x) => (float[2] x, float[N] w) <float[2] w = {1, 2}> {})");
  EXPECT_TRUE(contains(text, "onnx.return %x, %w"));
  EXPECT_TRUE(contains(text, "tensor<2xf32> {onnx.dim_params = [\"N\"]"));
}

/// A function with an attribute, called twice and from a function.
constexpr const char *kFunctions = R"(
  <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
  g (float[4] x) => (float[4] y) {
    t = local.twice (x)
    y = local.leaky <alpha = 0.5> (t)
  }
  <domain: "local", opset_import: ["" : 21]>
  leaky <alpha: float = 0.25> (a) => (b) { b = LeakyRelu <alpha: float = @alpha> (a) }
  <domain: "local", opset_import: ["" : 21, "local" : 1]>
  twice (a) => (c) { b = local.leaky(a) c = local.leaky(b) }
)";

TEST_F(GraphTest, InlinesFunctions) {
  std::string text = print(kFunctions);
  EXPECT_FALSE(contains(text, "onnx.function"));
  EXPECT_FALSE(contains(text, "\"leaky\""));
  EXPECT_EQ(llvm::StringRef(text).count("onnx.node \"LeakyRelu\""), 3u);
  EXPECT_EQ(llvm::StringRef(text).count("alpha = 2.500000e-01"), 2u);
  EXPECT_EQ(llvm::StringRef(text).count("alpha = 5.000000e-01"), 1u);
}

TEST_F(GraphTest, InlinesFunctionsThatReturnAnInput) {
  std::string text = print(R"(
    <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[4] x) => (float[4] y, float[4] z) { y, z = local.f(x) }
    <domain: "local", opset_import: ["" : 21]>
    f (a) => (a, b) { b = Relu(a) })");
  EXPECT_TRUE(contains(text, "%y = onnx.node \"Identity\" version 21(%x)"));
  EXPECT_TRUE(contains(text, "onnx.return %y, %z"));
}

TEST_F(GraphTest, KeepsFunctionsIfAsked) {
  options.keepFunctions = true;
  std::string text = print(kFunctions);
  EXPECT_TRUE(contains(text, "onnx.node \"twice\" domain \"local\" version 1"));
  EXPECT_TRUE(contains(text, "onnx.function @\"local::leaky\""));
  EXPECT_TRUE(
      contains(text, "attribute_defaults = {alpha = 2.500000e-01 : f32}"));
  EXPECT_TRUE(contains(text, "alpha = #onnx.attribute_ref<\"alpha\" : float>"));
}

TEST_F(GraphTest, InlinesFunctionsOfAnotherOpsetWhereNothingChanged) {
  std::string text = print(R"(
    <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[4] x) => (float[4] y) { y = local.f(x) }
    <domain: "local", opset_import: ["" : 20]>
    f (a) => (b) { b = Relu(a) })");
  EXPECT_TRUE(contains(text, "onnx.node \"Relu\" version 14"));
}

TEST_F(GraphTest, TakesTheOperatorsOfOnnxRuntimeInTheDefaultDomain) {
  EXPECT_TRUE(contains(print(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[2, 4] x, float[4] s) => (float[2, 4] y) {
      y = SimplifiedLayerNormalization <axis = -1> (x, s)
    })"),
                       "\"SimplifiedLayerNormalization\""));
}

TEST_F(GraphTest, TakesCustomDomainsIfAsked) {
  options.customDomains = true;
  EXPECT_TRUE(contains(print(R"(
    <ir_version: 8, opset_import: ["" : 17, "com.acme" : 3]>
    g (float[4] x) => (float[4] y) { y = com.acme.Magic(x) })"),
                       "\"Magic\" domain \"com.acme\" version 3"));
}

} // namespace
