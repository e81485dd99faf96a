//===- ImportTest.h - models made and imported by tests -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_IMPORT_IMPORTTEST_H
#define QCC_TEST_UNIT_IMPORT_IMPORTTEST_H

#include "mlir/IR/MLIRContext.h"
#include "onnx/onnx_pb.h"
#include "qcc/Import/Import.h"
#include "qcc/Onnx/OnnxOps.h"

#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <string>

namespace qcc::importer::test {

/// Imports models from a folder of its own, which goes with it.
class ImportTest : public ::testing::Test {
protected:
  ImportTest();
  ~ImportTest() override;

  std::filesystem::path folder;
  mlir::MLIRContext context;
  ImportOptions options;
  /// The diagnostics of the last import, one line each: `location: message`,
  /// the folder's path removed.
  std::string diagnostics;

  /// Writes bytes into a file of the folder.
  void write(const std::string &name, const std::string &bytes);

  /// A model from ONNX's textual syntax.
  static ::onnx::ModelProto parse(const std::string &text);

  mlir::OwningOpRef<mlir::ModuleOp> importBytes(const std::string &bytes);
  mlir::OwningOpRef<mlir::ModuleOp>
  importModel(const ::onnx::ModelProto &model);

  /// Imports a model that must be good, and gives its text.
  std::string print(const ::onnx::ModelProto &model);
  std::string print(const std::string &text) { return print(parse(text)); }

  /// Imports a model that must be bad, and gives the one error.
  std::string fail(const ::onnx::ModelProto &model);
  std::string fail(const std::string &text) { return fail(parse(text)); }
  std::string failBytes(const std::string &bytes);

  /// The value of the first initializer.
  static mlir::Attribute firstInitializer(mlir::ModuleOp module);
};

/// A model with one input `x`, one initializer `w` of the given tensor, and one
/// Add node `add` of both.
::onnx::ModelProto makeModelWithTensor(const ::onnx::TensorProto &tensor);

/// A tensor `w`.
::onnx::TensorProto makeTensor(int32_t dataType,
                               std::initializer_list<int64_t> dims);

void addEntry(::onnx::TensorProto &tensor, const std::string &key,
              const std::string &value);

::testing::AssertionResult contains(const std::string &text,
                                    const std::string &part);

} // namespace qcc::importer::test

#endif // QCC_TEST_UNIT_IMPORT_IMPORTTEST_H
