//===- ResidualNetwork.h - a small float network -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_SUPPORT_RESIDUALNETWORK_H
#define QCC_TEST_UNIT_SUPPORT_RESIDUALNETWORK_H

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <random>
#include <string>

namespace qcc::test {

/// The text of an f32 constant with normally distributed elements.
inline std::string numbers(std::mt19937 &generator, int rows, int columns) {
  std::normal_distribution<float> normal(0, 0.3f);
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "dense<[";
  for (int i = 0; i < rows; ++i) {
    stream << (i ? ", [" : "[");
    for (int j = 0; j < columns; ++j)
      stream << (j ? ", " : "") << llvm::format("%e", normal(generator));
    stream << "]";
  }
  stream << "]> : tensor<" << rows << "x" << columns << "xf32>";
  return text;
}

/// Three layers, with a residual addition between the second and the third.
inline std::string network() {
  std::mt19937 generator(7);
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "func.func @main(%x: tensor<1x32xf32> {qnn.name = \"x\"}) -> "
            "tensor<1x32xf32> {\n";
  for (const char *name : {"a", "b", "c"})
    stream << "%" << name << " = qnn.constant " << numbers(generator, 32, 32)
           << "\n";
  stream << R"(
    %0 = qnn.linear %x, %a : (tensor<1x32xf32>, tensor<32x32xf32>) -> tensor<1x32xf32> loc("first")
    %1 = qnn.clamp %0 [0.0, 0x7F800000] {qnn.tensor = "y"} : tensor<1x32xf32> loc("first_relu")
    %2 = qnn.linear %1, %b : (tensor<1x32xf32>, tensor<32x32xf32>) -> tensor<1x32xf32> loc("second")
    %3 = qnn.binary add %2, %1 : tensor<1x32xf32>, tensor<1x32xf32> -> tensor<1x32xf32> loc("add")
    %4 = qnn.clamp %3 [0.0, 0x7F800000] {qnn.tensor = "z"} : tensor<1x32xf32> loc("second_relu")
    %5 = qnn.linear %4, %c : (tensor<1x32xf32>, tensor<32x32xf32>) -> tensor<1x32xf32> loc("third")
    return %5 : tensor<1x32xf32>
  })";
  return text;
}

} // namespace qcc::test

#endif // QCC_TEST_UNIT_SUPPORT_RESIDUALNETWORK_H
