//===- Golden.h - what -selftest compares with -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_GOLDEN_H
#define QCC_DRIVER_LIB_GOLDEN_H

#include "qcc/Package/Package.h"
#include "qcc/Qnn/Tensor.h"

#include "mlir/IR/BuiltinOps.h"

namespace qcc::driver {

/// The interval of each input of `module`: what its quantization covers, or
/// else
/// [-1, 1] for floats and [0, 127] for integers.
std::vector<qcc_golden_input> inputRanges(mlir::ModuleOp module);

/// Inputs of the entry function of `module` from `seed` and `ranges`.
llvm::SmallVector<qnn::Tensor>
goldenInputs(mlir::ModuleOp module, llvm::ArrayRef<qcc_golden_input> ranges,
             uint64_t seed);

/// Golden vectors of the lowered `module`: what the interpreter gives. Nullopt,
/// after a warning, where tensors are too large for it.
mlir::FailureOr<std::optional<package::Golden>>
makeGolden(mlir::ModuleOp module, llvm::ArrayRef<qcc_golden_input> ranges);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_GOLDEN_H
