//===- Dataset.cpp - samples from files, one at a time --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/io/Dataset.h"

#include "qcc/io/Preprocess.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <dirent.h>
#include <sys/stat.h>

using namespace qcc::io;

namespace {

/// The samples of one input.
class Stream {
public:
  virtual ~Stream() = default;
  virtual uint64_t count() const = 0;
  virtual Status read(uint64_t index, void *out) = 0;
};

/// How samples lie in an array.
struct Slices {
  uint64_t count = 0;
  ArrayType type; ///< Of one sample.
};

/// Samples in one array.
class ArrayStream : public Stream {
public:
  ArrayStream(std::string name, const InputSpec &input,
              std::unique_ptr<ArrayReader> reader, Slices slices)
      : name(std::move(name)), input(input), reader(std::move(reader)),
        slices(std::move(slices)) {}

  uint64_t count() const override { return slices.count; }
  Status read(uint64_t index, void *out) override;

private:
  std::string name; ///< For messages.
  const InputSpec &input;
  std::unique_ptr<ArrayReader> reader;
  Slices slices;
  std::vector<uint8_t> buffer; ///< One sample before preprocessing.
};

/// A picture: one sample.
class PictureStream : public Stream {
public:
  PictureStream(std::string path, const InputSpec &input)
      : path(std::move(path)), input(input) {}

  uint64_t count() const override { return 1; }
  Status read(uint64_t index, void *out) override;

private:
  std::string path;
  const InputSpec &input;
};

/// The files of a folder. Only their names and counts stay in memory; the one
/// that is being read is open.
class FolderStream : public Stream {
public:
  explicit FolderStream(const InputSpec &input) : input(input) {}

  Status open(const std::string &folder);
  uint64_t count() const override { return ends.empty() ? 0 : ends.back(); }
  Status read(uint64_t index, void *out) override;

private:
  const InputSpec &input;
  std::vector<std::string> paths;
  std::vector<uint64_t> ends; ///< One past the last sample of each file.
  size_t openIndex = SIZE_MAX;
  std::unique_ptr<Stream> openFile;
};

/// One stream for each input.
class StreamDataset : public Dataset {
public:
  explicit StreamDataset(const std::vector<InputSpec> &inputs)
      : inputs(inputs), streams(inputs.size()) {}

  Status open(const std::vector<std::string> &sources);
  size_t count() const override {
    return streams.empty() ? 0 : streams.front()->count();
  }
  Status read(size_t index, const std::vector<void *> &buffers) override;

private:
  Status addSource(const std::string &source);
  Status addNpz(const std::string &path);
  Status addStream(size_t input, const std::string &path);
  Status findInput(const std::string &source, const std::string &name,
                   size_t &index) const;
  std::string inputNames() const;

  const std::vector<InputSpec> inputs;
  std::vector<std::unique_ptr<Stream>> streams;
};

} // namespace

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

/// Whether `shape` is `prefix` extents and then all of `rest` from `from` on.
static bool endsIn(const std::vector<int64_t> &shape, size_t prefix,
                   const std::vector<int64_t> &rest, size_t from) {
  return shape.size() == prefix + rest.size() - from &&
         std::equal(shape.begin() + prefix, shape.end(), rest.begin() + from);
}

/// Finds the samples in an array that needs no preprocessing.
static bool sliceByShape(const ArrayType &array, const ArrayType &input,
                         Slices &slices) {
  const std::vector<int64_t> &shape = array.shape, &want = input.shape;
  slices.type = input;
  if (endsIn(shape, 1, want, 0)) { // [N, B, rest...]
    slices.count = shape[0];
    return true;
  }
  if (want.empty())
    return shape.empty() && (slices.count = 1);
  if (endsIn(shape, 1, want, 1) && want[0] > 0 && shape[0] % want[0] == 0) {
    slices.count = shape[0] / want[0]; // [N * B, rest...]
    return true;
  }
  slices.count = 1;
  return want[0] == 1 && endsIn(shape, 0, want, 1); // [rest...]
}

static Status slice(const std::string &name, const ArrayType &array,
                    const InputSpec &input, Slices &slices) {
  if (!input.preprocess) {
    if (array.dtype == input.type.dtype &&
        sliceByShape(array, input.type, slices))
      return Status::success();
    return Status::error(
        "'" + name + "' holds " + toString(array) + ", input '" + input.name +
        "' takes " + toString(input.type) +
        " with any number of samples in front" +
        (array.dtype == input.type.dtype ? "" : " (see -preprocess)"));
  }
  if (!input.type.shape.empty() && input.type.shape[0] != 1 &&
      input.type.shape.size() == 4)
    return Status::error("input '" + input.name + "' of type " +
                         toString(input.type) +
                         ": preprocessing needs a batch of one");
  // Samples behind a leading dimension, or the whole array as the only one.
  slices.type = array;
  if (!array.shape.empty()) {
    slices.count = array.shape[0];
    slices.type.shape.erase(slices.type.shape.begin());
    if (checkPreprocess(slices.type, input.type).ok())
      return Status::success();
  }
  slices.count = 1;
  slices.type = array;
  Status status = checkPreprocess(array, input.type);
  return status.ok() ? Status::success()
                     : Status::error("'" + name + "': " + status.message());
}

