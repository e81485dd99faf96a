//===- ConvTransposeTest.cpp - transposed convolutions as plain ones ------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Graph/Passes.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <random>

using namespace mlir;
using namespace qcc;

namespace {

struct Case {
  SmallVector<int64_t> input;  ///< [N, D..., C]
  SmallVector<int64_t> weight; ///< [O, K..., C / groups]
  SmallVector<int64_t> strides, pads, dilations, outputPadding;
  int64_t groups = 1;
  bool bias = true;
};

class ConvTransposeTest : public testing::TestWithParam<Case> {};

std::vector<float> numbers(ArrayRef<int64_t> shape, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0, 1);
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  std::vector<float> result(count);
  for (float &value : result)
    value = normal(generator);
  return result;
}

std::vector<float> run(ModuleOp module, ArrayRef<int64_t> shape) {
  auto program = interpreter::Interpreter::create(module);
  qnn::Tensor input = qnn::Tensor::uninitialized(
      RankedTensorType::get(shape, Float32Type::get(module.getContext())));
  llvm::copy(numbers(shape, 1), input.mutableData<float>());
  auto outputs = program->run({input});
  const qnn::Tensor &output = outputs->front();
  return {output.data<float>(), output.data<float>() + output.getNumElements()};
}

TEST_P(ConvTransposeTest, givesTheSameNumbers) {
  const Case &here = GetParam();
  MLIRContext context;
  context.loadDialect<qnn::QnnDialect, func::FuncDialect>();
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, loc);
  builder.setInsertionPointToEnd(module->getBody());
  auto type = RankedTensorType::get(here.input, builder.getF32Type());
  auto function = func::FuncOp::create(builder, loc, "main",
                                       builder.getFunctionType({type}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  Value weight = qnn::createConstant(builder, loc, here.weight,
                                     numbers(here.weight, 2)),
        bias;
  if (here.bias)
    bias = qnn::createConstant(builder, loc, {here.weight.front()},
                               numbers({here.weight.front()}, 3));
  auto op = qnn::ConvTransposeOp::create(
      builder, loc, function.getArgument(0), weight, bias, here.strides,
      here.pads, here.dilations, here.outputPadding, here.groups);
  func::ReturnOp::create(builder, loc, op.getResult());
  function.setType(builder.getFunctionType({type}, {op.getType()}));

  std::vector<float> expected = run(*module, here.input);
  PassManager manager(&context);
  manager.addNestedPass<func::FuncOp>(graph::createConvTransposeToConvPass());
  ASSERT_TRUE(succeeded(manager.run(*module)));
  bool isLeft = false;
  function.walk([&](qnn::ConvTransposeOp) { isLeft = true; });
  EXPECT_FALSE(isLeft);
  std::vector<float> actual = run(*module, here.input);
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], 1e-5) << i;
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ConvTransposeTest,
    testing::Values(
        // Kernel and stride alike, as in U-Nets.
        Case{{1, 5, 4, 6}, {3, 2, 2, 6}, {2, 2}, {0, 0, 0, 0}, {1, 1}, {0, 0}},
        // As in DCGAN, and PyTorch's 3, 2, 1 with output padding.
        Case{{1, 5, 4, 6}, {3, 4, 4, 6}, {2, 2}, {1, 1, 1, 1}, {1, 1}, {0, 0}},
        Case{{2, 5, 4, 6}, {3, 3, 3, 6}, {2, 2}, {1, 1, 1, 1}, {1, 1}, {1, 1}},
        // Stride 1, dilated; a kernel smaller than the stride, so that some
        // outputs are the bias alone; another one in each dimension.
        Case{{1, 6, 5, 2}, {4, 3, 3, 2}, {1, 1}, {1, 2, 0, 1}, {2, 1}, {0, 0}},
        Case{{1, 3, 3, 2}, {2, 1, 2, 2}, {3, 3}, {0, 0, 0, 0}, {1, 1}, {2, 1}},
        Case{{1, 4, 3, 2}, {2, 5, 2, 2}, {3, 1}, {2, 0, 1, 1}, {1, 1}, {0, 0}},
        // Groups, depthwise, without bias, one and three dimensions.
        Case{{1, 4, 3, 6},
             {4, 4, 4, 3},
             {2, 2},
             {1, 1, 1, 1},
             {1, 1},
             {0, 0},
             2},
        Case{{1, 4, 3, 4},
             {4, 4, 4, 1},
             {2, 2},
             {1, 1, 1, 1},
             {1, 1},
             {0, 0},
             4,
             false},
        Case{{1, 7, 3}, {2, 16, 3}, {8}, {4, 4}, {1}, {0}},
        Case{{1, 3, 2, 4, 2},
             {3, 3, 2, 3, 2},
             {2, 2, 1},
             {1, 0, 1, 1, 0, 1},
             {1, 1, 1},
             {1, 0, 0}}));

} // namespace
