//===- Source.h - internal: bytes of a file, or of a member of one --------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_IO_SOURCE_H
#define QCC_RUNTIME_IO_SOURCE_H

#include "qcc/io/Array.h"

namespace qcc::io {

/// Bytes that can be read from any offset.
class Source {
public:
  virtual ~Source() = default;
  virtual uint64_t size() const = 0;
  /// Fails where the bytes are not all there.
  virtual Status read(uint64_t offset, uint64_t size, void *out) = 0;
};

/// A file that stays open as long as somebody reads from it.
class File {
public:
  static Status open(const std::string &path, std::shared_ptr<File> &file);
  ~File();
  File(const File &) = delete;
  File &operator=(const File &) = delete;

  const std::string &path() const { return filePath; }
  uint64_t size() const { return fileSize; }
  Status read(uint64_t offset, uint64_t size, void *out) const;

private:
  File(std::string path, int descriptor, uint64_t size)
      : filePath(std::move(path)), descriptor(descriptor), fileSize(size) {}

  std::string filePath;
  int descriptor;
  uint64_t fileSize;
};

/// A range of a file.
class FileSource : public Source {
public:
  FileSource(std::shared_ptr<File> file, uint64_t begin, uint64_t size)
      : file(std::move(file)), begin(begin), length(size) {}

  uint64_t size() const override { return length; }
  Status read(uint64_t offset, uint64_t size, void *out) override;

private:
  std::shared_ptr<File> file;
  uint64_t begin;
  uint64_t length;
};

/// Reads the header of a .npy in `source` and makes a reader of its data.
/// `name` is for messages.
Status openNpy(const std::string &name, std::unique_ptr<Source> source,
               std::unique_ptr<ArrayReader> &reader);

} // namespace qcc::io

#endif // QCC_RUNTIME_IO_SOURCE_H
