//===- PatchesTest.cpp - second moments of what contractions read ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patches.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Reference.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

namespace {

/// Contractions of %x by %w.
const char *const kPrograms[] = {
    // One group, and more columns than a tile has.
    R"(func.func @f(%x: tensor<1x5x4x7xf32>, %w: tensor<3x3x2x7xf32>) {
      %0 = qnn.conv %x, %w {strides = array<i64: 2, 1>, pads = array<i64: 1, 0, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x5x4x7xf32>, tensor<3x3x2x7xf32>) -> tensor<1x3x4x3xf32>
      return
    })",
    R"(func.func @f(%x: tensor<1x5x4x6xf32>, %w: tensor<4x3x3x3xf32>) {
      %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x5x4x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x5x4x4xf32>
      return
    })",
    // Depthwise.
    R"(func.func @f(%x: tensor<1x5x4x35xf32>, %w: tensor<35x3x3x1xf32>) {
      %0 = qnn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 2, 2, 2, 2>, dilations = array<i64: 2, 2>, groups = 35 : i64} : (tensor<1x5x4x35xf32>, tensor<35x3x3x1xf32>) -> tensor<1x5x4x35xf32>
      return
    })",
    R"(func.func @f(%x: tensor<70x37xf32>, %w: tensor<5x37xf32>) {
      %0 = qnn.linear %x, %w : (tensor<70x37xf32>, tensor<5x37xf32>) -> tensor<70x5xf32>
      return
    })"};

class PatchesTest : public testing::TestWithParam<const char *> {};

/// What an output computes has the mean w m and the variance w C w for the
/// means m and the covariance C of what it reads.
TEST_P(PatchesTest, momentsGiveThoseOfTheResults) {
  MLIRContext context;
  context.loadDialect<func::FuncDialect, qnn::QnnDialect>();
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(GetParam(), ParserConfig(&context));
  ASSERT_TRUE(module);
  func::FuncOp function = *module->getOps<func::FuncOp>().begin();
  Operation *op = &function.front().front();

  std::mt19937 generator(7);
  std::normal_distribution<float> normal(0.5f, 1);
  auto random = [&](Value value) {
    auto tensor =
        qnn::Tensor::uninitialized(cast<RankedTensorType>(value.getType()));
    std::generate_n(tensor.mutableData<float>(), tensor.getNumElements(),
                    [&] { return normal(generator); });
    return tensor;
  };
  qnn::Tensor input = random(op->getOperand(0)),
              weight = random(op->getOperand(1));
  auto results = qnn::evaluate(op, {&input, &weight});
  ASSERT_TRUE(succeeded(results));
  const qnn::Tensor &result = results->front();

  std::optional<Patches> patches = Patches::of(op);
  ASSERT_TRUE(patches);
  FirstMoments means(*patches);
  SecondMoments moments(*patches);
  // In two portions.
  int64_t first = patches->positions() / 3;
  for (auto [begin, end] :
       {std::pair(int64_t(0), first), std::pair(first, patches->positions())}) {
    std::vector<float> rows((end - begin) * patches->size());
    for (int64_t i = begin; i < end; ++i)
      patches->gather(input.data<float>(), i,
                      rows.data() + (i - begin) * patches->size());
    moments.add(&context, rows);
    means.add(&context, rows);
  }

  int64_t outputs = weight.getShape().front(), depth = patches->depth();
  for (int64_t output = 0; output < outputs; ++output) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < patches->positions(); ++i) {
      double value = result.data<float>()[i * outputs + output];
      sum += value;
      squares += value * value;
    }
    double mean = sum / patches->positions(),
           variance = squares / patches->positions() - mean * mean;
    int64_t group = output / (outputs / patches->groups());
    std::vector<float> covariance = moments.covariance(group);
    const float *w = weight.data<float>() + output * depth;
    double expectedMean = 0, expectedVariance = 0;
    for (int64_t i = 0; i < depth; ++i) {
      expectedMean += double(w[i]) * means.mean(group, i);
      for (int64_t j = 0; j < depth; ++j)
        expectedVariance += double(w[i]) * covariance[i * depth + j] * w[j];
    }
    EXPECT_NEAR(mean, expectedMean, 1e-4) << "output " << output;
    EXPECT_NEAR(variance, expectedVariance, 1e-4 * (1 + variance))
        << "output " << output;
  }
}

INSTANTIATE_TEST_SUITE_P(Contractions, PatchesTest,
                         testing::ValuesIn(kPrograms));

} // namespace
