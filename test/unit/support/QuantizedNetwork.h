//===- QuantizedNetwork.h - a small network, quantized with data -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_SUPPORT_QUANTIZEDNETWORK_H
#define QCC_TEST_UNIT_SUPPORT_QUANTIZEDNETWORK_H

#include "ResidualNetwork.h"
#include "qcc/Calibrate/Passes.h"
#include "qcc/Calibration/Calibrate.h"
#include "qcc/Calibration/Quantize.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/io/Dataset.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

#include <random>

namespace qcc::test {

/// network() and what is made of it with normally distributed samples, all
/// layers in int8.
class QuantizedNetwork : public testing::Test {
protected:
  QuantizedNetwork() {
    context.loadDialect<qnn::QnnDialect, mlir::func::FuncDialect>();
    (void)llvm::sys::fs::createTemporaryFile("network", "npy", path);
  }
  ~QuantizedNetwork() override { llvm::sys::fs::remove(path); }

  void SetUp() override {
    std::mt19937 generator(11);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> values(64 * 32);
    for (float &value : values)
      value = normal(generator);
    io::ArrayType type{QCC_DTYPE_F32, {64, 32}};
    ASSERT_TRUE(io::writeNpy(std::string(path), type, values.data()).ok());

    floatModule = mlir::parseSourceString<mlir::ModuleOp>(
        network(), mlir::ParserConfig(&context));
    module = floatModule->clone();
    mlir::PassManager manager(&context);
    calibrate::buildCalibratePipeline(manager);
    ASSERT_TRUE(succeeded(manager.run(*module)));
    mlir::FailureOr<calibration::Samples> opened =
        calibration::Samples::open(*module, {std::string(path)}, "");
    mlir::FailureOr<calibration::Measurable> reference =
        calibration::Measurable::create(*module,
                                        calibration::createInterpreterExecutor,
                                        calibration::Runs::few);
    ASSERT_TRUE(succeeded(opened) && succeeded(reference));
    samples.emplace(std::move(*opened));
    mlir::FailureOr<calibrate::ModelStatistics> statistics =
        calibration::collectStatistics(*module, *samples, *reference->executor);
    ASSERT_TRUE(succeeded(statistics));
    ASSERT_TRUE(succeeded(calibrate::absorbStatistics(*module, *statistics)));
    calibration::Recipe recipe;
    recipe.channelScales = false;
    recipe.refine = 0;
    mlir::FailureOr<calibration::QuantizeResult> quantized =
        calibration::quantize(module, &*samples, recipe, *reference,
                              calibration::createInterpreterExecutor);
    ASSERT_TRUE(succeeded(quantized));
    result = std::move(*quantized);
  }

  mlir::MLIRContext context;
  llvm::SmallString<64> path; ///< Of the samples.
  mlir::OwningOpRef<mlir::ModuleOp> floatModule;
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< In Q/DQ form.
  std::optional<calibration::Samples> samples;
  calibration::QuantizeResult result;
};

} // namespace qcc::test

#endif // QCC_TEST_UNIT_SUPPORT_QUANTIZEDNETWORK_H
