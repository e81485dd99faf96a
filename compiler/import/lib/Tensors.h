//===- Tensors.h - constant tensors as attributes -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IMPORT_TENSORS_H
#define QCC_IMPORT_TENSORS_H

#include "OnnxLibrary.h"
#include "Skeleton.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "qcc/Onnx/OnnxAttributes.h"
#include "llvm/ADT/StringMap.h"

#include <memory>

namespace qcc::importer {

/// Makes attributes of the constants of one model. Data that is in files stays
/// there.
class TensorImporter {
public:
  TensorImporter(mlir::MLIRContext *context, std::shared_ptr<MappedFile> file,
                 llvm::ArrayRef<Payload> payloads, llvm::StringRef modelDir,
                 int64_t maxInlineElements)
      : context(context), file(std::move(file)), payloads(payloads),
        modelDir(modelDir), maxInlineElements(maxInlineElements) {}

  /// The value of `tensor`; `name` becomes the key of a resource. Frees what
  /// the message holds of the data. Null after a report.
  mlir::ElementsAttr convert(pb::TensorProto &tensor, llvm::StringRef name,
                             ReportFn report);

  qcc::onnx::SparseTensorAttr convert(pb::SparseTensorProto &tensor,
                                      llvm::StringRef name, ReportFn report);

private:
  mlir::MLIRContext *context;
  std::shared_ptr<MappedFile> file;
  llvm::ArrayRef<Payload> payloads;
  llvm::StringRef modelDir;
  int64_t maxInlineElements;
  /// The files of external data that are open, by location.
  llvm::StringMap<std::shared_ptr<MappedFile>> externalFiles;

  mlir::ElementsAttr convertStrings(const pb::TensorProto &tensor,
                                    mlir::RankedTensorType type,
                                    ReportFn report);
  mlir::FailureOr<mlir::AsmResourceBlob>
  openExternal(const pb::TensorProto &tensor, uint64_t numBytes,
               uint64_t alignment, ReportFn report);
  mlir::FailureOr<mlir::AsmResourceBlob> getData(const pb::TensorProto &tensor,
                                                 mlir::RankedTensorType type,
                                                 ReportFn report);
  mlir::ElementsAttr makeAttribute(mlir::RankedTensorType type,
                                   llvm::StringRef name,
                                   mlir::AsmResourceBlob blob);
};

} // namespace qcc::importer

#endif // QCC_IMPORT_TENSORS_H
