//===- CompareWithFileTest.cpp - a module that is not what its file says --===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportTest.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace qcc::importer;
using namespace qcc::importer::test;

namespace {

class CompareWithFileTest : public ImportTest {
protected:
  /// What is different once `change` has been made to the model's module.
  std::string compare(const ::onnx::ModelProto &model,
                      std::function<void(ModuleOp)> change) {
    OwningOpRef<ModuleOp> module = importModel(model);
    EXPECT_TRUE(module) << diagnostics;
    change(*module);
    return *compareWithFile(*module, (folder / "model.onnx").string());
  }

  std::string compare(const std::string &text,
                      std::function<void(qcc::onnx::NodeOp)> change) {
    return compare(parse(text), [&](ModuleOp module) {
      module.walk([&](qcc::onnx::NodeOp op) {
        if (op.getOpType() == "Gemm")
          change(op);
      });
    });
  }

  const std::string gemm = R"(<ir_version: 8, opset_import: ["" : 17]>
    g (float[2,3] a, float[3,4] b) => (float[2,4] y) <float[4] c = {1, 2, 3, 4}> {
      d = Relu (c)
      y = Gemm <alpha = 0.5, transA = 0> (a, b, d)
    })";
};

TEST_F(CompareWithFileTest, FindsNothingInWhatImportMade) {
  EXPECT_EQ(compare(gemm, [](qcc::onnx::NodeOp) {}), "");
}

TEST_F(CompareWithFileTest, FindsConstants) {
  EXPECT_EQ(compare(parse(gemm),
                    [&](ModuleOp module) {
                      module.walk([&](qcc::onnx::InitializerOp op) {
                        auto type = cast<RankedTensorType>(op.getType());
                        op.setValueAttr(DenseElementsAttr::get(
                            type, ArrayRef<float>{1, 2, -3, 4}));
                      });
                    }),
            "constant 'c' differs");
}

TEST_F(CompareWithFileTest, FindsExternalConstants) {
  ::onnx::TensorProto tensor = makeTensor(::onnx::TensorProto::FLOAT, {2});
  tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
  addEntry(tensor, "location", "weights.bin");
  addEntry(tensor, "offset", "8");
  write("weights.bin", std::string(16, 'x'));
  ::onnx::ModelProto model = makeModelWithTensor(tensor);
  EXPECT_EQ(compare(model, [](ModuleOp) {}), "");
  EXPECT_EQ(compare(model,
                    [&](ModuleOp) {
                      write("weights.bin",
                            std::string(8, 'x') + std::string(8, 'y'));
                    }),
            "constant 'w' differs");
}

TEST_F(CompareWithFileTest, FindsAttributes) {
  auto set = [&](StringRef name, std::optional<float> value) {
    return compare(gemm, [&](qcc::onnx::NodeOp op) {
      NamedAttrList attributes(op.getNodeAttributesAttr());
      if (value)
        attributes.set(name, Builder(&context).getF32FloatAttr(*value));
      else
        attributes.erase(name);
      op.setNodeAttributesAttr(attributes.getDictionary(&context));
    });
  };
  EXPECT_EQ(set("alpha", 0.25f),
            "attribute 'alpha' of node 'Gemm_of_y' differs");
  EXPECT_EQ(set("transA", std::nullopt),
            "attribute 'transA' of node 'Gemm_of_y' differs");
}

TEST_F(CompareWithFileTest, FindsOperatorsAndInputs) {
  EXPECT_EQ(
      compare(gemm, [&](qcc::onnx::NodeOp op) { op.setOpType("MatMul"); }),
      "node 'Gemm_of_y' has another operator");
  EXPECT_EQ(compare(gemm,
                    [&](qcc::onnx::NodeOp op) {
                      Value first = op.getOperand(0);
                      op->setOperand(0, op.getOperand(1));
                      op->setOperand(1, first);
                    }),
            "node 'Gemm_of_y' has other inputs");
}

} // namespace
