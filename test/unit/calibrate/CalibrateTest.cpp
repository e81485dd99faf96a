//===- CalibrateTest.cpp - from data to a quantized network ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Calibrate.h"
#include "ResidualNetwork.h"
#include "qcc/Calibration/Quantize.h"
#include "qcc/Calibration/Sequential.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Calibrate/Passes.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Quantize/PrecisionRules.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <random>
#include <sys/resource.h>

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using qcc::test::network;

namespace {

/// A file that is gone when the test is.
struct TemporaryFile {
  explicit TemporaryFile(StringRef suffix) {
    (void)llvm::sys::fs::createTemporaryFile("calibrate", suffix, path);
  }
  ~TemporaryFile() { (void)llvm::sys::fs::remove(path); }
  std::string str() const { return std::string(path); }

  llvm::SmallString<64> path;
};

class CalibrationTest : public testing::Test {
protected:
  CalibrationTest()
      : handler(&context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Remark)
            messages.push_back(diagnostic.str());
          return success();
        }) {
    context.loadDialect<qnn::QnnDialect, func::FuncDialect>();
  }

  OwningOpRef<ModuleOp> parse(StringRef text) {
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text, ParserConfig(&context));
    PassManager manager(&context);
    calibrate::buildCalibratePipeline(manager);
    EXPECT_TRUE(succeeded(manager.run(*module)));
    return module;
  }

  /// Calibrates on what `values` are and warns of it.
  void warn(ModuleOp module, const io::ArrayType &type,
            const std::vector<float> &values) {
    TemporaryFile file("npy");
    ASSERT_TRUE(io::writeNpy(file.str(), type, values.data()).ok());
    FailureOr<Samples> samples = Samples::open(module, {file.str()}, "");
    ASSERT_TRUE(succeeded(samples));
    FailureOr<calibrate::ModelStatistics> statistics = collectStatistics(
        module, *samples, **createInterpreterExecutor(module));
    ASSERT_TRUE(succeeded(statistics));
    warnOfStatistics(module, *statistics);
  }

  /// `count` samples of `width` numbers.
  void writeSamples(const TemporaryFile &file, int64_t count, int64_t width) {
    std::mt19937 generator(11);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> values(count * width);
    for (float &value : values)
      value = normal(generator);
    io::ArrayType type{QCC_DTYPE_F32, {count, width}};
    ASSERT_TRUE(io::writeNpy(file.str(), type, values.data()).ok());
  }

  MLIRContext context;
  std::vector<std::string> messages;
  ScopedDiagnosticHandler handler;
};

TEST_F(CalibrationTest, doesNotDependOnThreads) {
  TemporaryFile file("npy");
  writeSamples(file, 37, 32);
  OwningOpRef<ModuleOp> module = parse(network());
  FailureOr<Samples> samples = Samples::open(*module, {file.str()}, "");
  ASSERT_TRUE(succeeded(samples));
  FailureOr<calibrate::ModelStatistics> parallel = collectStatistics(
      *module, *samples, **createInterpreterExecutor(*module));
  context.disableMultithreading();
  FailureOr<calibrate::ModelStatistics> serial = collectStatistics(
      *module, *samples, **createInterpreterExecutor(*module));
  ASSERT_TRUE(succeeded(parallel) && succeeded(serial));
  ASSERT_EQ(parallel->tensors.size(), 3u);
  for (auto [a, b] : llvm::zip_equal(parallel->tensors, serial->tensors))
    EXPECT_EQ(a.toAttribute(&context), b.toAttribute(&context));
}

/// Peak resident memory of the process in bytes.
int64_t peakMemory() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return int64_t(usage.ru_maxrss) << 10;
}

TEST_F(CalibrationTest, takesNoMoreMemoryForMoreSamples) {
  OwningOpRef<ModuleOp> module = parse(network());
  const int counts[2] = {8, 8000};
  int64_t peaks[2];
  for (auto [peak, count] : llvm::zip_equal(peaks, counts)) {
    TemporaryFile file("npy");
    writeSamples(file, count, 32);
    FailureOr<Samples> samples = Samples::open(*module, {file.str()}, "");
    ASSERT_TRUE(succeeded(samples));
    int64_t before = peakMemory();
    ASSERT_TRUE(succeeded(collectStatistics(
        *module, *samples, **createInterpreterExecutor(*module))));
    peak = peakMemory() - before;
  }
  EXPECT_LT(peaks[1], peaks[0] + (int64_t(4) << 20));
}

