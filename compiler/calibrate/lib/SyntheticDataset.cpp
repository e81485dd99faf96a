//===- SyntheticDataset.cpp - invented calibration samples ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SyntheticDataset.h"

#include "qcc/abi/artifact.h"
#include "qcc/io/Preprocess.h"
#include "qcc/runtime.h"

#include <algorithm>

using namespace qcc;
using namespace qcc::calibration;

/// The sum of four uniform numbers: nearly normal, mean 0, variance 1.
static float normal(uint64_t seed, uint32_t stream, uint64_t index) {
  uint64_t bits = qcc_golden_bits(seed, stream, index);
  float sum = 0;
  for (int i = 0; i < 4; ++i)
    sum += static_cast<float>(bits >> (16 * i) & 0xffff) / 65536.0f;
  return (sum - 2) * 1.7320508f;
}

/// Neighbours have half of their variance in common, as in pictures and sound;
/// what averages over them would see next to nothing of independent numbers.
static float texture(uint64_t seed, uint64_t patch, uint64_t index) {
  return 0.70710678f * (normal(seed, 0, patch) + normal(seed, 1, index));
}

static io::Status makePicture(const io::InputSpec &input, uint64_t seed,
                              void *out) {
  const std::vector<int64_t> &shape = input.type.shape;
  bool isNchw = input.preprocess->layout == QCC_LAYOUT_NCHW;
  io::Picture picture;
  picture.height = shape[isNchw ? 2 : 1];
  picture.width = shape[isNchw ? 3 : 2];
  picture.channels = 3;
  constexpr uint64_t kPatch = 16;
  for (uint64_t y = 0; y < picture.height; ++y)
    for (uint64_t x = 0; x < picture.width; ++x)
      for (uint64_t c = 0; c < picture.channels; ++c) {
        uint64_t row = y / kPatch * picture.width + x / kPatch;
        float value =
            texture(seed, row * picture.channels + c, picture.pixels.size());
        picture.pixels.push_back(
            static_cast<uint8_t>(std::clamp(128 + 64 * value, 0.0f, 255.0f)));
      }
  return io::preprocessPicture(picture, *input.preprocess, input.type, out);
}

io::Status SyntheticDataset::read(size_t index,
                                  const std::vector<void *> &buffers) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const io::InputSpec &input = inputs[i];
    uint64_t seed = index * inputs.size() + i;
    if (input.preprocess) {
      if (io::Status status = makePicture(input, seed, buffers[i]);
          !status.ok())
        return status;
      continue;
    }
    uint64_t elements = input.type.elements();
    auto dtype = static_cast<qcc_dtype>(input.type.dtype);
    if (dtype != QCC_DTYPE_F32) {
      bool isFloat = dtype == QCC_DTYPE_F16 || dtype == QCC_DTYPE_BF16 ||
                     dtype == QCC_DTYPE_F64;
      qcc_golden_input range = isFloat ? qcc_golden_input{-2, 2}
                               : dtype == QCC_DTYPE_BOOL
                                   ? qcc_golden_input{0, 1}
                                   : qcc_golden_input{0, 127};
      qcc_golden_fill(&range, seed, 0, dtype, elements, buffers[i]);
      continue;
    }
    auto *values = static_cast<float *>(buffers[i]);
    constexpr uint64_t kRun = 16;
    for (uint64_t k = 0; k < elements; ++k)
      values[k] = texture(seed, k / kRun, k);
  }
  return io::Status::success();
}
