//===- Npy.cpp - NumPy's .npy files ---------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Source.h"

#include <cassert>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

using namespace qcc::io;

/// No array is larger: keeps sums and products of sizes far from overflow.
static constexpr uint64_t maxBytes = uint64_t(1) << 46;

namespace {
struct DtypeName {
  uint32_t dtype;
  const char *name;
  const char *descr; ///< As in a .npy on a little-endian machine.
};
} // namespace

static constexpr DtypeName dtypeNames[] = {
    {QCC_DTYPE_F32, "float32", "<f4"},
    {QCC_DTYPE_F64, "float64", "<f8"},
    {QCC_DTYPE_F16, "float16", "<f2"},
    {QCC_DTYPE_U8, "uint8", "|u1"},
    {QCC_DTYPE_I8, "int8", "|i1"},
    {QCC_DTYPE_U16, "uint16", "<u2"},
    {QCC_DTYPE_I16, "int16", "<i2"},
    {QCC_DTYPE_U32, "uint32", "<u4"},
    {QCC_DTYPE_I32, "int32", "<i4"},
    {QCC_DTYPE_U64, "uint64", "<u8"},
    {QCC_DTYPE_I64, "int64", "<i8"},
    {QCC_DTYPE_BOOL, "bool", "|b1"},
    // NumPy has no bfloat16: it goes as raw two-byte elements.
    {QCC_DTYPE_BF16, "bfloat16", "<V2"},
};

const char *qcc::io::dtypeName(uint32_t dtype) {
  for (const DtypeName &entry : dtypeNames)
    if (entry.dtype == dtype)
      return entry.name;
  return "unknown";
}

int64_t ArrayType::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

std::string qcc::io::toString(const ArrayType &type) {
  std::string text = dtypeName(type.dtype);
  text += '[';
  for (size_t i = 0; i < type.shape.size(); ++i)
    text += (i ? "x" : "") + std::to_string(type.shape[i]);
  return text + ']';
}

//===----------------------------------------------------------------------===//
// The header: a Python dictionary
//===----------------------------------------------------------------------===//

namespace {

/// Parses {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : text(text) {}

  /// Returns what is wrong, or nothing.
  std::string parse();

  std::string descr;
  bool fortran = false;
  std::vector<int64_t> shape;

private:
  void skipSpace() {
    while (!text.empty() && isspace(static_cast<unsigned char>(text.front())))
      text.remove_prefix(1);
  }
  bool eat(char c) {
    skipSpace();
    if (text.empty() || text.front() != c)
      return false;
    text.remove_prefix(1);
    return true;
  }
  bool eatWord(std::string_view word) {
    skipSpace();
    if (text.substr(0, word.size()) != word)
      return false;
    text.remove_prefix(word.size());
    return true;
  }
  bool parseString(std::string &value);
  bool parseNumber(int64_t &value);
  bool parseShape();

  std::string_view text;
};

} // namespace

bool HeaderParser::parseString(std::string &value) {
  skipSpace();
  if (text.empty() || (text.front() != '\'' && text.front() != '"'))
    return false;
  size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos)
    return false;
  value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return true;
}

bool HeaderParser::parseNumber(int64_t &value) {
  skipSpace();
  size_t digits = 0;
  value = 0;
  for (; digits < text.size() && isdigit(text[digits]); ++digits)
    if (__builtin_mul_overflow(value, int64_t(10), &value) ||
        __builtin_add_overflow(value, int64_t(text[digits] - '0'), &value))
      return false;
  text.remove_prefix(digits);
  eat('L'); // Python 2 wrote it behind long integers
  return digits > 0;
}

bool HeaderParser::parseShape() {
  if (!eat('('))
    return false;
  while (!eat(')')) {
    int64_t extent;
    if (!parseNumber(extent))
      return false;
    shape.push_back(extent);
    if (!eat(',') && (skipSpace(), text.empty() || text.front() != ')'))
      return false;
  }
  return true;
}

