//===- GraphModelsTest.cpp - real models through the graph phase ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "qcc/Driver/InitAll.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Graph/Pipelines.h"
#include "qcc/Import/Import.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/io/Array.h"

#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace mlir;
using namespace qcc;
using qcc::test::findModels;

namespace {

struct Model {
  const char *name;
  /// Folder of inputs and outputs of ONNX Runtime, or null.
  const char *reference;
  /// Transposes that are left.
  int transposes;
  /// The largest difference to ONNX Runtime, relative to the largest output.
  double tolerance = 1e-4;
  /// Shapes of inputs.
  const char *shapes = "";
};

std::ostream &operator<<(std::ostream &stream, const Model &model) {
  return stream << model.name;
}

/// A module that has been through some of the graph phase, ready to run.
struct Compiled {
  OwningOpRef<ModuleOp> module;
  std::optional<interpreter::Interpreter> program;

  std::vector<float> run(ArrayRef<qnn::Tensor> inputs) {
    std::vector<float> values;
    auto outputs = program->run(inputs);
    EXPECT_TRUE(succeeded(outputs));
    if (succeeded(outputs))
      for (const qnn::Tensor &output : *outputs) {
        EXPECT_TRUE(output.getElementType().isF32());
        values.insert(values.end(), output.data<float>(),
                      output.data<float>() + output.getNumElements());
      }
    return values;
  }
};

/// The largest difference, relative to the largest value.
double relativeError(ArrayRef<float> actual, ArrayRef<float> expected) {
  EXPECT_EQ(actual.size(), expected.size());
  double error = 0, scale = 0;
  for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    error = std::max<double>(error, std::abs(actual[i] - expected[i]));
    scale = std::max<double>(scale, std::abs(expected[i]));
    if (std::isnan(actual[i]))
      return INFINITY;
  }
  return error / scale;
}

class GraphModelsTest : public testing::TestWithParam<Model> {
protected:
  GraphModelsTest() : context(makeRegistry()) {
    context.disableMultithreading();
  }

  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    driver::registerAllDialects(registry);
    return registry;
  }

  void SetUp() override {
    models = findModels();
    if (models.empty())
      GTEST_SKIP() << "no models: set QCC_MODELS";
  }

  /// Imports the model; converts it only, or runs the whole phase.
  Compiled compile(bool whole) {
    // Remarks are no failures.
    ScopedDiagnosticHandler handler(&context, [](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        ADD_FAILURE() << diagnostic.str();
      return success();
    });
    Compiled result;
    std::string path = (models / "onnx" / GetParam().name).string() + ".onnx";
    result.module = importer::importOnnx(path, context);
    if (!result.module)
      return result;
    graph::GraphOptions options;
    graph::ConvertOnnxToQnnPassOptions conversion;
    if (*GetParam().shapes) {
      options.shapes.push_back(GetParam().shapes);
      conversion.shapes.push_back(GetParam().shapes);
    }
    PassManager manager(&context);
    if (whole)
      graph::buildGraphPipeline(manager, options);
    else
      manager.addPass(graph::createConvertOnnxToQnnPass(conversion));
    if (failed(manager.run(*result.module)))
      return result;
    auto program = interpreter::Interpreter::create(*result.module);
    if (succeeded(program))
      result.program = *program;
    return result;
  }

  std::filesystem::path models;
  MLIRContext context;
};

/// Inputs for the arguments of a function: numbers that a byte may have, which
/// suits pictures, tokens and features alike.
SmallVector<qnn::Tensor> randomInputs(func::FuncOp function) {
  std::mt19937 random(1);
  SmallVector<qnn::Tensor> inputs;
  for (Type type : function.getArgumentTypes()) {
    qnn::Tensor tensor =
        qnn::Tensor::uninitialized(cast<RankedTensorType>(type));
    for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
      int value = random() % 256;
      if (tensor.getElementType().isF32())
        tensor.mutableData<float>()[i] = static_cast<float>(value);
      else if (tensor.getElementType().isInteger(64))
        tensor.mutableData<int64_t>()[i] = value;
      else if (tensor.getElementType().isInteger(32))
        tensor.mutableData<int32_t>()[i] = value;
    }
    inputs.push_back(tensor);
  }
  return inputs;
}

TEST_P(GraphModelsTest, KeepsItsNumbers) {
  Compiled model = compile(/*whole=*/true);
  ASSERT_TRUE(model.program);
  func::FuncOp function = model.program->getFunction();
  int transposes = 0;
  function.walk([&](qnn::TransposeOp) { ++transposes; });
  EXPECT_LE(transposes, GetParam().transposes);

  if (!GetParam().reference) {
    // Without a reference: the conversion alone, without any graph pass.
    Compiled plain = compile(/*whole=*/false);
    ASSERT_TRUE(plain.program);
    SmallVector<qnn::Tensor> inputs = randomInputs(function);
    EXPECT_LE(relativeError(model.run(inputs), plain.run(inputs)),
              GetParam().tolerance);
    return;
  }
  std::filesystem::path folder = models / "reference" / GetParam().reference;
  io::Array input;
  ASSERT_TRUE(io::readNpy((folder / "input.npy").string(), input).ok());
  qnn::Tensor sample = qnn::Tensor::borrow(
      cast<RankedTensorType>(function.getArgumentTypes().front()),
      input.data.data());
  ASSERT_LE(sample.getByteSize(), input.data.size());
  std::vector<float> expected;
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    io::Array output;
    std::string path =
        (folder / ("output_" + std::to_string(i) + ".npy")).string();
    ASSERT_TRUE(io::readNpy(path, output).ok());
    // The files hold several samples, the function computes one.
    const float *values = reinterpret_cast<const float *>(output.data.data());
    expected.insert(expected.end(), values,
                    values +
                        cast<RankedTensorType>(function.getResultTypes()[i])
                            .getNumElements());
  }
  EXPECT_LE(relativeError(model.run(sample), expected), GetParam().tolerance);
}

// Quantized models differ from ONNX Runtime by single steps: it fuses.
INSTANTIATE_TEST_SUITE_P(
    Models, GraphModelsTest,
    testing::Values(
        Model{"resnet20-cifar10", "resnet20-cifar10", 1},
        Model{"resnet56-cifar10", nullptr, 1},
        Model{"resnet8-cifar10", "resnet8-cifar10", 1},
        Model{"resnet8-cifar10-qdq", "resnet8-cifar10-qdq", 1, 0.02},
        Model{"kws", "kws", 0}, Model{"kws-qdq", "kws-qdq", 0, 0.02},
        Model{"vww", "vww", 1}, Model{"vww-qdq", "vww-qdq", 1, 0.02},
        Model{"ad", nullptr, 0}, Model{"ad-qdq", nullptr, 0, 0},
        Model{"mobilenet_v1_0.25_128", nullptr, 1},
        Model{"mobilenet_v1_0.25_128-qdq", nullptr, 1, 0},
        Model{"mobilenet_v2", "mobilenet_v2", 1},
        Model{"mnist-winml", nullptr, 1}, Model{"opt-mnist", "mnist", 1},
        Model{"magika", nullptr, 0},
        Model{"stories260K", nullptr, 40, 1e-4, "tokens:1x16"},
        Model{"squeezenet", "squeezenet", 1},
        Model{"super_resolution", "super-resolution", 2},
        Model{"yunet_n_320", "yunet_n_320", 1},
        Model{"yolox_nano", "yolox_nano", 1}),
    [](const testing::TestParamInfo<Model> &info) {
      std::string name = info.param.name;
      std::replace_if(
          name.begin(), name.end(),
          [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); },
          '_');
      return name;
    });

} // namespace
