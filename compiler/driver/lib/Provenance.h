//===- Provenance.h - where an artifact comes from -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_DRIVER_LIB_PROVENANCE_H
#define QCC_DRIVER_LIB_PROVENANCE_H

#include "qcc/Driver/Options.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace qcc::driver {

/// What is known of a compilation, schema "qcc.provenance/1". Nothing in it
/// depends on the machine, the time or where files lie.
llvm::json::Object describeProvenance(const Options &options);

/// The scheme of every tensor of a QDQ graph, by its ONNX name.
llvm::json::Array describeSchemes(mlir::ModuleOp quantized);

} // namespace qcc::driver

#endif // QCC_DRIVER_LIB_PROVENANCE_H
