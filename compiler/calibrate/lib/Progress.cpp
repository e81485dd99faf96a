//===- Progress.cpp - a bar for those who wait ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Progress.h"

#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace qcc::calibration;

/// Characters of the bar.
static constexpr size_t kWidth = 30;
/// How often a terminal is written to.
static constexpr std::chrono::milliseconds kInterval(100);

Progress::Progress(llvm::StringRef what, size_t total)
    : what(what), total(total),
      isShown(llvm::sys::Process::StandardErrIsDisplayed()) {}

void Progress::update(size_t done) {
  auto now = std::chrono::steady_clock::now();
  if (!isShown || (done < total && now - last < kInterval))
    return;
  last = now;
  size_t filled = total ? done * kWidth / total : kWidth;
  llvm::errs() << '\r' << what << " [" << std::string(filled, '=')
               << std::string(kWidth - filled, ' ') << "] " << done << '/'
               << total;
}

Progress::~Progress() {
  // Carriage return, erase to the end of the line.
  if (isShown)
    llvm::errs() << "\r\033[K";
}
