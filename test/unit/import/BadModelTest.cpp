//===- BadModelTest.cpp - one clear error for every bad model -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportTest.h"

#include <random>
#include <sys/resource.h>

using namespace mlir;
using namespace qcc::importer::test;
using ::onnx::ModelProto;
using ::onnx::TensorProto;

namespace {

using BadModelTest = ImportTest;

/// A good model to spoil.
ModelProto makeGood() {
  TensorProto tensor = makeTensor(TensorProto::FLOAT, {2, 300});
  tensor.set_raw_data(std::string(2400, '\1'));
  return makeModelWithTensor(tensor);
}

TEST_F(BadModelTest, FilesThatAreNoModels) {
  EXPECT_EQ(failBytes(""), "model.onnx: the file is empty");
  EXPECT_TRUE(contains(failBytes("hello, this is a text file\n"),
                       "model.onnx: not an ONNX model, or a damaged one"));
  EXPECT_EQ(failBytes("version https://git-lfs.github.com/spec/v1\n"),
            "model.onnx: the file is a pointer of Git LFS, not the model "
            "itself");
  EXPECT_TRUE(contains(failBytes(std::string(100000, '\0')), "at byte 0"));
  EXPECT_TRUE(
      contains(failBytes("\x12\x03pyt"), "neither a version nor a graph"));
}

TEST_F(BadModelTest, FilesThatCannotBeOpened) {
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  EXPECT_FALSE(qcc::importer::importOnnx("/nonexistent.onnx", context));
  EXPECT_EQ(message,
            "cannot open '/nonexistent.onnx': No such file or directory");
  EXPECT_FALSE(qcc::importer::importOnnx(folder.string(), context));
  EXPECT_TRUE(contains(message, "it is not a regular file"));
  std::string pipe = (folder / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(qcc::importer::importOnnx(pipe, context));
  EXPECT_TRUE(contains(message, "it is not a regular file"));
}

TEST_F(BadModelTest, Versions) {
  ModelProto model = makeGood();
  model.set_ir_version(1);
  EXPECT_EQ(fail(model), "model.onnx: IR version 1 is not supported: it must "
                         "be between 3 and 14");
  model.set_ir_version(99);
  EXPECT_TRUE(contains(fail(model), "IR version 99 is not supported"));
  model = makeGood();
  model.clear_opset_import();
  EXPECT_EQ(fail(model),
            "model.onnx: the model does not say which opset it uses");
  model.add_opset_import()->set_version(99);
  EXPECT_EQ(fail(model), "model.onnx: opset 99 is not supported: the newest "
                         "known is 28");
  model.mutable_opset_import(0)->set_version(6);
  EXPECT_EQ(fail(model), "model.onnx: node 'add' (Add, opset 6): opset 6 is "
                         "not supported: the oldest is 7");
  model.mutable_opset_import(0)->set_version(-1);
  EXPECT_TRUE(contains(fail(model), "version -1 of domain '' is not valid"));
  model = makeGood();
  model.clear_graph();
  EXPECT_EQ(fail(model), "model.onnx: the model has no graph");
}

TEST_F(BadModelTest, CustomDomainsAllAtOnce) {
  EXPECT_EQ(fail(R"(
    <ir_version: 8, opset_import: ["" : 17, "com.acme" : 3]>
    g (float[4] x) => (float[4] y) {
      t = com.acme.Magic(x)
      u = Relu(t)
      y = com.acme.Wand(u)
    })"),
            "model.onnx: nodes 'Magic_of_t' (com.acme.Magic, version 3), "
            "'Wand_of_y' (com.acme.Wand, version 3): their operators are of a "
            "custom domain, which qcc does not know");
  EXPECT_TRUE(contains(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = com.acme.Magic(x) })"),
                       "node 'Magic_of_y' (com.acme.Magic, version 0): the "
                       "model imports no opset of domain 'com.acme'"));
}

TEST_F(BadModelTest, NodesThatTheCheckerRefuses) {
  EXPECT_TRUE(contains(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = Rellu(x) })"),
                       "model.onnx: node 'Rellu_of_y' (Rellu, opset 17): No Op "
                       "registered for Rellu"));
  EXPECT_TRUE(contains(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = Relu <slope = 1.0> (x) })"),
                       "node 'Relu_of_y' (Relu, opset 17): Unrecognized "
                       "attribute: slope"));
  EXPECT_TRUE(contains(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = Add(x) })"),
                       "node 'Add_of_y' (Add, opset 17): "));
  ModelProto model = makeGood();
  for (int i = 0; i < 2; ++i) {
    auto *attribute = model.mutable_graph()->mutable_node(0)->add_attribute();
    attribute->set_name("a");
    attribute->set_type(::onnx::AttributeProto::INT);
    attribute->set_i(1);
  }
  EXPECT_TRUE(contains(fail(model), "Attribute 'a' appeared multiple times"));
}

