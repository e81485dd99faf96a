//===- Source.cpp - bytes of a file ---------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Source.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace qcc::io;

Status File::open(const std::string &path, std::shared_ptr<File> &file) {
  // Opening a pipe must not wait for somebody to write to it.
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return Status::error("cannot read '" + path + "': " + strerror(errno));
  struct stat info;
  if (fstat(descriptor, &info) || !S_ISREG(info.st_mode)) {
    close(descriptor);
    return Status::error("cannot read '" + path + "': not a regular file");
  }
  file.reset(new File(path, descriptor, info.st_size));
  return Status::success();
}

File::~File() { close(descriptor); }

Status File::read(uint64_t offset, uint64_t size, void *out) const {
  auto *next = static_cast<uint8_t *>(out);
  while (size) {
    ssize_t count = pread(descriptor, next, size, offset);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return Status::error("cannot read '" + filePath +
                           "': " + strerror(errno));
    if (count == 0)
      return Status::error("'" + filePath + "' is truncated");
    next += count;
    offset += count;
    size -= count;
  }
  return Status::success();
}

Status FileSource::read(uint64_t offset, uint64_t size, void *out) {
  if (offset > length || size > length - offset)
    return Status::error("'" + file->path() + "' is truncated");
  return file->read(begin + offset, size, out);
}
