//===- OnnxLibrary.h - what is used of the ONNX library -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IMPORT_ONNXLIBRARY_H
#define QCC_IMPORT_ONNXLIBRARY_H

#include "MappedFile.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringMap.h"

#include <cstdint>
#include <string>

namespace qcc::importer {

/// The ONNX library's messages. Its namespace is `onnx`, as is that of our
/// dialect.
namespace pb = ::onnx;

/// The oldest opset whose operators are taken.
inline constexpr int64_t kOldestOpset = 7;

/// Domain to version, with the default domain spelled as the empty string.
using OpsetImports = llvm::StringMap<int64_t>;

/// The domain of a node or function, `ai.onnx` written as the empty string.
llvm::StringRef normalizeDomain(llvm::StringRef domain);

/// The operator as it is written in messages: `Conv, opset 13`, or
/// `com.microsoft.MatMulNBits, version 1`.
std::string describeOp(const pb::NodeProto &node, const OpsetImports &opsets);

/// The node's name, or `Op_of_output` if it has none.
std::string nameNode(const pb::NodeProto &node);

// The functions below catch what the library throws. They report at most one
// error.

/// Parses a serialized model.
mlir::LogicalResult parseModel(llvm::StringRef bytes, pb::ModelProto &model,
                               ReportFn report);

/// Parses a serialized tensor.
mlir::LogicalResult parseTensor(llvm::StringRef bytes, pb::TensorProto &tensor,
                                ReportFn report);

/// Checks versions, names, scopes and order, and every node and function by the
/// library's checker. `modelDir` is the folder of the model.
mlir::LogicalResult checkModel(const pb::ModelProto &model,
                               llvm::StringRef modelDir, ReportFn report);

/// Inlines all calls of the model's own functions, and drops them. The model
/// has passed `checkModel`.
mlir::LogicalResult inlineFunctions(pb::ModelProto &model, ReportFn report);

/// The opsets that nodes of `model` refer to: its imports and, where it says
/// nothing of a domain, those of its functions.
OpsetImports collectOpsetImports(const pb::ModelProto &model);

/// The version since which the definition of an operator holds that is in
/// force at `version` of its domain; `version` itself if the operator is not a
/// standard one.
int64_t getSinceVersion(llvm::StringRef domain, llvm::StringRef op,
                        int64_t version);

/// Opens a file of external data below `modelDir`, or reports why not.
mlir::FailureOr<std::shared_ptr<MappedFile>>
openExternalData(llvm::StringRef modelDir, llvm::StringRef location,
                 ReportFn report);

} // namespace qcc::importer

#endif // QCC_IMPORT_ONNXLIBRARY_H
