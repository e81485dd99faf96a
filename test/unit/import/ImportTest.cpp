//===- ImportTest.cpp - models made and imported by tests -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportTest.h"

#include "mlir/IR/Diagnostics.h"
#include "onnx/defs/parser.h"
#include "llvm/Support/raw_ostream.h"

#include <fstream>

using namespace mlir;
using namespace qcc::importer::test;

ImportTest::ImportTest() {
  std::string name = ::testing::TempDir() + "qcc-import-XXXXXX";
  EXPECT_TRUE(mkdtemp(name.data()));
  folder = std::filesystem::canonical(name);
}

ImportTest::~ImportTest() { std::filesystem::remove_all(folder); }

void ImportTest::write(const std::string &name, const std::string &bytes) {
  std::filesystem::create_directories((folder / name).parent_path());
  // A new file each time: modules of earlier imports have the old one mapped.
  std::filesystem::remove(folder / name);
  std::ofstream(folder / name, std::ios::binary) << bytes;
}

::onnx::ModelProto ImportTest::parse(const std::string &text) {
  ::onnx::ModelProto model;
  auto status = ::onnx::OnnxParser::Parse(model, text.c_str());
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

OwningOpRef<ModuleOp> ImportTest::importBytes(const std::string &bytes) {
  write("model.onnx", bytes);
  diagnostics.clear();
  std::string prefix = folder.string() + "/";
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    auto loc = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>();
    diagnostics += (loc ? loc.getFilename().getValue() : "unknown").str() +
                   ": " + diagnostic.str() + "\n";
    for (size_t at; (at = diagnostics.find(prefix)) != std::string::npos;)
      diagnostics.erase(at, prefix.size());
    return success();
  });
  return importOnnx((folder / "model.onnx").string(), context, options);
}

OwningOpRef<ModuleOp> ImportTest::importModel(const ::onnx::ModelProto &model) {
  return importBytes(model.SerializeAsString());
}

std::string ImportTest::print(const ::onnx::ModelProto &model) {
  OwningOpRef<ModuleOp> module = importModel(model);
  EXPECT_TRUE(module);
  EXPECT_EQ(diagnostics, "");
  std::string text;
  llvm::raw_string_ostream os(text);
  if (module)
    module->print(os, OpPrintingFlags().elideLargeResourceString(0));
  return text;
}

std::string ImportTest::failBytes(const std::string &bytes) {
  EXPECT_FALSE(importBytes(bytes));
  EXPECT_EQ(llvm::StringRef(diagnostics).count('\n'), 1u) << diagnostics;
  return llvm::StringRef(diagnostics).rtrim().str();
}

std::string ImportTest::fail(const ::onnx::ModelProto &model) {
  return failBytes(model.SerializeAsString());
}

Attribute ImportTest::firstInitializer(ModuleOp module) {
  Attribute value;
  module.walk([&](onnx::InitializerOp op) {
    value = op.getValue();
    return WalkResult::interrupt();
  });
  return value;
}

::onnx::ModelProto
qcc::importer::test::makeModelWithTensor(const ::onnx::TensorProto &tensor) {
  ::onnx::ModelProto model;
  model.set_ir_version(13);
  model.add_opset_import()->set_version(25);
  ::onnx::GraphProto *graph = model.mutable_graph();
  graph->set_name("g");
  *graph->add_initializer() = tensor;
  auto addValue = [&](::onnx::ValueInfoProto *value, const char *name) {
    value->set_name(name);
    value->mutable_type()->mutable_tensor_type()->set_elem_type(
        tensor.data_type());
    value->mutable_type()->mutable_tensor_type()->mutable_shape();
  };
  addValue(graph->add_input(), "x");
  addValue(graph->add_output(), "y");
  ::onnx::NodeProto *node = graph->add_node();
  node->set_name("add");
  node->set_op_type("Add");
  node->add_input("x");
  node->add_input("w");
  node->add_output("y");
  return model;
}

::onnx::TensorProto
qcc::importer::test::makeTensor(int32_t dataType,
                                std::initializer_list<int64_t> dims) {
  ::onnx::TensorProto tensor;
  tensor.set_name("w");
  tensor.set_data_type(dataType);
  for (int64_t dim : dims)
    tensor.add_dims(dim);
  return tensor;
}

void qcc::importer::test::addEntry(::onnx::TensorProto &tensor,
                                   const std::string &key,
                                   const std::string &value) {
  ::onnx::StringStringEntryProto *entry = tensor.add_external_data();
  entry->set_key(key);
  entry->set_value(value);
}

::testing::AssertionResult
qcc::importer::test::contains(const std::string &text,
                              const std::string &part) {
  if (text.find(part) != std::string::npos)
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << part << "' is not in:\n"
                                       << text;
}
