//===- CorruptionTest.cpp - damaged artifacts ---------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "qcc/runtime.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/xxhash.h"

#include <gtest/gtest.h>

using namespace qcc;
using namespace qcc::test;

namespace {

/// The bytes of the test artifact, aligned as the runtime wants them.
class Corruption : public testing::Test {
protected:
  void SetUp() override {
    test.countRows();
    auto built = package::buildArtifact(test.model);
    ASSERT_TRUE(bool(built)) << llvm::toString(built.takeError());
    pristine = std::move(*built);
    size = pristine->getBufferSize();
    data = static_cast<uint8_t *>(aligned_alloc(64, (size + 63) / 64 * 64));
    restore();
  }
  void TearDown() override { free(data); }
  void restore() { memcpy(data, pristine->getBufferStart(), size); }

  /// Opens the bytes and, if that succeeds, verifies and runs the self-test.
  qcc_status use(size_t length) {
    qcc_model *model = nullptr;
    qcc_status status = qcc_model_open_memory(data, length, &model);
    if (status)
      return status;
    qcc_context_options options = {1, nullptr, nullptr, nullptr};
    qcc_context *context = nullptr;
    status = qcc_context_create(model, &options, &context);
    if (!status)
      status = qcc_context_selftest(context);
    qcc_context_release(context);
    qcc_model_release(model);
    return status;
  }
  qcc_header &header() { return *reinterpret_cast<qcc_header *>(data); }
  llvm::MutableArrayRef<qcc_section> sections() {
    return {reinterpret_cast<qcc_section *>(data + sizeof(qcc_header)),
            header().section_count};
  }
  /// Makes all hashes right again, as somebody who means harm would.
  void rehash() {
    for (qcc_section &s : sections())
      if (s.offset <= size && s.size <= size - s.offset)
        s.hash = llvm::xxHash64(llvm::ArrayRef(data + s.offset, s.size));
    header().table_hash = llvm::xxHash64(
        llvm::ArrayRef(data + sizeof(qcc_header),
                       header().section_count * sizeof(qcc_section)));
    header().header_hash =
        llvm::xxHash64(llvm::ArrayRef(data, offsetof(qcc_header, header_hash)));
  }

