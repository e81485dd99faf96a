//===- RefinementTest.cpp - what is refined, and what that costs ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Refinement.h"

#include "QuantizedNetwork.h"
#include "SwitchedProgram.h"
#include "Work.h"
#include "qcc/Analysis/Entry.h"
#include "qcc/Qnn/Constants.h"

#include <cmath>
#include <limits>
#include <map>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

namespace {

class RefinementTest : public test::QuantizedNetwork {
protected:
  /// Lets `use` alone read what it reads on a coarser grid.
  static void coarsen(OpOperand &use, float factor) {
    auto shared = use.get().getDefiningOp<qnn::DequantizeOp>();
    OpBuilder builder(use.getOwner());
    auto quantize = cast<qnn::QuantizeOp>(
        builder.clone(*shared.getInput().getDefiningOp()));
    auto own = cast<qnn::DequantizeOp>(builder.clone(*shared));
    float scale = factor * qnn::readFloats(quantize.getScale())->front();
    builder.setInsertionPoint(quantize);
    Value coarse = qnn::createConstant(builder, own.getLoc(), {}, {scale});
    quantize.getScaleMutable().assign(coarse);
    own.getScaleMutable().assign(coarse);
    own.getInputMutable().assign(quantize.getResult());
    use.set(own);
  }

  FailureOr<MeasuredNoise> measure(ArrayRef<size_t> indices) {
    return measureNoise(*result.exact, *result.program.executor, *samples,
                        indices, createInterpreterExecutor);
  }

  /// Lets these roundings, and no others, make these shares of the noise.
  static void setNoise(MeasuredNoise &noise,
                       const std::map<size_t, double> &shares) {
    for (auto [i, part] : llvm::enumerate(noise.ofRoundings)) {
      auto share = shares.find(i);
      part.assign(noise.together.size(),
                  share == shares.end() ? 0 : share->second);
    }
    noise.together.assign(noise.together.size(), 1);
  }

  /// What spares one rounding, and what that costs, a share of the work.
  struct SingleStep {
    double cost;
    size_t rounding;
    Refinement refined;
  };

  /// All of them, the cheapest first.
  static std::vector<SingleStep> stepsByCost(MeasuredNoise &noise,
                                             double work) {
    Refinement none;
    std::vector<SingleStep> result;
    for (size_t i = 0; i < noise.ofRoundings.size(); ++i) {
      setNoise(noise, {{i, 0.9}});
      auto refine = [&](double allowed) {
        RefinementPlanner planner(noise, none, {allowed, work, work});
        size_t steps = 1;
        return planner.refineMost(/*sqnr=*/15, steps);
      };
      std::optional<Refinement> refined = refine(10);
      if (!refined)
        continue;
      double low = 0, high = 10;
      while (high - low > 1e-4) {
        double middle = (low + high) / 2;
        // What one tensor may cost that makes nearly all of the noise.
        (refine(middle / 12) ? high : low) = middle;
      }
      result.push_back({high, i, *refined});
    }
    llvm::sort(result, [](const SingleStep &a, const SingleStep &b) {
      return a.cost < b.cost;
    });
    return result;
  }

  void coarsenInputOf(StringRef layer, float factor) {
    result.exact->walk([&](qnn::LinearOp op) {
      auto name = dyn_cast<NameLoc>(op.getLoc());
      if (name && name.getName() == layer)
        coarsen(op.getInputMutable(), factor);
    });
  }
};

} // namespace

TEST(Worth, isThatOfASmallerError) {
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(worthOf(30, 30.4), 0);
  EXPECT_EQ(worthOf(30, 29), 0);
  EXPECT_EQ(worthOf(30, std::nan("")), 0);
  EXPECT_EQ(worthOf(40, infinity), 0);
  EXPECT_EQ(worthOf(infinity, infinity), 0);
  // From 3.2 to 2 and from 1.8 to 1.1 % of the signal.
  EXPECT_GT(worthOf(30, 34), worthOf(35, 39));
  EXPECT_GT(worthOf(30, 36), worthOf(30, 34));
  EXPECT_LT(worthOf(30, infinity), 2);
}

TEST(Worth, endsWithTheAllowance) {
  EXPECT_TRUE(isWorthRefining(30, {0.1, 1, 1}));
  EXPECT_TRUE(isWorthRefining(30, {0.1, 2, 2.1}));
  EXPECT_FALSE(isWorthRefining(30, {0.1, 2, 2.19}));
  EXPECT_TRUE(isWorthRefining(30, {0.2, 2, 2.19}));
  EXPECT_FALSE(isWorthRefining(30, {0, 2, 2}));
  EXPECT_FALSE(isWorthRefining(41, {0.1, 1, 1}));
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
    coarsenInputOf(layer, 16);
    FailureOr<MeasuredNoise> noise = measure(indices);
    ASSERT_TRUE(succeeded(noise));
    Refinement none;
    RefinementPlanner planner(*noise, none, {0.1, *work, *work});
    size_t steps = 1;
    std::optional<Refinement> refined = planner.refineMost(/*sqnr=*/15, steps);
    ASSERT_TRUE(refined);
    EXPECT_TRUE(refined->count(layer.str())) << layer.str();
    EXPECT_EQ(steps, 1u);
    result.exact = std::move(kept);
  }
}

