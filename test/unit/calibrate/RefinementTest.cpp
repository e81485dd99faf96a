//===- RefinementTest.cpp - what is refined, and what that costs ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Refinement.h"

#include "QuantizedNetwork.h"
#include "Work.h"
#include "qcc/Qnn/Constants.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

namespace {

class RefinementTest : public test::QuantizedNetwork {
protected:
  /// Makes the grid of the activation that `layer` reads coarser.
  void coarsen(StringRef layer, float factor) {
    result.exact->walk([&](qnn::LinearOp op) {
      auto name = dyn_cast<NameLoc>(op.getLoc());
      if (!name || name.getName() != layer)
        return;
      auto dequantize = op.getInput().getDefiningOp<qnn::DequantizeOp>();
      auto quantize = dequantize.getInput().getDefiningOp<qnn::QuantizeOp>();
      float scale = qnn::readFloats(quantize.getScale())->front() * factor;
      OpBuilder builder(quantize);
      Value coarse = qnn::createConstant(builder, op.getLoc(), {}, {scale});
      quantize.getScaleMutable().assign(coarse);
      dequantize.getScaleMutable().assign(coarse);
    });
  }
};

} // namespace

TEST(Worth, isThatOfASmallerError) {
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(worthOf(30, 30.9), 0);
  EXPECT_EQ(worthOf(30, 29), 0);
  EXPECT_EQ(worthOf(30, std::nan("")), 0);
  EXPECT_EQ(worthOf(40, infinity), 0);
  EXPECT_EQ(worthOf(infinity, infinity), 0);
  // From 3.2 to 2 and from 1.8 to 1.1 % of the signal.
  EXPECT_GT(worthOf(30, 34), worthOf(35, 39));
  EXPECT_GT(worthOf(30, 36), worthOf(30, 34));
  EXPECT_LT(worthOf(30, infinity), 2);
}

TEST_F(RefinementTest, workOfIntegersIsLess) {
  FailureOr<double> integers = programWork(*module),
                    floats = programWork(*floatModule);
  ASSERT_TRUE(succeeded(integers) && succeeded(floats));
  EXPECT_GT(*integers, 0);
  EXPECT_GT(*floats, 1.5 * *integers);
}

TEST_F(RefinementTest, choosesTheLayerWhoseInputIsTooCoarse) {
  FailureOr<double> work = programWork(*module);
  ASSERT_TRUE(succeeded(work));
  size_t indices[] = {0, 20, 40, 60};
  for (StringRef layer : {"second", "third"}) {
    OwningOpRef<ModuleOp> kept = result.exact->clone();
    coarsen(layer, 16);
    FailureOr<MeasuredNoise> noise =
        measureNoise(*result.exact, *result.program.executor, *samples, indices,
                     createInterpreterExecutor);
    ASSERT_TRUE(succeeded(noise));
    Refinement none;
    RefinementPlanner planner(*result.exact, *noise, none, *work, *work);
    size_t steps = 1;
    std::optional<Refinement> refined = planner.refineMost(/*sqnr=*/15, steps);
    ASSERT_TRUE(refined);
    EXPECT_TRUE(refined->count(layer.str())) << layer.str();
    EXPECT_EQ(steps, 1u);
    result.exact = std::move(kept);
  }
}

TEST_F(RefinementTest, takesNoStepThatIsNotAllowed) {
  FailureOr<double> work = programWork(*module);
  size_t index[] = {0};
  FailureOr<MeasuredNoise> noise =
      measureNoise(*result.exact, *result.program.executor, *samples, index,
                   createInterpreterExecutor);
  ASSERT_TRUE(succeeded(work) && succeeded(noise));
  Refinement none;
  RefinementPlanner planner(*result.exact, *noise, none, *work, *work);
  size_t steps = 0;
  EXPECT_FALSE(planner.refineMost(/*sqnr=*/15, steps));
  // All that was allowed is spent.
  RefinementPlanner spent(*result.exact, *noise, none, 3 * *work, *work);
  steps = 10;
  EXPECT_FALSE(spent.refineMost(/*sqnr=*/15, steps));
  EXPECT_FALSE(spent.refineInputs({}));
}
