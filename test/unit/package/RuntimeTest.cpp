//===- RuntimeTest.cpp - tests of the C runtime -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "qcc/runtime.h"
#include "llvm/Support/xxhash.h"

#include <gtest/gtest.h>
#include <pmmintrin.h>
#include <thread>
#include <xmmintrin.h>

extern "C" uint64_t qcc_hash(const void *data, size_t size);

using namespace qcc;
using namespace qcc::test;

namespace {

/// The test model, opened.
class Runtime : public testing::Test {
protected:
  void SetUp() override { open(); }
  void TearDown() override { qcc_model_release(model); }

  void open() {
    qcc_model_release(model);
    model = nullptr;
    auto built = package::buildArtifact(test.model);
    ASSERT_TRUE(bool(built)) << llvm::toString(built.takeError());
    artifact = std::move(*built);
    ASSERT_EQ(qcc_model_open_memory(artifact->getBufferStart(),
                                    artifact->getBufferSize(), &model),
              QCC_OK)
        << qcc_error_message();
  }
  qcc_context *makeContext(uint32_t threads = 1) {
    qcc_context_options options = {threads, nullptr, nullptr, nullptr};
    qcc_context *context = nullptr;
    EXPECT_EQ(qcc_context_create(model, &options, &context), QCC_OK)
        << qcc_error_message();
    return context;
  }
  /// Runs the context on `x` and returns y.
  static std::vector<float> run(qcc_context *context, std::vector<float> x) {
    int64_t shape[] = {10, 100};
    std::vector<float> y(x.size());
    qcc_dltensor input = qcc_dltensor_make(x.data(), QCC_DTYPE_F32, 2, shape);
    qcc_dltensor output = qcc_dltensor_make(y.data(), QCC_DTYPE_F32, 2, shape);
    EXPECT_EQ(qcc_context_set_input(context, "x", &input), QCC_OK);
    EXPECT_EQ(qcc_context_set_output(context, nullptr, &output), QCC_OK);
    EXPECT_EQ(qcc_context_run(context), QCC_OK) << qcc_error_message();
    return y;
  }

