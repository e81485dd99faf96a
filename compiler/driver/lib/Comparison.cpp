//===- Comparison.cpp - how far numbers may move --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Comparison.h"

#include "qcc/io/Sqnr.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>
#include <optional>

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

bool qcc::driver::hasSameBits(const qnn::Tensor &a, const qnn::Tensor &b) {
  return memcmp(a.data<char>(), b.data<char>(), a.getByteSize()) == 0;
}

/// The elements as doubles, or nothing for types that are not numbers of 8 to
/// 64 bits.
static std::optional<std::vector<double>> toDoubles(const qnn::Tensor &tensor) {
  std::vector<double> result;
  int64_t count = tensor.getNumElements();
  auto append = [&](auto sample) {
    using T = decltype(sample);
    result.assign(tensor.data<T>(), tensor.data<T>() + count);
  };
  Type type = tensor.getElementType();
  if (type.isF32())
    append(float());
  else if (type.isF64())
    append(double());
  else if (type.isUnsignedInteger(8))
    append(uint8_t());
  else if (type.isInteger(8))
    append(int8_t());
  else if (type.isUnsignedInteger(16))
    append(uint16_t());
  else if (type.isInteger(16))
    append(int16_t());
  else if (type.isInteger(32))
    append(int32_t());
  else if (type.isInteger(64))
    append(int64_t());
  else
    return std::nullopt;
  return result;
}

static double signalToNoise(ArrayRef<double> reference,
                            ArrayRef<double> values) {
  double signal = 0, noise = 0;
  for (auto [r, v] : llvm::zip_equal(reference, values)) {
    signal += r * r;
    noise += (r - v) * (r - v);
  }
  return io::sqnr(signal, noise);
}

/// As many digits as an f32 needs.
static std::string toText(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return text;
}

/// The first element that moved by more than `allowed`, described; "" if none
/// did. `moved` counts those that moved at all.
static std::string findMoved(ArrayRef<double> before, ArrayRef<double> after,
                             double allowed, uint64_t &moved) {
  moved = 0;
  for (auto [i, x, y] : llvm::enumerate(before, after)) {
    if (x == y || (std::isnan(x) && std::isnan(y)))
      continue;
    ++moved;
    if (!(std::abs(x - y) <= allowed))
      return ("element " + llvm::Twine(i) + " is " + toText(y) + ", was " +
              toText(x))
          .str();
  }
  return "";
}

/// True if dimensions of `type` could trade places without a trace.
static bool hasEqualDimensions(RankedTensorType type) {
  SmallVector<int64_t> shape(llvm::make_filter_range(
      type.getShape(), [](int64_t d) { return d > 1; }));
  llvm::sort(shape);
  return llvm::adjacent_find(shape) != shape.end();
}

/// NaN last.
static void sortNumbers(std::vector<double> &values) {
  llvm::sort(values, [](double x, double y) {
    return x < y || (std::isnan(y) && !std::isnan(x));
  });
}

void Comparison::add(StringRef name, const qnn::Tensor &before,
                     const qnn::Tensor &after, Declared declared, double step) {
  if (!violation.empty())
    return;
  auto violate = [&](const std::string &what) {
    violation = llvm::formatv("tensor '{0}': {1}", name, what);
  };
  std::optional<std::vector<double>> a, b;
  if (declared != Declared::nothing)
    a = toDoubles(before), b = toDoubles(after);
  if (!a || !b) {
    if (!hasSameBits(before, after))
      violate("it differs");
    return;
  }
  if (declared == Declared::quantization) {
    double ratio = signalToNoise(*a, *b);
    if (ratio < kLeastSignal)
      violate(llvm::formatv("it keeps {0:f1} dB of its signal", ratio));
    return;
  }
  double largest = 0;
  for (double value : *a)
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  bool isLayer = declared == Declared::oneStep;
  if (isa<IntegerType>(before.getElementType()))
    step = 1;
  double allowed = (isLayer ? kLayerTolerance : kNetworkTolerance) * largest;
  if (step != 0)
    allowed = isLayer ? step * (1 + kLayerTolerance) : 0;
  uint64_t moved;
  std::string farthest = findMoved(*a, *b, allowed, moved);
  if (!farthest.empty() && declared == Declared::rounding &&
      hasEqualDimensions(before.getType())) {
    sortNumbers(*a), sortNumbers(*b);
    if (findMoved(*a, *b, allowed, moved).empty())
      return;
  }
  if (!farthest.empty())
    return violate(farthest);
  if (!isLayer || step == 0)
    return;
  integers += a->size();
  oneStep += moved;
  Type element = before.getElementType();
  double share = kMostOneSteps;
  if (element.isInteger(16) || isa<FloatType>(element))
    share =
        std::min(share * std::max(1.0, largest / (256 * step)), kMostFineSteps);
  // One of a few is not a share.
  if (moved > std::max<double>(2, share * a->size()))
    violate(llvm::formatv("{0} of {1} integers moved by one step", moved,
                          a->size()));
}

void Comparison::add(const Comparison &other) {
  integers += other.integers;
  oneStep += other.oneStep;
  if (violation.empty())
    violation = other.violation;
}
