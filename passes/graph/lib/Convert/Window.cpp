//===- Window.cpp - strides, pads and dilations of ONNX -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

/// An attribute with one entry of at least `least` for each of `count`.
static FailureOr<SmallVector<int64_t>> readInts(NodeConversion &c,
                                                StringRef name, size_t count,
                                                int64_t otherwise,
                                                int64_t least) {
  std::optional<SmallVector<int64_t>> values = c.getInts(name);
  if (!values)
    return SmallVector<int64_t>(count, otherwise);
  if (values->size() != count)
    return c.refuse("attribute '" + name + "' has " + Twine(values->size()) +
                    " entries, must have " + Twine(count));
  for (int64_t value : *values)
    if (value < least || value > INT32_MAX)
      return c.refuse("attribute '" + name + "' has an entry " + Twine(value) +
                      ", must be at least " + Twine(least));
  return *values;
}

/// Fails unless `auto_pad` is one of ONNX's.
static LogicalResult checkAutoPad(NodeConversion &c, StringRef mode) {
  if (llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}, mode))
    return success();
  return c.refuse("attribute 'auto_pad' is '" + mode +
                  "', must be NOTSET, VALID, SAME_UPPER or SAME_LOWER");
}

FailureOr<Window> Window::get(NodeConversion &c, ArrayRef<int64_t> extents,
                              ArrayRef<int64_t> kernel) {
  size_t count = extents.size();
  FailureOr<SmallVector<int64_t>> kernelShape =
      readInts(c, "kernel_shape", count, 1, 1);
  if (failed(kernelShape))
    return failure();
  Window window;
  window.kernel.assign(kernel.begin(), kernel.end());
  if (kernel.empty()) {
    if (!c.hasAttr("kernel_shape"))
      return c.refuse("attribute 'kernel_shape' is missing");
    window.kernel = *kernelShape;
  } else if (c.hasAttr("kernel_shape") && ArrayRef(*kernelShape) != kernel) {
    return c.refuse("attribute 'kernel_shape' is not the weight's shape");
  }
  auto strides = readInts(c, "strides", count, 1, 1);
  auto dilations = readInts(c, "dilations", count, 1, 1);
  auto pads = readInts(c, "pads", 2 * count, 0, 0);
  StringRef mode = c.getString("auto_pad", "NOTSET");
  if (failed(strides) || failed(dilations) || failed(pads) ||
      failed(checkAutoPad(c, mode)))
    return failure();
  window.strides = *strides;
  window.dilations = *dilations;
  window.pads = *pads;
  window.overhang.assign(count, 0);
  bool ceilMode = c.getInt("ceil_mode", 0);
  if (mode == "VALID")
    window.pads.assign(2 * count, 0);
  for (size_t i = 0; i < count; ++i) {
    int64_t stride = window.strides[i];
    int64_t reach = window.dilations[i] * (window.kernel[i] - 1) + 1;
    int64_t &low = window.pads[i], &high = window.pads[count + i];
    if (mode.starts_with("SAME")) {
      int64_t outputs = llvm::divideCeil(extents[i], stride);
      int64_t total =
          std::max<int64_t>(0, (outputs - 1) * stride + reach - extents[i]);
      low = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
      high = total - low;
    } else if (ceilMode) {
      int64_t room = extents[i] + low + high - reach;
      if (room < 0)
        continue;
      int64_t outputs = llvm::divideCeil(room, stride) + 1;
      // No window may begin in the padding at the high end.
      if ((outputs - 1) * stride >= extents[i] + low)
        --outputs;
      int64_t needed = (outputs - 1) * stride + reach - extents[i] - low;
      window.overhang[i] = std::max<int64_t>(0, needed - high);
      high = needed;
    }
  }
  return window;
}

FailureOr<TransposedWindow> TransposedWindow::get(NodeConversion &c,
                                                  ArrayRef<int64_t> extents,
                                                  ArrayRef<int64_t> kernel) {
  size_t count = extents.size();
  auto strides = readInts(c, "strides", count, 1, 1);
  auto dilations = readInts(c, "dilations", count, 1, 1);
  auto pads = readInts(c, "pads", 2 * count, 0, 0);
  auto outputPadding = readInts(c, "output_padding", count, 0, 0);
  auto outputShape = readInts(c, "output_shape", count, 0, 0);
  StringRef mode = c.getString("auto_pad", "NOTSET");
  if (failed(strides) || failed(dilations) || failed(pads) ||
      failed(outputPadding) || failed(outputShape) ||
      failed(checkAutoPad(c, mode)))
    return failure();
  TransposedWindow window{*strides, *pads, *dilations, *outputPadding};
  bool given = c.hasAttr("output_shape"), same = mode.starts_with("SAME");
  if (mode == "VALID")
    window.pads.assign(2 * count, 0);
  if (!given && !same)
    return window;
  for (size_t i = 0; i < count; ++i) {
    int64_t wanted = given ? (*outputShape)[i] : extents[i] * window.strides[i];
    int64_t total = window.strides[i] * (extents[i] - 1) +
                    window.outputPadding[i] +
                    window.dilations[i] * (kernel[i] - 1) + 1 - wanted;
    // A result that is larger than everything reached is filled at its end.
    if (total < 0) {
      window.outputPadding[i] -= total;
      total = 0;
    }
    window.pads[i] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    window.pads[count + i] = total - window.pads[i];
  }
  return window;
}
