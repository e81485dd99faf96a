//===- Sample.cpp - one sample, from a picture or an array ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/io/Preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace qcc::io;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

template <typename T> static T saturate(float x) {
  x = std::nearbyint(x);
  // The largest float that T can hold.
  constexpr float hi = sizeof(T) < 4 ? float(std::numeric_limits<T>::max())
                       : std::numeric_limits<T>::digits == 31 ? 2147483520.0f
                       : std::numeric_limits<T>::digits == 32 ? 4294967040.0f
                       : std::numeric_limits<T>::digits == 63
                           ? 9223371487098961920.0f
                           : 18446742974197923840.0f;
  constexpr float lo = float(std::numeric_limits<T>::min());
  return x < lo ? T(lo) : x > hi ? T(hi) : T(x);
}

template <typename T> static void storeAs(void *out, uint64_t i, float x) {
  if constexpr (std::numeric_limits<T>::is_integer)
    static_cast<T *>(out)[i] = saturate<T>(x);
  else
    static_cast<T *>(out)[i] = x;
}

template <typename T> static float loadAs(const void *data, uint64_t i) {
  T value;
  memcpy(&value, static_cast<const uint8_t *>(data) + i * sizeof(T), sizeof(T));
  return float(value);
}

/// Calls `function` with a value of the C++ type that holds `dtype`. Returns
/// whether there is one.
template <typename Function>
static bool dispatch(uint32_t dtype, Function function) {
  switch (dtype) {
  case QCC_DTYPE_F32:
    return function(float()), true;
  case QCC_DTYPE_F64:
    return function(double()), true;
  case QCC_DTYPE_U8:
    return function(uint8_t()), true;
  case QCC_DTYPE_I8:
    return function(int8_t()), true;
  case QCC_DTYPE_U16:
    return function(uint16_t()), true;
  case QCC_DTYPE_I16:
    return function(int16_t()), true;
  case QCC_DTYPE_U32:
    return function(uint32_t()), true;
  case QCC_DTYPE_I32:
    return function(int32_t()), true;
  case QCC_DTYPE_U64:
    return function(uint64_t()), true;
  case QCC_DTYPE_I64:
    return function(int64_t()), true;
  default:
    return false;
  }
}

static bool isNumeric(uint32_t dtype) {
  return dispatch(dtype, [](auto) {});
}

static float normalize(float x, const qcc_preprocess &p, uint32_t channel) {
  return (x * p.scale - p.mean[channel]) / p.std[channel];
}

//===----------------------------------------------------------------------===//
// Resizing
//===----------------------------------------------------------------------===//

namespace {

/// The source pixels that make one target pixel, and their weights.
struct Window {
  uint32_t begin;
  std::vector<float> weights;
};

} // namespace

/// Bilinear interpolation; when shrinking, the triangle is as wide as the
/// scale, so that no source pixel is lost. That is what Pillow does.
static std::vector<Window> makeWindows(uint32_t from, uint32_t to) {
  double scale = double(from) / to, support = std::max(scale, 1.0);
  std::vector<Window> windows(to);
  for (uint32_t i = 0; i < to; ++i) {
    double center = (i + 0.5) * scale;
    auto begin = uint32_t(std::max(0.0, std::floor(center - support + 0.5)));
    auto end =
        uint32_t(std::min(double(from), std::floor(center + support + 0.5)));
    double sum = 0;
    std::vector<double> weights;
    for (uint32_t x = begin; x < end; ++x) {
      weights.push_back(
          std::max(0.0, 1 - std::fabs((x + 0.5 - center) / support)));
      sum += weights.back();
    }
    windows[i].begin = begin;
    for (double weight : weights)
      windows[i].weights.push_back(float(weight / sum));
  }
  return windows;
}

/// Resizes along one dimension: `outer` x `from` x `inner` becomes outer x to x
/// inner.
static std::vector<uint8_t> resizeAlong(const std::vector<uint8_t> &pixels,
                                        uint64_t outer, uint32_t from,
                                        uint64_t inner, uint32_t to) {
  std::vector<Window> windows = makeWindows(from, to);
  std::vector<uint8_t> result(outer * to * inner);
  for (uint64_t o = 0; o < outer; ++o)
    for (uint32_t i = 0; i < to; ++i)
      for (uint64_t k = 0; k < inner; ++k) {
        const uint8_t *source =
            &pixels[(o * from + windows[i].begin) * inner + k];
        float sum = 0;
        for (float weight : windows[i].weights) {
          sum += weight * *source;
          source += inner;
        }
        result[(o * to + i) * inner + k] = uint8_t(std::floor(sum + 0.5f));
      }
  return result;
}

static Picture resize(const Picture &picture, uint32_t height, uint32_t width) {
  Picture result = picture;
  uint32_t c = picture.channels;
  if (width != picture.width)
    result.pixels =
        resizeAlong(result.pixels, picture.height, picture.width, c, width);
  if (height != picture.height)
    result.pixels = resizeAlong(result.pixels, 1, picture.height,
                                uint64_t(width) * c, height);
  result.height = height;
  result.width = width;
  return result;
}

//===----------------------------------------------------------------------===//
// Pictures
//===----------------------------------------------------------------------===//

