//===- Progress.h - a bar for those who wait --------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_PROGRESS_H
#define QCC_CALIBRATION_PROGRESS_H

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <string>

namespace qcc::calibration {

/// A line on standard error that says how far something is, if that is a
/// terminal. Gone when it is destroyed.
class Progress {
public:
  Progress(llvm::StringRef what, size_t total);
  ~Progress();

  /// Shows that `done` of the total are done.
  void update(size_t done);

private:
  std::string what;
  size_t total;
  bool isShown;
  std::chrono::steady_clock::time_point last;
};

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_PROGRESS_H