TEST_F(BadModelTest, NamesAndOrder) {
  ModelProto model = makeGood();
  model.mutable_graph()->mutable_node(0)->set_input(0, "nowhere");
  EXPECT_EQ(fail(model), "model.onnx: node 'add' (Add, opset 25): input "
                         "'nowhere' is the output of no node, no input and no "
                         "initializer");
  model.mutable_graph()->mutable_node(0)->set_input(0, "y");
  EXPECT_EQ(fail(model),
            "model.onnx: node 'add' (Add, opset 25): input 'y' depends on the "
            "node's own output: the graph has a cycle");
  EXPECT_EQ(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = Add(x, b) a = Relu(y) b = Abs(a) })"),
            "model.onnx: node 'Add_of_y' (Add, opset 17): input 'b' depends on "
            "the node's own output: the graph has a cycle");
  EXPECT_EQ(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = Relu(t) t = Abs(x) })"),
            "model.onnx: node 'Relu_of_y' (Relu, opset 17): input 't' is the "
            "output of node 'Abs_of_t', which comes later: nodes must be in "
            "order");
  EXPECT_EQ(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x) => (float[4] y) { y = Relu(x) y = Abs(x) })"),
            "model.onnx: node 'Abs_of_y' (Abs, opset 17): output 'y' has the "
            "name of another value");
  model = makeGood();
  model.mutable_graph()->mutable_output(0)->set_name("z");
  EXPECT_EQ(fail(model), "model.onnx: output 'z' of graph 'g' is the output of "
                         "no node, no input and no initializer");
  model = makeGood();
  *model.mutable_graph()->add_input() = model.graph().input(0);
  EXPECT_EQ(fail(model), "model.onnx: graph 'g' has two inputs 'x'");
  model = makeGood();
  *model.mutable_graph()->add_initializer() = model.graph().initializer(0);
  EXPECT_EQ(fail(model), "model.onnx: graph 'g' has two initializers 'w'");
}

TEST_F(BadModelTest, InnerGraphsNameTheInnerNode) {
  EXPECT_EQ(fail(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x, bool c) => (float[4] y) {
      y = If (c) <
        then_branch = then () => (float[4] a) { a = Relu(x) },
        else_branch = else () => (float[4] b) { b = Relu(missing) }>
    })"),
            "model.onnx: node 'Relu_of_b' (Relu, opset 17): input 'missing' is "
            "the output of no node, no input and no initializer");
}

TEST_F(BadModelTest, Functions) {
  EXPECT_TRUE(contains(fail(R"(
    <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[4] x) => (float[4] y) { y = local.f(x) }
    <domain: "local", opset_import: ["" : 21, "local" : 1]>
    f (a) => (b) { b = local.f(a) })"),
                       "Cycle detected in model-local function references"));
  EXPECT_TRUE(contains(fail(R"(
    <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[4] x) => (float[4] y) { y = local.f(x) }
    <domain: "local", opset_import: ["" : 12]>
    f (a) => (b) { b = Clip(a) })"),
                       "function 'f': Opset import for domain  in function op "
                       "Clipis not compatible"));
}

TEST_F(BadModelTest, FunctionsWithoutTheirOutput) {
  EXPECT_EQ(fail(R"(
    <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[4] x) => (float[4] y) { y = local.f(x) }
    <domain: "local", opset_import: ["" : 21]>
    f (a) => (b) { c = Relu(a) })"),
            "model.onnx: function 'f': output 'b' is the output of no node and "
            "no input");
}

