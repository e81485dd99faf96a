//===- RoundTripTest.cpp - all models survive printing and parsing --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportTest.h"
#include "Models.h"

#include "qcc/Driver/ModuleIO.h"
#include "llvm/Support/MemoryBuffer.h"

#include <fstream>

using namespace mlir;
using namespace qcc::importer::test;
using qcc::importer::importOnnx;
using qcc::test::findModels;

namespace {

std::string readFile(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class RoundTripTest : public ImportTest {
protected:
  /// Imports the model, which must say what the file says, and writes it as
  /// text and as bytecode. What is read back must be written in the same way
  /// again, the data of constants included.
  void checkRoundTrip(const std::string &path) {
    SCOPED_TRACE(path);
    std::string first = (folder / "first.mlir").string();
    std::string second = (folder / "second.mlir").string();
    std::string bytecode = (folder / "module.mlirbc").string();
    {
      MLIRContext context(MLIRContext::Threading::DISABLED);
      auto module = importOnnx(path, context);
      ASSERT_TRUE(module);
      FailureOr<std::string> difference =
          qcc::importer::compareWithFile(*module, path);
      ASSERT_TRUE(succeeded(difference));
      EXPECT_EQ(*difference, "");
      ASSERT_TRUE(succeeded(qcc::driver::writeModule(*module, first, false)));
      ASSERT_TRUE(succeeded(qcc::driver::writeModule(*module, bytecode, true)));
    }
    for (const std::string &source : {first, bytecode}) {
      MLIRContext context(MLIRContext::Threading::DISABLED);
      context.loadDialect<qcc::onnx::OnnxDialect>();
      auto module = qcc::driver::readModule(source, context);
      ASSERT_TRUE(module);
      ASSERT_TRUE(succeeded(qcc::driver::writeModule(*module, second, false)));
      EXPECT_EQ(readFile(first), readFile(second));
      EXPECT_EQ(readFile(first + ".resources"),
                readFile(second + ".resources"));
    }
  }
};

/// Calls `visit` with the path and contents of each file of a tar archive.
void visitTar(
    const std::filesystem::path &path,
    llvm::function_ref<void(llvm::StringRef, llvm::StringRef)> visit) {
  auto buffer = llvm::MemoryBuffer::getFile(path.string());
  ASSERT_TRUE(static_cast<bool>(buffer));
  llvm::StringRef rest = (*buffer)->getBuffer();
  auto text = [](llvm::StringRef field) {
    return field.take_until([](char c) { return c == 0; });
  };
  while (rest.size() >= 512 && rest.front() != 0) {
    llvm::StringRef header = rest.take_front(512);
    uint64_t size = 0;
    ASSERT_FALSE(text(header.substr(124, 12)).trim().getAsInteger(8, size));
    std::string name = text(header.substr(0, 100)).str();
    if (llvm::StringRef prefix = text(header.substr(345, 155)); !prefix.empty())
      name = (prefix + "/" + name).str();
    visit(name, rest.substr(512, size));
    rest = rest.drop_front(
        std::min<size_t>(rest.size(), 512 + (size + 511) / 512 * 512));
  }
}

TEST_F(RoundTripTest, RealModels) {
  std::filesystem::path models = findModels();
  if (models.empty())
    GTEST_SKIP() << "the real models are not here";
  int count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(models / "onnx"))
    if (!llvm::StringRef(entry.path().string()).ends_with(".graph.onnx")) {
      checkRoundTrip(entry.path().string());
      ++count;
    }
  EXPECT_GE(count, 20);
}

TEST_F(RoundTripTest, GraphsWithoutTheirData) {
  std::filesystem::path models = findModels();
  if (models.empty())
    GTEST_SKIP() << "the real models are not here";
  int count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(models / "onnx"))
    if (llvm::StringRef(entry.path().string()).ends_with(".graph.onnx")) {
      ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
        diagnostics = diagnostic.str();
        return success();
      });
      EXPECT_FALSE(importOnnx(entry.path().string(), context));
      EXPECT_TRUE(contains(diagnostics, "is missing: there is no file"));
      ++count;
    }
  EXPECT_GE(count, 6);
}

TEST_F(RoundTripTest, ConformanceTests) {
  std::filesystem::path models = findModels();
  if (models.empty())
    GTEST_SKIP() << "the real models are not here";
  int count = 0;
  visitTar(models / "conformance/onnx-node.tar",
           [&](llvm::StringRef name, llvm::StringRef contents) {
             if (!name.ends_with("/model.onnx"))
               return;
             SCOPED_TRACE(name.str());
             write("model.onnx", contents.str());
             checkRoundTrip((folder / "model.onnx").string());
             ++count;
           });
  EXPECT_GE(count, 1500);
}

TEST_F(RoundTripTest, ConstantsAroundTheLimitOfText) {
  for (int64_t bytes = qcc::driver::kMaxTextResourceBytes - 1;
       bytes <= int64_t(qcc::driver::kMaxTextResourceBytes) + 1; ++bytes) {
    SCOPED_TRACE(bytes);
    ::onnx::TensorProto tensor = makeTensor(::onnx::TensorProto::INT8, {bytes});
    tensor.set_raw_data(std::string(bytes, 'q'));
    std::string text = (folder / "module.mlir").string();
    OwningOpRef<ModuleOp> module = importModel(makeModelWithTensor(tensor));
    ASSERT_TRUE(module) << diagnostics;
    ASSERT_TRUE(succeeded(qcc::driver::writeModule(*module, text, false)));
    MLIRContext other(MLIRContext::Threading::DISABLED);
    other.loadDialect<qcc::onnx::OnnxDialect>();
    OwningOpRef<ModuleOp> read = qcc::driver::readModule(text, other);
    ASSERT_TRUE(read);
    EXPECT_EQ(*qcc::importer::compareWithFile(*read,
                                              (folder / "model.onnx").string()),
              "");
  }
}

TEST_F(RoundTripTest, OutputThatCannotBeWritten) {
  context.loadDialect<qcc::onnx::OnnxDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    diagnostics = diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(
      qcc::driver::writeModule(*module, "/nonexistent/out.mlir", false)));
  EXPECT_TRUE(contains(diagnostics, "cannot write '/nonexistent/out.mlir': "));
}

} // namespace
