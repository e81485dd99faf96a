//===- Skeleton.cpp - a model's file without its large tensors ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Skeleton.h"

#include "llvm/ADT/StringExtras.h"

#include <optional>

using namespace mlir;
using namespace qcc::importer;

namespace {

/// The messages of onnx.proto in which a large tensor can stand.
enum class MessageKind { Model, Graph, Function, Node, Attribute, Tensor };

/// The numbers of the fields of TensorProto that are looked at.
enum TensorField : uint32_t {
  Dims = 1,
  DataType = 2,
  Segment = 3,
  FloatData = 4,
  Int32Data = 5,
  StringData = 6,
  Int64Data = 7,
  Name = 8,
  RawData = 9,
  DoubleData = 10,
  Uint64Data = 11,
  DataLocation = 14,
};

/// The values of TensorProto.DataType whose data is in float_data and
/// double_data.
enum : uint64_t { Float = 1, Double = 11, Complex64 = 14, Complex128 = 15 };

enum WireType : uint32_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// One field: its number, its type, and where its value is.
struct Field {
  uint32_t number = 0;
  uint32_t wireType = 0;
  /// Start of the tag, start of the value (after a length), end of the value.
  uint64_t begin = 0, valueBegin = 0, end = 0;
  uint64_t varint = 0;
};

} // namespace

/// The kind of the message in field `number` of a message of the kind `parent`,
/// if large tensors can stand in it. Sparse tensors are not looked into: the
/// checker wants to see their indices.
static std::optional<MessageKind> childKind(MessageKind parent,
                                            uint32_t number) {
  switch (parent) {
  case MessageKind::Model:
    if (number == 7)
      return MessageKind::Graph;
    if (number == 25)
      return MessageKind::Function;
    break;
  case MessageKind::Graph:
    if (number == 1)
      return MessageKind::Node;
    if (number == 5)
      return MessageKind::Tensor;
    break;
  case MessageKind::Function:
    if (number == 7)
      return MessageKind::Node;
    if (number == 11)
      return MessageKind::Attribute;
    break;
  case MessageKind::Node:
    if (number == 5)
      return MessageKind::Attribute;
    break;
  case MessageKind::Attribute:
    if (number == 5 || number == 10)
      return MessageKind::Tensor;
    if (number == 6 || number == 11)
      return MessageKind::Graph;
    break;
  case MessageKind::Tensor:
    break;
  }
  return std::nullopt;
}

static void appendVarint(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

static void appendTag(std::string &out, uint32_t number, WireType type) {
  appendVarint(out, number << 3 | type);
}

namespace {

class SkeletonBuilder {
public:
  SkeletonBuilder(ArrayRef<char> file, Skeleton &skeleton, ReportFn report)
      : file(file), skeleton(skeleton), report(report) {}

  /// Appends the message in [begin, end) of the file to `out`.
  LogicalResult copyMessage(MessageKind kind, uint64_t begin, uint64_t end,
                            unsigned depth, std::string &out);

private:
  /// Deeper than protobuf's own limit, which then speaks.
  static constexpr unsigned kMaxDepth = 200;

  ArrayRef<char> file;
  Skeleton &skeleton;
  ReportFn report;

  LogicalResult corrupt(uint64_t offset, const Twine &what) {
    report("not an ONNX model, or a damaged one: " + what + " at byte " +
           Twine(offset));
    return failure();
  }

  LogicalResult readVarint(uint64_t &offset, uint64_t end, uint64_t &value);
  LogicalResult readField(uint64_t offset, uint64_t end, Field &field);
  LogicalResult copyTensor(uint64_t begin, uint64_t end, std::string &out);
  LogicalResult readDims(const Field &field, SmallVectorImpl<int64_t> &dims);

  void copy(uint64_t begin, uint64_t end, std::string &out) {
    out.append(file.data() + begin, end - begin);
  }
};

} // namespace

LogicalResult SkeletonBuilder::readVarint(uint64_t &offset, uint64_t end,
                                          uint64_t &value) {
  uint64_t start = offset;
  value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (offset == end)
      return corrupt(start, "a number is cut off");
    uint64_t byte = static_cast<uint8_t>(file[offset++]);
    if (shift < 64)
      value |= (byte & 0x7f) << shift;
    if (byte < 0x80)
      return success();
  }
  return corrupt(start, "a number is too long");
}

LogicalResult SkeletonBuilder::readField(uint64_t offset, uint64_t end,
                                         Field &field) {
  field.begin = offset;
  uint64_t tag = 0;
  if (failed(readVarint(offset, end, tag)))
    return failure();
  if (tag > UINT32_MAX || tag >> 3 == 0)
    return corrupt(field.begin, "there is no valid field");
  field.number = static_cast<uint32_t>(tag >> 3);
  field.wireType = tag & 7;
  uint64_t length = 0;
  switch (field.wireType) {
  case Varint:
    field.valueBegin = offset;
    if (failed(readVarint(offset, end, field.varint)))
      return failure();
    field.end = offset;
    return success();
  case Fixed64:
    length = 8;
    break;
  case Fixed32:
    length = 4;
    break;
  case Bytes:
    if (failed(readVarint(offset, end, length)))
      return failure();
    break;
  default:
    return corrupt(field.begin, "there is no valid field");
  }
  if (length > end - offset)
    return corrupt(field.begin, "a field of " + Twine(length) +
                                    " bytes does not fit into what is left");
  field.valueBegin = offset;
  field.end = offset + length;
  return success();
}

