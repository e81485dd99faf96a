//===- Grids.h - grids of quantized tensors by name -------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_GRIDS_H
#define QCC_DRIVER_LIB_GRIDS_H

#include "qcc/Package/Package.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

namespace qcc::driver {

/// What the stored integers of each named tensor of a QDQ graph stand for, in
/// units of the ONNX tensor of that name: channel scales between the tensor and
/// its rounding are part of the grid.
llvm::StringMap<package::Grids> collectGrids(mlir::ModuleOp quantized);

/// Gives the integer tensors of a program the grids of their names.
void setGrids(package::Program &program,
              const llvm::StringMap<package::Grids> &grids);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_GRIDS_H
