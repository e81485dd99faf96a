//===- Skeleton.h - a model's file without its large tensors ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IMPORT_SKELETON_H
#define QCC_IMPORT_SKELETON_H

#include "MappedFile.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qcc::importer {

/// The data of a tensor that was left in the file.
struct Payload {
  llvm::SmallVector<int64_t, 4> dims;
  /// Where the bytes of the tensor's `raw_data` are, or what would be.
  uint64_t offset = 0;
  uint64_t length = 0;
};

/// A serialized ModelProto in which each large tensor is replaced by an empty
/// one: its shape is [0], and its `segment` begins at the index of its payload.
///
/// Protobuf copies whatever it parses, and the checker of the ONNX library
/// parses the file once more. The skeleton is small whatever the model's size,
/// so that both can be used on models that barely fit into memory, and on those
/// above protobuf's limit of 2 GB. `segment` is free for this: the field was
/// reserved for tensors in pieces, nobody implements it, and a file
/// that uses it is refused here.
struct Skeleton {
  std::string bytes;
  std::vector<Payload> payloads;
};

/// Tensors below this many bytes stay in the skeleton.
inline constexpr uint64_t kMinPayloadBytes = 1024;

/// Reads the wire format of `file`, or reports why it is none.
mlir::FailureOr<Skeleton> buildSkeleton(llvm::ArrayRef<char> file,
                                        ReportFn report);

} // namespace qcc::importer

#endif // QCC_IMPORT_SKELETON_H