static Picture toGray(const Picture &picture) {
  Picture gray = picture;
  gray.channels = 1;
  gray.pixels.resize(uint64_t(picture.height) * picture.width);
  for (uint64_t i = 0; i < gray.pixels.size(); ++i) {
    const uint8_t *rgb = &picture.pixels[3 * i];
    // BT.601 in 16 bits of fraction.
    gray.pixels[i] =
        (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16;
  }
  return gray;
}

/// Where channel c of the model is in a pixel of the picture.
static uint32_t sourceChannel(const qcc_preprocess &p, uint32_t available,
                              uint32_t c) {
  if (available == 1)
    return 0;
  return p.channels == QCC_CHANNELS_BGR ? 2 - c : c;
}

Status qcc::io::preprocessPicture(const Picture &original,
                                  const qcc_preprocess &p,
                                  const ArrayType &input, void *out) {
  bool nchw = p.layout == QCC_LAYOUT_NCHW;
  if (input.shape.size() != 4 || input.shape[0] != 1 || !isNumeric(input.dtype))
    return Status::error("a picture cannot become an input of type " +
                         toString(input));
  int64_t channels = input.shape[nchw ? 1 : 3];
  int64_t height = input.shape[nchw ? 2 : 1];
  int64_t width = input.shape[nchw ? 3 : 2];
  if (channels != (p.channels == QCC_CHANNELS_GRAY ? 1 : 3))
    return Status::error("a picture cannot become an input of type " +
                         toString(input));

  Picture gray, resized;
  const Picture *picture = &original;
  if (p.channels == QCC_CHANNELS_GRAY && picture->channels == 3) {
    gray = toGray(*picture);
    picture = &gray;
  }
  if (p.resize_height) {
    uint64_t h = p.resize_height, w = p.resize_width;
    if (!w) {
      // The shorter side gets the size, the longer its proportion, rounded
      // down.
      bool tall = picture->height > picture->width;
      uint64_t longer = tall ? picture->height : picture->width;
      uint64_t shorter = tall ? picture->width : picture->height;
      uint64_t scaled = h * longer / shorter;
      if (scaled * h > (1 << 27))
        return Status::error("the picture is too narrow to be resized: " +
                             std::to_string(original.height) + "x" +
                             std::to_string(original.width));
      w = tall ? h : scaled;
      h = tall ? scaled : h;
    }
    resized = resize(*picture, h, w);
    picture = &resized;
  }
  if (p.crop_height ? picture->height < height || picture->width < width
                    : picture->height != height || picture->width != width)
    return Status::error("the picture is " + std::to_string(picture->height) +
                         "x" + std::to_string(picture->width) +
                         ", the model's input wants " + std::to_string(height) +
                         "x" + std::to_string(width) +
                         " (see size: and crop: of -preprocess)");
  // The centre, as torchvision rounds it: half to even.
  uint64_t top = std::nearbyint((picture->height - height) / 2.0);
  uint64_t left = std::nearbyint((picture->width - width) / 2.0);

  dispatch(input.dtype, [&](auto element) {
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x)
        for (int64_t c = 0; c < channels; ++c) {
          uint64_t from =
              ((top + y) * picture->width + left + x) * picture->channels +
              sourceChannel(p, picture->channels, c);
          uint64_t to = nchw ? (c * height + y) * width + x
                             : (y * width + x) * channels + c;
          storeAs<decltype(element)>(out, to,
                                     normalize(picture->pixels[from], p, c));
        }
  });
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

/// Whether the shapes are the same but for leading ones.
static bool sameShape(const std::vector<int64_t> &a,
                      const std::vector<int64_t> &b) {
  auto begin = [](const std::vector<int64_t> &shape) {
    auto i = shape.begin();
    while (i != shape.end() && *i == 1)
      ++i;
    return i;
  };
  return std::equal(begin(a), a.end(), begin(b), b.end());
}

/// Whether the array is a picture of bytes, height x width [x channels].
static bool isPicture(const ArrayType &array, const ArrayType &input) {
  const std::vector<int64_t> &s = array.shape;
  if (array.dtype != QCC_DTYPE_U8 || input.shape.size() != 4 || s.size() < 2 ||
      s.size() > 3 || s[0] < 1 || s[1] < 1 || s[0] > (1 << 14) ||
      s[1] > (1 << 14))
    return false;
  return s.size() == 2 || s[2] == 1 || s[2] == 3;
}

Status qcc::io::checkPreprocess(const ArrayType &array,
                                const ArrayType &input) {
  if (!isNumeric(array.dtype) || !isNumeric(input.dtype) ||
      (!sameShape(array.shape, input.shape) && !isPicture(array, input)))
    return Status::error(
        "with preprocessing, each sample must be numbers of shape " +
        toString(input).substr(toString(input).find('[')) +
        (input.shape.size() == 4 ? " or a uint8 picture, height x width x "
                                   "channels"
                                 : "") +
        ", not " + toString(array));
  return Status::success();
}

Status qcc::io::preprocessArray(const ArrayType &type, const void *data,
                                const qcc_preprocess &p, const ArrayType &input,
                                void *out) {
  if (Status status = checkPreprocess(type, input); !status.ok())
    return status;
  if (!sameShape(type.shape, input.shape)) {
    Picture picture;
    picture.height = type.shape[0];
    picture.width = type.shape[1];
    picture.channels = type.shape.size() == 3 ? type.shape[2] : 1;
    auto *bytes = static_cast<const uint8_t *>(data);
    picture.pixels.assign(bytes, bytes + type.bytes());
    return preprocessPicture(picture, p, input, out);
  }
  // Of which channel element i is: i / inner % channels.
  uint64_t inner = 1, channels = 1;
  if (input.shape.size() == 4 && p.channels != QCC_CHANNELS_GRAY) {
    bool nchw = p.layout == QCC_LAYOUT_NCHW;
    channels = 3;
    inner = nchw ? input.shape[2] * input.shape[3] : 1;
  }
  dispatch(type.dtype, [&](auto from) {
    dispatch(input.dtype, [&](auto to) {
      for (uint64_t i = 0, end = input.elements(); i < end; ++i)
        storeAs<decltype(to)>(out, i,
                              normalize(loadAs<decltype(from)>(data, i), p,
                                        i / inner % channels));
    });
  });
  return Status::success();
}
