//===- Program.h - what a target hands to the packager ----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Plain data, without a trace of MLIR: targets may not see the packager, so the
// driver copies these fields into its own.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TARGET_PROGRAM_H
#define QCC_TARGET_PROGRAM_H

#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qcc::target {

/// Where a value lives at run time; the numbers are those of qcc_place.
enum class Place { arena, input, output, weights };

/// One stage, in the order of execution.
struct StageInfo {
  std::string symbol; ///< The function, of type qcc_stage_fn.
  std::string name;   ///< The ONNX node that the work is accounted to.
  std::string op;     ///< Mnemonic of the qnn op.
  bool serial = false;
  uint64_t macsInt8 = 0;
  uint64_t macsFloat = 0;
  uint64_t bytes = 0; ///< Operands and results, once each.
};

/// A tensor of the program that bears a name of the model.
struct TensorInfo {
  std::string name;
  int32_t dtype = 0; ///< ONNX TensorProto.DataType, which qcc_dtype equals.
  llvm::SmallVector<int64_t, 4> shape;
  llvm::SmallVector<int64_t, 4> byteStrides;
  Place place = Place::arena;
  uint32_t index = 0;
  uint64_t offset = 0;
  uint32_t validFrom = 0; ///< The stage that completes it.
  uint32_t validTo = 0;   ///< The last stage after which it is still whole.
};

/// Everything about a compiled function but its code.
struct ProgramInfo {
  std::vector<StageInfo> stages;
  std::vector<TensorInfo> tensors;
  std::vector<uint8_t> weights;
  uint64_t arenaSize = 0;
  bool needsImports = false;
};

} // namespace qcc::target

#endif // QCC_TARGET_PROGRAM_H
