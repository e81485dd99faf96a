//===- WeightScales.h - grids of constant weights ---------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QUANTIZE_LIB_WEIGHTSCALES_H
#define QCC_QUANTIZE_LIB_WEIGHTSCALES_H

#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <vector>

namespace qcc::quantize {

/// The number of which all weights are multiples, to 5 % of itself, with
/// factors of at most 255: the scale of a model that was exported from 8 bits.
std::optional<float> findWeightGrid(llvm::ArrayRef<float> weights);

/// Scales of symmetric int8 grids for weights of `channels` output channels,
/// the outermost axis. With `useGrid` the grid of the layer, where it has one,
/// is used for all channels that fit it.
std::vector<float> weightScales(llvm::ArrayRef<float> weights, int64_t channels,
                                bool useGrid);

/// The greatest magnitude at each index of `axis` of a tensor.
std::vector<float> magnitudes(llvm::ArrayRef<float> values,
                              llvm::ArrayRef<int64_t> shape, int64_t axis);

/// Multiplies what is at each index of `axis` of a tensor by its factor.
void scaleAlong(std::vector<float> &values, llvm::ArrayRef<int64_t> shape,
                int64_t axis, llvm::ArrayRef<float> factors);

/// Raises scales of weights until the biases fit i32 on the accumulator's grid.
void fitBiases(llvm::ArrayRef<float> biases, llvm::ArrayRef<float> inputScales,
               std::vector<float> &weightScales);

} // namespace qcc::quantize

#endif // QCC_QUANTIZE_LIB_WEIGHTSCALES_H
