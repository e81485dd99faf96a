//===- Dataset.h - samples from files, one at a time ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IO_DATASET_H
#define QCC_IO_DATASET_H

#include "qcc/io/Array.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qcc::io {

/// An input of the model that samples are read for.
struct InputSpec {
  std::string name;
  ArrayType type; ///< As the model takes it, the batch dimension included.
  std::optional<qcc_preprocess> preprocess;
  bool finite = true; ///< Refuse NaN and infinity, which poison statistics.
};

/// Samples for all inputs of a model, from `-calib=[NAME=]PATH` or `-input`.
/// Memory does not grow with the number of samples.
///
/// PATH is one of
///  - a .npy file. For an input of shape [B, rest...] its shape is [N * B,
///  rest...] or
///    [N, B, rest...], for N samples. With preprocessing, [N, ...] of what
///    preprocessArray takes.
///  - a .npz file, whose arrays go to the inputs of their names; no NAME before
///  it.
///  - a .bin or .raw file: samples in the input's own type, without a header.
///  - a picture, if the input has preprocessing: one sample.
///  - a folder of .npy files (one sample or more each) or pictures, in the
///  order of
///    their names.
///
/// NAME may be left out if the model has one input. Each input gets one source,
/// and all must have the same number of samples.
class Dataset {
public:
  virtual ~Dataset() = default;

  static Status open(const std::vector<std::string> &sources,
                     const std::vector<InputSpec> &inputs,
                     std::unique_ptr<Dataset> &dataset);

  virtual size_t count() const = 0;

  /// Reads sample `index`: buffers[i] takes inputs[i].type.bytes(). Reading in
  /// order is the cheap way.
  virtual Status read(size_t index, const std::vector<void *> &buffers) = 0;
};

} // namespace qcc::io

#endif // QCC_IO_DATASET_H
