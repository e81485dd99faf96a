//===- Npz.cpp - NumPy's .npz files ---------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A .npz is a ZIP archive of .npy members, stored or deflated. Its central
// directory lies at the end; every number in it is checked against the file.
//
//===----------------------------------------------------------------------===//

#include "Source.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>

using namespace qcc::io;

namespace {

/// A deflated member. Reading forwards inflates on; going back starts over.
class InflateSource : public Source {
public:
  InflateSource(std::shared_ptr<File> file, uint64_t begin, uint64_t compressed,
                uint64_t size)
      : file(std::move(file)), begin(begin), compressed(compressed),
        length(size), input(1 << 16) {}
  ~InflateSource() override {
    if (active)
      inflateEnd(&stream);
  }

  uint64_t size() const override { return length; }
  Status read(uint64_t offset, uint64_t size, void *out) override;

private:
  Status corrupt() const {
    return Status::error("'" + file->path() + "': corrupt compressed data");
  }
  Status restart();
  Status inflateInto(uint8_t *out, uint64_t size);

  std::shared_ptr<File> file;
  uint64_t begin, compressed, length;
  z_stream stream = {};
  bool active = false;
  uint64_t consumed = 0; ///< Compressed bytes given to zlib.
  uint64_t position = 0; ///< Bytes that it gave back.
  std::vector<uint8_t> input;
};

} // namespace

Status InflateSource::restart() {
  if (active)
    inflateEnd(&stream);
  stream = {};
  active = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
  consumed = position = 0;
  return active ? Status::success() : Status::error("out of memory for zlib");
}

Status InflateSource::inflateInto(uint8_t *out, uint64_t size) {
  while (size) {
    if (stream.avail_in == 0) {
      uint64_t chunk = std::min<uint64_t>(input.size(), compressed - consumed);
      if (chunk == 0)
        return corrupt();
      if (Status status = file->read(begin + consumed, chunk, input.data());
          !status.ok())
        return status;
      consumed += chunk;
      stream.next_in = input.data();
      stream.avail_in = chunk;
    }
    uint64_t chunk = std::min<uint64_t>(size, 1 << 30);
    stream.next_out = out;
    stream.avail_out = chunk;
    int result = inflate(&stream, Z_NO_FLUSH);
    uint64_t produced = chunk - stream.avail_out;
    out += produced;
    size -= produced;
    position += produced;
    if (result != Z_OK && (result != Z_STREAM_END || size))
      return corrupt();
  }
  return Status::success();
}

Status InflateSource::read(uint64_t offset, uint64_t size, void *out) {
  if (offset > length || size > length - offset)
    return corrupt();
  if (!active || offset < position)
    if (Status status = restart(); !status.ok())
      return status;
  uint8_t skipped[4096];
  while (position < offset) {
    uint64_t chunk = std::min<uint64_t>(sizeof(skipped), offset - position);
    if (Status status = inflateInto(skipped, chunk); !status.ok())
      return status;
  }
  return inflateInto(static_cast<uint8_t *>(out), size);
}

//===----------------------------------------------------------------------===//
// The archive
//===----------------------------------------------------------------------===//

namespace {

/// Little-endian numbers in a buffer; zero behind its end.
struct Fields {
  const uint8_t *data;
  uint64_t size;

  uint64_t get(uint64_t offset, unsigned bytes) const {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes && offset + i < size; ++i)
      value |= uint64_t(data[offset + i]) << 8 * i;
    return value;
  }
};

/// A member of the archive, as the central directory has it.
struct Member {
  std::string name;
  uint64_t method, compressed, size, header;
};

class Archive {
public:
  explicit Archive(std::shared_ptr<File> file) : file(std::move(file)) {}

  Status readDirectory(std::vector<Member> &members);
  Status openMember(const Member &member, std::unique_ptr<ArrayReader> &reader);

private:
  Status error(const std::string &what) const {
    return Status::error("'" + file->path() +
                         "' is not a usable .npz: " + what);
  }
  Status findDirectory(uint64_t &begin, uint64_t &size, uint64_t &count);

  std::shared_ptr<File> file;
};

} // namespace

