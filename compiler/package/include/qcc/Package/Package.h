//===- Package.h - from object code to model.qcm ----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The last phase: relocatable objects, packed weights and everything that is
// known of the model become one file. The same Model gives the same bytes
// everywhere.
//
// Linking runs LLD inside this process, which resets every cl::opt: whoever
// calls this has copied its options before.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_PACKAGE_PACKAGE_H
#define QCC_PACKAGE_PACKAGE_H

#include "qcc/abi/artifact.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qcc::package {

/// One stage of a program, in the order of execution.
struct Stage {
  std::string symbol; ///< The function in the object, of type qcc_stage_fn.
  std::string name;   ///< The ONNX node that the work is accounted to.
  std::string op;     ///< What it computes, "fused_conv" for example.
  bool serial = false;
  uint64_t macsInt8 = 0;
  uint64_t macsFloat = 0;
  uint64_t bytes = 0; ///< Weights, inputs and outputs, once each.
};

/// The grid of a quantized tensor: none, one, or one for each index of an axis.
struct Grids {
  std::vector<qcc_grid> values;
  uint32_t axis = 0;
};

/// A tensor that `qcc-run -dump-tensors` can show.
struct Tensor {
  std::string name; ///< The ONNX value.
  qcc_dtype dtype = QCC_DTYPE_F32;
  llvm::SmallVector<int64_t, 4> shape;       ///< As the program keeps it.
  llvm::SmallVector<int64_t, 4> byteStrides; ///< Of the same dimensions.
  qcc_place place = QCC_PLACE_ARENA;
  uint32_t index = 0;     ///< Of the input or output, where `place` is one.
  uint64_t offset = 0;    ///< Of element [0, ..., 0], in bytes.
  uint32_t validFrom = 0; ///< The stage that completes it.
  uint32_t validTo = 0;   ///< The last stage after which it is still whole.
  Grids grids;
};

/// The model compiled for one target. Programs are listed best first: a loader
/// takes the first that its processor can run.
struct Program {
  std::string name; ///< "x86-64 avx512-vnni", for people.
  qcc_target target = QCC_TARGET_X86_64;
  /// LLVM's names of the features that the code was compiled for, without "+".
  /// Names that stand for no instructions (tuning) are ignored.
  std::vector<std::string> features;
  /// Relocatable ELF objects, compiled as position-independent code, that are
  /// linked together. Everything but the stages may be internal. They may call
  /// memcpy, memmove and memset, which are supplied, and nothing else outside.
  std::vector<llvm::SmallVector<char, 0>> objects;
  std::vector<Stage> stages;
  std::vector<Tensor> tensors;
  unsigned weights = 0; ///< Index into Model::weights.
  uint64_t arenaSize = 0;
  bool needsImports = false;
};

/// An input or output. Extent -1 - s stands for symbol s.
struct Value {
  std::string name;
  qcc_dtype dtype = QCC_DTYPE_F32;
  llvm::SmallVector<int64_t, 4> shape;
  std::optional<qcc_preprocess> preprocess;
  Grids grids;
  /// Of an output whose first extent is a bound: the output that says how many
  /// rows it has, an i64 of rank 0. These come behind all others.
  std::optional<uint32_t> rows;
};

/// A symbolic dimension and its bounds.
struct Symbol {
  std::string name;
  int64_t min = 1;
  int64_t max = 1;
};

/// What `qcc-run -selftest` compares with: inputs from a seed
/// (qcc_golden_value) and the bytes of each output that they give.
struct Golden {
  uint64_t seed = 0;
  std::vector<qcc_golden_input> inputs;
  std::vector<std::vector<uint8_t>> outputs;
};

/// Everything that goes into an artifact.
struct Model {
  std::string name;
  std::vector<Value> inputs;
  std::vector<Value> outputs;
  std::vector<Symbol> symbols;
  std::vector<Program> programs;
  /// Packed weights; programs may share them. Borrowed: they must outlive the
  /// call.
  std::vector<llvm::ArrayRef<uint8_t>> weights;
  std::string provenance; ///< A JSON object.
  std::optional<Golden> golden;
  std::string bitcode; ///< Optional LLVM bitcode of the kernels.
};

/// Makes an artifact in memory, to be run in this process.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
buildArtifact(const Model &model);

/// Writes model.qcm. On failure `path` is as it was before.
llvm::Error writeArtifact(const Model &model, llvm::StringRef path);

/// Writes a relocatable object with `NAME_run` (see qcc_run_fn) and the
/// weights, and beside it a C header, for programs that link the model
/// statically. It holds all programs and runs the first that the processor can.
/// NAME is model.name made a C identifier.
llvm::Error writeObject(const Model &model, llvm::StringRef path,
                        llvm::StringRef headerPath);

/// Writes a shared object that exports `NAME_run`, in the same way.
llvm::Error writeSharedObject(const Model &model, llvm::StringRef path);

/// Whether a file can be put at `path`, as far as that can be told without
/// doing so: for errors before long work.
llvm::Error checkWritable(llvm::StringRef path);

/// Whether `path` is standard output ("-"), a device or a pipe: such a file is
/// written to, not replaced.
bool isSpecialFile(llvm::StringRef path);

/// Puts what `write` prints into a file: under another name first, then
/// renamed, so that nobody ever sees half a file.
using WriteFn = llvm::function_ref<void(llvm::raw_ostream &)>;
llvm::Error writeFileAtomically(llvm::StringRef path, WriteFn write);
llvm::Error writeFileAtomically(llvm::StringRef path,
                                llvm::ArrayRef<llvm::StringRef> pieces);

/// `name` as a C identifier: letters, digits and underscores, not starting with
/// a digit.
std::string toIdentifier(llvm::StringRef name);

} // namespace qcc::package

#endif // QCC_PACKAGE_PACKAGE_H
