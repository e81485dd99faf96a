//===- Preprocess.h - from pictures and raw arrays to inputs ----*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IO_PREPROCESS_H
#define QCC_IO_PREPROCESS_H

#include "qcc/io/Array.h"

#include <string>
#include <string_view>
#include <vector>

namespace qcc::io {

/// A decoded picture: 8-bit, rows from the top, 1 (gray) or 3 (RGB) channels
/// interleaved.
struct Picture {
  uint32_t height = 0;
  uint32_t width = 0;
  uint32_t channels = 0;
  std::vector<uint8_t> pixels;
};

/// Whether the name ends like a picture's: .jpg, .jpeg, .png, .ppm, .pgm.
bool isPicturePath(std::string_view path);

/// Decodes a JPEG, PNG or binary PPM/PGM file, told apart by content.
Status readPicture(const std::string &path, Picture &picture);

/// Parses `-preprocess=`: comma-separated entries
///
///     size:256 or size:HxW        resize (the shorter side, or both)
///     crop:224 or crop:HxW        then cut out the centre
///     channels:rgb|bgr|gray       default rgb
///     layout:nchw|nhwc            default: where the input has its 1 or 3
///     channels scale:S  mean:M[/M/M]  std:D[/D/D]    y = (x * scale - mean) /
///     std
///
/// where S may be a fraction such as 1/255. One mean or std holds for all
/// channels. `input` is the type of the model's input, which settles the
/// defaults and which the result must fit.
Status parsePreprocess(std::string_view text, const ArrayType &input,
                       qcc_preprocess &preprocess);

/// The text that parses to `preprocess`.
std::string toString(const qcc_preprocess &preprocess);

/// Makes one sample of type `input` of a picture.
Status preprocessPicture(const Picture &picture,
                         const qcc_preprocess &preprocess,
                         const ArrayType &input, void *out);

/// Whether `preprocessArray` takes an array of this type for `input`; if not,
/// the message says what would be taken.
Status checkPreprocess(const ArrayType &array, const ArrayType &input);

/// Makes one sample of an array. One that has the input's shape keeps its
/// layout and the order of its channels, and only scale, mean and std apply.
/// Otherwise it must be a picture of bytes, height x width [x channels] in RGB.
Status preprocessArray(const ArrayType &type, const void *data,
                       const qcc_preprocess &preprocess, const ArrayType &input,
                       void *out);

} // namespace qcc::io

#endif // QCC_IO_PREPROCESS_H
