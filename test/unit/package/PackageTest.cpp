//===- PackageTest.cpp - tests of the packager --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "qcc/abi/kernel.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <immintrin.h>

using namespace qcc;
using namespace qcc::test;

namespace {

/// A folder that goes with the test.
class Package : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("qcc-test", folder));
  }
  void TearDown() override { (void)llvm::sys::fs::remove_directories(folder); }
  std::string path(const char *name) { return (folder + "/" + name).str(); }
  /// The names in the folder.
  std::vector<std::string> list() {
    std::vector<std::string> names;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator i(folder, code), end;
         i != end && !code; i.increment(code))
      names.push_back(llvm::sys::path::filename(i->path()).str());
    return names;
  }

  llvm::SmallString<128> folder;
  TestModel test;
};

std::string message(llvm::Error error) {
  return llvm::toString(std::move(error));
}

TEST_F(Package, GivesTheSameBytesInMemoryAndInFilesEveryTime) {
  auto first = package::buildArtifact(test.model);
  ASSERT_TRUE(bool(first)) << message(first.takeError());
  ASSERT_EQ(message(package::writeArtifact(test.model, path("a.qcm"))), "");
  auto second = llvm::MemoryBuffer::getFile(path("a.qcm"));
  ASSERT_TRUE(bool(second));
  EXPECT_EQ((*first)->getBuffer(), (*second)->getBuffer());
  EXPECT_EQ(list(), std::vector<std::string>{"a.qcm"});
}

TEST_F(Package, NamesTheFunctionThatTheObjectWants) {
  test.model.programs[1].stages[0].symbol = "stage_missing";
  EXPECT_EQ(message(package::writeArtifact(test.model, path("a.qcm"))),
            "program 'generic': its object does not define stage "
            "'stage_missing'");
  EXPECT_TRUE(list().empty());
}

TEST_F(Package, SaysWhyLinkingFailedAndCanLinkAgain) {
  auto good = test.model.programs[0].objects;
  test.model.programs[0].objects[0].assign({'n', 'o', 'p', 'e'});
  std::string text = message(package::buildArtifact(test.model).takeError());
  EXPECT_EQ(text.substr(0, 16), "linking failed: ") << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  test.model.programs[0].objects = good;
  EXPECT_TRUE(bool(package::buildArtifact(test.model)));
}

TEST_F(Package, RefusesFeaturesItCannotRecord) {
  test.model.programs[0].features = {"avx2", "egpr"};
  EXPECT_EQ(message(package::buildArtifact(test.model).takeError()),
            "the instruction set 'egpr' cannot be recorded in an artifact");
}

TEST_F(Package, LeavesTheOldFileWhenTheNewCannotBeWritten) {
  EXPECT_EQ(message(package::writeArtifact(test.model, path("no/where.qcm"))),
            "cannot write '" + path("no/where.qcm") +
                "': No such file or directory");
  EXPECT_EQ(message(package::writeFileAtomically("/dev/full", {"some text"})),
            "cannot write '/dev/full': No space left on device");
  EXPECT_EQ(message(package::writeFileAtomically(folder, {"some text"})),
            "cannot write '" + folder.str().str() + "': Is a directory");
  EXPECT_TRUE(list().empty());
}

/// A pool that runs the shares backwards, in the calling thread.
void runBackwards(void *self, void (*task)(void *, uint32_t, uint32_t),
                  void *context) {
  ++*static_cast<int *>(self);
  for (uint32_t i = 3; i-- > 0;)
    task(context, i, 3);
}

TEST_F(Package, WritesALibraryThatExportsOneFunction) {
  ASSERT_EQ(message(package::writeSharedObject(test.model, path("m.so"))), "");
  void *library = dlopen(path("m.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(library) << dlerror();
  EXPECT_FALSE(dlsym(library, "stage_add"));
  auto run = reinterpret_cast<qcc_run_fn>(dlsym(library, "test_model_run"));
  ASSERT_TRUE(run);

  alignas(64) char arena[4000 + QCC_READ_SLACK];
  std::vector<float> x = test.input(), y(x.size());
  const void *inputs[] = {x.data()};
  void *outputs[] = {y.data()};
  EXPECT_EQ(run(inputs, outputs, arena, nullptr), 0);
  EXPECT_EQ(y, test.expected());

  int calls = 0;
  qcc_pool pool = {&calls, 3, runBackwards};
  std::fill(y.begin(), y.end(), 0);
  EXPECT_EQ(run(inputs, outputs, arena, &pool), 0);
  EXPECT_EQ(y, test.expected());
  EXPECT_EQ(calls, 2); // one of the three stages is serial

  // Modes of the caller that flush denormals are not those of the stages.
  std::fill(x.begin(), x.end(), 0x1p-140f);
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON);
  EXPECT_EQ(run(inputs, outputs, arena, &pool), 0);
  EXPECT_TRUE(_mm_getcsr() & _MM_FLUSH_ZERO_ON);
  _mm_setcsr(before);
  EXPECT_EQ(y[0], -0x1p-139f);
  dlclose(library);
}

TEST_F(Package, RefusesToRunOnAProcessorThatLacksAFeature) {
  test.model.programs.pop_back();
  ASSERT_EQ(message(package::writeSharedObject(test.model, path("m.so"))), "");
  void *library = dlopen(path("m.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(library) << dlerror();
  auto run = reinterpret_cast<qcc_run_fn>(dlsym(library, "test_model_run"));
  ASSERT_TRUE(run);
  EXPECT_EQ(run(nullptr, nullptr, nullptr, nullptr), 1);
  dlclose(library);
}

TEST_F(Package, WritesAHeaderBesideTheObject) {
  ASSERT_EQ(message(package::writeObject(test.model, path("m.o"), path("m.h"))),
            "");
  auto header = llvm::MemoryBuffer::getFile(path("m.h"));
  ASSERT_TRUE(bool(header));
  llvm::StringRef text = (*header)->getBuffer();
  EXPECT_TRUE(text.contains("#define TEST_MODEL_ARENA_BYTES 4128\n"))
      << text.str();
  EXPECT_TRUE(text.contains("inputs[0]: 'x', float[10][100]\n"));
  EXPECT_TRUE(text.contains("#define TEST_MODEL_OUTPUT_0_ELEMENTS 1000\n"));
  EXPECT_TRUE(text.contains("int test_model_run("));
}

TEST(ToIdentifier, MakesCIdentifiers) {
  EXPECT_EQ(package::toIdentifier("resnet-8.v2"), "resnet_8_v2");
  EXPECT_EQ(package::toIdentifier("8bit"), "_8bit");
  EXPECT_EQ(package::toIdentifier(""), "_");
}

} // namespace
