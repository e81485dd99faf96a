//===- Layers.h - the layers of a compiled network ---------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_REPORT_LAYERS_H
#define QCC_REPORT_LAYERS_H

#include "qcc/Calibration/Sequential.h"
#include "qcc/Report/Attribution.h"

namespace qcc::report {

/// A stage of the compiled program and the time it takes.
struct StageTime {
  std::string node;
  std::string op;
  uint64_t macs = 0;
  double seconds = 0;
};

/// The layers of `network`, in Q/DQ form or in f32, whose program has these
/// stages. Nodes that are computed in the kernel of another belong to its
/// layer.
std::vector<Layer> describeLayers(mlir::ModuleOp network,
                                  llvm::ArrayRef<StageTime> stages);

/// Puts the signal to noise of layers into `report`, whose layers are known.
void addSqnr(Report &report, llvm::ArrayRef<calibration::LayerSqnr> layers);

/// Puts what was measured into `report`, whose layers are known.
void addAttribution(Report &report, const Attribution &attribution);

} // namespace qcc::report

#endif // QCC_REPORT_LAYERS_H