// What the addition reads is rounded for the second layer too: they have
// roundings of their own.
TEST_F(RefinementTest, givesAnAdditionMoreBitsThanItsNeighbours) {
  qnn::BinaryOp add;
  result.exact->walk([&](qnn::BinaryOp op) { add = op; });
  auto shared = add.getRhs().getDefiningOp<qnn::DequantizeOp>();
  ASSERT_TRUE(shared && !shared->hasOneUse());
  size_t indices[] = {0, 20, 40, 60};
  FailureOr<MeasuredNoise> noise = measure(indices);
  ASSERT_TRUE(succeeded(noise));
  EXPECT_EQ(noise->ofRoundings.size(),
            collectRoundings(analysis::entryFunction(*result.exact)).size() +
                1);

  coarsen(add.getRhsMutable(), 16);
  noise = measure(indices);
  FailureOr<double> work = programWork(*module);
  ASSERT_TRUE(succeeded(noise) && succeeded(work));
  Refinement none;
  RefinementPlanner planner(*noise, none, {0.1, *work, *work});
  size_t steps = 1;
  std::optional<Refinement> refined = planner.refineMost(/*sqnr=*/15, steps);
  ASSERT_TRUE(refined);
  EXPECT_EQ(*refined, (Refinement{{"add", quantize::Precision::w8a16}}));
}

TEST_F(RefinementTest, takesNoStepThatIsNotAllowed) {
  FailureOr<double> work = programWork(*module);
  FailureOr<MeasuredNoise> noise = measure({0});
  ASSERT_TRUE(succeeded(work) && succeeded(noise));
  Refinement none;
  RefinementPlanner planner(*noise, none, {0.1, *work, *work});
  size_t steps = 0;
  EXPECT_FALSE(planner.refineMost(/*sqnr=*/15, steps));
  // All that was allowed is spent.
  RefinementPlanner spent(*noise, none, {0.1, *work, 3 * *work});
  steps = 10;
  EXPECT_FALSE(spent.refineMost(/*sqnr=*/15, steps));
  EXPECT_FALSE(spent.refineInputs({}));
}

// Cheap steps do not use up what the one that gains most needs.
TEST_F(RefinementTest, mayBeginWithWhatIsDear) {
  FailureOr<double> work = programWork(*module);
  FailureOr<MeasuredNoise> noise = measure({0});
  ASSERT_TRUE(succeeded(work) && succeeded(noise));
  std::vector<SingleStep> steps = stepsByCost(*noise, *work);
  ASSERT_GE(steps.size(), 2u);
  const SingleStep &cheap = steps.front(), &dear = steps.back();
  ASSERT_GT(dear.cost, 1.5 * cheap.cost);
  // The cheap one gains more for its work, but there is no room for both.
  setNoise(*noise, {{cheap.rounding, 0.2}, {dear.rounding, 0.3}});
  Refinement none;
  RefinementPlanner planner(*noise, none,
                            {dear.cost + cheap.cost / 2, *work, *work});
  size_t most = 10;
  std::optional<Refinement> refined = planner.refineMost(/*sqnr=*/15, most);
  ASSERT_TRUE(refined);
  EXPECT_EQ(*refined, dear.refined);
}

// There is no share of the errors at which all of a sudden much more is spent.
TEST_F(RefinementTest, maySpendMoreOnATensorThatMakesMuch) {
  FailureOr<double> work = programWork(*module);
  FailureOr<MeasuredNoise> noise = measure({0});
  ASSERT_TRUE(succeeded(work) && succeeded(noise));
  const SingleStep dear = stepsByCost(*noise, *work).back();
  auto timesAllowed = [&](double share) {
    setNoise(*noise, {{dear.rounding, share}});
    Refinement none;
    double low = 0.1, high = 100;
    while (high - low > 1e-3) {
      double middle = (low + high) / 2;
      RefinementPlanner planner(*noise, none,
                                {dear.cost / middle, *work, *work});
      size_t most = 1;
      (planner.refineMost(/*sqnr=*/15, most) ? low : high) = middle;
    }
    return low;
  };
  EXPECT_NEAR(timesAllowed(0.3), 1, 0.01);
  EXPECT_NEAR(timesAllowed(0.335), 1, 0.1);
  EXPECT_NEAR(timesAllowed(0.42), 3.4, 0.1);
  EXPECT_NEAR(timesAllowed(0.495), 11.2, 0.2);
  EXPECT_NEAR(timesAllowed(0.6), 12, 0.01);
}
