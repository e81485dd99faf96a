//===- MappedFile.h - a file mapped into memory -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IMPORT_MAPPEDFILE_H
#define QCC_IMPORT_MAPPEDFILE_H

#include "mlir/IR/AsmState.h"
#include "mlir/Support/LLVM.h"

#include <cstdint>
#include <memory>

namespace qcc::importer {

/// What a function calls to report the one thing that is wrong.
using ReportFn = llvm::function_ref<void(const llvm::Twine &)>;

/// A regular file, mapped read-only. Pages are touched when they are read, and
/// are the kernel's to drop.
class MappedFile : public std::enable_shared_from_this<MappedFile> {
public:
  /// Opens `path`, or reports why not. With `followLinks` unset a symbolic link
  /// is refused.
  static mlir::FailureOr<std::shared_ptr<MappedFile>>
  open(llvm::StringRef path, bool followLinks, ReportFn report);

  ~MappedFile();
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;

  uint64_t size() const { return numBytes; }
  llvm::ArrayRef<char> bytes() const { return {data, numBytes}; }

  /// A resource of `length` bytes from `offset`, which must lie in the file. It
  /// keeps the mapping alive. Where the bytes are not aligned to `alignment`,
  /// it is a copy, read without touching the mapping's pages.
  mlir::FailureOr<mlir::AsmResourceBlob> getBlob(uint64_t offset,
                                                 uint64_t length,
                                                 uint64_t alignment,
                                                 ReportFn report);

private:
  MappedFile(int descriptor, const char *data, uint64_t numBytes)
      : descriptor(descriptor), data(data), numBytes(numBytes) {}

  int descriptor;
  const char *data;
  uint64_t numBytes;
};

/// Allocates a mutable blob, or reports that there is not enough memory.
mlir::FailureOr<mlir::AsmResourceBlob>
allocateBlob(uint64_t length, uint64_t alignment, ReportFn report);

} // namespace qcc::importer

#endif // QCC_IMPORT_MAPPEDFILE_H