std::string HeaderParser::parse() {
  bool haveDescr = false, haveOrder = false, haveShape = false;
  if (!eat('{'))
    return "its header is not a dictionary";
  while (!eat('}')) {
    std::string key;
    if (!parseString(key) || !eat(':'))
      return "its header is malformed";
    if (key == "descr" && !haveDescr) {
      haveDescr = true;
      if (eat('['))
        return "it has structured elements, plain numbers are needed";
      if (!parseString(descr))
        return "its header has a malformed 'descr'";
    } else if (key == "fortran_order" && !haveOrder) {
      haveOrder = true;
      fortran = eatWord("True");
      if (!fortran && !eatWord("False"))
        return "its header has a malformed 'fortran_order'";
    } else if (key == "shape" && !haveShape) {
      haveShape = true;
      if (!parseShape())
        return "its header has a malformed 'shape'";
    } else {
      return "its header has an unexpected key '" + key + "'";
    }
    eat(',');
  }
  return haveDescr && haveOrder && haveShape
             ? ""
             : "its header lacks 'descr', 'fortran_order' or 'shape'";
}

/// The element type of a 'descr'. Returns what is wrong, or nothing.
static std::string parseDescr(std::string descr, uint32_t &dtype) {
  if (!descr.empty() && descr[0] == '>')
    return "it is big-endian ('" + descr + "'), little-endian is needed";
  if (descr.find('O') != std::string::npos)
    return "it holds Python objects, plain numbers are needed";
  for (const DtypeName &entry : dtypeNames)
    // '=' and '|' say no more than '<' about numbers on this machine.
    if (descr.size() == 3 && descr.substr(1) == entry.descr + 1 &&
        (descr[0] == '<' || descr[0] == '|' || descr[0] == '=')) {
      dtype = entry.dtype;
      return "";
    }
  return "its elements of type '" + descr + "' are not supported";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
class SourceReader : public ArrayReader {
public:
  SourceReader(ArrayType type, std::unique_ptr<Source> source, uint64_t begin)
      : source(std::move(source)), begin(begin) {
    arrayType = std::move(type);
  }
  Status read(uint64_t offset, uint64_t size, void *out) override {
    return source->read(begin + offset, size, out);
  }

private:
  std::unique_ptr<Source> source;
  uint64_t begin;
};
} // namespace

Status qcc::io::openNpy(const std::string &name, std::unique_ptr<Source> source,
                        std::unique_ptr<ArrayReader> &reader) {
  auto error = [&](const std::string &what) {
    return Status::error("'" + name + "' is not a usable .npy: " + what);
  };
  uint8_t head[12] = {};
  uint64_t preamble = 10;
  if (source->size() < sizeof(head))
    return error("it is too short");
  if (Status status = source->read(0, sizeof(head), head); !status.ok())
    return status;
  if (memcmp(head, "\x93NUMPY", 6) != 0)
    return error("it does not begin with NumPy's magic string");
  uint64_t length = head[8] | head[9] << 8;
  if (head[6] >= 2 && head[6] <= 3) {
    length |= uint64_t(head[10]) << 16 | uint64_t(head[11]) << 24;
    preamble = 12;
  } else if (head[6] != 1) {
    return error("version " + std::to_string(head[6]) + " is not known");
  }
  if (length > (1 << 20) || length > source->size() - preamble)
    return error("its header is truncated");
  std::string text(length, '\0');
  if (Status status = source->read(preamble, length, text.data()); !status.ok())
    return status;

  HeaderParser header(text);
  ArrayType type;
  std::string wrong = header.parse();
  if (wrong.empty())
    wrong = parseDescr(header.descr, type.dtype);
  if (!wrong.empty())
    return error(wrong);
  type.shape = std::move(header.shape);
  if (type.shape.size() > 32)
    return error("it has " + std::to_string(type.shape.size()) + " dimensions");
  if (header.fortran && type.shape.size() > 1)
    return error("it is in Fortran order; save numpy.ascontiguousarray of it");
  uint64_t bytes = qcc_dtype_size(type.dtype);
  for (int64_t extent : type.shape)
    if (__builtin_mul_overflow(bytes, uint64_t(extent), &bytes) ||
        bytes > maxBytes)
      return error("its shape is too large");
  uint64_t begin = preamble + length;
  if (bytes > source->size() - begin)
    return error("it is truncated: " + std::to_string(bytes) +
                 " bytes of data expected, " +
                 std::to_string(source->size() - begin) + " there");
  reader =
      std::make_unique<SourceReader>(std::move(type), std::move(source), begin);
  return Status::success();
}

