//===- Compare.cpp - tensors against what ONNX expects --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeTest.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace qcc;

static constexpr double kRelative = 1e-3;
static constexpr double kAbsolute = 1e-7;

/// The bits of element `index`, zero-extended.
static uint64_t bitsAt(const qnn::Tensor &tensor, int64_t index) {
  size_t size = qnn::Tensor::elementSize(tensor.getElementType());
  uint64_t bits = 0;
  std::memcpy(&bits, tensor.data<char>() + index * size, size);
  return bits;
}

static double floatAt(const qnn::Tensor &tensor, int64_t index) {
  auto type = cast<FloatType>(tensor.getElementType());
  APFloat value(type.getFloatSemantics(),
                APInt(type.getWidth(), bitsAt(tensor, index),
                      /*isSigned=*/false, /*implicitTrunc=*/true));
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

/// The distance between a number and the next one of its type.
static double stepOf(FloatType type, double value) {
  if (!std::isfinite(value) || value == 0)
    return 0;
  int precision = APFloat::semanticsPrecision(type.getFloatSemantics());
  return std::ldexp(1.0, std::ilogb(value) - precision + 1);
}

static bool isClose(FloatType type, double actual, double expected) {
  if (std::isnan(expected) || std::isnan(actual))
    return std::isnan(expected) && std::isnan(actual);
  if (std::isinf(expected) || std::isinf(actual))
    return actual == expected;
  double bound = kAbsolute + kRelative * std::abs(expected);
  return std::abs(actual - expected) <= std::max(bound, stepOf(type, expected));
}

std::string conformance::compare(const qnn::Tensor &actual,
                                 const qnn::Tensor &expected) {
  std::string message;
  llvm::raw_string_ostream os(message);
  if (actual.getType() != expected.getType()) {
    os << "is a " << actual.getType() << ", expected is a "
       << expected.getType();
    return message;
  }
  auto floatType = dyn_cast<FloatType>(expected.getElementType());
  for (int64_t i = 0; i < expected.getNumElements(); ++i) {
    if (floatType) {
      double a = floatAt(actual, i), e = floatAt(expected, i);
      if (!isClose(floatType, a, e)) {
        os << "element " << i << " is " << llvm::format("%.9g", a)
           << ", expected is " << llvm::format("%.9g", e);
        return message;
      }
    } else if (bitsAt(actual, i) != bitsAt(expected, i)) {
      auto signedBits = [&](const qnn::Tensor &tensor) {
        unsigned bits = 8 * qnn::Tensor::elementSize(tensor.getElementType());
        return llvm::SignExtend64(bitsAt(tensor, i), bits);
      };
      os << "element " << i << " is " << signedBits(actual) << ", expected is "
         << signedBits(expected);
      return message;
    }
  }
  return message;
}
