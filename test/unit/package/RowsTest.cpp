//===- RowsTest.cpp - outputs whose rows are counted by a run -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "qcc/runtime.h"

#include <gtest/gtest.h>

using namespace qcc;
using namespace qcc::test;

namespace {

/// The test model with a bounded output, and a context of it.
class Rows : public testing::Test {
protected:
  void SetUp() override {
    test.countRows();
    auto built = package::buildArtifact(test.model);
    ASSERT_TRUE(bool(built)) << llvm::toString(built.takeError());
    artifact = std::move(*built);
    ASSERT_EQ(qcc_model_open_memory(artifact->getBufferStart(),
                                    artifact->getBufferSize(), &model),
              QCC_OK)
        << qcc_error_message();
    qcc_context_options options = {1, nullptr, nullptr, nullptr};
    ASSERT_EQ(qcc_context_create(model, &options, &context), QCC_OK);
  }
  void TearDown() override {
    qcc_context_release(context);
    qcc_model_release(model);
  }

  /// Runs on an input that asks for so many rows.
  void run(float rows) {
    qcc_dltensor input;
    ASSERT_EQ(qcc_context_get_input(context, "x", &input), QCC_OK);
    *static_cast<float *>(input.data) = rows;
    ASSERT_EQ(qcc_context_run(context), QCC_OK) << qcc_error_message();
  }

  TestModel test;
  std::unique_ptr<llvm::MemoryBuffer> artifact;
  qcc_model *model = nullptr;
  qcc_context *context = nullptr;
  int64_t shape[QCC_MAX_RANK] = {};
};

/// The number of rows is not listed, but is an output to who knows its name.
TEST_F(Rows, AreABoundInTheSignature) {
  ASSERT_EQ(qcc_model_output_count(model), 1u);
  qcc_value_info info;
  ASSERT_EQ(qcc_model_output(model, 0, &info), QCC_OK);
  EXPECT_TRUE(info.bounded);
  EXPECT_EQ(info.shape[0], 10);
  ASSERT_EQ(qcc_model_input(model, 0, &info), QCC_OK);
  EXPECT_FALSE(info.bounded);
  qcc_dltensor output;
  ASSERT_EQ(qcc_context_get_output(context, nullptr, &output), QCC_OK);
  EXPECT_EQ(output.ndim, 2);
  ASSERT_EQ(qcc_context_get_output(context, "y.rows", &output), QCC_OK);
  run(7);
  EXPECT_EQ(*static_cast<int64_t *>(output.data), 7);
}

TEST_F(Rows, AreCountedByARun) {
  EXPECT_EQ(qcc_context_output_shape(context, nullptr, shape),
            QCC_INVALID_ARGUMENT);
  EXPECT_STREQ(qcc_error_message(),
               "<memory>: output 'y' has no number of rows before a run");
  for (int64_t rows : {0, 3, 10}) {
    run(rows);
    ASSERT_EQ(qcc_context_output_shape(context, "y", shape), QCC_OK);
    EXPECT_EQ(shape[0], rows);
    EXPECT_EQ(shape[1], 100);
  }
  EXPECT_EQ(qcc_context_output_shape(context, "z", shape), QCC_NOT_FOUND);
  EXPECT_EQ(qcc_context_output_shape(context, "y", nullptr),
            QCC_INVALID_ARGUMENT);
}

/// What a program says is not trusted.
TEST_F(Rows, BeyondTheBoundAreAnError) {
  for (float rows : {-1.0f, 11.0f, 1e18f}) {
    run(rows);
    EXPECT_EQ(qcc_context_output_shape(context, "y", shape), QCC_CORRUPT);
  }
  run(11);
  (void)qcc_context_output_shape(context, "y", shape);
  EXPECT_STREQ(qcc_error_message(), "<memory>: damaged artifact: output 'y' "
                                    "has 11 of at most 10 rows");
}

/// A buffer of the caller has room for all there can be.
TEST_F(Rows, NeedABufferOfTheBound) {
  std::vector<float> data(1000);
  int64_t few[] = {3, 100}, all[] = {10, 100};
  qcc_dltensor tensor = qcc_dltensor_make(data.data(), QCC_DTYPE_F32, 2, few);
  EXPECT_EQ(qcc_context_set_output(context, "y", &tensor), QCC_TYPE_MISMATCH);
  tensor.shape = all;
  EXPECT_EQ(qcc_context_set_output(context, "y", &tensor), QCC_OK);
  run(3);
  ASSERT_EQ(qcc_context_output_shape(context, "y", shape), QCC_OK);
  EXPECT_EQ(shape[0], 3);
}

TEST_F(Rows, AreInTheGoldenVectors) {
  EXPECT_EQ(qcc_context_selftest(context), QCC_OK) << qcc_error_message();
  test.model.golden->outputs[1][0] = 1;
  auto built = package::buildArtifact(test.model);
  ASSERT_TRUE(bool(built)) << llvm::toString(built.takeError());
  qcc_model *other = nullptr;
  ASSERT_EQ(qcc_model_open_memory((*built)->getBufferStart(),
                                  (*built)->getBufferSize(), &other),
            QCC_OK);
  qcc_context *otherContext = nullptr;
  ASSERT_EQ(qcc_context_create(other, nullptr, &otherContext), QCC_OK);
  EXPECT_EQ(qcc_context_selftest(otherContext), QCC_SELFTEST_FAILED);
  qcc_context_release(otherContext);
  qcc_model_release(other);
}

} // namespace