Status Archive::findDirectory(uint64_t &begin, uint64_t &size,
                              uint64_t &count) {
  // The end record is 22 bytes and a comment of up to 65535 long.
  uint64_t window = std::min<uint64_t>(file->size(), 22 + 65535);
  std::vector<uint8_t> tail(window);
  if (Status status = file->read(file->size() - window, window, tail.data());
      !status.ok())
    return status;
  Fields fields = {tail.data(), tail.size()};
  for (uint64_t i = window; i-- > 0;) {
    if (i + 22 > window || fields.get(i, 4) != 0x06054b50)
      continue;
    count = fields.get(i + 10, 2);
    size = fields.get(i + 12, 4);
    begin = fields.get(i + 16, 4);
    // ZIP64: the end record of 56 bytes is found through a locator of 20.
    if (i >= 20 && fields.get(i - 20, 4) == 0x07064b50) {
      uint8_t record[56];
      uint64_t offset = fields.get(i - 12, 8);
      if (offset > file->size() || file->size() - offset < sizeof(record))
        return error("its directory is out of bounds");
      if (Status status = file->read(offset, sizeof(record), record);
          !status.ok())
        return status;
      Fields wide = {record, sizeof(record)};
      count = wide.get(32, 8);
      size = wide.get(40, 8);
      begin = wide.get(48, 8);
    }
    return Status::success();
  }
  return error("it is no ZIP archive, or truncated");
}

Status Archive::readDirectory(std::vector<Member> &members) {
  uint64_t begin, size, count;
  if (Status status = findDirectory(begin, size, count); !status.ok())
    return status;
  if (begin > file->size() || size > file->size() - begin || count > 65535 ||
      size > (64 << 20))
    return error("its directory is out of bounds");
  std::vector<uint8_t> directory(size);
  if (Status status = file->read(begin, size, directory.data()); !status.ok())
    return status;
  Fields fields = {directory.data(), directory.size()};
  uint64_t at = 0;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t nameLength = fields.get(at + 28, 2);
    uint64_t extraLength = fields.get(at + 30, 2);
    uint64_t next = at + 46 + nameLength + extraLength + fields.get(at + 32, 2);
    if (fields.get(at, 4) != 0x02014b50 || next > size)
      return error("its directory is damaged");
    Member member;
    member.name.assign(directory.begin() + at + 46,
                       directory.begin() + at + 46 + nameLength);
    member.method = fields.get(at + 10, 2);
    member.compressed = fields.get(at + 20, 4);
    member.size = fields.get(at + 24, 4);
    member.header = fields.get(at + 42, 4);
    if (fields.get(at + 8, 2) & 1)
      return error("'" + member.name + "' is encrypted");
    // Sizes that need 64 bits are in an extra field, in this order.
    Fields extra = {directory.data() + at + 46 + nameLength, extraLength};
    for (uint64_t e = 0; e + 4 <= extraLength; e += 4 + extra.get(e + 2, 2)) {
      if (extra.get(e, 2) != 1)
        continue;
      uint64_t field = e + 4;
      for (uint64_t *value : {&member.size, &member.compressed, &member.header})
        if (*value == 0xffffffff) {
          *value = extra.get(field, 8);
          field += 8;
        }
    }
    members.push_back(std::move(member));
    at = next;
  }
  return Status::success();
}

Status Archive::openMember(const Member &member,
                           std::unique_ptr<ArrayReader> &reader) {
  uint8_t local[30];
  if (member.header > file->size() ||
      file->size() - member.header < sizeof(local))
    return error("'" + member.name + "' is out of bounds");
  if (Status status = file->read(member.header, sizeof(local), local);
      !status.ok())
    return status;
  Fields fields = {local, sizeof(local)};
  uint64_t begin =
      member.header + sizeof(local) + fields.get(26, 2) + fields.get(28, 2);
  if (fields.get(0, 4) != 0x04034b50 || begin > file->size() ||
      member.compressed > file->size() - begin)
    return error("'" + member.name + "' is out of bounds");
  std::unique_ptr<Source> source;
  if (member.method == 0)
    source = std::make_unique<FileSource>(
        file, begin, std::min(member.size, member.compressed));
  else if (member.method == 8)
    source = std::make_unique<InflateSource>(file, begin, member.compressed,
                                             member.size);
  else
    return error("'" + member.name + "' is compressed with method " +
                 std::to_string(member.method) +
                 "; numpy.savez and savez_compressed are supported");
  return openNpy(file->path() + ":" + member.name, std::move(source), reader);
}

Status qcc::io::openNpz(const std::string &path,
                        std::vector<NamedArray> &arrays) {
  std::shared_ptr<File> file;
  if (Status status = File::open(path, file); !status.ok())
    return status;
  Archive archive(file);
  std::vector<Member> members;
  if (Status status = archive.readDirectory(members); !status.ok())
    return status;
  for (const Member &member : members) {
    std::string_view name = member.name;
    if (name.size() > 4 && name.substr(name.size() - 4) == ".npy")
      name.remove_suffix(4);
    NamedArray array = {std::string(name), nullptr};
    if (Status status = archive.openMember(member, array.reader); !status.ok())
      return status;
    arrays.push_back(std::move(array));
  }
  return Status::success();
}
