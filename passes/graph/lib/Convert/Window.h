//===- Window.h - strides, pads and dilations of ONNX -----------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_CONVERT_WINDOW_H
#define QCC_GRAPH_LIB_CONVERT_WINDOW_H

#include "NodeConversion.h"

namespace qcc::graph {

/// The window of a convolution or pool, with `auto_pad` and `ceil_mode`
/// resolved into pads (low ends first, then high ends).
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, pads, dilations;
  /// What `ceil_mode` added at the high ends: no part of the padded input.
  llvm::SmallVector<int64_t> overhang;

  /// Reads the node's attributes. `kernel` is the shape of the weight, or empty
  /// where `kernel_shape` says it.
  static mlir::FailureOr<Window> get(NodeConversion &c,
                                     llvm::ArrayRef<int64_t> extents,
                                     llvm::ArrayRef<int64_t> kernel);
};

/// The window of a transposed convolution, with `auto_pad` and `output_shape`
/// resolved into pads.
struct TransposedWindow {
  llvm::SmallVector<int64_t> strides, pads, dilations, outputPadding;

  static mlir::FailureOr<TransposedWindow> get(NodeConversion &c,
                                               llvm::ArrayRef<int64_t> extents,
                                               llvm::ArrayRef<int64_t> kernel);
};

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_CONVERT_WINDOW_H
