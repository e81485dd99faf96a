//===- MemoryTest.cpp - how much memory large models take -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// usage: import-memory MEGABYTES
//
// Writes models with that much data, outside and inside of the file, imports
// each in a process of its own, and prints the peaks. Fails if they are above
// what DESIGN allows: little anonymous memory for external data, little more
// than the data for what must be copied because it is not aligned.
//
//===----------------------------------------------------------------------===//

#include "ImportTest.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace mlir;
using namespace qcc::importer::test;
using ::onnx::TensorProto;

namespace {

constexpr uint64_t kMegabyte = 1 << 20;

enum class Form { External, OneTensor, ManyTensors };

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7)
    bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

/// Tag and length of field `number`, which has `length` bytes.
std::string fieldHeader(uint32_t number, uint64_t length) {
  return varint(number << 3 | 2) + varint(length);
}

/// Data that differs from page to page.
void writeData(std::ofstream &file, uint64_t length) {
  std::string block(kMegabyte, '\0');
  for (uint64_t done = 0; done < length; done += block.size()) {
    for (size_t i = 0; i < block.size(); i += 512)
      block[i] = static_cast<char>((done + i) / 512 * 31 + 1);
    file.write(block.data(), std::min<uint64_t>(block.size(), length - done));
  }
}

/// Writes the model piece by piece: the writer must not need the memory.
void writeModel(const std::filesystem::path &path, Form form, uint64_t length) {
  uint64_t numTensors = form == Form::OneTensor ? 1 : length / kMegabyte;
  uint64_t tensorLength = length / numTensors;
  std::vector<std::string> tensors;
  uint64_t graphLength = 0;
  for (uint64_t i = 0; i < numTensors; ++i) {
    TensorProto tensor =
        makeTensor(TensorProto::FLOAT, {int64_t(tensorLength / 4)});
    tensor.set_name("w" + std::to_string(i));
    uint64_t dataLength = 0;
    if (form == Form::External) {
      tensor.set_data_location(TensorProto::EXTERNAL);
      addEntry(tensor, "location", "data.bin");
      addEntry(tensor, "offset", std::to_string(i * tensorLength));
      addEntry(tensor, "length", std::to_string(tensorLength));
    } else {
      dataLength = tensorLength;
    }
    std::string header = tensor.SerializeAsString();
    if (dataLength)
      header += fieldHeader(9, dataLength);
    tensors.push_back(fieldHeader(5, header.size() + dataLength) + header);
    graphLength += tensors.back().size() + dataLength;
  }

  ::onnx::ModelProto model = makeModelWithTensor(makeTensor(1, {}));
  model.mutable_graph()->clear_initializer();
  model.mutable_graph()->mutable_node(0)->set_input(1, "w0");
  std::string graph = model.graph().SerializeAsString();
  model.clear_graph();
  std::string start = model.SerializeAsString() +
                      fieldHeader(7, graph.size() + graphLength) + graph;
  // One tensor at an odd place: its data has to be copied.
  if (form == Form::OneTensor) {
    uint64_t misaligned = (start.size() + tensors[0].size()) % 4;
    if (misaligned == 0)
      start.insert(0, "\x28\x01", 2); // model_version = 1
  }
  std::ofstream file(path, std::ios::binary);
  file << start;
  for (const std::string &tensor : tensors) {
    file << tensor;
    if (form != Form::External)
      writeData(file, tensorLength);
  }
  if (form == Form::External) {
    std::ofstream data(path.parent_path() / "data.bin", std::ios::binary);
    writeData(data, length);
  }
}

/// A value of /proc/self/status, in bytes.
uint64_t readStatus(const std::string &key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":"))
      return std::strtoull(line.c_str() + key.size() + 1, nullptr, 10) << 10;
  return 0;
}

/// Imports the model, prints the peaks and compares them with the limits.
bool measure(const std::filesystem::path &path, Form form, uint64_t length) {
  std::atomic<bool> done = false;
  uint64_t peakAnonymous = 0;
  std::thread sampler([&] {
    while (!done) {
      peakAnonymous = std::max(peakAnonymous, readStatus("RssAnon"));
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  MLIRContext context(MLIRContext::Threading::DISABLED);
  auto module = qcc::importer::importOnnx(path.string(), context);
  peakAnonymous = std::max(peakAnonymous, readStatus("RssAnon"));
  uint64_t peak = readStatus("VmHWM");
  done = true;
  sampler.join();

  const char *names[] = {"external", "embedded, one tensor",
                         "embedded, many tensors"};
  bool withinLimits =
      module &&
      (form == Form::External ? peakAnonymous < 100 * kMegabyte
                              : peak < length * 11 / 10 + 200 * kMegabyte);
  std::printf(
      "%-24s %6llu MB of data: anonymous %6.1f MB, resident %6.1f MB%s\n",
      names[static_cast<int>(form)],
      static_cast<unsigned long long>(length / kMegabyte),
      double(peakAnonymous) / kMegabyte, double(peak) / kMegabyte,
      withinLimits ? "" : "  TOO MUCH");
  std::fflush(stdout);
  return withinLimits;
}

} // namespace

int main(int argc, char **argv) {
  uint64_t megabytes = argc == 2 ? std::strtoull(argv[1], nullptr, 10) : 0;
  if (megabytes == 0 || megabytes > 2000) {
    std::fprintf(stderr, "usage: import-memory MEGABYTES (1 to 2000)\n");
    return 1;
  }
  std::string name = ::testing::TempDir() + "qcc-memory-XXXXXX";
  if (!mkdtemp(name.data()))
    return 1;
  bool good = true;
  for (Form form : {Form::External, Form::OneTensor, Form::ManyTensors}) {
    std::filesystem::path path = std::filesystem::path(name) / "model.onnx";
    writeModel(path, form, megabytes * kMegabyte);
    pid_t child = fork();
    if (child == 0)
      std::_Exit(measure(path, form, megabytes * kMegabyte) ? 0 : 1);
    int status = 1;
    waitpid(child, &status, 0);
    good &= status == 0;
  }
  std::filesystem::remove_all(name);
  return good ? 0 : 1;
}
