//===- Padding.h - where padding reads --------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_PADDING_H
#define QCC_QNN_PADDING_H

#include "qcc/Qnn/Qnn.h"

namespace qcc::qnn {

/// Where an index outside of [0, extent) reads in the padding modes; -1 for a
/// constant.
int64_t paddedSource(int64_t index, int64_t extent, PadMode mode);

} // namespace qcc::qnn

#endif // QCC_QNN_PADDING_H