static Status checkFinite(const std::string &name, uint64_t index,
                          const ArrayType &type, const void *data) {
  auto check = [&](auto *values) {
    for (int64_t i = 0, end = type.elements(); i < end; ++i)
      if (!std::isfinite(values[i]))
        return Status::error("'" + name + "': sample " + std::to_string(index) +
                             " has a value that is not finite, element " +
                             std::to_string(i));
    return Status::success();
  };
  if (type.dtype == QCC_DTYPE_F32)
    return check(static_cast<const float *>(data));
  if (type.dtype == QCC_DTYPE_F64)
    return check(static_cast<const double *>(data));
  return Status::success();
}

Status ArrayStream::read(uint64_t index, void *out) {
  uint64_t bytes = slices.type.bytes();
  void *target = out;
  if (input.preprocess) {
    buffer.resize(bytes);
    target = buffer.data();
  }
  if (Status status = reader->read(index * bytes, bytes, target); !status.ok())
    return status;
  if (input.preprocess)
    if (Status status = preprocessArray(slices.type, buffer.data(),
                                        *input.preprocess, input.type, out);
        !status.ok())
      return Status::error("'" + name + "': " + status.message());
  return input.finite ? checkFinite(name, index, input.type, out)
                      : Status::success();
}

//===----------------------------------------------------------------------===//
// Files and folders
//===----------------------------------------------------------------------===//

Status PictureStream::read(uint64_t, void *out) {
  Picture picture;
  if (Status status = readPicture(path, picture); !status.ok())
    return status;
  Status status =
      preprocessPicture(picture, *input.preprocess, input.type, out);
  return status.ok() ? Status::success()
                     : Status::error("'" + path + "': " + status.message());
}

static bool hasSuffix(const std::string &path, std::string_view suffix) {
  return path.size() >= suffix.size() &&
         path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0;
}

static Status openArray(const std::string &name, const InputSpec &input,
                        std::unique_ptr<ArrayReader> reader,
                        std::unique_ptr<Stream> &stream) {
  Slices slices;
  if (Status status = slice(name, reader->type(), input, slices); !status.ok())
    return status;
  stream =
      std::make_unique<ArrayStream>(name, input, std::move(reader), slices);
  return Status::success();
}

/// Opens raw bytes: samples in the input's own type, without a header.
static Status openRaw(const std::string &path, const InputSpec &input,
                      std::unique_ptr<Stream> &stream) {
  std::unique_ptr<ArrayReader> reader;
  if (Status status = ArrayReader::openRaw(path, input.type, reader);
      !status.ok())
    return status;
  if (input.preprocess)
    return Status::error("'" + path +
                         "': preprocessing is for pictures and "
                         ".npy files, raw bytes have no type");
  return openArray(path, input, std::move(reader), stream);
}

/// Opens a .npy, a picture or raw bytes.
static Status openFile(const std::string &path, const InputSpec &input,
                       std::unique_ptr<Stream> &stream) {
  if (isPicturePath(path)) {
    if (!input.preprocess)
      return Status::error("'" + path +
                           "' is a picture: how it becomes input '" +
                           input.name + "' must be said by -preprocess");
    stream = std::make_unique<PictureStream>(path, input);
    return Status::success();
  }
  if (hasSuffix(path, ".bin") || hasSuffix(path, ".raw"))
    return openRaw(path, input, stream);
  std::unique_ptr<ArrayReader> reader;
  if (Status status = ArrayReader::open(path, reader); !status.ok())
    return status;
  return openArray(path, input, std::move(reader), stream);
}

Status FolderStream::open(const std::string &folder) {
  DIR *directory = opendir(folder.c_str());
  if (!directory)
    return Status::error("cannot read '" + folder + "': " + strerror(errno));
  while (dirent *entry = readdir(directory)) {
    std::string path = folder + "/" + entry->d_name;
    if (entry->d_name[0] != '.' &&
        (isPicturePath(path) || hasSuffix(path, ".npy")))
      paths.push_back(path);
  }
  closedir(directory);
  if (paths.empty())
    return Status::error("'" + folder +
                         "' holds no .npy, .jpg, .png, .ppm or .pgm files");
  std::sort(paths.begin(), paths.end());
  for (const std::string &path : paths) {
    std::unique_ptr<Stream> file;
    if (Status status = ::openFile(path, input, file); !status.ok())
      return status;
    ends.push_back(count() + file->count());
  }
  return Status::success();
}

