//===- Picture.cpp - decoding of JPEG, PNG and PPM ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Source.h"

#include "qcc/io/Preprocess.h"

#include <csetjmp>
#include <cstdio> // before jpeglib.h, which needs it
#include <cstring>
#include <jpeglib.h>
#include <png.h>

using namespace qcc::io;

/// Larger pictures are refused: a small file can claim to be an enormous one.
static constexpr uint64_t maxFileBytes = uint64_t(1) << 28;
static constexpr uint64_t maxPixels = uint64_t(1) << 26;

static Status corrupt(const std::string &path, const std::string &what) {
  return Status::error("'" + path + "' is not a usable picture: " + what);
}

static bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         strncasecmp(text.data() + text.size() - end.size(), end.data(),
                     end.size()) == 0;
}

bool qcc::io::isPicturePath(std::string_view path) {
  for (const char *end : {".jpg", ".jpeg", ".png", ".ppm", ".pgm"})
    if (endsWith(path, end))
      return true;
  return false;
}

/// Gives the picture its size, unless that is out of bounds.
static bool allocate(uint64_t height, uint64_t width, uint32_t channels,
                     Picture &picture) {
  if (height == 0 || width == 0 || height > maxPixels || width > maxPixels ||
      height * width > maxPixels)
    return false;
  picture.height = height;
  picture.width = width;
  picture.channels = channels;
  picture.pixels.resize(height * width * channels);
  return true;
}

//===----------------------------------------------------------------------===//
// JPEG
//===----------------------------------------------------------------------===//

namespace {

/// libjpeg reports errors by a call that must not return.
struct JpegErrors {
  jpeg_error_mgr manager; ///< First: libjpeg hands out a pointer to it.
  jmp_buf target;
  char message[JMSG_LENGTH_MAX];
};

} // namespace

static void jpegFail(j_common_ptr info) {
  auto *errors = reinterpret_cast<JpegErrors *>(info->err);
  info->err->format_message(info, errors->message);
  longjmp(errors->target, 1);
}

/// Damage that libjpeg would paint over with gray is an error here.
static void jpegMessage(j_common_ptr info, int level) {
  if (level < 0)
    jpegFail(info);
}

/// A progressive file can have any number of scans, each over the whole
/// picture.
static void jpegProgress(j_common_ptr info) {
  auto *decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (decoder->input_scan_number > 256) {
    auto *errors = reinterpret_cast<JpegErrors *>(info->err);
    strcpy(errors->message, "too many scans");
    longjmp(errors->target, 1);
  }
}

/// Returns what is wrong, or nothing. Nothing here may have a destructor:
/// longjmp would skip it.
static bool decodeJpeg(const uint8_t *data, size_t size, JpegErrors &errors,
                       Picture &picture) {
  jpeg_decompress_struct decoder;
  jpeg_progress_mgr progress = {};
  decoder.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = jpegFail;
  errors.manager.emit_message = jpegMessage;
  if (setjmp(errors.target)) {
    jpeg_destroy_decompress(&decoder);
    return false;
  }
  jpeg_create_decompress(&decoder);
  progress.progress_monitor = jpegProgress;
  decoder.progress = &progress;
  jpeg_mem_src(&decoder, data, size);
  jpeg_read_header(&decoder, TRUE);
  bool gray = decoder.jpeg_color_space == JCS_GRAYSCALE;
  decoder.out_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&decoder);
  if (!allocate(decoder.output_height, decoder.output_width, gray ? 1 : 3,
                picture)) {
    strcpy(errors.message, "it is too large");
    longjmp(errors.target, 1);
  }
  size_t stride = size_t(picture.width) * picture.channels;
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = picture.pixels.data() + decoder.output_scanline * stride;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return true;
}

//===----------------------------------------------------------------------===//
// PNG
//===----------------------------------------------------------------------===//

/// Transparent pixels show black.
static Status decodePng(const std::string &path,
                        const std::vector<uint8_t> &data, Picture &picture) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, data.data(), data.size()))
    return corrupt(path, image.message);
  bool gray = !(image.format & PNG_FORMAT_FLAG_COLOR);
  image.format = gray ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  if (!allocate(image.height, image.width, gray ? 1 : 3, picture)) {
    png_image_free(&image);
    return corrupt(path, "it is too large");
  }
  png_color black = {0, 0, 0};
  bool good =
      png_image_finish_read(&image, &black, picture.pixels.data(), 0, nullptr);
  Status status = good && image.warning_or_error == 0
                      ? Status::success()
                      : corrupt(path, image.message);
  png_image_free(&image);
  return status;
}

//===----------------------------------------------------------------------===//
// PPM and PGM
//===----------------------------------------------------------------------===//

/// A number of the text header, behind white space and comments.
static bool readHeaderNumber(const std::vector<uint8_t> &data, size_t &at,
                             uint64_t &value) {
  while (at < data.size() && (isspace(data[at]) || data[at] == '#')) {
    if (data[at] == '#')
      while (at < data.size() && data[at] != '\n')
        ++at;
    else
      ++at;
  }
  size_t begin = at;
  value = 0;
  for (; at < data.size() && isdigit(data[at]) && at - begin < 9; ++at)
    value = 10 * value + (data[at] - '0');
  return at > begin;
}

static Status decodePpm(const std::string &path,
                        const std::vector<uint8_t> &data, Picture &picture) {
  uint32_t channels = data[1] == '6' ? 3 : 1;
  size_t at = 2;
  uint64_t width, height, maximum;
  if (!readHeaderNumber(data, at, width) ||
      !readHeaderNumber(data, at, height) ||
      !readHeaderNumber(data, at, maximum) || at >= data.size())
    return corrupt(path, "its header is malformed");
  ++at; // one white space ends the header
  if (maximum != 255)
    return corrupt(path, "its maximum is " + std::to_string(maximum) +
                             ", only 255 is supported");
  if (width > maxPixels || height > maxPixels ||
      width * height * channels > data.size() - at)
    return corrupt(path, "it is truncated");
  if (!allocate(height, width, channels, picture))
    return corrupt(path, "it is empty or too large");
  memcpy(picture.pixels.data(), data.data() + at, picture.pixels.size());
  return Status::success();
}

Status qcc::io::readPicture(const std::string &path, Picture &picture) {
  std::shared_ptr<File> file;
  if (Status status = File::open(path, file); !status.ok())
    return status;
  if (file->size() > maxFileBytes)
    return corrupt(path, "the file is larger than 256 MB");
  std::vector<uint8_t> data(file->size());
  if (Status status = file->read(0, data.size(), data.data()); !status.ok())
    return status;
  if (data.size() >= 3 && memcmp(data.data(), "\xff\xd8\xff", 3) == 0) {
    JpegErrors errors;
    return decodeJpeg(data.data(), data.size(), errors, picture)
               ? Status::success()
               : corrupt(path, errors.message);
  }
  if (data.size() >= 8 && memcmp(data.data(), "\x89PNG\r\n\x1a\n", 8) == 0)
    return decodePng(path, data, picture);
  if (data.size() >= 3 && data[0] == 'P' && (data[1] == '5' || data[1] == '6'))
    return decodePpm(path, data, picture);
  return corrupt(path, "it is neither JPEG, PNG nor binary PPM or PGM");
}
