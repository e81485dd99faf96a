//===- Status.h - success, or a message -------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IO_STATUS_H
#define QCC_IO_STATUS_H

#include <string>
#include <utility>

namespace qcc::io {

/// What an operation on a file came to. A message is one lower-case line that
/// names the file and the offending value.
class [[nodiscard]] Status {
public:
  static Status success() { return Status(); }
  static Status error(std::string message) {
    Status status;
    status.failed = true;
    status.text = std::move(message);
    return status;
  }

  bool ok() const { return !failed; }
  const std::string &message() const { return text; }

private:
  Status() = default;

  bool failed = false;
  std::string text;
};

} // namespace qcc::io

#endif // QCC_IO_STATUS_H