TEST_F(BadModelTest, FunctionsThatMultiply) {
  // Each calls the next ten times: 10^20 nodes in a few kilobytes.
  ModelProto model = parse(R"(
    <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[4] x) => (float[4] y) { y = local.f0(x) })");
  for (int i = 0; i < 20; ++i) {
    ::onnx::FunctionProto *function = model.add_functions();
    function->set_domain("local");
    function->set_name("f" + std::to_string(i));
    function->add_input("v0");
    function->add_output("v10");
    *function->mutable_opset_import() = model.opset_import();
    for (int j = 0; j < 10; ++j) {
      ::onnx::NodeProto *node = function->add_node();
      node->set_op_type(i == 19 ? "Relu" : "f" + std::to_string(i + 1));
      node->set_domain(i == 19 ? "" : "local");
      node->add_input("v" + std::to_string(j));
      node->add_output("v" + std::to_string(j + 1));
    }
  }
  EXPECT_EQ(fail(model), "model.onnx: the model's functions expand to more "
                         "than 10000000 nodes");
}

TEST_F(BadModelTest, TensorsWithTooLittleOrTooMuchData) {
  TensorProto tensor = makeTensor(TensorProto::FLOAT, {4});
  tensor.set_raw_data(std::string(15, 'x'));
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)),
                       "model.onnx: initializer 'w': TensorProto"));
  tensor.set_raw_data(std::string(17, 'x'));
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: initializer 'w': raw_data has 17 bytes, but the shape "
            "and type ask for 16");
  tensor.set_raw_data(std::string(5000, 'x'));
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: initializer 'w': its data has 5000 bytes, but the "
            "shape and type ask for 16");
  tensor.clear_raw_data();
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)),
                       "should contain one and only one value field"));
  for (int i = 0; i < 5; ++i)
    tensor.add_float_data(1.0f);
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: initializer 'w': float_data has 5 values, but the "
            "shape asks for 4");
  tensor.set_raw_data(std::string(16, 'x'));
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)),
                       "should contain one and only one value field"));
}

TEST_F(BadModelTest, TensorsWithValuesThatDoNotFit) {
  TensorProto tensor = makeTensor(TensorProto::INT8, {1});
  tensor.add_int32_data(300);
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: initializer 'w': value 0 of int32_data, 300, does not "
            "fit into 8 bits");
}

TEST_F(BadModelTest, TensorsWithDataOfAnotherType) {
  TensorProto tensor = makeTensor(TensorProto::INT32, {1000});
  for (int i = 0; i < 1000; ++i)
    tensor.add_float_data(1.0f);
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)),
                       "should be stored in field 'int32_data'"));
  tensor = makeTensor(TensorProto::STRING, {1000});
  tensor.set_raw_data(std::string(2000, 'x'));
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: initializer 'w': strings cannot be raw data");
  tensor = makeTensor(99, {1000});
  tensor.set_raw_data(std::string(2000, 'x'));
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)),
                       "initializer 'w': Unrecognized data_type"));
}

TEST_F(BadModelTest, SegmentsOfTensors) {
  TensorProto tensor = makeTensor(TensorProto::FLOAT, {1000});
  tensor.set_raw_data(std::string(4000, 'x'));
  tensor.mutable_segment()->set_begin(0);
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: tensor 'w' is a segment of a larger one, which is not "
            "supported");
}

TEST_F(BadModelTest, HugeAndNegativeDimensions) {
  TensorProto tensor = makeTensor(TensorProto::FLOAT, {1ll << 40, 1ll << 40});
  tensor.set_raw_data(std::string(4000, 'x'));
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: initializer 'w': a tensor of the shape "
            "1099511627776x1099511627776 is too large");
  tensor.set_dims(1, -1);
  EXPECT_EQ(fail(makeModelWithTensor(tensor)),
            "model.onnx: initializer 'w': dimension -1 is negative");
  tensor.set_dims(1, INT64_MIN);
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)), "is negative"));
  tensor.set_dims(1, 1ll << 18);
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)),
                       "its data has 4000 bytes, but"));
  tensor.clear_raw_data();
  EXPECT_TRUE(contains(fail(makeModelWithTensor(tensor)), "initializer 'w'"));

  ModelProto model = makeGood();
  auto *shape = model.mutable_graph()
                    ->mutable_input(0)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape();
  shape->add_dim()->set_dim_value(-2);
  EXPECT_EQ(fail(model), "model.onnx: input 'x': dimension -2 is negative");
  for (int i = 0; i < 3; ++i)
    shape->mutable_dim(0)->set_dim_value(1ll << 40),
        shape->add_dim()->set_dim_value(1ll << 40);
  EXPECT_TRUE(contains(fail(model), "input 'x': a tensor of the shape "));
  model.mutable_graph()
      ->mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->set_elem_type(77);
  model.mutable_graph()->mutable_input(0)->CopyFrom(
      makeGood().graph().input(0));
  EXPECT_EQ(fail(model), "model.onnx: node 'add' (Add, opset 25): output 'y': "
                         "element type 77 is not known");
}