  TestModel test;
  std::unique_ptr<llvm::MemoryBuffer> artifact;
  qcc_model *model = nullptr;
};

TEST(Hash, IsThatOfLLVM) {
  std::string text;
  for (int size = 0; size < 200; ++size) {
    EXPECT_EQ(qcc_hash(text.data(), text.size()), llvm::xxHash64(text)) << size;
    text += char(37 * size);
  }
}

TEST_F(Runtime, TellsTheSignature) {
  EXPECT_STREQ(qcc_model_name(model), "test-model");
  ASSERT_EQ(qcc_model_input_count(model), 1u);
  ASSERT_EQ(qcc_model_output_count(model), 1u);
  qcc_value_info info;
  ASSERT_EQ(qcc_model_input(model, 0, &info), QCC_OK);
  EXPECT_STREQ(info.name, "x");
  EXPECT_EQ(info.dtype, QCC_DTYPE_F32);
  ASSERT_EQ(info.rank, 2u);
  EXPECT_EQ(info.shape[1], 100);
  EXPECT_EQ(info.bytes, 4000u);
  EXPECT_EQ(info.preprocess, nullptr);
  EXPECT_EQ(qcc_model_output(model, 1, &info), QCC_INVALID_ARGUMENT);
  size_t size;
  const char *text = qcc_model_provenance(model, &size);
  EXPECT_EQ(std::string(text, size), test.model.provenance);
}

TEST_F(Runtime, TakesTheFirstProgramThatTheProcessorCanRun) {
  qcc_context *context = makeContext();
  EXPECT_EQ(qcc_context_program(context), 1u);
  qcc_context_release(context);
  qcc_program_info info;
  ASSERT_EQ(qcc_model_program(model, 0, &info), QCC_OK);
  EXPECT_STREQ(info.name, "never");
  EXPECT_FALSE(info.supported);

  qcc_context_options options = {1, "never", nullptr, nullptr};
  EXPECT_EQ(qcc_context_create(model, &options, &context), QCC_UNSUPPORTED);
  EXPECT_STREQ(qcc_error_message(),
               "<memory>: this machine cannot run its program 'never'");
  options.program = "unheard of";
  EXPECT_EQ(qcc_context_create(model, &options, &context), QCC_NOT_FOUND);
}

TEST_F(Runtime, GivesTheSameOnAnyNumberOfThreads) {
  for (uint32_t threads : {1, 2, 3, 8}) {
    qcc_context *context = makeContext(threads);
    EXPECT_EQ(qcc_context_threads(context), threads);
    for (int repeat = 0; repeat < 20; ++repeat)
      EXPECT_EQ(run(context, test.input()), test.expected());
    qcc_context_release(context);
  }
}

TEST_F(Runtime, DoesNotDependOnTheCallersFloatingPointModes) {
  for (uint32_t threads : {1, 2}) {
    qcc_context *context = makeContext(threads);
    unsigned before = _mm_getcsr();
    unsigned fast = before | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON;
    _mm_setcsr(fast);
    std::vector<float> y = run(context, std::vector<float>(1000, 0x1p-140f));
    EXPECT_EQ(_mm_getcsr() & ~_MM_EXCEPT_MASK, fast & ~_MM_EXCEPT_MASK);
    _mm_setcsr(before);
    EXPECT_EQ(y[0], -0x1p-139f);
    qcc_context_release(context);
  }
}

TEST_F(Runtime, RunsSeveralContextsAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      qcc_context *context = makeContext(2);
      for (int repeat = 0; repeat < 100; ++repeat)
        EXPECT_EQ(run(context, test.input()), test.expected());
      qcc_context_release(context);
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST_F(Runtime, OwnsTensorsThatNobodyLends) {
  qcc_context *context = makeContext();
  EXPECT_EQ(qcc_context_run(context), QCC_INVALID_ARGUMENT);
  EXPECT_STREQ(qcc_error_message(), "<memory>: input 'x' is not set");
  qcc_dltensor input, output;
  ASSERT_EQ(qcc_context_get_input(context, nullptr, &input), QCC_OK);
  std::vector<float> x = test.input();
  std::copy(x.begin(), x.end(), static_cast<float *>(input.data));
  ASSERT_EQ(qcc_context_run(context), QCC_OK);
  ASSERT_EQ(qcc_context_get_output(context, "y", &output), QCC_OK);
  const float *y = static_cast<const float *>(output.data);
  EXPECT_EQ(std::vector<float>(y, y + x.size()), test.expected());
  qcc_context_release(context);
}

TEST_F(Runtime, ChecksTensors) {
  qcc_context *context = makeContext();
  std::vector<float> data(1001);
  int64_t shape[] = {10, 100}, wrong[] = {100, 10}, strides[] = {1, 10};
  qcc_dltensor good = qcc_dltensor_make(data.data(), QCC_DTYPE_F32, 2, shape);
  qcc_dltensor t = good;
  EXPECT_EQ(qcc_context_set_input(context, "z", &t), QCC_NOT_FOUND);
  EXPECT_STREQ(qcc_error_message(), "<memory>: no input 'z'");
  t.shape = wrong;
  EXPECT_EQ(qcc_context_set_input(context, "x", &t), QCC_TYPE_MISMATCH);
  EXPECT_STREQ(qcc_error_message(),
               "input 'x': expected float32[10x100], got float32[100x10]");
  t = qcc_dltensor_make(data.data(), QCC_DTYPE_U8, 2, shape);
  EXPECT_EQ(qcc_context_set_input(context, "x", &t), QCC_TYPE_MISMATCH);
  EXPECT_STREQ(qcc_error_message(),
               "input 'x': expected float32[10x100], got uint8[10x100]");
  t = good;
  t.ndim = 1;
  EXPECT_EQ(qcc_context_set_output(context, "y", &t), QCC_TYPE_MISMATCH);
  t = good;
  t.strides = strides;
  EXPECT_EQ(qcc_context_set_input(context, "x", &t), QCC_TYPE_MISMATCH);
  t = good;
  t.device.type = 2;
  EXPECT_EQ(qcc_context_set_input(context, "x", &t), QCC_TYPE_MISMATCH);
  t = good;
  t.byte_offset = 1;
  EXPECT_EQ(qcc_context_set_input(context, "x", &t), QCC_INVALID_ARGUMENT);
  t = good;
  t.data = nullptr;
  EXPECT_EQ(qcc_context_set_input(context, "x", &t), QCC_INVALID_ARGUMENT);
  t = good;
  t.byte_offset = 4;
  EXPECT_EQ(qcc_context_set_input(context, "x", &t), QCC_OK);
  qcc_context_release(context);
}

TEST_F(Runtime, ComparesWithGoldenVectors) {
  qcc_context *context = makeContext(2);
  EXPECT_EQ(qcc_context_selftest(context), QCC_OK) << qcc_error_message();
  qcc_context_release(context);

  test.model.golden->outputs[0][300 * sizeof(float)] ^= 1;
  open();
  context = makeContext();
  EXPECT_EQ(qcc_context_selftest(context), QCC_SELFTEST_FAILED);
  EXPECT_STREQ(
      qcc_error_message(),
      "<memory>: self-test failed: output 'y' differs from the golden "
      "one in 1 of 4 blocks of 1024 bytes, the first from element 256 on");
  qcc_context_release(context);
}

TEST_F(Runtime, ShowsStagesAndTensors) {
  qcc_context *context = makeContext(2);
  ASSERT_EQ(qcc_context_stage_count(context), 3u);
  qcc_stage_info stage;
  ASSERT_EQ(qcc_context_stage(context, 1, &stage), QCC_OK);
  EXPECT_STREQ(stage.name, "Clear_1");
  EXPECT_STREQ(stage.op, "fill");
  EXPECT_TRUE(stage.serial);
  EXPECT_EQ(stage.bytes, 4000u);

  ASSERT_EQ(qcc_context_tensor_count(context), 1u);
  std::vector<uint32_t> stages;
  qcc_context_trace(
      context,
      [](void *user, uint32_t stage, double seconds) {
        EXPECT_GE(seconds, 0);
        static_cast<std::vector<uint32_t> *>(user)->push_back(stage);
      },
      &stages);
  std::vector<float> x = test.input();
  EXPECT_EQ(run(context, x), test.expected());
  EXPECT_EQ(stages, (std::vector<uint32_t>{0, 1, 2}));

  qcc_tensor_info tensor;
  ASSERT_EQ(qcc_context_tensor(context, 0, &tensor), QCC_OK);
  EXPECT_STREQ(tensor.name, "doubled");
  EXPECT_EQ(tensor.byte_strides[1], 400);
  EXPECT_EQ(tensor.grids[0].zero_point, 3);
  float element;
  memcpy(&element, static_cast<const char *>(tensor.data) + 3 * 4 + 2 * 400, 4);
  EXPECT_EQ(element, 2 * x[203]);
  qcc_context_release(context);
}

TEST_F(Runtime, CallsObserversOfCalibration) {
  package::Program &program = test.model.programs[1];
  program.stages.push_back(
      {"stage_observe", "Observe_3", "observe", false, 0, 0, 0});
  program.needsImports = true;
  open();
  qcc_context *context = nullptr;
  EXPECT_EQ(qcc_context_create(model, nullptr, &context), QCC_UNSUPPORTED);
  struct Seen {
    std::atomic<int> calls = 0;
    uint32_t observer = 0;
    float first = 0;
  } seen;
  qcc_imports imports = {[](void *user, uint32_t observer, const void *data,
                            uint32_t thread, uint32_t threads) {
    Seen *seen = static_cast<Seen *>(user);
    ++seen->calls;
    if (thread == 0) {
      seen->observer = observer;
      seen->first = *static_cast<const float *>(data);
    }
    EXPECT_EQ(threads, 2u);
  }};
  qcc_context_options options = {2, nullptr, &imports, &seen};
  ASSERT_EQ(qcc_context_create(model, &options, &context), QCC_OK);
  run(context, test.input());
  EXPECT_EQ(seen.calls, 2);
  EXPECT_EQ(seen.observer, 7u);
  EXPECT_EQ(seen.first, -200);
  qcc_context_release(context);
}

TEST(GoldenFill, RoundsAndSaturates) {
  qcc_golden_input range = {250, 300};
  uint8_t bytes[64];
  qcc_golden_fill(&range, 1, 0, QCC_DTYPE_U8, 64, bytes);
  EXPECT_EQ(*std::max_element(bytes, bytes + 64), 255);
  EXPECT_GE(*std::min_element(bytes, bytes + 64), 250);
  float floats[64];
  _Float16 halves[64];
  qcc_golden_input wide = {-3, 3};
  qcc_golden_fill(&wide, 1, 0, QCC_DTYPE_F32, 64, floats);
  qcc_golden_fill(&wide, 1, 0, QCC_DTYPE_F16, 64, halves);
  for (int i = 0; i < 64; ++i)
    EXPECT_EQ(halves[i], _Float16(floats[i])) << i;
}

} // namespace
