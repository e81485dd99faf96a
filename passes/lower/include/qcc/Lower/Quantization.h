//===- Quantization.h - constant parameters of quantize and dequantize ----===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_LOWER_QUANTIZATION_H
#define QCC_LOWER_QUANTIZATION_H

#include "qcc/Qnn/Qnn.h"

#include <optional>
#include <vector>

namespace qcc::lower {

/// Scales and zero points that are known at compile time: one of each per
/// tensor, or one for each index of an axis.
struct Parameters {
  std::vector<float> scales;
  std::vector<int64_t> zeroPoints;
};

/// Parameters of a per-tensor or per-axis op, or nullopt if they are computed,
/// per group, or not f32.
std::optional<Parameters> constantParameters(qnn::DequantizeOp op);
std::optional<Parameters> constantParameters(qnn::QuantizeOp op);

/// True if both have constant, equal scales and zero points.
bool haveSameParameters(qnn::DequantizeOp a, qnn::DequantizeOp b);
bool haveSameParameters(qnn::DequantizeOp a, qnn::QuantizeOp b);

} // namespace qcc::lower

#endif // QCC_LOWER_QUANTIZATION_H