TEST_F(CalibrationTest, warnsByNode) {
  std::vector<float> values = {0, 1, 0, 1, 0, 9, 0, 9};
  io::ArrayType type{QCC_DTYPE_F32, {4, 2}};
  OwningOpRef<ModuleOp> module = parse(R"(
    func.func @main(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x1xf32> {
      %w = qnn.constant dense<[[1.0, 0.0]]> : tensor<1x2xf32>
      %v = qnn.constant dense<[[1.0]]> : tensor<1x1xf32>
      %0 = qnn.linear %x, %w {qnn.tensor = "y"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
      %1 = qnn.linear %0, %v : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
      return %1 : tensor<1x1xf32>
    })");
  warn(*module, type, values);
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0], "calibrated on 4 samples; 8 or more are advisable");
  EXPECT_EQ(messages[1].find("tensor 'x' lies in [0.000000e+00, 1.000000e+00] "
                             "for the first half of the samples but in "),
            0u);
  EXPECT_EQ(messages[2], "tensor 'y' is dead: only zeros were seen");
}

TEST_F(CalibrationTest, warnsOfCopies) {
  std::vector<float> values(9 * 32);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(static_cast<float>(i % 32));
  io::ArrayType type{QCC_DTYPE_F32, {9, 32}};
  OwningOpRef<ModuleOp> module = parse(network());
  warn(*module, type, values);
  // Now one sample differs, in a number that is not an extreme of the input.
  values[3] /= 2;
  warn(*module, type, values);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0], "the 9 samples are copies of one; ranges and choices "
                         "need samples that differ");
}

TEST_F(CalibrationTest, refusesDataThatDoesNotFit) {
  TemporaryFile file("npy");
  writeSamples(file, 4, 31);
  OwningOpRef<ModuleOp> module = parse(network());
  EXPECT_TRUE(failed(Samples::open(*module, {file.str()}, "")));
  EXPECT_TRUE(failed(Samples::open(*module, {"z=" + file.str()}, "")));
  EXPECT_TRUE(failed(Samples::open(*module, {"/nonexistent.npy"}, "")));
  EXPECT_EQ(messages.size(), 3u);
}

TEST_F(CalibrationTest, correctionBringsTheResultNearer) {
  TemporaryFile file("npy");
  writeSamples(file, 64, 32);
  double plain = 0, corrected = 0, learned = 0;
  for (double *sqnr : {&plain, &corrected, &learned}) {
    OwningOpRef<ModuleOp> module = parse(network());
    FailureOr<Measurable> reference =
        Measurable::create(*module, createInterpreterExecutor, Runs::few);
    ASSERT_TRUE(succeeded(reference));
    FailureOr<Samples> samples = Samples::open(*module, {file.str()}, "");
    ASSERT_TRUE(succeeded(samples));
    FailureOr<calibrate::ModelStatistics> statistics = collectStatistics(
        *module, *samples, **createInterpreterExecutor(*module));
    ASSERT_TRUE(succeeded(statistics));
    ASSERT_TRUE(succeeded(calibrate::absorbStatistics(*module, *statistics)));
    Recipe recipe;
    if (sqnr == &plain) {
      recipe.channelScales = false;
      recipe.rounding = WeightRounding::nearest;
      recipe.biasCorrection = BiasCorrection::none;
    }
    if (sqnr == &learned)
      recipe.rounding = WeightRounding::adaRound;
    ASSERT_TRUE(succeeded(calibration::quantize(
        module, &*samples, recipe, *reference, createInterpreterExecutor)));
    FailureOr<Measurable> quantized =
        Measurable::create(*module, createInterpreterExecutor, Runs::few);
    ASSERT_TRUE(succeeded(quantized));
    auto all = llvm::to_vector(llvm::seq<size_t>(0, 64));
    FailureOr<Outputs> expected = runSamples(*reference->executor, *samples,
                                             all, &context),
                       actual = runSamples(*quantized->executor, *samples, all,
                                           &context);
    ASSERT_TRUE(succeeded(expected) && succeeded(actual));
    Comparison comparison(reference->logits);
    for (auto [ours, theirs] : llvm::zip_equal(*actual, *expected))
      comparison.add(ours, theirs);
    *sqnr = comparison.sqnr();
  }
  EXPECT_GT(plain, 25);
  EXPECT_GT(corrected, plain + 0.5);
  EXPECT_GT(learned, plain + 0.5);
  EXPECT_NE(learned, corrected);
}