Status ArrayReader::open(const std::string &path,
                         std::unique_ptr<ArrayReader> &reader) {
  std::shared_ptr<File> file;
  if (Status status = File::open(path, file); !status.ok())
    return status;
  uint64_t size = file->size();
  return openNpy(path, std::make_unique<FileSource>(std::move(file), 0, size),
                 reader);
}

Status ArrayReader::openRaw(const std::string &path, const ArrayType &item,
                            std::unique_ptr<ArrayReader> &reader) {
  std::shared_ptr<File> file;
  if (Status status = File::open(path, file); !status.ok())
    return status;
  uint64_t size = file->size(), bytes = item.bytes();
  if (bytes == 0 || size == 0 || size % bytes)
    return Status::error("'" + path + "' is " + std::to_string(size) +
                         " bytes long, not a multiple of the " +
                         std::to_string(bytes) + " bytes of " + toString(item));
  ArrayType type = item;
  type.shape.insert(type.shape.begin(), size / bytes);
  reader = std::make_unique<SourceReader>(
      std::move(type), std::make_unique<FileSource>(std::move(file), 0, size),
      0);
  return Status::success();
}

Status qcc::io::readNpy(const std::string &path, Array &array) {
  std::unique_ptr<ArrayReader> reader;
  if (Status status = ArrayReader::open(path, reader); !status.ok())
    return status;
  array.type = reader->type();
  array.data.resize(array.type.bytes());
  return reader->read(0, array.data.size(), array.data.data());
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

std::string qcc::io::npyHeader(const ArrayType &type) {
  std::string text = "{'descr': '";
  for (const DtypeName &entry : dtypeNames)
    if (entry.dtype == type.dtype)
      text += entry.descr;
  text += "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : type.shape)
    text += std::to_string(extent) + (type.shape.size() == 1 ? "," : ", ");
  if (type.shape.size() > 1)
    text.resize(text.size() - 2);
  text += "), }";
  // Data begins at a multiple of 64; a newline ends the header.
  size_t length = (10 + text.size() + 1 + 63) / 64 * 64 - 10;
  text.resize(length - 1, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += char(length & 0xff);
  header += char(length >> 8);
  return header + text;
}

ArrayWriter::ArrayWriter(std::string path, const ArrayType &type, bool raw)
    : path(std::move(path)),
      temporary(this->path + ".tmp-" + std::to_string(getpid())),
      header(raw ? "" : npyHeader(type)), missing(type.bytes()) {}

ArrayWriter::~ArrayWriter() {
  if (created)
    unlink(temporary.c_str());
}

Status ArrayWriter::appendBytes(const void *data, uint64_t size) {
  FILE *file = fopen(temporary.c_str(), created ? "abe" : "wbe");
  bool good = file;
  created |= good;
  if (good && size)
    good = fwrite(data, size, 1, file) == 1;
  int code = good ? 0 : errno;
  if (file && fclose(file) && good) {
    good = false;
    code = errno;
  }
  return good ? Status::success()
              : Status::error("cannot write '" + path + "': " + strerror(code));
}

Status ArrayWriter::append(const void *data, uint64_t size) {
  if (!created)
    if (Status status = appendBytes(header.data(), header.size()); !status.ok())
      return status;
  missing -= size;
  return appendBytes(data, size);
}

Status ArrayWriter::finish() {
  if (Status status = append(nullptr, 0); !status.ok())
    return status;
  assert(missing == 0 && "the array is not whole");
  if (rename(temporary.c_str(), path.c_str()))
    return Status::error("cannot write '" + path + "': " + strerror(errno));
  created = false;
  return Status::success();
}

Status qcc::io::writeNpy(const std::string &path, const ArrayType &type,
                         const void *data) {
  ArrayWriter writer(path, type);
  if (Status status = writer.append(data, type.bytes()); !status.ok())
    return status;
  return writer.finish();
}
