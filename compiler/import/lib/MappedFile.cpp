//===- MappedFile.cpp - a file mapped into memory -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MappedFile.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mlir;
using namespace qcc::importer;

FailureOr<std::shared_ptr<MappedFile>>
MappedFile::open(StringRef path, bool followLinks, ReportFn report) {
  std::string name = path.str();
  auto fail = [&](const Twine &what) {
    report("cannot open '" + path + "': " + what);
    return failure();
  };
  // O_NONBLOCK: opening a pipe must not wait for somebody to write to it.
  int flags =
      O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW);
  int descriptor = ::open(name.c_str(), flags);
  if (descriptor < 0)
    return fail(errno == ELOOP ? "it is a symbolic link"
                               : std::strerror(errno));
  struct stat status;
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return fail("it is not a regular file");
  }
  uint64_t size = status.st_size;
  void *data = nullptr;
  // An empty file cannot be mapped, and need not be.
  if (size != 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) {
      std::string reason = std::strerror(errno);
      ::close(descriptor);
      return fail(reason);
    }
  }
  return std::shared_ptr<MappedFile>(
      new MappedFile(descriptor, static_cast<const char *>(data), size));
}

MappedFile::~MappedFile() {
  if (data)
    ::munmap(const_cast<char *>(data), numBytes);
  ::close(descriptor);
}

FailureOr<AsmResourceBlob> qcc::importer::allocateBlob(uint64_t length,
                                                       uint64_t alignment,
                                                       ReportFn report) {
  // aligned_alloc wants a multiple of the alignment, and not zero.
  uint64_t rounded = llvm::alignTo(std::max<uint64_t>(length, 1), alignment);
  void *memory = std::aligned_alloc(alignment, rounded);
  if (!memory) {
    report("not enough memory for " + Twine(length) + " bytes");
    return failure();
  }
  return AsmResourceBlob(
      ArrayRef<char>(static_cast<char *>(memory), length), alignment,
      [](void *data, size_t, size_t) { std::free(data); },
      /*dataIsMutable=*/true);
}

FailureOr<AsmResourceBlob> MappedFile::getBlob(uint64_t offset, uint64_t length,
                                               uint64_t alignment,
                                               ReportFn report) {
  const char *start = data + offset;
  if (reinterpret_cast<uintptr_t>(start) % alignment == 0)
    return UnmanagedAsmResourceBlob::allocateWithAlign(
        {start, length}, alignment,
        [file = shared_from_this()](void *, size_t, size_t) {});

  FailureOr<AsmResourceBlob> blob = allocateBlob(length, alignment, report);
  if (failed(blob))
    return failure();
  MutableArrayRef<char> rest = blob->getMutableData();
  while (!rest.empty()) {
    ssize_t got = ::pread(descriptor, rest.data(), rest.size(), offset);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      report("cannot read the data: " +
             Twine(got < 0 ? std::strerror(errno) : "the file became shorter"));
      return failure();
    }
    rest = rest.drop_front(got);
    offset += got;
  }
  return blob;
}
