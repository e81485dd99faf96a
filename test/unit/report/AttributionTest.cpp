//===- AttributionTest.cpp - seeded faults are found ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Attribution.h"

#include "QuantizedNetwork.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Qnn/Constants.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::report;

namespace {

class AttributionTest : public test::QuantizedNetwork {
protected:
  Attribution attribute(ModuleOp rounded) {
    FailureOr<Attribution> attribution =
        attributeError(*result.exact, rounded, *samples,
                       calibration::createInterpreterExecutor);
    EXPECT_TRUE(succeeded(attribution));
    return succeeded(attribution) ? std::move(*attribution) : Attribution();
  }
};

/// Multiplies the scales that `op` has by `factor`.
template <typename OpTy> void multiplyScale(OpTy op, float factor) {
  std::vector<float> scales = *qnn::readFloats(op.getScale());
  for (float &scale : scales)
    scale *= factor;
  OpBuilder builder(op);
  op.getScaleMutable().assign(qnn::createConstant(
      builder, op.getLoc(),
      cast<RankedTensorType>(op.getScale().getType()).getShape(), scales));
}

} // namespace

TEST_F(AttributionTest, partsAreIndependentErrors) {
  Attribution result = attribute(*module);
  // Weights and activations of three layers; nothing of the result, which is
  // f32.
  EXPECT_GE(result.cost.sources, 6u);
  EXPECT_EQ(result.cost.runs, result.cost.samples * (result.cost.sources + 2));
  EXPECT_GT(result.cost.together, 0);
  EXPECT_LT(result.cost.together, 2 * result.cost.sum);
  EXPECT_GT(result.cost.together, result.cost.sum / 2);
  for (size_t i = 1; i < result.damages.size(); ++i)
    EXPECT_GE(result.damages[i - 1].noise, result.damages[i].noise);
  for (const RoundedTensor &tensor : result.tensors)
    EXPECT_FALSE(tensor.distribution.counts.empty());
}

/// If all samples are alike the errors of weights are nothing but their means,
/// which bias correction takes away.
TEST_F(AttributionTest, meansOfWeightErrorsDoNoDamage) {
  std::vector<float> values(8 * 32);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = 0.1f * (i % 32);
  io::ArrayType type{QCC_DTYPE_F32, {8, 32}};
  ASSERT_TRUE(io::writeNpy(std::string(path), type, values.data()).ok());
  FailureOr<calibration::Samples> alike =
      calibration::Samples::open(*module, {std::string(path)}, "");
  ASSERT_TRUE(succeeded(alike));
  samples.emplace(std::move(*alike));
  for (const SourceDamage &damage : attribute(*module).damages) {
    bool isWeight = damage.source == Source::weightRounding ||
                    damage.source == Source::weightClipping;
    if (isWeight)
      EXPECT_LT(damage.noise, 1e-10) << damage.node;
    else if (damage.source == Source::activationRounding)
      EXPECT_GT(damage.noise, 1e-7) << damage.node;
  }
}

TEST_F(AttributionTest, namesWeightsWhoseScaleIsWrong) {
  for (StringRef faulty : {"first", "second", "third"}) {
    OwningOpRef<ModuleOp> copy = module->clone();
    copy->walk([&](qnn::LinearOp op) {
      if (analysis::nodeName(op) == faulty)
        multiplyScale(op.getWeight().getDefiningOp<qnn::DequantizeOp>(), 2);
    });
    SourceDamage worst = attribute(*copy).damages.front();
    EXPECT_EQ(worst.node, faulty);
    EXPECT_EQ(worst.source, Source::weightRounding);
  }
}

TEST_F(AttributionTest, namesActivationsWhoseGridIsWrong) {
  // In program order; the clamps are part of the grids by now.
  const StringRef names[] = {"x", "first_relu", "second_relu"};
  struct Fault {
    float factor;
    Source source;
  };
  // Too coarse, and cut.
  for (Fault fault : {Fault{16, Source::activationRounding},
                      Fault{0.125, Source::activationClipping}})
    for (auto [i, name] : llvm::enumerate(names)) {
      OwningOpRef<ModuleOp> copy = module->clone();
      SmallVector<qnn::QuantizeOp> theirs;
      copy->walk([&](qnn::QuantizeOp op) { theirs.push_back(op); });
      ASSERT_EQ(theirs.size(), std::size(names));
      qnn::QuantizeOp faulty = theirs[i];
      multiplyScale(faulty, fault.factor);
      for (Operation *user : faulty->getUsers())
        multiplyScale(cast<qnn::DequantizeOp>(user), fault.factor);
      SourceDamage worst = attribute(*copy).damages.front();
      EXPECT_EQ(worst.node, name);
      EXPECT_EQ(worst.source, fault.source);
    }
}

TEST_F(AttributionTest, namesAGridThatIsReadWithTwiceItsScale) {
  OwningOpRef<ModuleOp> copy = module->clone();
  qnn::DequantizeOp faulty;
  copy->walk([&](qnn::QuantizeOp op) {
    if (op.getInput().getDefiningOp())
      faulty = cast<qnn::DequantizeOp>(*op->user_begin());
  });
  ASSERT_TRUE(faulty);
  multiplyScale(faulty, 2);
  EXPECT_EQ(attribute(*copy).damages.front().source,
            Source::activationRounding);
}
