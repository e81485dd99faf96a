//===- Sqnr.h - how close numbers are to others -----------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IO_SQNR_H
#define QCC_IO_SQNR_H

#include <cmath>

namespace qcc::io {

/// The signal-to-quantization-noise ratio in dB, 10 log10(signal / noise), of
/// `signal` = sum(reference^2) and `noise` = sum((value - reference)^2):
/// infinite without noise, zeros for zeros included, and minus infinity where
/// all is noise.
inline double sqnr(double signal, double noise) {
  if (noise == 0)
    return INFINITY;
  return signal == 0 ? -INFINITY : 10 * std::log10(signal / noise);
}

} // namespace qcc::io

#endif // QCC_IO_SQNR_H
