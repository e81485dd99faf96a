//===- QnnPadding.cpp - where padding reads -------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Padding.h"

using namespace qcc::qnn;

int64_t qcc::qnn::paddedSource(int64_t index, int64_t extent, PadMode mode) {
  if (index >= 0 && index < extent)
    return index;
  switch (mode) {
  case PadMode::constant:
    return -1;
  case PadMode::edge:
    return index < 0 ? 0 : extent - 1;
  case PadMode::wrap:
    return (index % extent + extent) % extent;
  case PadMode::reflect: {
    if (extent == 1)
      return 0;
    int64_t period = 2 * (extent - 1);
    int64_t at = (index % period + period) % period;
    return at < extent ? at : period - at;
  }
  }
  llvm_unreachable("all modes are handled");
}
