//===- Types.h - ONNX types as types of the onnx dialect ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IMPORT_TYPES_H
#define QCC_IMPORT_TYPES_H

#include "OnnxLibrary.h"
#include "mlir/IR/BuiltinTypes.h"

namespace qcc::importer {

/// The element type of the number `dataType` of TensorProto.DataType, or null
/// if there is none such.
mlir::Type convertElementType(int32_t dataType, mlir::MLIRContext *context);

/// A tensor type, or null after a report: of negative dimensions, and of so
/// many elements that their number of bytes does not fit into 63 bits.
mlir::RankedTensorType makeTensorType(llvm::ArrayRef<int64_t> shape,
                                      mlir::Type elementType, ReportFn report);

/// The type of a value, `!onnx.unknown` if the model does not say; null after
/// a report.
mlir::Type convertType(const pb::TypeProto &type, mlir::MLIRContext *context,
                       ReportFn report);

/// The names of the dimensions, one for each, empty where they have none; null
/// if the type has no named dimension.
mlir::ArrayAttr getDimParams(const pb::TypeProto &type,
                             mlir::MLIRContext *context);

/// The same for the denotations of the dimensions.
mlir::ArrayAttr getDimDenotations(const pb::TypeProto &type,
                                  mlir::MLIRContext *context);

} // namespace qcc::importer

#endif // QCC_IMPORT_TYPES_H
