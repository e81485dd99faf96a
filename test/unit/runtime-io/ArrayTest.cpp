//===- ArrayTest.cpp - tests of .npy and .npz -----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestFiles.h"

#include "qcc/io/Array.h"

using namespace qcc::io;
using namespace qcc::test;

namespace {

TEST(Npy, RoundTripsEveryType) {
  TemporaryFolder folder;
  for (uint32_t dtype : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16})
    for (std::vector<int64_t> shape :
         {std::vector<int64_t>{}, {5}, {2, 3}, {0, 7}, {1, 2, 1, 2, 1, 2}}) {
      ArrayType type = {dtype, shape};
      std::vector<uint8_t> data(type.bytes());
      for (size_t i = 0; i < data.size(); ++i)
        data[i] = i;
      std::string path = folder.path("a.npy");
      ASSERT_TRUE(writeNpy(path, type, data.data()).ok());
      Array array;
      Status status = readNpy(path, array);
      ASSERT_TRUE(status.ok()) << status.message();
      EXPECT_EQ(array.type, type);
      EXPECT_EQ(array.data, data);
      EXPECT_EQ(npyHeader(type).size() % 64, 0u);
    }
}

TEST(ArrayWriter, ShowsAFileOnlyWhenItIsWhole) {
  TemporaryFolder folder;
  std::string path = folder.path("a.npy");
  const float data[] = {1, 2, 3, 4};
  {
    ArrayWriter abandoned(path, {QCC_DTYPE_F32, {4}});
    ASSERT_TRUE(abandoned.append(data, 8).ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  ArrayWriter writer(path, {QCC_DTYPE_F32, {2, 2}});
  ASSERT_TRUE(writer.append(data, 8).ok());
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(writer.append(data + 2, 8).ok());
  ASSERT_TRUE(writer.finish().ok());
  Array array;
  ASSERT_TRUE(readNpy(path, array).ok());
  EXPECT_EQ(memcmp(array.data.data(), data, sizeof(data)), 0);

  ArrayWriter nowhere(folder.path("no/a.npy"), {QCC_DTYPE_F32, {4}});
  EXPECT_EQ(nowhere.append(data, 16).message(),
            "cannot write '" + folder.path("no/a.npy") +
                "': No such file or directory");
}

std::string readError(const std::string &path) {
  Array array;
  return readNpy(path, array).message();
}

TEST(Npy, RefusesWhatItCannotRead) {
  auto expect = [](const char *name, const std::string &what) {
    std::string path = std::string(INPUTS) + name;
    EXPECT_EQ(readError(path), "'" + path + "' is not a usable .npy: " + what);
  };
  expect("fortran.npy",
         "it is in Fortran order; save numpy.ascontiguousarray of it");
  expect("big-endian.npy", "it is big-endian ('>f4'), little-endian is needed");
  expect("object.npy", "it holds Python objects, plain numbers are needed");
  expect("structured.npy",
         "it has structured elements, plain numbers are needed");
  expect("gradient.png", "it does not begin with NumPy's magic string");
  EXPECT_EQ(readError("/nowhere.npy"),
            "cannot read '/nowhere.npy': No such file or directory");
  EXPECT_EQ(readError("/tmp"), "cannot read '/tmp': not a regular file");
}

TEST(Npy, RefusesHostileHeaders) {
  TemporaryFolder folder;
  std::string path = folder.path("a.npy");
  auto errorOf = [&](std::string dictionary) {
    std::string header("\x93NUMPY\x01\x00", 8);
    header += char(dictionary.size() & 0xff);
    header += char(dictionary.size() >> 8);
    writeFile(path, header + dictionary + "1234");
    std::string message = readError(path);
    std::string prefix = "'" + path + "' is not a usable .npy: ";
    EXPECT_EQ(message.substr(0, prefix.size()), prefix) << message;
    return message.substr(std::min(prefix.size(), message.size()));
  };
  std::string head = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  EXPECT_EQ(errorOf(head + "(4611686018427387904, 4)}"),
            "its shape is too large");
  EXPECT_EQ(errorOf(head + "(99999999999999999999,)}"),
            "its header has a malformed 'shape'");
  EXPECT_EQ(errorOf(head + "(-1,)}"), "its header has a malformed 'shape'");
  EXPECT_EQ(errorOf(head + "(2,)}"),
            "it is truncated: 8 bytes of data expected, 4 there");
  EXPECT_EQ(errorOf(head + "(1,)"), "its header is malformed");
  EXPECT_EQ(errorOf("{'descr': '<f4'}"),
            "its header lacks 'descr', 'fortran_order' or 'shape'");
  EXPECT_EQ(errorOf("{'descr': '<U4', 'fortran_order': False, 'shape': ()}"),
            "its elements of type '<U4' are not supported");
  EXPECT_EQ(errorOf("[]"), "its header is not a dictionary");
  EXPECT_EQ(errorOf("{'evil': 1}"), "its header has an unexpected key 'evil'");
}

TEST(Npz, ReadsStoredAndDeflatedArraysInAnyOrder) {
  for (const char *name : {"stored.npz", "deflated.npz"}) {
    std::vector<NamedArray> arrays;
    Status status = openNpz(std::string(INPUTS) + name, arrays);
    ASSERT_TRUE(status.ok()) << status.message();
    ASSERT_EQ(arrays.size(), 2u);
    EXPECT_EQ(arrays[0].name, "x");
    EXPECT_EQ(toString(arrays[0].reader->type()), "float32[3x4]");
    EXPECT_EQ(toString(arrays[1].reader->type()), "int64[3]");
    for (int row : {2, 0, 1}) {
      float values[4];
      ASSERT_TRUE(
          arrays[0].reader->read(16 * row, sizeof(values), values).ok());
      for (int i = 0; i < 4; ++i)
        EXPECT_EQ(values[i], 4 * row + i);
    }
    float beyond;
    EXPECT_FALSE(arrays[0].reader->read(48, 4, &beyond).ok());
  }
}

TEST(Npz, SurvivesDamage) {
  TemporaryFolder folder;
  std::string path = folder.path("a.npz");
  for (const char *name : {"stored.npz", "deflated.npz"}) {
    std::string pristine = readFile(std::string(INPUTS) + name);
    auto use = [&](const std::string &bytes) {
      writeFile(path, bytes);
      std::vector<NamedArray> arrays;
      if (!openNpz(path, arrays).ok())
        return;
      for (NamedArray &array : arrays) {
        std::vector<uint8_t> data(16);
        (void)array.reader->read(0, data.size(), data.data()).ok();
      }
    };
    for (size_t i = 0; i < pristine.size(); i += 5) {
      std::string damaged = pristine;
      damaged[i] ^= 0xff;
      use(damaged);
      use(pristine.substr(0, i));
    }
  }
  writeFile(path, "");
  std::vector<NamedArray> arrays;
  EXPECT_EQ(openNpz(path, arrays).message(),
            "'" + path +
                "' is not a usable .npz: it is no ZIP archive, or truncated");
}

} // namespace
