//===- SyntheticDataset.h - invented calibration samples --------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATION_SYNTHETICDATASET_H
#define QCC_CALIBRATION_SYNTHETICDATASET_H

#include "qcc/io/Dataset.h"

namespace qcc::calibration {

/// Invented samples, the same on every machine: pictures of coloured patches
/// where the input has preprocessing, else floats of mean 0 and variance 1,
/// half of it shared by runs of neighbours, and integers of 0 to 127.
class SyntheticDataset : public io::Dataset {
public:
  explicit SyntheticDataset(std::vector<io::InputSpec> inputs)
      : inputs(std::move(inputs)) {}

  size_t count() const override { return 32; }
  io::Status read(size_t index, const std::vector<void *> &buffers) override;

private:
  std::vector<io::InputSpec> inputs;
};

} // namespace qcc::calibration

#endif // QCC_CALIBRATION_SYNTHETICDATASET_H