TEST_F(BadModelTest, ExternalData) {
  write("weights.bin", std::string(100, 'x'));
  std::filesystem::create_directory(folder / "inner");
  std::filesystem::create_symlink(folder / "weights.bin", folder / "link.bin");
  std::filesystem::create_directory_symlink("/etc", folder / "etc");
  auto failWith =
      [&](std::initializer_list<std::pair<const char *, const char *>>
              entries) {
        TensorProto tensor = makeTensor(TensorProto::FLOAT, {10});
        tensor.set_data_location(TensorProto::EXTERNAL);
        for (auto [key, value] : entries)
          addEntry(tensor, key, value);
        return fail(makeModelWithTensor(tensor));
      };
  const std::string at = "model.onnx: initializer 'w': ";
  EXPECT_EQ(failWith({}), at + "its external data has no location");
  EXPECT_EQ(failWith({{"location", "other.bin"}}),
            at + "external data 'other.bin' is missing: there is no file "
                 "'other.bin'");
  for (const char *location :
       {"../weights.bin", "/etc/passwd", "inner/../../weights.bin", "inner/.."})
    EXPECT_EQ(failWith({{"location", location}}),
              at + "external data '" + location +
                  "' is outside of the model's folder, which is not allowed");
  EXPECT_TRUE(contains(failWith({{"location", "link.bin"}}),
                       "but it is a symbolic link"));
  EXPECT_TRUE(contains(failWith({{"location", "etc/passwd"}}),
                       "resolves outside model directory"));
  EXPECT_TRUE(contains(failWith({{"location", "inner"}}),
                       "but it is not regular file"));
  EXPECT_EQ(failWith({{"location", "weights.bin"}, {"offset", "61"}}),
            at + "its external data, 40 bytes from byte 61, is not all in "
                 "'weights.bin', which has 100 bytes");
  EXPECT_TRUE(contains(failWith({{"location", "weights.bin"},
                                 {"offset", "18446744073709551615"}}),
                       "is not all in"));
  EXPECT_EQ(failWith({{"location", "weights.bin"}, {"offset", "-4"}}),
            at + "the offset of its external data, '-4', is not a number");
  EXPECT_EQ(failWith({{"location", "weights.bin"}, {"length", "44"}}),
            at + "its external data has 44 bytes, but the shape and type ask "
                 "for 40");
}

TEST_F(BadModelTest, GraphsNestedTooDeeply) {
  ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x, bool c) => (float[4] y) { y = Relu(x) })");
  ::onnx::GraphProto *graph = model.mutable_graph();
  for (int i = 0; i < 500; ++i) {
    ::onnx::AttributeProto *attribute = graph->add_node()->add_attribute();
    attribute->set_type(::onnx::AttributeProto::GRAPH);
    graph = attribute->mutable_g();
  }
  EXPECT_TRUE(contains(fail(model), "not an ONNX model, or a damaged one"));
}

TEST_F(BadModelTest, EveryPrefixOfAModel) {
  std::string bytes = makeGood().SerializeAsString();
  for (size_t size = 0; size < bytes.size(); size += size < 64 ? 1 : 37) {
    SCOPED_TRACE(size);
    failBytes(bytes.substr(0, size));
  }
}

/// Flips bits at random: either the model is still good, or there is one error,
/// and memory stays bounded.
TEST_F(BadModelTest, FlippedBits) {
  ModelProto model = makeGood();
  *model.mutable_graph()->add_node() = parse(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g (float[4] x, bool c) => (float[4] y) {
      z = If (c) <
        then_branch = then () => (float[4] a) { a = Relu(x) },
        else_branch = else () => (float[4] b) {
          b = Constant <value = float[4] {1, 2, 3, 4}> ()
        }>
    })")
                                           .graph()
                                           .node(0);
  std::string good = model.SerializeAsString();
  std::mt19937 random(7);
  for (int i = 0; i < 1000; ++i) {
    std::string bytes = good;
    for (int flips = 1 + i % 3; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    SCOPED_TRACE(i);
    OwningOpRef<ModuleOp> module = importBytes(bytes);
    EXPECT_EQ(llvm::StringRef(diagnostics).count('\n'), module ? 0u : 1u)
        << diagnostics;
  }
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 1 << 20) << "kilobytes";
}

} // namespace