  TestModel test;
  std::unique_ptr<llvm::MemoryBuffer> pristine;
  uint8_t *data = nullptr;
  size_t size = 0;
};

TEST_F(Corruption, IsAbsentAtFirst) {
  EXPECT_EQ(use(size), QCC_OK) << qcc_error_message();
}

TEST_F(Corruption, OfAnyByteIsFound) {
  // Every byte up to the code, then samples.
  for (size_t i = 0; i < size; i += i < 4096 ? 1 : 97) {
    data[i] ^= 1 << (i % 8);
    EXPECT_NE(use(size), QCC_OK) << "byte " << i;
    EXPECT_STRNE(qcc_error_message(), "");
    data[i] ^= 1 << (i % 8);
  }
}

TEST_F(Corruption, ByTruncationIsFound) {
  for (size_t length = 0; length < size; length += length < 200 ? 1 : 513)
    EXPECT_NE(use(length), QCC_OK) << length;
  EXPECT_EQ(use(size - 1), QCC_CORRUPT);
  EXPECT_NE(std::string(qcc_error_message()).find("bytes long, should be"),
            std::string::npos);
}

TEST_F(Corruption, OfTablesWithGoodHashesDoesNotLeadOutOfBounds) {
  // Bytes of every eager section but code, set to extremes.
  std::vector<qcc_section> table(sections().begin(), sections().end());
  for (const qcc_section &s : table) {
    if (s.kind == QCC_SECTION_CODE || s.kind == QCC_SECTION_WEIGHTS ||
        s.kind == QCC_SECTION_GOLDEN || s.kind == QCC_SECTION_STAGES)
      continue;
    for (uint64_t i = 0; i < s.size; ++i)
      for (uint8_t value : {0x00, 0x7f, 0x80, 0xff}) {
        data[s.offset + i] = value;
        rehash();
        qcc_model *model = nullptr;
        if (qcc_model_open_memory(data, size, &model) == QCC_OK) {
          // What it claims must be readable.
          for (uint32_t k = 0; k < qcc_model_input_count(model); ++k) {
            qcc_value_info info;
            ASSERT_EQ(qcc_model_input(model, k, &info), QCC_OK);
            EXPECT_LE(strlen(info.name), size);
          }
          for (uint32_t k = 0; k < qcc_model_output_count(model); ++k) {
            qcc_value_info info;
            ASSERT_EQ(qcc_model_output(model, k, &info), QCC_OK);
            EXPECT_LE(strlen(info.name), size);
            EXPECT_TRUE(!info.bounded || info.rank > 0);
          }
        }
        qcc_model_release(model);
        restore();
      }
  }
}

TEST_F(Corruption, OfNumbersOfRowsIsFound) {
  for (const qcc_section &s :
       std::vector<qcc_section>(sections().begin(), sections().end())) {
    if (s.kind != QCC_SECTION_ROWS)
      continue;
    ASSERT_EQ(s.size, sizeof(qcc_rows));
    // Themselves, what is no i64 of rank 0, what is not there.
    for (qcc_rows rows : {qcc_rows{1, 1}, qcc_rows{0, 0}, qcc_rows{1, 0},
                          qcc_rows{2, 1}, qcc_rows{0, 2}, qcc_rows{~0u, ~0u}}) {
      memcpy(data + s.offset, &rows, sizeof(rows));
      rehash();
      EXPECT_EQ(use(size), QCC_CORRUPT) << rows.output << " " << rows.count;
      restore();
    }
  }
}

TEST_F(Corruption, OfTheSectionTableWithGoodHashesIsFound) {
  for (unsigned i = 0; i < sections().size(); ++i)
    for (uint64_t value : {uint64_t(1), uint64_t(size), ~uint64_t(0),
                           uint64_t(1) << 63, uint64_t(4096)}) {
      if (sections()[i].offset == value)
        continue;
      sections()[i].offset = value;
      rehash();
      EXPECT_NE(use(size), QCC_OK);
      restore();
    }
}

TEST_F(Corruption, OfCodeWithGoodHashesIsRefusedOrLoads) {
  for (const qcc_section &s :
       std::vector<qcc_section>(sections().begin(), sections().end())) {
    if (s.kind != QCC_SECTION_CODE)
      continue;
    // ELF header and program headers: loading must not crash, running is not
    // tried.
    for (uint64_t i = 0; i < 64 + 56 * 6; ++i)
      for (uint8_t value : {0x00, 0x01, 0x7f, 0xff}) {
        data[s.offset + i] = value;
        rehash();
        qcc_model *model = nullptr;
        ASSERT_EQ(qcc_model_open_memory(data, size, &model), QCC_OK);
        qcc_context *context = nullptr;
        qcc_context_create(model, nullptr, &context);
        qcc_context_release(context);
        qcc_model_release(model);
        restore();
      }
  }
}

TEST_F(Corruption, IsToldFromANewerVersion) {
  header().version_major = 2;
  rehash();
  EXPECT_EQ(use(size), QCC_UNSUPPORTED);
  EXPECT_STREQ(qcc_error_message(),
               "<memory>: artifact of version 2.1, this runtime reads 1.1");
}

TEST_F(Corruption, IsToldFromOtherFiles) {
  memcpy(data,
         "\x7f"
         "ELF",
         4);
  EXPECT_EQ(use(size), QCC_CORRUPT);
  EXPECT_STREQ(qcc_error_message(), "<memory>: not a qcc artifact");
  qcc_model *model = nullptr;
  EXPECT_EQ(qcc_model_open("/nowhere/model.qcm", &model), QCC_IO_ERROR);
  EXPECT_STREQ(qcc_error_message(),
               "/nowhere/model.qcm: No such file or directory");
  EXPECT_EQ(qcc_model_open("/tmp", &model), QCC_IO_ERROR);
  EXPECT_STREQ(qcc_error_message(), "/tmp: not a regular file");
}

} // namespace
