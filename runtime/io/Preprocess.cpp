//===- Preprocess.cpp - from pictures and raw arrays to inputs ------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/io/Preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace qcc::io;

/// The side of the largest picture that is made.
static constexpr uint32_t maxSide = 1 << 14;

namespace {

/// A model's input as a picture.
struct PictureShape {
  uint32_t height = 0, width = 0, channels = 0;
};

} // namespace

/// Whether an input of shape [1, C, H, W] or [1, H, W, C] with 1 or 3 channels
/// is a picture in this layout.
static bool asPicture(const ArrayType &input, uint32_t layout,
                      PictureShape &shape) {
  const std::vector<int64_t> &s = input.shape;
  if (s.size() != 4 || s[0] != 1)
    return false;
  bool nchw = layout == QCC_LAYOUT_NCHW;
  int64_t channels = nchw ? s[1] : s[3];
  int64_t height = nchw ? s[2] : s[1], width = nchw ? s[3] : s[2];
  if ((channels != 1 && channels != 3) || height < 1 || width < 1 ||
      height > maxSide || width > maxSide)
    return false;
  shape = {uint32_t(height), uint32_t(width), uint32_t(channels)};
  return true;
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

static Status malformed(std::string_view entry, const std::string &what) {
  return Status::error("-preprocess: '" + std::string(entry) + "': " + what);
}

/// Parses a finite number or, for a scale, a fraction of two.
static bool parseNumber(std::string text, bool fraction, float &value) {
  size_t slash = fraction ? text.find('/') : std::string::npos;
  float denominator = 1;
  if (slash != std::string::npos) {
    if (!parseNumber(text.substr(slash + 1), false, denominator) ||
        denominator == 0)
      return false;
    text.resize(slash);
  }
  char *end;
  float numerator = strtof(text.c_str(), &end);
  value = numerator / denominator;
  return !text.empty() && *end == '\0' && std::isfinite(value);
}

static bool parseSize(const std::string &text, uint32_t &height,
                      uint32_t &width, bool &one) {
  char *end;
  unsigned long h = strtoul(text.c_str(), &end, 10), w = h;
  one = *end != 'x';
  if (!one)
    w = strtoul(end + 1, &end, 10);
  if (text.empty() || !isdigit(text[0]) || *end || h < 1 || w < 1 ||
      h > maxSide || w > maxSide)
    return false;
  height = h;
  width = w;
  return true;
}

/// Parses 1 or `channels` numbers; one holds for all.
static bool parseChannels(std::string_view text, uint32_t channels,
                          float (&values)[4]) {
  uint32_t count = 0;
  for (;; ++count) {
    size_t slash = text.find('/');
    if (count == 4 ||
        !parseNumber(std::string(text.substr(0, slash)), false, values[count]))
      return false;
    if (slash == std::string_view::npos)
      break;
    text.remove_prefix(slash + 1);
  }
  if (++count == 1)
    std::fill(values + 1, values + 4, values[0]);
  return count == 1 || count == channels;
}

namespace {

/// What the entries say, before defaults.
struct Entries {
  std::string_view size, crop, channels, layout, scale, mean, std;
};

} // namespace

static Status splitEntries(std::string_view text, Entries &entries) {
  while (!text.empty()) {
    size_t comma = text.find(',');
    std::string_view entry = text.substr(0, comma);
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
    size_t colon = entry.find(':');
    std::string_view key = entry.substr(0, colon);
    std::string_view *slot = key == "size"       ? &entries.size
                             : key == "crop"     ? &entries.crop
                             : key == "channels" ? &entries.channels
                             : key == "layout"   ? &entries.layout
                             : key == "scale"    ? &entries.scale
                             : key == "mean"     ? &entries.mean
                             : key == "std"      ? &entries.std
                                                 : nullptr;
    if (!slot)
      return malformed(entry, "expected size:, crop:, channels:, layout:, "
                              "scale:, mean: or std:");
    if (colon == std::string_view::npos || colon + 1 == entry.size())
      return malformed(entry, "a value is missing behind ':'");
    if (!slot->empty())
      return malformed(entry, "given twice");
    *slot = entry.substr(colon + 1);
  }
  return Status::success();
}

/// Checks that size and crop end in pictures of the input's shape.
static Status checkSizes(const Entries &entries, const qcc_preprocess &p,
                         const PictureShape &shape) {
  bool fixed = p.crop_height || (p.resize_height && p.resize_width);
  uint32_t height = p.crop_height ? p.crop_height : p.resize_height;
  uint32_t width = p.crop_height ? p.crop_width : p.resize_width;
  std::string wanted =
      std::to_string(shape.height) + "x" + std::to_string(shape.width);
  if (!entries.size.empty() && !fixed)
    return malformed(entries.size,
                     "a size for the shorter side leaves pictures "
                     "of many sizes; add crop:" +
                         wanted);
  if (fixed && (height != shape.height || width != shape.width))
    return malformed(entries.crop.empty() ? entries.size : entries.crop,
                     "the model's input wants " + wanted);
  if (p.crop_height && p.resize_height && p.resize_width &&
      (p.resize_height < p.crop_height || p.resize_width < p.crop_width))
    return malformed(entries.crop, "larger than the size before it");
  return Status::success();
}

Status qcc::io::parsePreprocess(std::string_view text, const ArrayType &input,
                                qcc_preprocess &preprocess) {
  Entries entries;
  if (Status status = splitEntries(text, entries); !status.ok())
    return status;
  qcc_preprocess p = {};
  p.scale = 1;
  std::fill(std::begin(p.std), std::end(p.std), 1);

  PictureShape shape;
  if (entries.layout.empty())
    p.layout = asPicture(input, QCC_LAYOUT_NCHW, shape) ||
                       !asPicture(input, QCC_LAYOUT_NHWC, shape)
                   ? QCC_LAYOUT_NCHW
                   : QCC_LAYOUT_NHWC;
  else if (entries.layout == "nchw" || entries.layout == "nhwc")
    p.layout = entries.layout == "nchw" ? QCC_LAYOUT_NCHW : QCC_LAYOUT_NHWC;
  else
    return malformed(entries.layout, "expected nchw or nhwc");
  bool picture = asPicture(input, p.layout, shape);
  if (!picture && (!entries.layout.empty() || !entries.channels.empty() ||
                   !entries.size.empty() || !entries.crop.empty()))
    return Status::error("-preprocess: size, crop, channels and layout are for "
                         "pictures, which the model's input " +
                         toString(input) + " is not");

  p.channels = shape.channels == 3 ? QCC_CHANNELS_RGB : QCC_CHANNELS_GRAY;
  if (entries.channels == "bgr")
    p.channels = QCC_CHANNELS_BGR;
  else if (entries.channels == "rgb")
    p.channels = QCC_CHANNELS_RGB;
  else if (entries.channels == "gray")
    p.channels = QCC_CHANNELS_GRAY;
  else if (!entries.channels.empty())
    return malformed(entries.channels, "expected rgb, bgr or gray");
  if (picture && (p.channels == QCC_CHANNELS_GRAY) != (shape.channels == 1))
    return malformed(entries.channels, "the model's input has " +
                                           std::to_string(shape.channels) +
                                           " channels");

  bool one = false;
  if (!entries.size.empty()) {
    if (!parseSize(std::string(entries.size), p.resize_height, p.resize_width,
                   one))
      return malformed(entries.size, "expected a size such as 256 or 256x320");
    if (one)
      p.resize_width = 0;
  }
  if (!entries.crop.empty() &&
      !parseSize(std::string(entries.crop), p.crop_height, p.crop_width, one))
    return malformed(entries.crop, "expected a size such as 224 or 224x224");
  if (Status status = checkSizes(entries, p, shape); !status.ok())
    return status;

  if (!entries.scale.empty() &&
      !parseNumber(std::string(entries.scale), true, p.scale))
    return malformed(entries.scale, "expected a number or a fraction");
  uint32_t channels = picture ? shape.channels : 1;
  if (!entries.mean.empty() && !parseChannels(entries.mean, channels, p.mean))
    return malformed(entries.mean, "expected 1 or " + std::to_string(channels) +
                                       " numbers with '/' between");
  if (!entries.std.empty() && (!parseChannels(entries.std, channels, p.std) ||
                               *std::min_element(p.std, p.std + channels) <= 0))
    return malformed(entries.std, "expected 1 or " + std::to_string(channels) +
                                      " positive numbers with '/' between");
  preprocess = p;
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

static std::string number(float value) {
  char text[32];
  snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

static std::string channelNumbers(const float (&values)[4], bool gray) {
  std::string text = number(values[0]);
  if (!gray && (values[1] != values[0] || values[2] != values[0]))
    text += "/" + number(values[1]) + "/" + number(values[2]);
  return text;
}

std::string qcc::io::toString(const qcc_preprocess &p) {
  std::string text;
  bool gray = p.channels == QCC_CHANNELS_GRAY;
  auto size = [](uint32_t h, uint32_t w) {
    return std::to_string(h) + (w ? "x" + std::to_string(w) : "");
  };
  if (p.resize_height)
    text += "size:" + size(p.resize_height, p.resize_width) + ",";
  if (p.crop_height)
    text += "crop:" + size(p.crop_height, p.crop_width) + ",";
  if (!gray)
    text += p.channels == QCC_CHANNELS_BGR ? "channels:bgr," : "channels:rgb,";
  if (p.layout == QCC_LAYOUT_NHWC)
    text += "layout:nhwc,";
  return text + "scale:" + number(p.scale) +
         ",mean:" + channelNumbers(p.mean, gray) +
         ",std:" + channelNumbers(p.std, gray);
}