Status FolderStream::read(uint64_t index, void *out) {
  size_t file =
      std::upper_bound(ends.begin(), ends.end(), index) - ends.begin();
  if (file != openIndex) {
    openIndex = SIZE_MAX;
    if (Status status = ::openFile(paths[file], input, openFile); !status.ok())
      return status;
    openIndex = file;
  }
  uint64_t first = file ? ends[file - 1] : 0;
  if (index - first >= openFile->count())
    return Status::error("'" + paths[file] + "' changed while it was read");
  return openFile->read(index - first, out);
}

//===----------------------------------------------------------------------===//
// The dataset
//===----------------------------------------------------------------------===//

std::string StreamDataset::inputNames() const {
  std::string names;
  for (const InputSpec &input : inputs)
    names += (names.empty() ? "'" : ", '") + input.name + "'";
  return names;
}

Status StreamDataset::findInput(const std::string &source,
                                const std::string &name, size_t &index) const {
  for (index = 0; index < inputs.size(); ++index)
    if (inputs[index].name == name)
      return Status::success();
  return Status::error("'" + source + "': the model has no input '" + name +
                       "'; its inputs are " + inputNames());
}

Status StreamDataset::addStream(size_t index, const std::string &path) {
  if (streams[index])
    return Status::error("'" + path + "': input '" + inputs[index].name +
                         "' has samples already");
  struct stat info;
  if (stat(path.c_str(), &info))
    return Status::error("cannot read '" + path + "': " + strerror(errno));
  if (!S_ISDIR(info.st_mode))
    return openFile(path, inputs[index], streams[index]);
  auto folder = std::make_unique<FolderStream>(inputs[index]);
  Status status = folder->open(path);
  streams[index] = std::move(folder);
  return status;
}

Status StreamDataset::addNpz(const std::string &path) {
  std::vector<NamedArray> arrays;
  if (Status status = openNpz(path, arrays); !status.ok())
    return status;
  for (NamedArray &array : arrays) {
    size_t index;
    std::string name = path + ":" + array.name;
    if (Status status = findInput(name, array.name, index); !status.ok())
      return status;
    if (streams[index])
      return Status::error("'" + name + "': input '" + array.name +
                           "' has samples already");
    if (Status status = openArray(name, inputs[index], std::move(array.reader),
                                  streams[index]);
        !status.ok())
      return status;
  }
  return Status::success();
}

Status StreamDataset::addSource(const std::string &source) {
  // A file of that whole name wins: paths may contain '='.
  struct stat info;
  size_t equals = source.find('=');
  if (equals == std::string::npos || stat(source.c_str(), &info) == 0) {
    if (hasSuffix(source, ".npz"))
      return addNpz(source);
    if (inputs.size() != 1)
      return Status::error("'" + source +
                           "': the model has several inputs, say "
                           "which as NAME=PATH: " +
                           inputNames());
    return addStream(0, source);
  }
  size_t index;
  if (Status status = findInput(source, source.substr(0, equals), index);
      !status.ok())
    return status;
  std::string path = source.substr(equals + 1);
  if (hasSuffix(path, ".npz"))
    return Status::error("'" + source +
                         "': the arrays of a .npz go to the inputs "
                         "of their names; leave out the name");
  return addStream(index, path);
}

Status StreamDataset::open(const std::vector<std::string> &sources) {
  for (const std::string &source : sources)
    if (Status status = addSource(source); !status.ok())
      return status;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!streams[i])
      return Status::error("input '" + inputs[i].name + "' has no samples");
    if (streams[i]->count() == 0)
      return Status::error("the data of input '" + inputs[i].name +
                           "' holds no samples");
    if (streams[i]->count() != streams[0]->count())
      return Status::error("input '" + inputs[0].name + "' has " +
                           std::to_string(streams[0]->count()) +
                           " samples, input '" + inputs[i].name + "' " +
                           std::to_string(streams[i]->count()));
  }
  return Status::success();
}

Status StreamDataset::read(size_t index, const std::vector<void *> &buffers) {
  for (size_t i = 0; i < streams.size(); ++i)
    if (Status status = streams[i]->read(index, buffers[i]); !status.ok())
      return status;
  return Status::success();
}

Status Dataset::open(const std::vector<std::string> &sources,
                     const std::vector<InputSpec> &inputs,
                     std::unique_ptr<Dataset> &dataset) {
  auto result = std::make_unique<StreamDataset>(inputs);
  if (Status status = result->open(sources); !status.ok())
    return status;
  dataset = std::move(result);
  return Status::success();
}
