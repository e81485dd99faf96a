//===- Labels.h - the right answers for samples -----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IO_LABELS_H
#define QCC_IO_LABELS_H

#include "qcc/io/Status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qcc::io {

/// Reads one class number for each sample from
///  - a .npy file of integers, in any shape, or
///  - a text file, one sample a line: its last field, behind the last comma or
///    space. The first line may be a header. With `byName` the lines are taken
///    in the order of their first fields, as a folder's files are.
Status readLabels(const std::string &path, bool byName,
                  std::vector<int64_t> &labels);

} // namespace qcc::io

#endif // QCC_IO_LABELS_H
