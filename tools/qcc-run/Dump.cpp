//===- Dump.cpp - qcc-run -dump-tensors -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numbers.h"
#include "Run.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

using namespace qcc;
using namespace qcc::tools;

TensorDump::TensorDump(std::string folder, qcc_context *context,
                       uint64_t samples)
    : folder(std::move(folder)), context(context), samples(samples) {}

TensorDump::~TensorDump() { qcc_context_trace(context, nullptr, nullptr); }

/// Names of ONNX values may hold anything, '/' most often.
static std::string fileName(const std::string &tensor) {
  std::string name = tensor;
  for (char &c : name)
    if (!isalnum(static_cast<unsigned char>(c)) && !strchr("._-", c))
      c = '_';
  return name.empty() || name[0] == '.' ? "_" + name : name;
}

void TensorDump::addEntry(uint32_t tensor) {
  qcc_tensor_info info;
  if (qcc_context_tensor(context, tensor, &info))
    return;
  std::string base = fileName(info.name), name = base + ".npy";
  auto taken = [&] {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Entry &entry) { return entry.file == name; });
  };
  for (int i = 1; taken(); ++i)
    name = base + "-" + std::to_string(i) + ".npy";
  io::ArrayType type = {info.dtype, {info.shape, info.shape + info.rank}};
  if (type.shape.empty())
    type.shape.push_back(samples);
  else
    type.shape[0] *= samples;
  entries.push_back(
      {tensor, name,
       std::make_unique<io::ArrayWriter>(folder + "/" + name, type)});
}

io::Status TensorDump::open(const std::string &folder, qcc_context *context,
                            uint64_t samples,
                            std::unique_ptr<TensorDump> &dump) {
  if (mkdir(folder.c_str(), 0777) && errno != EEXIST)
    return io::Status::error("cannot make folder '" + folder +
                             "': " + strerror(errno));
  dump.reset(new TensorDump(folder, context, samples));
  for (uint32_t i = 0; i < qcc_context_tensor_count(context); ++i)
    dump->addEntry(i);
  qcc_context_trace(
      context,
      [](void *user, uint32_t stage, double) {
        static_cast<TensorDump *>(user)->afterStage(stage);
      },
      dump.get());
  return io::Status::success();
}

void TensorDump::afterStage(uint32_t stage) {
  for (Entry &entry : entries) {
    qcc_tensor_info info;
    if (!status.ok() || qcc_context_tensor(context, entry.tensor, &info))
      return;
    if (info.valid_from == stage)
      status = writeTensor(entry, info);
  }
}

io::Status TensorDump::writeTensor(Entry &entry, const qcc_tensor_info &info) {
  gather(info, buffer);
  return entry.writer->append(buffer.data(), buffer.size());
}

io::Status TensorDump::writeList() const {
  JsonWriter json;
  json.beginObject();
  json.member("schema", "qcc.tensors/1");
  json.key("tensors");
  json.beginArray();
  for (const Entry &entry : entries) {
    qcc_tensor_info info;
    if (qcc_context_tensor(context, entry.tensor, &info))
      return runtimeError();
    json.beginObject();
    json.member("name", info.name);
    json.member("file", entry.file);
    json.member("dtype", io::dtypeName(info.dtype));
    json.key("stage");
    json.integer(info.valid_from);
    writeGrids(json, info.grids, info.grid_count, info.grid_axis);
    json.endObject();
  }
  json.endArray();
  json.endObject();
  std::string path = folder + "/tensors.json";
  FILE *file = fopen(path.c_str(), "we");
  bool good = file && fputs(json.text().c_str(), file) >= 0;
  if (file)
    good &= fclose(file) == 0;
  return good ? io::Status::success()
              : io::Status::error("cannot write '" + path +
                                  "': " + strerror(errno));
}

io::Status TensorDump::finish() {
  if (!status.ok())
    return status;
  for (Entry &entry : entries)
    if (io::Status finished = entry.writer->finish(); !finished.ok())
      return finished;
  return writeList();
}
