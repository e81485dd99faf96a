//===- Layers.h - two programs, tensor by tensor ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_QCC_DIFF_LAYERS_H
#define QCC_TOOLS_QCC_DIFF_LAYERS_H

#include "Inputs.h"
#include "Json.h"

#include <optional>

namespace qcc::tools {

/// One of the two artifacts.
struct Side {
  std::string path;
  ModelHandle model;
  ContextHandle context;
};

/// A tensor that at least one program records, and what runs have shown of it.
struct Layer {
  std::string name;
  /// Its index in each program; nothing where it is not recorded.
  std::optional<uint32_t> tensors[2];
  std::string types[2]; ///< "uint8 x 0.0123", for example.

  uint64_t elements = 0, equal = 0; ///< Equal as real numbers.
  double signal = 0, noise = 0, largest = 0;
  std::vector<double> numbers; ///< Of the first program's last run.

  bool isCompared() const { return elements != 0; }
  void compare(const std::vector<double> &others);
};

/// The layers of both programs in the first's order, then what only the second
/// has.
std::vector<Layer> matchLayers(const Side (&sides)[2]);

/// Runs both on all samples and compares the layers that both have, and the
/// outputs, which are added to them.
io::Status compareLayers(const InputOptions &options, Side (&sides)[2],
                         std::vector<Layer> &layers);

void printLayers(const std::vector<Layer> &layers, bool isMeasured);
void writeLayers(JsonWriter &json, const std::vector<Layer> &layers);

} // namespace qcc::tools

#endif // QCC_TOOLS_QCC_DIFF_LAYERS_H