TEST_F(CalibrationTest, carriesAsManySamplesAsWorkAndMemoryAllow) {
  OwningOpRef<ModuleOp> module = parse(network());
  constexpr int64_t kMacs = 3 * 32 * 32;
  EXPECT_EQ(sequentialSampleLimit(*module, 1), 16u);
  EXPECT_EQ(sequentialSampleLimit(*module, 50 * kMacs), 50u);
  EXPECT_EQ(sequentialSampleLimit(*module, 5000 * kMacs), 128u);
  // 32 MiB for each tensor, exact and rounded; the second takes the place of
  // the first, which the addition keeps.
  auto tensors = [&](StringRef second, StringRef result) {
    OwningOpRef<ModuleOp> module = parse(
        ("func.func @main(%x: tensor<8x524288xf32> {qnn.name = \"x\"}) -> "
         "tensor<8x524288xf32> {\n"
         "%0 = qnn.clamp %x [0.0, 6.0] : tensor<8x524288xf32>\n"
         "%1 = qnn.clamp %0 [0.0, 5.0] : tensor<8x524288xf32>\n" +
         second + "return " + result + " : tensor<8x524288xf32> }")
            .str());
    return sequentialSampleLimit(*module, 1);
  };
  EXPECT_EQ(tensors("", "%1"), 12u);
  EXPECT_EQ(
      tensors("%2 = qnn.binary add %1, %0 : tensor<8x524288xf32>, "
              "tensor<8x524288xf32> -> tensor<8x524288xf32> loc(\"add\")\n",
              "%2"),
      6u);
}

/// A tensor with rare numbers that are far greater than the others needs more
/// than 8 bits, and the layer that reads it is small enough to stay in f32.
TEST_F(CalibrationTest, refinesTheLayerThatMakesTheErrors) {
  TemporaryFile file("npy");
  std::mt19937 generator(11);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> values(64 * 32);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = (i % 97 == 0 ? 40 : 1) * normal(generator);
  io::ArrayType type{QCC_DTYPE_F32, {64, 32}};
  ASSERT_TRUE(io::writeNpy(file.str(), type, values.data()).ok());
  double plain = 0, refined = 0;
  for (double *sqnr : {&plain, &refined}) {
    OwningOpRef<ModuleOp> module = parse(network());
    FailureOr<Measurable> reference =
        Measurable::create(*module, createInterpreterExecutor, Runs::few);
    FailureOr<Samples> samples = Samples::open(*module, {file.str()}, "");
    ASSERT_TRUE(succeeded(reference) && succeeded(samples));
    FailureOr<calibrate::ModelStatistics> statistics = collectStatistics(
        *module, *samples, **createInterpreterExecutor(*module));
    ASSERT_TRUE(succeeded(statistics));
    ASSERT_TRUE(succeeded(calibrate::absorbStatistics(*module, *statistics)));
    Recipe recipe;
    recipe.refine = sqnr == &refined ? Recipe::kRefine : 0;
    FailureOr<QuantizeResult> result = calibration::quantize(
        module, &*samples, recipe, *reference, createInterpreterExecutor);
    ASSERT_TRUE(succeeded(result));
    *sqnr = result->sqnr;
    std::vector<std::string> found;
    module->walk([&](qnn::LinearOp op) {
      if (op->hasAttr(qnn::QnnDialect::kMeasuredPrecisionAttr))
        found.push_back(analysis::nodeName(op));
    });
    EXPECT_EQ(llvm::is_contained(found, "first"), recipe.refine > 0);
  }
  EXPECT_GT(refined, plain + 3);
}

TEST_F(CalibrationTest, refusesBadRecipes) {
  auto load = [&](StringRef text) {
    TemporaryFile file("json");
    std::error_code error;
    llvm::raw_fd_ostream(file.str(), error) << text;
    messages.clear();
    return loadRecipe(file.str(),
                      [&] { return emitError(UnknownLoc::get(&context)); });
  };
  FailureOr<Recipe> recipe = load(
      R"({"schema": "qcc.recipe/1", "ranges": "mse", "keep_float": ["fc"],
          "channel_scales": "measure", "bias_correction": "fast"})");
  ASSERT_TRUE(succeeded(recipe));
  EXPECT_EQ(recipe->ranges, calibrate::RangeMethod::mse);
  EXPECT_EQ(recipe->keepFloat, std::vector<std::string>{"fc"});
  EXPECT_FALSE(recipe->channelScales.has_value());
  EXPECT_EQ(recipe->biasCorrection, BiasCorrection::fast);
  for (auto [text, share] :
       {std::pair("true", Recipe::kRefine), {"false", 0.0}, {"0.25", 0.25}}) {
    recipe = load(("{\"schema\": \"qcc.recipe/1\", \"refine\": " +
                   llvm::Twine(text) + "}")
                      .str());
    ASSERT_TRUE(succeeded(recipe));
    EXPECT_EQ(recipe->refine, share);
  }
  for (StringRef bad :
       {R"({"schema": "qcc.recipe/2"})", R"([1])", R"({"schema": )",
        R"({"schema": "qcc.recipe/1", "alhpa": 1})",
        R"({"schema": "qcc.recipe/1", "alpha": "much"})",
        R"({"schema": "qcc.recipe/1", "refine": -1})",
        R"({"schema": "qcc.recipe/1", "refine": "more"})",
        R"({"schema": "qcc.recipe/1", "ranges": "best"})"}) {
    EXPECT_TRUE(failed(load(bad))) << bad.str();
    EXPECT_EQ(messages.size(), 1u) << bad.str();
  }
}

} // namespace