LogicalResult SkeletonBuilder::copyMessage(MessageKind kind, uint64_t begin,
                                           uint64_t end, unsigned depth,
                                           std::string &out) {
  if (kind == MessageKind::Tensor)
    return copyTensor(begin, end, out);
  if (depth > kMaxDepth)
    return corrupt(begin, "graphs are nested too deeply");
  for (uint64_t offset = begin; offset != end;) {
    Field field;
    if (failed(readField(offset, end, field)))
      return failure();
    offset = field.end;
    std::optional<MessageKind> child = childKind(kind, field.number);
    if (!child || field.wireType != Bytes) {
      copy(field.begin, field.end, out);
      continue;
    }
    std::string message;
    if (failed(copyMessage(*child, field.valueBegin, field.end, depth + 1,
                           message)))
      return failure();
    appendTag(out, field.number, Bytes);
    appendVarint(out, message.size());
    out += message;
  }
  return success();
}

LogicalResult SkeletonBuilder::readDims(const Field &field,
                                        SmallVectorImpl<int64_t> &dims) {
  if (field.wireType == Varint) {
    dims.push_back(static_cast<int64_t>(field.varint));
    return success();
  }
  for (uint64_t offset = field.valueBegin; offset != field.end;) {
    uint64_t dim = 0;
    if (failed(readVarint(offset, field.end, dim)))
      return failure();
    dims.push_back(static_cast<int64_t>(dim));
  }
  return success();
}

LogicalResult SkeletonBuilder::copyTensor(uint64_t begin, uint64_t end,
                                          std::string &out) {
  // The data is left out if it is in one piece that reads like raw data, as
  // raw data is, and floats and doubles in their packed form.
  Payload payload;
  std::optional<Field> data;
  StringRef name;
  unsigned numDataFields = 0;
  uint64_t dataType = 0;
  bool isExternal = false, hasSegment = false;
  for (uint64_t offset = begin; offset != end;) {
    Field field;
    if (failed(readField(offset, end, field)))
      return failure();
    offset = field.end;
    switch (field.number) {
    case Dims:
      if (failed(readDims(field, payload.dims)))
        return failure();
      break;
    case DataType:
      dataType = field.varint;
      break;
    case Segment:
      hasSegment = true;
      break;
    case Name:
      name = StringRef(file.data() + field.valueBegin,
                       field.end - field.valueBegin);
      break;
    case RawData:
    case FloatData:
    case DoubleData:
      ++numDataFields;
      if (field.wireType == Bytes)
        data = field;
      break;
    case Int32Data:
    case StringData:
    case Int64Data:
    case Uint64Data:
      ++numDataFields;
      break;
    case DataLocation:
      isExternal = field.varint != 0;
      break;
    default:
      break;
    }
  }
  if (hasSegment) {
    report("tensor '" + name +
           "' is a segment of a larger one, which is not supported");
    return failure();
  }
  bool isRaw = data && (data->number == RawData ||
                        (data->number == FloatData
                             ? dataType == Float || dataType == Complex64
                             : dataType == Double || dataType == Complex128));
  bool leaveOut = numDataFields == 1 && isRaw && !isExternal &&
                  data->end - data->valueBegin >= kMinPayloadBytes;
  if (!leaveOut) {
    copy(begin, end, out);
    return success();
  }
  payload.offset = data->valueBegin;
  payload.length = data->end - data->valueBegin;
  for (uint64_t offset = begin; offset != end;) {
    Field field;
    if (failed(readField(offset, end, field)))
      return failure();
    offset = field.end;
    if (field.number != Dims && field.begin != data->begin)
      copy(field.begin, field.end, out);
  }
  appendTag(out, Dims, Varint);
  appendVarint(out, 0);
  std::string segment;
  appendTag(segment, 1, Varint);
  appendVarint(segment, skeleton.payloads.size());
  appendTag(out, Segment, Bytes);
  appendVarint(out, segment.size());
  out += segment;
  skeleton.payloads.push_back(std::move(payload));
  return success();
}

FailureOr<Skeleton> qcc::importer::buildSkeleton(ArrayRef<char> file,
                                                 ReportFn report) {
  if (file.empty()) {
    report("the file is empty");
    return failure();
  }
  StringRef text(file.data(), std::min<size_t>(file.size(), 64));
  if (text.starts_with("version https://git-lfs")) {
    report("the file is a pointer of Git LFS, not the model itself");
    return failure();
  }
  Skeleton skeleton;
  SkeletonBuilder builder(file, skeleton, report);
  if (failed(builder.copyMessage(MessageKind::Model, 0, file.size(),
                                 /*depth=*/0, skeleton.bytes)))
    return failure();
  return skeleton;
}
