//===- Run.h - the jobs of qcc-run ----------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_QCC_RUN_RUN_H
#define QCC_TOOLS_QCC_RUN_RUN_H

#include "Handle.h"
#include "Inputs.h"
#include "Json.h"

#include <string>
#include <string_view>
#include <vector>

namespace qcc::tools {

/// What the command line asks for.
struct RunOptions : ProgramOptions, InputOptions {
  std::vector<std::string> outputs; ///< [NAME=]PATH
  std::string dumpTensors;
  std::string labels;      ///< Of -eval: a file.
  std::string against;     ///< Of -eval: another artifact.
  uint32_t firstClass = 0; ///< The output that label 0 stands for.
  bool eval = false;
  bool info = false;
  bool json = false;
  bool selftest = false;
};

/// Prints what is known of an artifact.
void printInfo(const RunOptions &options, qcc_model *model);

/// Adds the grids of a quantized tensor, if it has any, to the object that is
/// being written.
void writeGrids(JsonWriter &json, const qcc_grid *grids, uint32_t count,
                uint32_t axis);

/// Prints the JSON text that says how an artifact was made.
void printProvenance(std::string_view text);

/// Runs the model on all samples of the inputs and writes the outputs.
io::Status runSamples(const RunOptions &options, qcc_model *model,
                      qcc_context *context);

/// Collects the tensors inside the model as it runs, stacked over the samples,
/// and writes each to a .npy file, with a list of them in tensors.json.
class TensorDump {
public:
  /// Dumps `samples` runs of `context` into the folder, which is made if need
  /// be.
  static io::Status open(const std::string &folder, qcc_context *context,
                         uint64_t samples, std::unique_ptr<TensorDump> &dump);
  ~TensorDump();

  /// Ends the files; fails where a write did.
  io::Status finish();

private:
  struct Entry {
    uint32_t tensor;
    std::string file;
    std::unique_ptr<io::ArrayWriter> writer;
  };

  TensorDump(std::string folder, qcc_context *context, uint64_t samples);
  void addEntry(uint32_t tensor);
  void afterStage(uint32_t stage);
  io::Status writeTensor(Entry &entry, const qcc_tensor_info &info);
  io::Status writeList() const;

  std::string folder;
  qcc_context *context;
  uint64_t samples;
  std::vector<Entry> entries;
  std::vector<uint8_t> buffer;
  io::Status status = io::Status::success();
};

} // namespace qcc::tools

#endif // QCC_TOOLS_QCC_RUN_RUN_H
