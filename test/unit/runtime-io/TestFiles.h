//===- TestFiles.h - files for tests --------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_RUNTIME_IO_TESTFILES_H
#define QCC_TEST_UNIT_RUNTIME_IO_TESTFILES_H

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

namespace qcc::test {

/// A folder that goes with its owner.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name = testing::TempDir() + "qcc-io-XXXXXX";
    EXPECT_TRUE(mkdtemp(name.data()));
    folder = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(folder); }

  std::string path(const std::string &name = "") const {
    return (folder / name).string();
  }

private:
  std::filesystem::path folder;
};

inline void writeFile(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace qcc::test

#endif // QCC_TEST_UNIT_RUNTIME_IO_TESTFILES_H
