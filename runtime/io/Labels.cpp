//===- Labels.cpp - the right answers for samples -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/io/Labels.h"

#include "Source.h"
#include "qcc/io/Array.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <sstream>

using namespace qcc::io;

/// Ten million labels and names of their files.
static constexpr uint64_t kMaxTextBytes = uint64_t(1) << 30;

static Status unusable(const std::string &path, const std::string &why) {
  return Status::error("'" + path + "' is not a usable list of labels: " + why);
}

template <typename T>
static void convert(const Array &array, std::vector<int64_t> &labels) {
  labels.resize(array.type.elements());
  for (size_t i = 0; i < labels.size(); ++i) {
    T value;
    memcpy(&value, array.data.data() + i * sizeof(T), sizeof(T));
    labels[i] = static_cast<int64_t>(value);
  }
}

static Status readArray(const std::string &path, std::vector<int64_t> &labels) {
  Array array;
  if (Status status = readNpy(path, array); !status.ok())
    return status;
  switch (array.type.dtype) {
  case QCC_DTYPE_I8:
    convert<int8_t>(array, labels);
    break;
  case QCC_DTYPE_U8:
    convert<uint8_t>(array, labels);
    break;
  case QCC_DTYPE_I16:
    convert<int16_t>(array, labels);
    break;
  case QCC_DTYPE_U16:
    convert<uint16_t>(array, labels);
    break;
  case QCC_DTYPE_I32:
    convert<int32_t>(array, labels);
    break;
  case QCC_DTYPE_U32:
    convert<uint32_t>(array, labels);
    break;
  case QCC_DTYPE_I64:
    convert<int64_t>(array, labels);
    break;
  default:
    return unusable(path, "it holds " + toString(array.type) +
                              ", labels are integers");
  }
  return Status::success();
}

static bool parseLabel(std::string_view text, int64_t &label) {
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), label);
  return error == std::errc() && end == text.data() + text.size();
}

static Status readText(const std::string &path, bool byName,
                       std::vector<int64_t> &labels) {
  std::shared_ptr<File> opened;
  if (Status status = File::open(path, opened); !status.ok())
    return status;
  if (opened->size() > kMaxTextBytes)
    return unusable(path, "it is too long");
  std::string text(opened->size(), '\0');
  if (Status status = opened->read(0, text.size(), text.data()); !status.ok())
    return status;
  std::istringstream file(text);
  std::vector<std::pair<std::string, int64_t>> rows;
  std::string line;
  bool hasNames = true;
  for (size_t number = 1; std::getline(file, line); ++number) {
    while (!line.empty() && isspace(static_cast<unsigned char>(line.back())))
      line.pop_back();
    if (line.empty())
      continue;
    // "name,class" as in tables, or "name class" as in ImageNet's lists.
    constexpr const char *kSeparators = ", \t";
    size_t end = line.find_last_of(kSeparators);
    hasNames &= end != std::string::npos;
    std::string_view last = line;
    last.remove_prefix(end == std::string::npos ? 0 : end + 1);
    int64_t label;
    if (parseLabel(last, label))
      rows.emplace_back(line.substr(0, line.find_first_of(kSeparators)), label);
    else if (number > 1)
      return unusable(path, "line " + std::to_string(number) +
                                " does not end in a class number");
  }
  if (byName && hasNames)
    std::sort(rows.begin(), rows.end());
  labels.clear();
  for (const auto &[name, label] : rows)
    labels.push_back(label);
  return Status::success();
}

Status qcc::io::readLabels(const std::string &path, bool byName,
                           std::vector<int64_t> &labels) {
  bool isArray =
      path.size() >= 4 && path.compare(path.size() - 4, 4, ".npy") == 0;
  return isArray ? readArray(path, labels) : readText(path, byName, labels);
}
