//===- DatasetTest.cpp - tests of samples from files ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestFiles.h"

#include "qcc/io/Dataset.h"
#include "qcc/io/Preprocess.h"

#include <cmath>
#include <numeric>

using namespace qcc::io;
using namespace qcc::test;

namespace {

class DatasetTest : public testing::Test {
protected:
  /// Writes 0, 1, 2, ... as a float .npy.
  std::string put(const char *name, std::vector<int64_t> shape) {
    ArrayType type = {QCC_DTYPE_F32, shape};
    std::vector<float> data(type.elements());
    std::iota(data.begin(), data.end(), 0);
    EXPECT_TRUE(writeNpy(folder.path(name), type, data.data()).ok());
    return folder.path(name);
  }
  std::string open(const std::vector<std::string> &sources,
                   const std::vector<InputSpec> &inputs) {
    dataset.reset();
    return Dataset::open(sources, inputs, dataset).message();
  }
  /// The first element of a sample of the only input.
  float first(size_t index) {
    float values[64];
    Status status = dataset->read(index, {values});
    EXPECT_TRUE(status.ok()) << status.message();
    return values[0];
  }

  TemporaryFolder folder;
  std::unique_ptr<Dataset> dataset;
  const InputSpec x = {"x", {QCC_DTYPE_F32, {1, 3}}, std::nullopt};
};

TEST_F(DatasetTest, SlicesAlongTheLeadingDimension) {
  EXPECT_EQ(open({put("a.npy", {5, 3})}, {x}), "");
  EXPECT_EQ(dataset->count(), 5u);
  EXPECT_EQ(first(4), 12);
  EXPECT_EQ(first(1), 3);
  EXPECT_EQ(open({"x=" + put("a.npy", {5, 1, 3})}, {x}), "");
  EXPECT_EQ(dataset->count(), 5u);
  EXPECT_EQ(open({put("a.npy", {3})}, {x}), "");
  EXPECT_EQ(dataset->count(), 1u);
  InputSpec batch = {"x", {QCC_DTYPE_F32, {2, 3}}, std::nullopt};
  EXPECT_EQ(open({put("a.npy", {6, 3})}, {batch}), "");
  EXPECT_EQ(dataset->count(), 3u);
  EXPECT_EQ(first(2), 12);
}

TEST_F(DatasetTest, RefusesWhatDoesNotFit) {
  std::string path = put("a.npy", {5, 4});
  EXPECT_EQ(open({path}, {x}),
            "'" + path +
                "' holds float32[5x4], input 'x' takes float32[1x3] with any "
                "number of samples in front");
  InputSpec bytes = {"x", {QCC_DTYPE_U8, {1, 4}}, std::nullopt};
  EXPECT_EQ(open({path}, {bytes}),
            "'" + path +
                "' holds float32[5x4], input 'x' takes uint8[1x4] with any "
                "number of samples in front (see -preprocess)");
  EXPECT_EQ(open({"y=" + path}, {x}),
            "'y=" + path + "': the model has no input 'y'; its inputs are 'x'");
  EXPECT_EQ(open({}, {x}), "input 'x' has no samples");
  EXPECT_EQ(open({put("b.npy", {0, 3})}, {x}),
            "the data of input 'x' holds no samples");
  EXPECT_EQ(open({put("b.npy", {1, 3}), put("b.npy", {1, 3})}, {x}),
            "'" + folder.path("b.npy") + "': input 'x' has samples already");
  EXPECT_EQ(open({folder.path("none")}, {x}),
            "cannot read '" + folder.path("none") +
                "': No such file or directory");
}

TEST_F(DatasetTest, ReadsRawBytesInTheInputsType) {
  std::string path = folder.path("a.bin");
  writeFile(path, std::string(24, '\0'));
  EXPECT_EQ(open({path}, {x}), "");
  EXPECT_EQ(dataset->count(), 2u);
  writeFile(path, std::string(25, '\0'));
  EXPECT_EQ(open({path}, {x}), "'" + path +
                                   "' is 25 bytes long, not a multiple of the "
                                   "12 bytes of float32[1x3]");
}

TEST_F(DatasetTest, ReadsSeveralInputs) {
  InputSpec y = {"y", {QCC_DTYPE_F32, {1, 2}}, std::nullopt};
  std::string a = put("a.npy", {4, 3}), b = put("b.npy", {4, 2});
  EXPECT_EQ(open({"y=" + b, "x=" + a}, {x, y}), "");
  float xs[3], ys[2];
  ASSERT_TRUE(dataset->read(2, {xs, ys}).ok());
  EXPECT_EQ(xs[0], 6);
  EXPECT_EQ(ys[0], 4);
  EXPECT_EQ(open({a}, {x, y}),
            "'" + a +
                "': the model has several inputs, say which as "
                "NAME=PATH: 'x', 'y'");
  EXPECT_EQ(open({"x=" + a, "y=" + put("b.npy", {3, 2})}, {x, y}),
            "input 'x' has 4 samples, input 'y' 3");
}

TEST_F(DatasetTest, ReadsArchivesByTheNamesOfTheInputs) {
  InputSpec n = {"n", {QCC_DTYPE_I64, {1}}, std::nullopt};
  InputSpec wide = {"x", {QCC_DTYPE_F32, {1, 4}}, std::nullopt};
  for (const char *name : {"stored.npz", "deflated.npz"}) {
    EXPECT_EQ(open({std::string(INPUTS) + name}, {n, wide}), "");
    ASSERT_EQ(dataset->count(), 3u);
    int64_t number;
    float values[4];
    ASSERT_TRUE(dataset->read(1, {&number, values}).ok());
    EXPECT_EQ(number, 1);
    EXPECT_EQ(values[3], 7);
  }
  std::string path = std::string(INPUTS) + "stored.npz";
  EXPECT_EQ(open({path}, {wide}),
            "'" + path + ":n': the model has no input 'n'; its inputs are 'x'");
}

TEST_F(DatasetTest, ReadsFoldersInTheOrderOfNames) {
  put("b.npy", {2, 3});
  put("a.npy", {3, 3});
  writeFile(folder.path("labels.csv"), "not a sample");
  EXPECT_EQ(open({folder.path()}, {x}), "");
  ASSERT_EQ(dataset->count(), 5u);
  EXPECT_EQ(first(2), 6);
  EXPECT_EQ(first(4), 3);
  EXPECT_EQ(first(0), 0);
  TemporaryFolder empty;
  EXPECT_EQ(open({empty.path()}, {x}),
            "'" + empty.path() +
                "' holds no .npy, .jpg, .png, .ppm or .pgm files");
}

TEST_F(DatasetTest, PreprocessesPicturesAndByteArrays) {
  InputSpec picture = {"x", {QCC_DTYPE_F32, {1, 3, 6, 5}}, std::nullopt};
  std::string path = std::string(INPUTS) + "gradient.png";
  EXPECT_EQ(open({path}, {picture}),
            "'" + path +
                "' is a picture: how it becomes input 'x' must be "
                "said by -preprocess");
  qcc_preprocess p = {};
  ASSERT_TRUE(parsePreprocess("scale:1/2", picture.type, p).ok());
  picture.preprocess = p;
  EXPECT_EQ(open({path}, {picture}), "");
  ASSERT_EQ(dataset->count(), 1u);
  float values[90];
  ASSERT_TRUE(dataset->read(0, {values}).ok());
  EXPECT_EQ(values[14], 40);

  // Two pictures of bytes, channels last, as the CIFAR files are.
  ArrayType type = {QCC_DTYPE_U8, {2, 6, 5, 3}};
  std::vector<uint8_t> bytes(type.bytes(), 10);
  bytes[90] = 20;
  ASSERT_TRUE(writeNpy(folder.path("p.npy"), type, bytes.data()).ok());
  EXPECT_EQ(open({folder.path("p.npy")}, {picture}), "");
  ASSERT_EQ(dataset->count(), 2u);
  ASSERT_TRUE(dataset->read(1, {values}).ok());
  EXPECT_EQ(values[0], 10);
  EXPECT_EQ(values[1], 5);
}

TEST_F(DatasetTest, RefusesValuesThatAreNotFinite) {
  float data[] = {1, 2, 3, 4, NAN, 6};
  std::string path = folder.path("a.npy");
  ASSERT_TRUE(writeNpy(path, {QCC_DTYPE_F32, {2, 3}}, data).ok());
  EXPECT_EQ(open({path}, {x}), "");
  float values[3];
  EXPECT_TRUE(dataset->read(0, {values}).ok());
  EXPECT_EQ(dataset->read(1, {values}).message(),
            "'" + path +
                "': sample 1 has a value that is not finite, element 1");
  InputSpec any = x;
  any.finite = false;
  EXPECT_EQ(open({path}, {any}), "");
  EXPECT_TRUE(dataset->read(1, {values}).ok());
}

} // namespace
